// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/Onnx/Constants.h"
#include "dialects/Onnx/Onnx.h"

#include <cmath>

using namespace mlir;
using namespace sluice::onnx;

std::optional<SmallVector<double>> ResizeOp::getAllScales() {
  auto from = dyn_cast<RankedTensorType>(getX().getType());
  auto to = dyn_cast<RankedTensorType>(getY().getType());
  if (getScales())
    return readFloats(getScales());
  if (!from || !to || !from.hasStaticShape() || !to.hasStaticShape())
    return std::nullopt;
  SmallVector<double> scales;
  for (auto [size, resized] : llvm::zip_equal(from.getShape(), to.getShape()))
    scales.push_back(static_cast<double>(resized) / static_cast<double>(size));
  return scales;
}

LogicalResult ResizeOp::inferShapes(ResultShapes &shapes) {
  if (!llvm::is_contained({"nearest", "linear", "cubic"}, getMode()))
    return emitOpError() << "mode '" << getMode()
                         << "' is not one of nearest, linear, cubic";
  if (static_cast<bool>(getScales()) == static_cast<bool>(getSizes()))
    return emitOpError("must have either scales or sizes");
  ArrayRef<int64_t> x = shapeOf(getX());
  std::optional<Shape> sizes = readIntegers(getSizes());
  std::optional<SmallVector<double>> scales = readFloats(getScales());
  if (!sizes && !scales) {
    shapes.push_back(std::nullopt);
    return success();
  }
  size_t count = sizes ? sizes->size() : scales->size();
  if (count != x.size())
    return emitOpError() << (sizes ? "sizes" : "scales") << " has " << count
                         << " entries, expected " << x.size();
  Shape shape;
  for (size_t i = 0; i < count; ++i) {
    double size = sizes ? static_cast<double>((*sizes)[i])
                        : std::floor(static_cast<double>(x[i]) * (*scales)[i]);
    if (!(size >= 1 && size <= static_cast<double>(maxElements)))
      return emitOpError() << "leaves nothing, or too much, of dimension " << i;
    shape.push_back(static_cast<int64_t>(size));
  }
  shapes.push_back(shape);
  return success();
}
