// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/cpu/Kernels.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace sluice;
using namespace sluice::cpu;

Type Epilogue::getResultType(Builder &builder) const {
  switch (kind) {
  case Sum:
    return builder.getI32Type();
  case Requantize:
    return builder.getIntegerType(bits);
  case Float:
    return builder.getF32Type();
  }
  llvm_unreachable("all kinds are above");
}

Type Epilogue::getSumType(Builder &builder) const {
  return kind == Float ? Type(builder.getF32Type()) : builder.getI32Type();
}

func::FuncOp KernelBuilder::beginKernel(ModuleOp module, StringRef name,
                                        ArrayRef<Type> arguments) {
  SmallVector<Type> types(arguments);
  types.append(2, getIndexType());
  auto func = func::FuncOp::create(getLoc(), name, getFunctionType(types, {}));
  func.setPrivate();
  for (unsigned i = 0; i < arguments.size(); ++i)
    func.setArgAttr(i, LLVM::LLVMDialect::getNoAliasAttrName(), getUnitAttr());
  // Each kernel is compiled once, however many regions call it.
  func->setAttr("passthrough", getArrayAttr({getStringAttr("noinline"),
                                             getStringAttr("nounwind")}));
  module.push_back(func);
  setInsertionPointToStart(func.addEntryBlock());
  return func;
}

void KernelBuilder::endKernel() { func::ReturnOp::create(*this); }

Value KernelBuilder::index(int64_t value) {
  return arith::ConstantIndexOp::create(*this, value);
}

Value KernelBuilder::add(Value a, Value b) {
  return arith::AddIOp::create(*this, a, b);
}

Value KernelBuilder::add(Value a, int64_t b) {
  return b == 0 ? a : add(a, index(b));
}

Value KernelBuilder::multiply(Value a, int64_t b) {
  return b == 1 ? a : Value(arith::MulIOp::create(*this, a, index(b)));
}

SmallVector<Value> KernelBuilder::loop(int64_t from, int64_t to, int64_t step,
                                       ValueRange carried, LoopBody body) {
  if (from + step >= to)
    return body(index(from), carried);
  auto loop =
      scf::ForOp::create(*this, index(from), index(to), index(step), carried);
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToStart(loop.getBody());
  SmallVector<Value> results =
      body(loop.getInductionVar(), loop.getRegionIterArgs());
  scf::YieldOp::create(*this, results);
  return SmallVector<Value>(loop.getResults());
}

void KernelBuilder::loop(Value from, Value to, PlainBody body) {
  auto loop = scf::ForOp::create(*this, from, to, index(1));
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToStart(loop.getBody());
  body(loop.getInductionVar());
}

void KernelBuilder::loop(int64_t from, int64_t to, PlainBody body) {
  if (from + 1 == to)
    return body(index(from));
  if (from < to)
    loop(index(from), index(to), body);
}

VectorType KernelBuilder::vector(int64_t lanes, Type element) {
  return VectorType::get({lanes}, element);
}

Value KernelBuilder::load(Value buffer, Value offset, int64_t lanes) {
  Type element = cast<MemRefType>(buffer.getType()).getElementType();
  return vector::LoadOp::create(*this, vector(lanes, element), buffer, offset);
}

Value KernelBuilder::loadPart(Value buffer, Value offset, int64_t valid,
                              int64_t lanes) {
  Value part = load(buffer, offset, valid);
  if (valid == lanes)
    return part;
  VectorType type =
      vector(lanes, cast<VectorType>(part.getType()).getElementType());
  Value zeros = arith::ConstantOp::create(*this, getZeroAttr(type));
  return vector::InsertStridedSliceOp::create(
      *this, part, zeros, ArrayRef<int64_t>{0}, ArrayRef<int64_t>{1});
}

Value KernelBuilder::loadBroadcast(Value buffer, Value offset, int64_t lanes) {
  Value element = memref::LoadOp::create(*this, buffer, offset);
  return vector::BroadcastOp::create(*this, vector(lanes, element.getType()),
                                     element);
}

void KernelBuilder::store(Value value, Value buffer, Value offset) {
  vector::StoreOp::create(*this, value, buffer, offset);
}

Value KernelBuilder::splat(VectorType type, int64_t value) {
  APInt bits(64, value, /*isSigned=*/true);
  return arith::ConstantOp::create(
      *this,
      DenseElementsAttr::get(type, bits.trunc(type.getElementTypeBitWidth())));
}

Value KernelBuilder::splat(VectorType type, double value) {
  return arith::ConstantOp::create(
      *this, DenseElementsAttr::get(
                 type, Attribute(getFloatAttr(type.getElementType(), value))));
}

Value KernelBuilder::multiplyAdd(Value a, Value b, Value c) {
  if (level.fma)
    return math::FmaOp::create(*this, a, b, c);
  return arith::AddFOp::create(*this, arith::MulFOp::create(*this, a, b), c);
}

