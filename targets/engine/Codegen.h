// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From placed tiles to the engine's instructions and constants.

#ifndef SLUICE_TARGETS_ENGINE_CODEGEN_H
#define SLUICE_TARGETS_ENGINE_CODEGEN_H

#include "targets/engine/Schedule.h"
#include "targets/engine/TileProgram.h"

namespace sluice::engine {

struct Code {
  /// Scheduled, with tokens, without END.
  std::vector<Step> steps;
  /// What base register 0 shows.
  std::vector<uint8_t> constants;
};

/// Makes the code of `program`, whose buffers have their places. Fails with a
/// diagnostic where an instruction's limit is broken.
llvm::FailureOr<Code> generateCode(const TileProgram &program,
                                   const Parameters &parameters);

} // namespace sluice::engine

#endif // SLUICE_TARGETS_ENGINE_CODEGEN_H
