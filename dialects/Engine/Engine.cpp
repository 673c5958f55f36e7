// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/Engine/Engine.h"
#include "dialects/Engine/Check.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace sluice::engine;

#include "dialects/Engine/EngineDialect.cpp.inc"

#include "dialects/Engine/EngineInterfaces.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Engine/EngineAttrs.cpp.inc"

void EngineDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Engine/EngineAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Engine/EngineOps.cpp.inc"
      >();
}

LogicalResult ConfigAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 uint32_t pc, uint32_t pk, uint32_t actBytes,
                                 uint32_t actBanks, uint32_t wgtWords,
                                 uint32_t prmWords, uint32_t axiBytes,
                                 uint32_t rqCycles, uint32_t int4,
                                 uint32_t int16) {
  std::string error =
      checkParameters({pc, pk, actBytes, actBanks, wgtWords, prmWords, axiBytes,
                       rqCycles, int4, int16});
  if (!error.empty())
    return emitError() << error;
  return success();
}

//===----------------------------------------------------------------------===//
// Text: `wait(load) signal(compute) {dst = 0, ...}`
//===----------------------------------------------------------------------===//

static ParseResult parseUnits(OpAsmParser &parser, StringRef keyword,
                              UnitMask &mask) {
  if (failed(parser.parseOptionalKeyword(keyword)))
    return success();
  return parser.parseCommaSeparatedList(
      OpAsmParser::Delimiter::Paren, [&]() -> ParseResult {
        SMLoc loc = parser.getCurrentLocation();
        StringRef name;
        if (parser.parseKeyword(&name))
          return failure();
        for (unsigned unit = 0; unit < kNumUnits; ++unit)
          if (name == stringifyUnit(Unit(unit))) {
            mask |= maskOf(Unit(unit));
            return success();
          }
        return parser.emitError(loc, "expected load, compute or store");
      });
}

static void printUnits(OpAsmPrinter &printer, StringRef keyword,
                       UnitMask mask) {
  if (!mask)
    return;
  printer << keyword << '(';
  llvm::ListSeparator separator;
  for (unsigned unit = 0; unit < kNumUnits; ++unit)
    if (mask >> unit & 1)
      printer << StringRef(separator) << stringifyUnit(Unit(unit));
  printer << ") ";
}

/// Parses `name = value` of a field in `table`; one named twice is an error.
static ParseResult parseField(OpAsmParser &parser, ArrayRef<FieldInfo> table,
                              void *fields,
                              llvm::SmallDenseSet<const FieldInfo *> &seen) {
  SMLoc loc = parser.getCurrentLocation();
  StringRef name;
  int64_t value;
  if (parser.parseKeyword(&name) || parser.parseEqual() ||
      parser.parseInteger(value))
    return failure();
  auto *field = llvm::find_if(
      table, [&](const FieldInfo &info) { return info.name == name; });
  if (field == table.end())
    return parser.emitError(loc) << "no field is named '" << name << "'";
  if (!seen.insert(field).second)
    return parser.emitError(loc) << "'" << name << "' is given twice";
  if (value < field->least || value > field->greatest)
    return parser.emitError(loc) << "'" << name << "' is not in "
                                 << field->least << ".." << field->greatest;
  field->set(fields, value);
  return success();
}

template <FieldStruct T>
static ParseResult parseInstruction(OpAsmParser &parser, Tokens &tokens,
                                    T &fields) {
  if (parseUnits(parser, "wait", tokens.wait) ||
      parseUnits(parser, "signal", tokens.signal))
    return failure();
  llvm::SmallDenseSet<const FieldInfo *> seen;
  return parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Braces, [&] {
    return parseField(parser, fieldTable<T>(), &fields, seen);
  });
}

/// Fields at their default are left out.
template <FieldStruct T>
static void printInstruction(OpAsmPrinter &printer, Operation *,
                             const Tokens &tokens, const T &fields) {
  printUnits(printer, "wait", tokens.wait);
  printUnits(printer, "signal", tokens.signal);
  printer << '{';
  llvm::ListSeparator separator;
  for (const FieldInfo &field : fieldTable<T>())
    if (int64_t value = field.get(&fields); value != field.defaultValue)
      printer << StringRef(separator) << field.name << " = " << value;
  printer << '}';
}

