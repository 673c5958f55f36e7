// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// CPU code of a whole module.

#ifndef SLUICE_TARGETS_CPU_LIBRARY_H
#define SLUICE_TARGETS_CPU_LIBRARY_H

#include "mlir/IR/BuiltinOps.h"

#include <string>
#include <vector>

namespace sluice::cpu {

struct Level;

/// What a runtime has to know of a region's code. Its index is its place.
struct RegionCode {
  std::string name;
  uint64_t scratchSize; // bytes
};

/// An ELF shared object as cpu_abi.h wants it.
struct Library {
  std::vector<uint8_t> elf;
  std::vector<RegionCode> regions;
};

/// Compiles every deploy.region of `module`, whatever its target, in the order
/// in which they stand there. `module` stays as it is. The same module gives
/// the same bytes. Fails with a diagnostic.
llvm::FailureOr<Library> compileLibrary(mlir::ModuleOp module,
                                        const Level &level);

} // namespace sluice::cpu

#endif // SLUICE_TARGETS_CPU_LIBRARY_H