Value KernelBuilder::multiplyAdd(const DotProduct &dot, Value input,
                                 Value weights, Value sum) {
  if (dot.intrinsic.empty()) {
    Value wide = arith::ExtSIOp::create(*this, sum.getType(), weights);
    return arith::AddIOp::create(*this, sum,
                                 arith::MulIOp::create(*this, input, wide));
  }
  auto intrinsic = [&](ValueRange operands) -> Value {
    return LLVM::CallIntrinsicOp::create(*this, sum.getType(),
                                         getStringAttr(dot.intrinsic), operands)
        .getResult(0);
  };
  if (dot.accumulates)
    return intrinsic({sum, input, weights});
  return arith::AddIOp::create(*this, sum, intrinsic({input, weights}));
}

/// docs/spec/integers.md section 3, the result as int32.
Value KernelBuilder::requantize(const Epilogue &epilogue, Value sum,
                                const ChannelTables &tables, Value channel) {
  auto type = cast<VectorType>(sum.getType());
  int64_t lanes = type.getNumElements();
  VectorType wide = vector(lanes, getI64Type());
  Value multiplier = load(tables.multipliers, channel, lanes);
  Value shift = load(tables.shifts, channel, lanes);
  Value half = load(tables.halves, channel, lanes);
  Value product =
      arith::MulIOp::create(*this, arith::ExtSIOp::create(*this, wide, sum),
                            arith::ExtSIOp::create(*this, wide, multiplier));
  Value rounded = arith::AddIOp::create(*this, product, half);
  Value result;
  if (epilogue.high) {
    Value upper =
        arith::ShRUIOp::create(*this, rounded, splat(wide, int64_t(32)));
    upper = arith::TruncIOp::create(*this, type, upper);
    result = arith::ShRSIOp::create(*this, upper, shift);
  } else {
    Value wideShift = arith::ExtSIOp::create(*this, wide, shift);
    Value shifted = arith::ShRSIOp::create(*this, rounded, wideShift);
    result = arith::TruncIOp::create(*this, type, shifted);
  }
  if (epilogue.zeroPoint != 0)
    result = arith::AddIOp::create(*this, result,
                                   splat(type, int64_t(epilogue.zeroPoint)));
  result =
      arith::MaxSIOp::create(*this, result, splat(type, int64_t(epilogue.lo)));
  return arith::MinSIOp::create(*this, result,
                                splat(type, int64_t(epilogue.hi)));
}

void KernelBuilder::finish(const Epilogue &epilogue, Value sum,
                           const ChannelTables &tables, Value channel,
                           int64_t valid, Value output, Value offset) {
  auto type = cast<VectorType>(sum.getType());
  Value result = sum;
  if (epilogue.kind == Epilogue::Requantize) {
    result = requantize(epilogue, sum, tables, channel);
    result = arith::TruncIOp::create(
        *this, vector(type.getNumElements(), epilogue.getResultType(*this)),
        result);
  } else if (epilogue.kind == Epilogue::Float) {
    auto bound = [&](arith::CmpFPredicate predicate, float limit) {
      if (std::isinf(limit))
        return;
      // One instruction on x86; arith.maximumf would need several.
      Value limits = splat(type, double(limit));
      Value beyond = arith::CmpFOp::create(*this, predicate, limits, result);
      result = arith::SelectOp::create(*this, beyond, limits, result);
    };
    bound(arith::CmpFPredicate::OGT, epilogue.floatLo);
    bound(arith::CmpFPredicate::OLT, epilogue.floatHi);
  }
  if (valid < type.getNumElements())
    result = vector::ExtractStridedSliceOp::create(
        *this, result, ArrayRef<int64_t>{0}, ArrayRef<int64_t>{valid},
        ArrayRef<int64_t>{1});
  store(result, output, offset);
}

std::string cpu::nameKernel(StringRef kind, ArrayRef<int64_t> numbers,
                            const Epilogue &epilogue) {
  std::string name;
  llvm::raw_string_ostream stream(name);
  stream << kind;
  for (int64_t number : numbers)
    stream << '_' << number;
  if (epilogue.kind == Epilogue::Requantize)
    stream << (epilogue.high ? "_high" : "_wide") << '_' << epilogue.bits << '_'
           << epilogue.zeroPoint << '_' << epilogue.lo << '_' << epilogue.hi;
  if (epilogue.kind == Epilogue::Float)
    stream << "_f32_"
           << llvm::format_hex(llvm::bit_cast<uint32_t>(epilogue.floatLo), 8)
           << '_'
           << llvm::format_hex(llvm::bit_cast<uint32_t>(epilogue.floatHi), 8);
  llvm::replace(name, '-', 'm'); // no quotes around symbols
  return name;
}
