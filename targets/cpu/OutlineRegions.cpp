// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/Deploy/Deploy.h"
#include "targets/cpu/Passes.h"

#include "mlir/IR/IRMapping.h"

namespace sluice::cpu {
#define GEN_PASS_DEF_OUTLINEREGIONS
#include "targets/cpu/Passes.h.inc"
} // namespace sluice::cpu

using namespace mlir;
using namespace sluice;

namespace {

struct OutlineRegions : public cpu::impl::OutlineRegionsBase<OutlineRegions> {
  void runOnOperation() override;
};

} // namespace

/// The function of `region`, the module's region number `index`.
static func::FuncOp outlineRegion(deploy::RegionOp region, unsigned index) {
  OpBuilder builder(region.getContext());
  auto type = builder.getFunctionType(region.getInputs().getTypes(),
                                      region.getOutputs().getTypes());
  std::string name = llvm::formatv("region_{0}", index);
  auto func = func::FuncOp::create(region.getLoc(), name, type);
  func.setPrivate();
  func->setAttr(cpu::regionAttrName, builder.getI32IntegerAttr(index));
  func->setAttr(cpu::nameAttrName, region.getNameAttr());

  Block *entry = func.addEntryBlock();
  builder.setInsertionPointToStart(entry);
  IRMapping mapping;
  mapping.map(region.getBodyBlock().getArguments(), entry->getArguments());
  for (Operation &op : region.getBodyBlock().without_terminator())
    builder.clone(op, mapping);
  SmallVector<Value> results;
  for (Value value : region.getYield()->getOperands())
    results.push_back(mapping.lookup(value));
  func::ReturnOp::create(builder, region.getYield()->getLoc(), results);
  return func;
}

void OutlineRegions::runOnOperation() {
  ModuleOp module = getOperation();
  SmallVector<func::FuncOp> functions;
  module.walk([&](deploy::RegionOp region) {
    functions.push_back(outlineRegion(region, functions.size()));
  });
  for (Operation &op : llvm::make_early_inc_range(*module.getBody()))
    op.erase();
  for (func::FuncOp function : functions)
    module.push_back(function);
}
