// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/engine/Configuration.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cmath>

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
           uint64_t wide = info.fallback.value_or(0);
           if (info.fallback ? !mapper.mapOptional(info.name, wide)
                             : !mapper.map(info.name, wide))
             return false;
           if (wide > UINT32_MAX) {
             path.field(info.name).report("is more than 32 bits hold");
             return false;
           }
           parameters.*info.member = wide;
           return true;
         });
}

static bool readMemory(const llvm::json::Value *value, MemoryTiming &memory,
                       llvm::json::Path path) {
  if (!value)
    return true;
  llvm::json::ObjectMapper mapper(*value, path);
  uint64_t latency = 0, bytes = 0;
  if (!mapper || !mapper.map("latency", latency) ||
      !mapper.map("bytes_per_cycle", bytes))
    return false;
  if (latency > 100000 || bytes < 1 || bytes > 1024) {
    path.report("is no memory that an engine has: latency is at most 100000, "
                "bytes_per_cycle 1 to 1024");
    return false;
  }
  memory = {unsigned(latency), unsigned(bytes)};
  return true;
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
      !mapper.map("memory_bits", board.memoryBits) ||
      !mapper.mapOptional("memory_block_bits", board.blocks.memoryBits) ||
      !mapper.mapOptional("multiplier_bits", board.blocks.multiplierBits) ||
      !mapper.mapOptional("luts", board.luts) ||
      !readMemory(value.getAsObject()->get("memory"), board.memory,
                  path.field("memory")) ||
      !mapper.mapOptional("link_bytes_per_second", board.linkBytesPerSecond))
    return false;
  if (board.blocks.memoryBits < kBlockWords) {
    path.field("memory_block_bits").report("is less than 512");
    return false;
  }
  const llvm::json::Value *parameters = value.getAsObject()->get("parameters");
  llvm::json::Path field = path.field("parameters");
  if (!parameters) {
    field.report("is missing");
    return false;
  }
  return fromJSON(*parameters, board.parameters, field);
}

static std::vector<StringRef> getParameterNames() {
  std::vector<StringRef> names;
  for (const ParameterInfo &info : parameterTable())
    names.push_back(info.name);
  return names;
}

/// A misspelled parameter would leave a fallback in its place.
static Error checkNames(const llvm::json::Object &parameters) {
  std::vector<StringRef> known = getParameterNames();
  for (const auto &[name, value] : parameters)
    if (!llvm::is_contained(known, StringRef(name)))
      return createStringError("is none of " + llvm::join(known, ", ") +
                               " at board.parameters." + StringRef(name));
  return Error::success();
}

/// The board that `json` describes. The remedy is in the error.
static Expected<Board> readBoard(StringRef json) {
  auto fail = [](Error error) {
    return createStringError(llvm::toString(std::move(error)) +
                             "; see the fields of ulx3s-85f.json");
  };
  Expected<llvm::json::Value> value = llvm::json::parse(json);
  if (!value)
    return fail(value.takeError());
  Board board;
  llvm::json::Path::Root root("board");
  if (!fromJSON(*value, board, root))
    return fail(root.getError());
  if (Error error = checkNames(*value->getAsObject()->getObject("parameters")))
    return fail(std::move(error));
  board.text = json;
  return board;
}

/// The code of what is wrong in a file, not with it.
static const std::error_code kBroken =
    std::make_error_code(std::errc::bad_message);

static Expected<Board> parseBoard(StringRef json, StringRef source) {
  Expected<Board> board = readBoard(json);
  if (!board)
    return createStringError(kBroken, source + ": not a board file: " +
                                          llvm::toString(board.takeError()));
  return board;
}

