// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/cpu/Kernels.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace sluice;
using namespace sluice::cpu;

Type PackShape::inputType(Builder &builder) const {
  return isFloat ? Type(builder.getF32Type())
                 : builder.getIntegerType(inputBits);
}

Type PackShape::outputType(Builder &builder) const {
  return isFloat ? Type(builder.getF32Type()) : builder.getIntegerType(bits);
}

namespace {

/// Emits the body of a pack kernel.
class PackEmitter {
public:
  PackEmitter(KernelBuilder &b, const PackShape &shape, func::FuncOp func)
      : b(b), shape(shape), input(func.getArgument(0)),
        output(func.getArgument(1)),
        lanes(bytesAtOnce * 8 / (shape.isFloat ? 32 : shape.bits)) {}

  /// Row `row` of the image that starts at `inputImage` and `outputImage`.
  void emitRow(Value inputImage, Value outputImage, Value row) {
    Value from = b.add(outputImage, b.multiply(row, shape.rowPitch()));
    Value inside = isInside(row);
    auto branch = scf::IfOp::create(b, inside, /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(branch.thenBlock());
    int64_t left = shape.left * shape.channels;
    int64_t width = shape.cols * shape.channels;
    emitFill(from, left);
    Value sourceRow = b.add(row, -shape.top);
    emitCopy(b.add(inputImage, b.multiply(sourceRow, width)), b.add(from, left),
             width);
    emitFill(b.add(from, left + width), shape.right * shape.channels);
    b.setInsertionPointToStart(branch.elseBlock());
    emitFill(from, shape.rowPitch());
  }

private:
  Value isInside(Value row) {
    auto compare = [&](arith::CmpIPredicate predicate, int64_t bound) -> Value {
      return arith::CmpIOp::create(b, predicate, row, b.index(bound));
    };
    return arith::AndIOp::create(
        b, compare(arith::CmpIPredicate::sge, shape.top),
        compare(arith::CmpIPredicate::slt, shape.top + shape.rows));
  }

  /// body(offset, elements) for vectors of `lanes` elements, then for the rest.
  void emitVectors(int64_t count,
                   llvm::function_ref<void(Value, int64_t)> body) {
    int64_t whole = count / lanes;
    b.loop(0, whole, [&](Value i) { body(b.multiply(i, lanes), lanes); });
    if (int64_t rest = count % lanes)
      body(b.index(whole * lanes), rest);
  }

  void emitFill(Value from, int64_t count) {
    Type element = shape.outputType(b);
    emitVectors(count, [&](Value offset, int64_t size) {
      VectorType type = b.vector(size, element);
      Value fill = shape.isFloat
                       ? b.splat(type, double(shape.fill))
                       : b.splat(type, shape.fill + (shape.offset ? 128 : 0));
      b.store(fill, output, b.add(from, offset));
    });
  }

  void emitCopy(Value from, Value to, int64_t count) {
    emitVectors(count, [&](Value offset, int64_t size) {
      Value value = b.load(input, b.add(from, offset), size);
      VectorType type = b.vector(size, shape.outputType(b));
      if (!shape.isFloat && shape.bits > shape.inputBits)
        value = arith::ExtSIOp::create(b, type, value);
      if (shape.offset)
        value = arith::XOrIOp::create(b, value, b.splat(type, int64_t(-128)));
      b.store(value, output, b.add(to, offset));
    });
  }

  static constexpr int64_t bytesAtOnce = 64;
  KernelBuilder &b;
  const PackShape &shape;
  Value input, output;
  int64_t lanes;
};

} // namespace

Kernel cpu::getPackKernel(ModuleOp module, const Level &level,
                          const PackShape &s) {
  std::string name = nameKernel("pack",
                                {s.batch, s.rows, s.cols, s.channels, s.top,
                                 s.bottom, s.left, s.right, s.inputBits, s.bits,
                                 s.isFloat, s.offset, s.fill, s.slack},
                                Epilogue());
  // A unit is a padded row.
  int64_t units = s.paddedRows();
  if (auto known = module.lookupSymbol<func::FuncOp>(name))
    return {known, units};
  KernelBuilder b(module.getLoc(), level);
  func::FuncOp func =
      b.beginKernel(module, name,
                    {MemRefType::get({s.inputSize()}, s.inputType(b)),
                     MemRefType::get({s.outputSize()}, s.outputType(b))});
  PackEmitter emitter(b, s, func);
  b.loop(0, s.batch, [&](Value image) {
    Value inputImage = b.multiply(image, s.rows * s.cols * s.channels);
    Value outputImage = b.multiply(image, s.imagePitch());
    b.loop(func.getArgument(2), func.getArgument(3),
           [&](Value row) { emitter.emitRow(inputImage, outputImage, row); });
  });
  b.endKernel();
  return {func, units};
}
