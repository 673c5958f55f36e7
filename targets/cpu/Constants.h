// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reading the constants of TOSA ops.

#ifndef SLUICE_TARGETS_CPU_CONSTANTS_H
#define SLUICE_TARGETS_CPU_CONSTANTS_H

#include "mlir/IR/Value.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace sluice::cpu {

/// All elements of a constant integer tensor, sign-extended; none if `value` is
/// not one.
std::optional<std::vector<int64_t>> getIntegers(mlir::Value value);

/// All elements of a constant f32 tensor; none if `value` is not one.
std::optional<std::vector<float>> getFloats(mlir::Value value);

/// The only element, or the common one, of a constant integer tensor.
std::optional<int64_t> getInteger(mlir::Value value);

} // namespace sluice::cpu

#endif // SLUICE_TARGETS_CPU_CONSTANTS_H
