// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/cpu/Kernels.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace sluice;
using namespace sluice::cpu;

Type PackShape::inputType(Builder &builder) const {
  return isFloat ? Type(builder.getF32Type()) : builder.getI8Type();
}

Type PackShape::outputType(Builder &builder) const {
  return isFloat ? Type(builder.getF32Type()) : builder.getIntegerType(bits);
}

namespace {

/// Emits the body of a pack kernel. Plain loops over elements: LLVM makes
/// vectors of them.
class PackEmitter {
public:
  PackEmitter(KernelBuilder &b, const PackShape &shape, func::FuncOp func)
      : b(b), shape(shape), input(func.getArgument(0)),
        output(func.getArgument(1)) {
    Type type = shape.outputType(b);
    if (shape.isFloat)
      fill = arith::ConstantOp::create(b, b.getFloatAttr(type, shape.fill));
    else
      fill = arith::ConstantOp::create(
          b, b.getIntegerAttr(type, shape.fill + (shape.offset ? 128 : 0)));
  }

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

  void emitFill(Value from, int64_t count) {
    b.loop(0, count, [&](Value i) {
      memref::StoreOp::create(b, fill, output, b.add(from, i));
    });
  }

  void emitCopy(Value from, Value to, int64_t count) {
    b.loop(0, count, [&](Value i) {
      Value element = memref::LoadOp::create(b, input, b.add(from, i));
      if (!shape.isFloat && shape.bits > 8)
        element =
            arith::ExtSIOp::create(b, b.getIntegerType(shape.bits), element);
      if (shape.offset)
        element = arith::XOrIOp::create(
            b, element, arith::ConstantOp::create(b, b.getI8IntegerAttr(-128)));
      memref::StoreOp::create(b, element, output, b.add(to, i));
    });
  }

  KernelBuilder &b;
  const PackShape &shape;
  Value input, output, fill;
};

} // namespace

Kernel cpu::getPackKernel(ModuleOp module, const Level &level,
                          const PackShape &s) {
  std::string name =
      nameKernel("pack",
                 {s.batch, s.rows, s.cols, s.channels, s.top, s.bottom, s.left,
                  s.right, s.bits, s.isFloat, s.offset, s.fill, s.slack},
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
