// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Elements whose precision changes: docs/spec/integers.md, sections 3 and 5.

#include "targets/opencl/ElementCode.h"

#include "compiler/Support/Layer.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace sluice;
using namespace sluice::opencl;

std::string opencl::judgeRescale(tosa::RescaleOp op) {
  auto multipliers = readIntegers(op.getMultiplier());
  auto shifts = readIntegers(op.getShift());
  if (op.getInputUnsigned() || op.getOutputUnsigned() ||
      op.getRoundingMode() != tosa::RoundingMode::SINGLE_ROUND ||
      failed(op.getInputZeroPoint()) || failed(op.getOutputZeroPoint()) ||
      !multipliers || !shifts)
    return "the rescale is not of the form of docs/spec/integers.md";
  for (int32_t shift : *shifts)
    if (shift < 2 || shift > 62)
      return llvm::formatv("rescale shift {0} is not in 2..62", shift);
  return {};
}

/// A vector of numbers, one a channel or one for all.
std::string ElementCode::perChannel(ArrayRef<int32_t> numbers,
                                    const Place &at) {
  std::string type = lanes == 1 ? "int" : "int" + std::to_string(lanes);
  if (llvm::all_equal(numbers))
    return literal(type, Twine(numbers.front()));
  ArrayRef<char> bytes(reinterpret_cast<const char *>(numbers.data()),
                       numbers.size() * sizeof(int32_t));
  return name(type, llvm::formatv("*(global const {0} *)((global const int "
                                  "*)(constants + {1}) + {2})",
                                  type, inputs.addConstants(bytes), at.last));
}

/// ((x - zero) * multiplier + 2^(shift - 1)) >> shift, + zero, saturated.
FailureOr<std::string> ElementCode::rescale(Operation *operation,
                                            const Place &at) {
  auto op = mlir::cast<tosa::RescaleOp>(operation);
  std::vector<int32_t> multipliers = *readIntegers(op.getMultiplier());
  std::vector<int32_t> shifts = *readIntegers(op.getShift());
  int64_t inputZero = *op.getInputZeroPoint();
  int64_t outputZero = *op.getOutputZeroPoint();
  if (flat && multipliers.size() > 1)
    return failure();
  Result x = getOperand(op, 0, at);
  if (failed(x))
    return failure();
  bool fromInt8 = getElementTypeOrSelf(op.getInput()).isInteger(8);
  std::string suffix = lanes == 1 ? "" : std::to_string(lanes);
  std::string type = "int" + suffix;
  std::string value = *x;
  if (fromInt8)
    value = "convert_" + type + "(" + value + ")";
  if (inputZero)
    value = "(" + value + " - " + literal(type, Twine(inputZero)) + ")";

  bool isProduct = fromInt8, isHigh = true;
  for (auto [multiplier, shift] : llvm::zip_equal(multipliers, shifts)) {
    isProduct &= shift < 31 && multiplier % (1 << shift) == 0 &&
                 multiplier >> shift < 1 << 22;
    // A multiplier of 16 bits stands in the upper half of 32.
    isHigh &=
        shift >= 17 && shift <= 47 && multiplier >= 0 && multiplier <= 32767;
  }
  std::string scaled;
  if (isProduct) {
    for (auto [multiplier, shift] : llvm::zip_equal(multipliers, shifts))
      multiplier >>= shift;
    scaled = value + " * " + perChannel(multipliers, at);
  } else if (isHigh) {
    std::vector<int32_t> halves;
    for (auto [multiplier, shift] : llvm::zip_equal(multipliers, shifts)) {
      multiplier <<= 16;
      shift -= 16;
      halves.push_back(1 << (shift - 1));
    }
    scaled = llvm::formatv("(multiply_high_{0}({1}, {2}) + {3}) >> {4}", type,
                           value, perChannel(multipliers, at),
                           perChannel(halves, at), perChannel(shifts, at));
  } else {
    std::string wide = "convert_long" + suffix;
    std::string shift =
        name("long" + suffix, wide + "(" + perChannel(shifts, at) + ")");
    scaled = llvm::formatv(
        "convert_{0}(({1}({2}) * {1}({3}) + ((long{4})(1) << ({5} - 1))) >> "
        "{5})",
        type, wide, value, perChannel(multipliers, at), suffix, shift);
  }
  scaled = name(type, scaled);
  if (outputZero)
    scaled += " + " + literal(type, Twine(outputZero));
  Type to = getElementTypeOrSelf(op.getOutput());
  if (to.isInteger(32))
    return name(type, scaled);
  int32_t limit = 1 << (to.getIntOrFloatBitWidth() - 1);
  return name(getTypeName(to, lanes),
              llvm::formatv("convert_{0}(clamp({1}, {2}, {3}))",
                            getTypeName(to, lanes), scaled,
                            literal(type, Twine(-limit)),
                            literal(type, Twine(limit - 1))));
}

FailureOr<std::string> ElementCode::cast(Operation *op, const Place &at) {
  Result x = getOperand(op, 0, at);
  if (failed(x))
    return failure();
  Type from = getElementTypeOrSelf(op->getOperand(0));
  Type to = getElementTypeOrSelf(op->getResult(0));
  std::string type = typeName(to),
              suffix = lanes == 1 ? "" : std::to_string(lanes);
  if (to.isInteger(1))
    return name(type, *x + " != 0");
  if (from.isInteger(1))
    return name(type, llvm::formatv("convert_{0}({1} & 1)", type, *x));
  if (!from.isF32() || to.isF32())
    return name(type, llvm::formatv("convert_{0}({1})", type, *x));
  return name(type, llvm::formatv("convert_{0}{1}(round_int{2}({3}))", type,
                                  to.isInteger(32) ? "" : "_sat", suffix, *x));
}
