// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/Deploy/Deploy.h"

#include "mlir/IR/Builders.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sluice::deploy;

#include "dialects/Deploy/DeployDialect.cpp.inc"

#define GET_OP_CLASSES
#include "dialects/Deploy/DeployOps.cpp.inc"

void DeployDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "dialects/Deploy/DeployOps.cpp.inc"
      >();
}

int64_t sluice::deploy::getPackedBytes(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  int64_t bits = tensor.getElementTypeBitWidth();
  return tensor.getNumElements() * llvm::divideCeil(bits, 8);
}

std::optional<int64_t> sluice::deploy::getArenaOffset(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto func =
        dyn_cast<FunctionOpInterface>(argument.getOwner()->getParentOp());
    auto offset = func ? func.getArgAttrOfType<IntegerAttr>(
                             argument.getArgNumber(), offsetAttrName)
                       : IntegerAttr();
    return offset ? std::optional(offset.getInt()) : std::nullopt;
  }
  auto region = value.getDefiningOp<RegionOp>();
  if (!region || !region.getOffsets())
    return std::nullopt;
  return (*region.getOffsets())[cast<OpResult>(value).getResultNumber()];
}

//===----------------------------------------------------------------------===//
// RegionOp
//===----------------------------------------------------------------------===//

void RegionOp::build(OpBuilder &builder, OperationState &state, StringRef name,
                     StringRef target, ValueRange inputs, TypeRange results) {
  state.addOperands(inputs);
  state.addTypes(results);
  state.getOrAddProperties<Properties>().name = builder.getStringAttr(name);
  state.getOrAddProperties<Properties>().target = builder.getStringAttr(target);
  Block &block = state.addRegion()->emplaceBlock();
  for (Value input : inputs)
    block.addArgument(input.getType(), input.getLoc());
}

YieldOp RegionOp::getYield() {
  return cast<YieldOp>(getBodyBlock().getTerminator());
}

ParseResult RegionOp::parse(OpAsmParser &parser, OperationState &state) {
  auto &properties = state.getOrAddProperties<Properties>();
  SmallVector<OpAsmParser::Argument> arguments;
  SmallVector<OpAsmParser::UnresolvedOperand> operands;
  FunctionType type;
  if (parser.parseAttribute(properties.name) || parser.parseKeyword("on") ||
      parser.parseAttribute(properties.target) ||
      parser.parseAssignmentList(arguments, operands) || parser.parseColon())
    return failure();
  SMLoc typeLoc = parser.getCurrentLocation();
  if (parser.parseType(type) ||
      parser.parseOptionalAttrDictWithKeyword(state.attributes) ||
      parser.resolveOperands(operands, type.getInputs(), typeLoc,
                             state.operands))
    return failure();
  state.addTypes(type.getResults());
  for (auto [argument, input] : llvm::zip_equal(arguments, type.getInputs()))
    argument.type = input;
  Region *body = state.addRegion();
  if (parser.parseRegion(*body, arguments))
    return failure();
  ensureTerminator(*body, parser.getBuilder(), state.location);
  return success();
}

void RegionOp::print(OpAsmPrinter &printer) {
  printer << ' ' << getNameAttr() << " on " << getTargetAttr() << " (";
  llvm::interleaveComma(
      llvm::zip_equal(getBodyBlock().getArguments(), getInputs()), printer,
      [&](auto pair) {
        auto [argument, input] = pair;
        printer << argument << " = " << input;
      });
  printer << ") : ";
  printer.printFunctionalType(getOperation());
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(),
                                           {"name", "target"});
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

LogicalResult RegionOp::verify() {
  for (Type type :
       llvm::concat<const Type>(SmallVector<Type>(getInputs().getTypes()),
                                SmallVector<Type>(getResultTypes())))
    if (!cast<RankedTensorType>(type).hasStaticShape())
      return emitOpError("has ")
             << type << " at its boundary; the shape must be static";
  if (getName().empty() || getTarget().empty())
    return emitOpError("needs a name and a target");
  for (auto sibling : (*this)->getBlock()->getOps<RegionOp>())
    if (sibling != *this && sibling.getName() == getName() &&
        sibling->isBeforeInBlock(*this))
      return emitOpError("has the name of an earlier region, \"")
             << getName() << '"';
  return verifyMemory();
}

LogicalResult RegionOp::verifyMemory() {
  auto misplaced = [](int64_t offset) {
    return offset < 0 || offset % arenaAlignment != 0;
  };
  if (std::optional<ArrayRef<int64_t>> offsets = getOffsets()) {
    if (offsets->size() != getNumResults())
      return emitOpError("has ") << offsets->size() << " offsets for "
                                 << getNumResults() << " results";
    for (int64_t offset : *offsets)
      if (misplaced(offset))
        return emitOpError("has offset ")
               << offset << "; it must be a multiple of " << arenaAlignment;
  }
  if (std::optional<uint64_t> offset = getScratchOffset()) {
    if (!getScratchSize())
      return emitOpError("has a scratch_offset but no scratch_size");
    if (misplaced(*offset))
      return emitOpError("has scratch_offset ")
             << *offset << "; it must be a multiple of " << arenaAlignment;
  }
  return success();
}

LogicalResult RegionOp::verifyRegions() {
  if (getBodyBlock().getArgumentTypes() != getInputs().getTypes())
    return emitOpError("has a body whose arguments do not have the types of "
                       "its operands");
  if (getYield().getValues().getTypes() != getResultTypes())
    return emitOpError("yields ")
           << getYield().getValues().getTypes() << " but its results are "
           << getResultTypes();
  return success();
}
