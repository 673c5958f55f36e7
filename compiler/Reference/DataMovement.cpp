// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operators that move elements and compute nothing.

#include "compiler/Reference/Ops.h"

using namespace mlir;

namespace sluice::reference {

/// Calls fn(flat index, index in each dimension) for every element of `shape`.
template <typename F>
static void forEachIndex(ArrayRef<int64_t> shape, F &&fn) {
  int64_t size = ShapedType::getNumElements(shape);
  SmallVector<int64_t> index(shape.size(), 0);
  for (int64_t flat = 0; flat < size; ++flat) {
    fn(flat, index);
    for (int64_t dim = static_cast<int64_t>(shape.size()) - 1; dim >= 0;
         --dim) {
      if (++index[dim] < shape[dim])
        break;
      index[dim] = 0;
    }
  }
}

static int64_t flatten(ArrayRef<int64_t> index, ArrayRef<int64_t> strides) {
  int64_t flat = 0;
  for (auto [i, stride] : llvm::zip_equal(index, strides))
    flat += i * stride;
  return flat;
}

/// result[i] = source[sourceIndex(i)].
template <typename F>
static Tensor gather(RankedTensorType type, const Tensor &source,
                     F &&sourceIndex) {
  Tensor result(type);
  SmallVector<int64_t> strides = getStrides(source.getShape());
  visitType(type.getElementType(), [&](auto zero) {
    using T = decltype(zero);
    forEachIndex(type.getShape(), [&](int64_t flat, ArrayRef<int64_t> index) {
      result.data<T>()[flat] =
          source.data<T>()[flatten(sourceIndex(index), strides)];
    });
  });
  return result;
}

/// result[targetIndex(i)] = source[i]; other elements keep their value.
template <typename F>
static void scatter(Tensor &result, const Tensor &source, F &&targetIndex) {
  SmallVector<int64_t> strides = getStrides(result.getShape());
  visitType(result.getElementType(), [&](auto zero) {
    using T = decltype(zero);
    forEachIndex(source.getShape(), [&](int64_t flat, ArrayRef<int64_t> index) {
      result.data<T>()[flatten(targetIndex(index), strides)] =
          source.data<T>()[flat];
    });
  });
}

/// offsets + index · strides.
static SmallVector<int64_t> place(ArrayRef<int64_t> index,
                                  ArrayRef<int64_t> offsets,
                                  ArrayRef<int64_t> strides) {
  SmallVector<int64_t> result(index);
  for (auto [i, offset, stride] : llvm::zip_equal(result, offsets, strides))
    i = offset + i * stride;
  return result;
}

static SmallVector<int64_t> toVector(const Tensor &shape) {
  SmallVector<int64_t> values;
  for (int64_t i = 0; i < shape.size(); ++i)
    values.push_back(shape.getInt(i));
  return values;
}

Result eval(tosa::ConstOp op, Operands) {
  Result result = Tensor::fromAttr(op.getValues());
  if (failed(result))
    return op.emitError("the reference interpreter cannot read this constant");
  return result;
}

Result eval(tosa::ConstShapeOp op, Operands) {
  return Tensor::fromAttr(op.getValues());
}

Result eval(tosa::IdentityOp op, Operands operands) { return *operands[0]; }

Result eval(tosa::ReshapeOp op, Operands operands) {
  return operands[0]->reshaped(getResultType(op));
}

Result eval(tosa::TransposeOp op, Operands operands) {
  return gather(getResultType(op), *operands[0], [&](ArrayRef<int64_t> index) {
    SmallVector<int64_t> source(index.size());
    for (auto [i, dim] : llvm::enumerate(op.getPerms()))
      source[dim] = index[i];
    return source;
  });
}

Result eval(tosa::PadOp op, Operands operands) {
  Tensor result(getResultType(op));
  visitType(result.getElementType(), [&](auto zero) {
    using T = decltype(zero);
    llvm::fill(result.data<T>(), operands[2]->data<T>()[0]);
  });
  SmallVector<int64_t> before, ones(result.getRank(), 1);
  for (int64_t dim = 0; dim < result.getRank(); ++dim)
    before.push_back(operands[1]->getInt(2 * dim));
  scatter(result, *operands[0],
          [&](ArrayRef<int64_t> index) { return place(index, before, ones); });
  return result;
}

Result eval(tosa::SliceOp op, Operands operands) {
  SmallVector<int64_t> start = toVector(*operands[1]), ones(start.size(), 1);
  return gather(getResultType(op), *operands[0], [&](ArrayRef<int64_t> index) {
    return place(index, start, ones);
  });
}

Result eval(tosa::ConcatOp op, Operands operands) {
  Tensor result(getResultType(op));
  SmallVector<int64_t> offsets(result.getRank(), 0), ones(result.getRank(), 1);
  for (const Tensor *part : operands) {
    scatter(result, *part, [&](ArrayRef<int64_t> index) {
      return place(index, offsets, ones);
    });
    offsets[op.getAxis()] += part->getShape()[op.getAxis()];
  }
  return result;
}

Result eval(tosa::ReverseOp op, Operands operands) {
  return gather(getResultType(op), *operands[0], [&](ArrayRef<int64_t> index) {
    SmallVector<int64_t> source(index);
    source[op.getAxis()] =
        operands[0]->getShape()[op.getAxis()] - 1 - source[op.getAxis()];
    return source;
  });
}

Result eval(tosa::TileOp op, Operands operands) {
  return gather(getResultType(op), *operands[0], [&](ArrayRef<int64_t> index) {
    SmallVector<int64_t> source(index);
    for (auto [i, size] : llvm::zip_equal(source, operands[0]->getShape()))
      i %= size;
    return source;
  });
}

Result eval(tosa::GatherOp op, Operands operands) {
  const Tensor &values = *operands[0], &indices = *operands[1];
  for (int64_t i = 0; i < indices.size(); ++i)
    if (indices.getInt(i) < 0 || indices.getInt(i) >= values.getShape()[1])
      return op.emitError("gather index ")
             << indices.getInt(i) << " is outside the values";
  return gather(getResultType(op), values, [&](ArrayRef<int64_t> index) {
    int64_t row = indices.getInt(index[0] * indices.getShape()[1] + index[1]);
    return SmallVector<int64_t>{index[0], row, index[2]};
  });
}

Result eval(tensor::EmptyOp op, Operands) { return Tensor(op.getType()); }

Result eval(tensor::ExtractSliceOp op, Operands operands) {
  if (op.getSourceType().getRank() != op.getType().getRank())
    return op.emitError("the reference interpreter takes slices of equal rank");
  return gather(op.getType(), *operands[0], [&](ArrayRef<int64_t> index) {
    return place(index, op.getStaticOffsets(), op.getStaticStrides());
  });
}

Result eval(tensor::InsertSliceOp op, Operands operands) {
  if (op.getSourceType().getRank() != op.getType().getRank())
    return op.emitError("the reference interpreter takes slices of equal rank");
  Tensor result = *operands[1];
  scatter(result, *operands[0], [&](ArrayRef<int64_t> index) {
    return place(index, op.getStaticOffsets(), op.getStaticStrides());
  });
  return result;
}

} // namespace sluice::reference