static Expected<Board> findBoard(StringRef source) {
  if (source.ends_with(".json")) {
    auto buffer = llvm::MemoryBuffer::getFile(source, /*IsText=*/true);
    if (!buffer)
      return createStringError(buffer.getError(),
                               "cannot read board file '" + source +
                                   "': " + buffer.getError().message() +
                                   "; name one that can be read");
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

/// Applies NAME=VALUE to `parameters` or `schedule`.
static Error applyChange(StringRef change, Parameters &parameters,
                         TileSchedule &schedule) {
  auto [name, digits] = change.split('=');
  std::vector<StringRef> names = getParameterNames();
  for (const ParameterInfo &info : parameterTable()) {
    if (info.name != name)
      continue;
    if (digits.getAsInteger(10, parameters.*info.member))
      return createStringError("engine parameter " + name + ": '" + digits +
                               "' is not a whole number below 2^32");
    return Error::success();
  }
  for (const TileScheduleInfo &info : kTileScheduleTable) {
    names.push_back(info.name);
    if (info.name != name)
      continue;
    uint32_t &value = schedule.*info.member;
    if (digits.getAsInteger(10, value) || value < info.least ||
        value > info.greatest)
      return createStringError("engine schedule " + name + ": '" + digits +
                               "' is not a whole number from " +
                               llvm::Twine(info.least) + " to " +
                               llvm::Twine(info.greatest));
    return Error::success();
  }
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
  bool isChanged = !changes.empty();
  while (!changes.empty()) {
    auto [change, rest] = changes.split(',');
    if (Error error = applyChange(change, configuration.theParameters,
                                  configuration.theSchedule))
      return error;
    changes = rest;
  }
  Error error = configuration.validate();
  if (error && source.ends_with(".json") && !isChanged)
    return createStringError(kBroken, llvm::toString(std::move(error)));
  if (error)
    return std::move(error);
  return configuration;
}

std::optional<Configuration>
Configuration::with(const Parameters &parameters) const {
  Configuration other = *this;
  other.theParameters = parameters;
  if (Error error = other.validate()) {
    llvm::consumeError(std::move(error));
    return std::nullopt;
  }
  return other;
}

Error Configuration::validate() const {
  auto fail = [&](const llvm::Twine &what) {
    return createStringError("engine configuration '" + description() +
                             "': " + what);
  };
  std::string broken = checkParameters(theParameters);
  if (!broken.empty())
    return fail(broken);
  Resources needs = resources();
  if (needs.multipliers > theBoard.multipliers)
    return fail(formatv("PC = {0} and PK = {1} need {2} multipliers; {3} has "
                        "{4}: make PC or PK smaller",
                        theParameters.PC, theParameters.PK, needs.multipliers,
                        theBoard.device, theBoard.multipliers));
  uint64_t bits = theBoard.blocks.memoryBits;
  uint64_t blocks = theBoard.memoryBits / bits;
  if (needs.memoryBlocks > blocks)
    return fail(formatv("the scratchpads need {0} blocks of {1} bits; {2} has "
                        "{3}: make ACT_BYTES, WGT_WORDS or PRM_WORDS smaller",
                        needs.memoryBlocks, bits, theBoard.device, blocks));
  if (theBoard.luts && needs.luts > theBoard.luts)
    return fail(formatv("needs about {0} look-up tables; {1} has {2}: make PC, "
                        "PK or ACT_BANKS smaller",
                        needs.luts, theBoard.device, theBoard.luts));
  if (!(theBoard.clockMhz > 0))
    return fail("clock_mhz is not positive");
  if (theBoard.shell == "ulx3s" && std::fmod(theBoard.clockMhz, 5))
    return fail("clock_mhz is no multiple of 5, as ulx3s's PLL makes");
  return Error::success();
}

std::string Configuration::description() const {
  std::string text = source;
  for (const ParameterInfo &info : parameterTable())
    if (theParameters.*info.member != theBoard.parameters.*info.member)
      text += formatv(",{0}={1}", info.name, theParameters.*info.member);
  for (const TileScheduleInfo &info : kTileScheduleTable)
    if (theSchedule.*info.member != TileSchedule().*info.member)
      text += formatv(",{0}={1}", info.name, theSchedule.*info.member);
  return text;
}

std::string Configuration::canonical() const {
  std::string text;
  for (const ParameterInfo &info : parameterTable())
    if (theParameters.*info.member != info.fallback)
      text += formatv("{0}={1} ", info.name, theParameters.*info.member);
  return text + "ISA=1";
}

uint64_t Configuration::hash() const {
  uint64_t hash = 0xcbf29ce484222325;
  for (unsigned char c : canonical())
    hash = (hash ^ c) * 0x100000001b3;
  return hash;
}

std::optional<double> Configuration::findClockMhz() const {
  std::optional<double> best;
  uint64_t multipliers = resources().multipliers;
  auto consider = [&](const Board &board) {
    Resources own = countResources(board.parameters, board.blocks);
    if (board.device == theBoard.device && own.multipliers >= multipliers)
      best = std::max(best.value_or(0), board.clockMhz);
  };
  consider(theBoard);
  for (const EmbeddedBoard &embedded : embeddedBoards)
    if (Expected<Board> board = parseBoard(embedded.json, embedded.name))
      consider(*board);
    else
      llvm::consumeError(board.takeError());
  return best;
}
