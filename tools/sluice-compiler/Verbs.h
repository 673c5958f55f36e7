// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SLUICE_TOOLS_SLUICE_COMPILER_VERBS_H
#define SLUICE_TOOLS_SLUICE_COMPILER_VERBS_H

#include "tools/sluice-compiler/Model.h"

namespace sluice {

/// Each runs one verb; nothing means done.
std::optional<Stop> compileModel(const CompileOptions &options,
                                 mlir::MLIRContext &context);
std::optional<Stop> checkModel(const CheckOptions &options,
                               mlir::MLIRContext &context);
std::optional<Stop> tuneModel(const TuneOptions &options,
                              mlir::MLIRContext &context);
std::optional<Stop> runReference(const ReferenceOptions &options,
                                 mlir::MLIRContext &context);

} // namespace sluice

#endif // SLUICE_TOOLS_SLUICE_COMPILER_VERBS_H
