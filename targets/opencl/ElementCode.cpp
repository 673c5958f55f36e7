// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/opencl/ElementCode.h"

#include "compiler/Support/Layer.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace mlir;
using namespace sluice;
using namespace sluice::opencl;

//===----------------------------------------------------------------------===//
// Types, literals, inputs
//===----------------------------------------------------------------------===//

static RankedTensorType getType(Value value) {
  return cast<RankedTensorType>(value.getType());
}

std::string opencl::getTypeName(Type element, unsigned lanes) {
  std::string name = element.isF32()         ? "float"
                     : element.isInteger(32) ? "int"
                     : element.isInteger(16) ? "short"
                     : element.isInteger(8)  ? "char"
                                             : "uchar"; // i1
  return lanes == 1 ? name : name + std::to_string(lanes);
}

std::string opencl::getFloatLiteral(float number) {
  if (std::isnan(number))
    return "NAN";
  if (std::isinf(number))
    return number < 0 ? "-INFINITY" : "INFINITY";
  std::string text = llvm::formatv("{0:e9}", number).str();
  return text + "f";
}

Value opencl::skipReshapes(Value value) {
  while (auto reshape = value.getDefiningOp<tosa::ReshapeOp>())
    value = reshape.getInput1();
  return value;
}

std::string KernelInputs::getParameter(Value stored) {
  auto it = llvm::find(values, stored);
  size_t index = it - values.begin();
  if (it == values.end())
    values.push_back(stored);
  return "e" + std::to_string(index);
}

size_t KernelInputs::addConstants(ArrayRef<char> bytes) {
  constants.resize(llvm::alignTo(constants.size(), 64));
  size_t offset = constants.size();
  constants.insert(constants.end(), bytes.begin(), bytes.end());
  return offset;
}

/// The type that a variable has: truth values are ints, 0 or not.
std::string ElementCode::typeName(Type type) const {
  Type element = getElementTypeOrSelf(type);
  if (element.isInteger(1))
    return lanes == 1 ? "int" : "int" + std::to_string(lanes);
  return getTypeName(element, lanes);
}

std::string ElementCode::literal(const Twine &type, const Twine &number) const {
  return ("(" + type + ")(" + number + ")").str();
}

std::string ElementCode::name(const std::string &type,
                              const std::string &expression) {
  std::string name = "v" + std::to_string(names++);
  statements += "  const " + type + " " + name + " = " + expression + ";\n";
  return name;
}

//===----------------------------------------------------------------------===//
// Places
//===----------------------------------------------------------------------===//

/// `expression` times `factor`, as short as it goes.
static std::string times(const std::string &expression, int64_t factor) {
  if (expression == "0" || factor == 0)
    return "0";
  return factor == 1 ? expression
                     : "(" + expression + ") * " + std::to_string(factor);
}

SmallVector<std::string> ElementCode::getCoordinates(Type type,
                                                     const Place &at) {
  ArrayRef<int64_t> shape = cast<RankedTensorType>(type).getShape();
  SmallVector<int64_t> strides = computeSuffixProduct(shape);
  SmallVector<std::string> coordinates;
  for (auto [index, size] : llvm::enumerate(shape)) {
    bool isFirst = index == 0, isLast = index + 1 == shape.size();
    if (size == 1)
      coordinates.push_back("0");
    else if (isLast)
      coordinates.push_back(at.last);
    else
      coordinates.push_back(
          llvm::formatv("{0} / {1}{2}", at.linear, strides[index],
                        isFirst ? "" : " % " + std::to_string(size))
              .str());
  }
  return coordinates;
}

Place ElementCode::getPlace(Type type, ArrayRef<std::string> coordinates) {
  ArrayRef<int64_t> shape = cast<RankedTensorType>(type).getShape();
  SmallVector<int64_t> strides = computeSuffixProduct(shape);
  std::string linear;
  for (auto [index, coordinate] : llvm::enumerate(coordinates))
    if (std::string term = times(coordinate, strides[index]); term != "0")
      linear += (linear.empty() ? "" : " + ") + term;
  if (linear.empty())
    return {"0", "0"};
  if (llvm::all_of(linear, llvm::isAlnum))
    return {linear, coordinates.back()};
  return {name("int", linear), coordinates.back()};
}

