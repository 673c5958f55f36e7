// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/Onnx/Names.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;

namespace sluice::onnx {

static Location makeNameLocation(MLIRContext *context, StringRef name) {
  return NameLoc::get(StringAttr::get(context, name));
}

Location makeNodeLocation(MLIRContext *context, StringRef node,
                          ArrayRef<StringRef> outputs) {
  SmallVector<Location> tensors;
  for (StringRef output : outputs)
    tensors.push_back(makeNameLocation(context, output));
  return NameLoc::get(StringAttr::get(context, node),
                      FusedLoc::get(context, tensors));
}

/// The location that states the names: the last one of those fused.
static NameLoc findNodeLocation(Location location) {
  if (auto name = dyn_cast<NameLoc>(location))
    return name;
  if (auto fused = dyn_cast<FusedLoc>(location))
    for (Location part : llvm::reverse(fused.getLocations()))
      if (NameLoc name = findNodeLocation(part))
        return name;
  return {};
}

StringRef getNodeName(Location location) {
  NameLoc name = findNodeLocation(location);
  return name ? name.getName().getValue() : StringRef();
}

StringRef getNodeName(Operation *op) { return getNodeName(op->getLoc()); }

StringRef getOutputName(Location location, unsigned index) {
  NameLoc node = findNodeLocation(location);
  if (!node)
    return {};
  if (auto tensor = dyn_cast<NameLoc>(node.getChildLoc()))
    return index == 0 ? tensor.getName().getValue() : StringRef();
  auto fused = dyn_cast<FusedLoc>(node.getChildLoc());
  if (!fused || index >= fused.getLocations().size())
    return {};
  auto tensor = dyn_cast<NameLoc>(fused.getLocations()[index]);
  return tensor ? tensor.getName().getValue() : StringRef();
}

StringRef getOutputName(OpResult result) {
  if (auto name = result.getOwner()->getAttrOfType<StringAttr>(outputNameAttr))
    return name.getValue();
  return getOutputName(result.getOwner()->getLoc(), result.getResultNumber());
}

void setFusedNames(Operation *fused, ArrayRef<Operation *> parts) {
  MLIRContext *context = fused->getContext();
  SmallVector<Location> locations;
  for (Operation *part : llvm::reverse(parts))
    locations.push_back(part->getLoc());
  Operation *last = parts.back();
  auto output = last->getAttrOfType<StringAttr>(outputNameAttr);
  if (!output && last->getNumResults())
    output = StringAttr::get(context, getOutputName(last->getResult(0)));
  fused->setLoc(FusedLoc::get(context, locations));
  if (output && !output.empty())
    fused->setAttr(outputNameAttr, output);
}

StringRef getTensorName(Value value) {
  if (auto result = dyn_cast<OpResult>(value))
    return getOutputName(result);
  auto argument = cast<BlockArgument>(value);
  auto function =
      dyn_cast_or_null<FunctionOpInterface>(argument.getOwner()->getParentOp());
  if (!function || !argument.getOwner()->isEntryBlock())
    return {};
  auto name = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(),
                                                    tensorNameAttr);
  return name ? name.getValue() : StringRef();
}

} // namespace sluice::onnx
