// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Quantize/Range.h"

#include "mlir/IR/Builders.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace mlir;

namespace sluice {

static constexpr llvm::StringLiteral rangeAttr = "onnx.range";

std::optional<TensorRange> TensorRange::get(func::FuncOp function,
                                            Value value) {
  DenseF32ArrayAttr attr;
  if (auto argument = dyn_cast<BlockArgument>(value))
    attr = function.getArgAttrOfType<DenseF32ArrayAttr>(argument.getArgNumber(),
                                                        rangeAttr);
  else
    attr = value.getDefiningOp()->getAttrOfType<DenseF32ArrayAttr>(rangeAttr);
  if (!attr || attr.size() != 2 || !std::isfinite(attr[0]) ||
      !std::isfinite(attr[1]) || attr[0] > attr[1])
    return std::nullopt;
  return TensorRange{attr[0], attr[1]};
}

void TensorRange::set(func::FuncOp function, Value value) const {
  auto attr = DenseF32ArrayAttr::get(function.getContext(), {min, max});
  if (auto argument = dyn_cast<BlockArgument>(value))
    function.setArgAttr(argument.getArgNumber(), rangeAttr, attr);
  else
    value.getDefiningOp()->setAttr(rangeAttr, attr);
}

ActivationScale TensorRange::getScale() const {
  double low = std::min(min, 0.0f), high = std::max(max, 0.0f);
  auto scale = static_cast<float>((high - low) / 255);
  // A tensor that is always 0 may have any scale; a tiny one would not survive
  // division.
  if (!(scale >= std::numeric_limits<float>::min()))
    scale = 1;
  double zeroPoint = std::nearbyint(-128 - low / scale);
  return {scale, static_cast<int8_t>(std::clamp(zeroPoint, -128.0, 127.0))};
}

ActivationScale TensorRange::getBalancedScale() const {
  ActivationScale scale = getScale();
  auto symmetric = std::max(std::fabs(min), std::fabs(max)) / 127;
  return symmetric <= scale.scale * 1.25f &&
                 symmetric >= std::numeric_limits<float>::min()
             ? ActivationScale{symmetric, 0}
             : scale;
}

float chooseWeightScale(float largest, float bias, float inputScale) {
  auto scale = static_cast<float>(static_cast<double>(largest) / 127);
  auto leastForBias = static_cast<float>(std::fabs(static_cast<double>(bias)) /
                                         inputScale / (1 << 30));
  scale = std::max(scale, leastForBias);
  return scale >= std::numeric_limits<float>::min() ? scale : 1;
}

} // namespace sluice