FailureOr<std::string> ElementCode::getOperand(Operation *op, unsigned index,
                                               const Place &at) {
  Value operand = op->getOperand(index);
  RankedTensorType from = getType(operand), to = getType(op->getResult(0));
  if (from.getShape() == to.getShape())
    return get(operand, at);
  if (from.getNumElements() == 1)
    return getSplat(operand, {"0", "0"});
  if (flat || from.getRank() != to.getRank())
    return failure();
  SmallVector<std::string> coordinates = getCoordinates(to, at);
  for (auto [coordinate, size] : llvm::zip_equal(coordinates, from.getShape()))
    if (size == 1)
      coordinate = "0";
  Place place = getPlace(from, coordinates);
  return from.getShape().back() == 1 ? getSplat(operand, place)
                                     : get(operand, place);
}

/// One element in all lanes.
FailureOr<std::string> ElementCode::getSplat(Value value, const Place &at) {
  unsigned wanted = std::exchange(lanes, 1);
  Result scalar = get(value, at);
  lanes = wanted;
  if (failed(scalar) || lanes == 1)
    return scalar;
  return literal(typeName(value.getType()), *scalar);
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

FailureOr<std::string> ElementCode::load(Value stored, const Place &at) {
  Type element = getType(stored).getElementType();
  std::string from = inputs.getParameter(stored);
  std::string type = getTypeName(element, lanes);
  std::string loaded = lanes == 1
                           ? from + "[" + at.linear + "]"
                           : llvm::formatv("*(global const {0} *)({1} + {2})",
                                           type, from, at.linear)
                                 .str();
  if (element.isInteger(1))
    loaded = llvm::formatv("convert_{0}({1}) != 0", typeName(element), loaded);
  return name(typeName(element), loaded);
}

FailureOr<std::string> ElementCode::getConstant(DenseElementsAttr attr,
                                                const Place &at) {
  Type element = attr.getElementType();
  std::string type = typeName(element);
  if (attr.isSplat()) {
    if (element.isF32())
      return literal(type, getFloatLiteral(attr.getSplatValue<float>()));
    int64_t number = attr.getSplatValue<APInt>().getSExtValue();
    if (number == std::numeric_limits<int32_t>::min())
      return literal(type, "(int)0x80000000");
    return literal(type, Twine(number));
  }
  if (element.isInteger(1))
    return failure();
  size_t offset = inputs.addConstants(attr.getRawData());
  return name(type, lanes == 1
                        ? llvm::formatv("((global const {0} *)(constants + "
                                        "{1}))[{2}]",
                                        type, offset, at.linear)
                              .str()
                        : llvm::formatv("*(global const {0} *)((global const "
                                        "{1} *)(constants + {2}) + {3})",
                                        type, getTypeName(element, 1), offset,
                                        at.linear)
                              .str());
}

FailureOr<std::string> ElementCode::get(Value value, const Place &at) {
  if (value == sum)
    return std::string("sum");
  if (isStored(value) || isStored(skipReshapes(value)))
    value = skipReshapes(value);
  auto key = std::make_tuple(value.getAsOpaquePointer(), at.linear, lanes);
  if (auto it = known.find(key); it != known.end())
    return it->second;
  DenseElementsAttr attr;
  Result result = failure();
  if (isStored(value)) {
    result = load(value, at);
  } else if (matchPattern(value, m_Constant(&attr))) {
    result = getConstant(attr, at);
  } else if (auto reshape = value.getDefiningOp<tosa::ReshapeOp>()) {
    RankedTensorType from = getType(reshape.getInput1());
    Place place = at;
    if (!from.getRank() ||
        from.getShape().back() != getType(value).getShape().back()) {
      if (lanes > 1 && !flat)
        return failure();
      place.last = from.getRank() ? at.linear + " % " +
                                        std::to_string(from.getShape().back())
                                  : "0";
    }
    result = get(reshape.getInput1(), place);
  } else if (Operation *op = value.getDefiningOp()) {
    result = compute(op, at);
    ops.push_back(op);
  }
  if (succeeded(result))
    known[key] = *result;
  return result;
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

/// An op's elements as a format of its operands' {0}, {1}, {2}, of their type
/// {3}, for integers and for floats. Null where there is no code.
static std::pair<const char *, const char *> getFormats(Operation *op) {
  using Formats = std::pair<const char *, const char *>;
  return llvm::TypeSwitch<Operation *, Formats>(op)
      .Case([](tosa::AddOp) {
        return Formats("as_{3}(as_u{3}({0}) + as_u{3}({1}))", "{0} + {1}");
      })
      .Case([](tosa::SubOp) {
        return Formats("as_{3}(as_u{3}({0}) - as_u{3}({1}))", "{0} - {1}");
      })
      .Case([](tosa::MulOp) {
        return Formats("as_{3}(as_u{3}({0}) * as_u{3}({1}))", "{0} * {1}");
      })
      .Case([](tosa::MaximumOp) {
        return Formats("max({0}, {1})",
                       "({0} < {1} || {1} != {1}) ? {1} : {0}");
      })
      .Case([](tosa::MinimumOp) {
        return Formats("min({0}, {1})",
                       "({0} > {1} || {1} != {1}) ? {1} : {0}");
      })
      .Case([](tosa::EqualOp) { return Formats("{0} == {1}", "{0} == {1}"); })
      .Case([](tosa::GreaterOp) { return Formats("{0} > {1}", "{0} > {1}"); })
      .Case([](tosa::GreaterEqualOp) {
        return Formats("{0} >= {1}", "{0} >= {1}");
      })
      .Case([](tosa::SelectOp) {
        return Formats("{0} ? {1} : {2}", "{0} ? {1} : {2}");
      })
      .Case([](tosa::PowOp) { return Formats(nullptr, "pow({0}, {1})"); })
      .Case([](tosa::NegateOp) { return Formats(nullptr, "-{0}"); })
      .Case([](tosa::AbsOp) { return Formats(nullptr, "fabs({0})"); })
      .Case([](tosa::ExpOp) { return Formats(nullptr, "exp({0})"); })
      .Case([](tosa::LogOp) { return Formats(nullptr, "log({0})"); })
      .Case([](tosa::ErfOp) { return Formats(nullptr, "erf({0})"); })
      .Case([](tosa::TanhOp) { return Formats(nullptr, "tanh({0})"); })
      .Case([](tosa::FloorOp) { return Formats(nullptr, "floor({0})"); })
      .Case([](tosa::CeilOp) { return Formats(nullptr, "ceil({0})"); })
      .Case([](tosa::RsqrtOp) { return Formats(nullptr, "1.0f / sqrt({0})"); })
      .Case([](tosa::ReciprocalOp) { return Formats(nullptr, "1.0f / {0}"); })
      .Case([](tosa::SigmoidOp) {
        return Formats(nullptr, "1.0f / (1.0f + exp(-{0}))");
      })
      .Case([](tosa::IntDivOp) {
        // No divisor traps: x / 0 is 0, the least integer by -1 wraps.
        return Formats("{1} == 0 ? 0 : {1} == -1 ? as_int(0u - as_uint({0})) : "
                       "{0} / {1}",
                       nullptr);
      })
      .Default([](Operation *) { return Formats(nullptr, nullptr); });
}

/// The limits of a clamp as literals.
static std::pair<std::string, std::string> getLimits(tosa::ClampOp clamp) {
  auto text = [](Attribute attr) {
    if (auto number = dyn_cast<FloatAttr>(attr))
      return getFloatLiteral(number.getValue().convertToFloat());
    return std::to_string(cast<IntegerAttr>(attr).getValue().getSExtValue());
  };
  return {text(clamp.getMinValAttr()), text(clamp.getMaxValAttr())};
}

FailureOr<std::string> ElementCode::compute(Operation *op, const Place &at) {
  if (isa<tosa::RescaleOp>(op))
    return rescale(op, at);
  if (isa<tosa::CastOp>(op))
    return cast(op, at);
  if (isa<tosa::GatherOp>(op))
    return gather(op, at);
  if (isa<tosa::SliceOp, tosa::TransposeOp, tosa::ConcatOp, tosa::PadOp,
          tosa::ReverseOp, tosa::TileOp>(op))
    return move(op, at);
  std::string type = typeName(op->getResult(0).getType());
  if (auto clamp = dyn_cast<tosa::ClampOp>(op)) {
    Result x = getOperand(op, 0, at);
    if (failed(x))
      return failure();
    auto [lo, hi] = getLimits(clamp);
    std::string low = literal(type, lo), high = literal(type, hi);
    // A NaN passes: both comparisons are false.
    return name(type, llvm::formatv("{0} < {1} ? {1} : {0} > {2} ? {2} : {0}",
                                    *x, low, high));
  }
  // Scalar logic has no form in vectors.
  if (lanes > 1 && isa<tosa::IntDivOp>(op))
    return failure();
  SmallVector<std::string, 3> operands;
  for (unsigned i = 0, e = isa<tosa::MulOp, tosa::NegateOp>(op)
                               ? (isa<tosa::MulOp>(op) ? 2 : 1)
                               : op->getNumOperands();
       i < e; ++i) {
    Result operand = getOperand(op, i, at);
    if (failed(operand))
      return failure();
    operands.push_back(*operand);
  }
  bool isFloat = getElementTypeOrSelf(op->getOperands().back()).isF32() ||
                 getElementTypeOrSelf(op->getOperand(0)).isF32();
  auto [forIntegers, forFloats] = getFormats(op);
  operands.resize(3);
  return name(type, llvm::formatv(isFloat ? forFloats : forIntegers,
                                  operands[0], operands[1], operands[2], type));
}

//===----------------------------------------------------------------------===//
// Legality
//===----------------------------------------------------------------------===//

std::string opencl::judgeType(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape() || !tensor.getNumElements())
    return llvm::formatv("its shape is not static: {0}", type);
  Type element = tensor.getElementType();
  if (!element.isF32() && !element.isSignlessInteger(8) &&
      !element.isSignlessInteger(32) && !element.isSignlessInteger(1))
    return llvm::formatv("there are no kernels for elements of type {0}",
                         element);
  if (tensor.getNumElements() > std::numeric_limits<int32_t>::max())
    return llvm::formatv("{0} elements are more than 32-bit indices reach",
                         tensor.getNumElements());
  return {};
}

std::string opencl::judgeElements(Operation *op) {
  if (auto rescale = dyn_cast<tosa::RescaleOp>(op))
    return judgeRescale(rescale);
  if (isa<tosa::ReshapeOp, tosa::CastOp, tosa::ClampOp, tosa::GatherOp,
          tosa::SliceOp, tosa::TransposeOp, tosa::ConcatOp, tosa::PadOp,
          tosa::ReverseOp, tosa::TileOp>(op))
    return {};
  auto [forIntegers, forFloats] = getFormats(op);
  bool isFloat = llvm::any_of(op->getOperandTypes(), [](Type type) {
    return getElementTypeOrSelf(type).isF32();
  });
  if (!(isFloat ? forFloats : forIntegers))
    return llvm::formatv("there is no kernel for {0}{1}", op->getName(),
                         forFloats ? " of integers" : "");
  if (isa<tosa::AddOp, tosa::SubOp, tosa::MulOp, tosa::SelectOp>(op) &&
      getElementTypeOrSelf(op->getOperand(1)).isInteger(8))
    return llvm::formatv("there is no kernel for {0} of int8", op->getName());
  if (auto product = dyn_cast<tosa::MulOp>(op); product && !isFloat) {
    auto shift = readIntegers(product.getShift());
    if (!shift || shift->front() != 0)
      return "there is no kernel for tosa.mul with a shift";
  }
  return {};
}
