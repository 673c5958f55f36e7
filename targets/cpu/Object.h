// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From the LLVM dialect to a freestanding ELF shared object, in process.

#ifndef SLUICE_TARGETS_CPU_OBJECT_H
#define SLUICE_TARGETS_CPU_OBJECT_H

#include "targets/cpu/Level.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/SmallVector.h"

namespace llvm {
class Module;
} // namespace llvm

namespace sluice::cpu {

/// Compiles `module`, in the LLVM dialect, to a relocatable object for `level`.
/// Fails with a diagnostic.
llvm::FailureOr<llvm::SmallVector<char, 0>> emitObject(mlir::ModuleOp module,
                                                       const Level &level);

/// Links an object whose entry is `sluice_cpu_query` to a shared object as
/// cpu_abi.h wants it. An undefined symbol is an error.
llvm::Expected<std::vector<uint8_t>> linkLibrary(llvm::ArrayRef<char> object);

/// Adds the memory functions that LLVM may call from generated code.
void addMemoryFunctions(llvm::Module &module);

} // namespace sluice::cpu

#endif // SLUICE_TARGETS_CPU_OBJECT_H
