// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/cpu/Passes.h"

namespace sluice::cpu {
#define GEN_PASS_DEF_LOWERCOPIES
#include "targets/cpu/Passes.h.inc"
} // namespace sluice::cpu

using namespace mlir;
using namespace sluice;

namespace {

struct LowerCopies : public cpu::impl::LowerCopiesBase<LowerCopies> {
  void runOnOperation() override;
};

} // namespace

static bool isContiguous(Value buffer) {
  auto type = dyn_cast<MemRefType>(buffer.getType());
  return type && type.getLayout().isIdentity();
}

void LowerCopies::runOnOperation() {
  getOperation().walk([](memref::CopyOp copy) {
    if (isContiguous(copy.getSource()) && isContiguous(copy.getTarget()))
      return;
    OpBuilder builder(copy);
    linalg::CopyOp::create(builder, copy.getLoc(), copy.getSource(),
                           copy.getTarget());
    copy.erase();
  });
}