//===----------------------------------------------------------------------===//
// Verifiers
//===----------------------------------------------------------------------===//

static LogicalResult verifyInstruction(InstructionOpInterface op) {
  auto program = cast<ProgramOp>(op->getParentOp());
  std::string error =
      checkInstruction(op.getInstruction(), program.getParameters());
  return error.empty() ? success() : op.emitOpError() << error;
}

LogicalResult ProgramOp::verify() {
  if (std::optional<uint64_t> bytes = getArenaBytes(); bytes > UINT32_MAX)
    return emitOpError() << "arena of " << *bytes
                         << " bytes is more than 32 bits address";
  if (ElementsAttr constants = getConstantsAttr())
    if (!constants.getElementType().isInteger(8))
      return emitOpError() << "constants are not bytes";
  return success();
}

/// What `instruction` wants of DRAM must lie inside `size` bytes.
static LogicalResult verifyDram(InstructionOpInterface op, DramRange range,
                                std::optional<int64_t> size) {
  if (range.begin >= 0 && range.end <= size.value_or(UINT32_MAX))
    return success();
  return op.emitOpError() << "touches bytes " << range.begin << ".."
                          << range.end - 1 << " of "
                          << (range.base ? "an arena" : "constants") << " of "
                          << size.value_or(UINT32_MAX) << " bytes";
}

LogicalResult ProgramOp::verifyRegions() {
  std::optional<int64_t> sizes[2];
  if (ElementsAttr constants = getConstantsAttr())
    sizes[0] = constants.getNumElements();
  sizes[1] = getArenaBytes();
  TokenCounters tokens;
  for (Operation &op : getBody().front()) {
    auto instruction = dyn_cast<InstructionOpInterface>(op);
    if (!instruction)
      return op.emitOpError() << "is no instruction of the engine";
    Instruction fields = instruction.getInstruction();
    if (std::string error = tokens.step(fields); !error.empty())
      return op.emitOpError() << error;
    if (auto range = dramRange(fields, getParameters()))
      if (failed(verifyDram(instruction, *range, sizes[range->base])))
        return failure();
    if (fields.opcode == Opcode::End)
      if (std::string error = tokens.finish(); !error.empty())
        return op.emitOpError() << error;
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Builders
//===----------------------------------------------------------------------===//

void ProgramOp::build(OpBuilder &builder, OperationState &state, StringRef name,
                      const Parameters &parameters) {
  state.addAttribute(getSymNameAttrName(state.name),
                     builder.getStringAttr(name));
  state.addAttribute(getConfigAttrName(state.name),
                     ConfigAttr::get(builder.getContext(), parameters));
  state.addRegion()->emplaceBlock();
}

InstructionOpInterface
sluice::engine::createInstruction(OpBuilder &builder, Location loc,
                                  const Instruction &instruction) {
  const Tokens &tokens = instruction.tokens;
  const auto &fields = instruction.fields;
  switch (instruction.opcode) {
  case Opcode::LoadAct:
    return LoadActOp::create(builder, loc, tokens,
                             std::get<LoadActFields>(fields));
  case Opcode::LoadWgt:
    return LoadWgtOp::create(builder, loc, tokens,
                             std::get<LoadWordsFields>(fields));
  case Opcode::LoadLut:
    return LoadLutOp::create(builder, loc, tokens,
                             std::get<LoadWordsFields>(instruction.fields));
  case Opcode::LoadPrm:
    return LoadPrmOp::create(builder, loc, tokens,
                             std::get<LoadWordsFields>(fields));
  case Opcode::Conv:
    return ConvOp::create(builder, loc, tokens, std::get<WindowFields>(fields));
  case Opcode::Depthwise:
    return DepthwiseOp::create(builder, loc, tokens,
                               std::get<WindowFields>(fields));
  case Opcode::Add:
    return AddOp::create(builder, loc, tokens, std::get<AddFields>(fields));
  case Opcode::MaxPool:
    return MaxPoolOp::create(builder, loc, tokens,
                             std::get<WindowFields>(fields));
  case Opcode::Store:
    return StoreOp::create(builder, loc, tokens, std::get<StoreFields>(fields));
  case Opcode::End:
    return EndOp::create(builder, loc);
  }
  llvm_unreachable("unknown opcode");
}

#define GET_OP_CLASSES
#include "dialects/Engine/EngineOps.cpp.inc"
