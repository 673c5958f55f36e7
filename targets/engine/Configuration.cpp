// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/engine/Configuration.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace sluice::engine;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::formatv;
using llvm::StringRef;

//===----------------------------------------------------------------------===//
// Board files
//===----------------------------------------------------------------------===//

namespace {

struct EmbeddedBoard {
  llvm::StringLiteral name, json;
};

/// The files of boards/, made by CMake in the order of their names.
constexpr EmbeddedBoard embeddedBoards[] = {
#include "targets/engine/Boards.inc"
};

} // namespace

static bool fromJSON(const llvm::json::Value &value, Parameters &parameters,
                     llvm::json::Path path) {
  llvm::json::ObjectMapper mapper(value, path);
  return mapper && llvm::all_of(parameterTable(), [&](const auto &info) {
           uint64_t wide = 0;
           if (!mapper.map(info.name, wide))
             return false;
           if (wide > UINT32_MAX) {
             path.field(info.name).report("is more than 32 bits hold");
             return false;
           }
           parameters.*info.member = wide;
           return true;
         });
}

static bool fromJSON(const llvm::json::Value &value, Board &board,
                     llvm::json::Path path) {
  llvm::json::ObjectMapper mapper(value, path);
  if (!mapper || !mapper.map("name", board.name) ||
      !mapper.map("description", board.description) ||
      !mapper.map("device", board.device) ||
      !mapper.map("shell", board.shell) ||
      !mapper.map("clock_mhz", board.clockMhz) ||
      !mapper.map("multipliers", board.multipliers) ||
      !mapper.map("memory_bits", board.memoryBits))
    return false;
  const llvm::json::Value *parameters = value.getAsObject()->get("parameters");
  llvm::json::Path field = path.field("parameters");
  if (!parameters) {
    field.report("is missing");
    return false;
  }
  return fromJSON(*parameters, board.parameters, field);
}

static Expected<Board> parseBoard(StringRef json, StringRef source) {
  auto fail = [&](Error error) {
    return createStringError(
        source + ": not a board file: " + llvm::toString(std::move(error)));
  };
  Expected<llvm::json::Value> value = llvm::json::parse(json);
  if (!value)
    return fail(value.takeError());
  Board board;
  llvm::json::Path::Root root("board");
  if (!fromJSON(*value, board, root))
    return fail(root.getError());
  return board;
}

static Expected<Board> findBoard(StringRef source) {
  if (source.ends_with(".json")) {
    auto buffer = llvm::MemoryBuffer::getFile(source, /*IsText=*/true);
    if (!buffer)
      return createStringError("cannot read board file '" + source +
                               "': " + buffer.getError().message());
    return parseBoard((*buffer)->getBuffer(), source);
  }
  for (const EmbeddedBoard &board : embeddedBoards)
    if (board.name == source)
      return parseBoard(board.json, source);
  return createStringError(
      "unknown engine board '" + source + "'; known boards: " +
      llvm::join(getBoardNames(), ", ") + "; or the path of a .json file");
}

std::vector<StringRef> sluice::engine::getBoardNames() {
  std::vector<StringRef> names;
  for (const EmbeddedBoard &board : embeddedBoards)
    names.push_back(board.name);
  return names;
}

//===----------------------------------------------------------------------===//
// Configurations
//===----------------------------------------------------------------------===//

/// Applies NAME=VALUE to `parameters`.
static Error applyChange(StringRef change, Parameters &parameters) {
  auto [name, digits] = change.split('=');
  for (const ParameterInfo &info : parameterTable()) {
    if (info.name != name)
      continue;
    if (digits.getAsInteger(10, parameters.*info.member))
      return createStringError("engine parameter " + name + ": '" + digits +
                               "' is not a whole number below 2^32");
    return Error::success();
  }
  auto names = llvm::map_range(
      parameterTable(), [](const auto &info) { return StringRef(info.name); });
  return createStringError("unknown engine parameter '" + name + "' in '" +
                           change + "'; known: " + llvm::join(names, ", "));
}

Expected<Configuration> Configuration::parse(StringRef text) {
  auto [source, changes] = text.split(',');
  Configuration configuration;
  configuration.source = source;
  Expected<Board> board = findBoard(source);
  if (!board)
    return board.takeError();
  configuration.theBoard = std::move(*board);
  configuration.theParameters = configuration.theBoard.parameters;
  while (!changes.empty()) {
    auto [change, rest] = changes.split(',');
    if (Error error = applyChange(change, configuration.theParameters))
      return error;
    changes = rest;
  }
  if (Error error = configuration.validate())
    return error;
  return configuration;
}

Error Configuration::validate() const {
  auto fail = [&](const llvm::Twine &what) {
    return createStringError("engine configuration '" + description() +
                             "': " + what);
  };
  std::string broken = checkParameters(theParameters);
  if (!broken.empty())
    return fail(broken);
  if (multipliers() > theBoard.multipliers)
    return fail(formatv("PC = {0} and PK = {1} need {2} multipliers; {3} has "
                        "{4}: make PC or PK smaller",
                        theParameters.PC, theParameters.PK, multipliers(),
                        theBoard.device, theBoard.multipliers));
  if (memoryBits() > theBoard.memoryBits)
    return fail(formatv("the scratchpads need {0} bits; {1} has {2}: make "
                        "ACT_BYTES, WGT_WORDS or PRM_WORDS smaller",
                        memoryBits(), theBoard.device, theBoard.memoryBits));
  if (!(theBoard.clockMhz > 0))
    return fail("clock_mhz is not positive");
  return Error::success();
}

std::string Configuration::description() const {
  std::string text = source;
  for (const ParameterInfo &info : parameterTable())
    if (theParameters.*info.member != theBoard.parameters.*info.member)
      text += formatv(",{0}={1}", info.name, theParameters.*info.member);
  return text;
}

std::string Configuration::canonical() const {
  std::string text;
  for (const ParameterInfo &info : parameterTable())
    text += formatv("{0}={1} ", info.name, theParameters.*info.member);
  return text + "ISA=1";
}

uint64_t Configuration::hash() const {
  uint64_t hash = 0xcbf29ce484222325;
  for (unsigned char c : canonical())
    hash = (hash ^ c) * 0x100000001b3;
  return hash;
}

uint64_t Configuration::multipliers() const {
  uint64_t lanes = theParameters.PK;
  return theParameters.PC * lanes + 2 * lanes;
}

uint64_t Configuration::memoryBits() const {
  uint64_t lanes = theParameters.PK;
  return 8 * (theParameters.ACT_BYTES +
              theParameters.WGT_WORDS * lanes * theParameters.PC +
              theParameters.PRM_WORDS * lanes * 8);
}
