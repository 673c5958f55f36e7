// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `sluice bitstream`: has the script of a board's shell build its bitstream.

#include "tools/sluice/Boards.h"
#include "tools/sluice/Failure.h"
#include "tools/sluice/Output.h"
#include "tools/sluice/Process.h"
#include "tools/sluice/Verbs.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace sluice {
namespace {

/// Who builds for a shell: a script beside the boards' folder that takes
/// OUTPUT,
/// --board FILE and NAME=VALUE..., says on standard error why it fails, and
/// ends with an exit code of this command's.
struct Builder {
  const char *shell;
  const char *script;
  const char *suffix; ///< of the bitstream
};
constexpr Builder kBuilders[] = {{"xrt", "xrt/build_xclbin.py", ".xclbin"}};
constexpr const Builder &kEmulationBuilder = kBuilders[0];

struct Target {
  Board board;
  std::vector<std::string> changes; ///< NAME=VALUE
};

Target parseTarget(const std::string &text) {
  constexpr std::string_view kPrefix = "engine:";
  if (!text.starts_with(kPrefix))
    throw Failure{kBadUsage,
                  fmt::format("target '{}': is not engine:BOARD", text)};
  std::vector<std::string> words;
  for (size_t begin = kPrefix.size(); begin <= text.size();) {
    size_t end = std::min(text.find(',', begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  std::string name = words.front();
  words.erase(words.begin());
  if (name.ends_with(".json"))
    return {readBoard(name), words};
  std::vector<std::string> known;
  for (const Board &board : readBoards()) {
    if (board.name == name)
      return {board, words};
    known.push_back(board.name);
  }
  throw Failure{kBadUsage,
                fmt::format("target '{}': unknown board '{}'; known: {}; or "
                            "the path of a .json file",
                            text, name, fmt::join(known, ", "))};
}

const Builder &builderFor(const Target &target, bool emulation) {
  if (emulation)
    return kEmulationBuilder;
  for (const Builder &builder : kBuilders)
    if (target.board.shell == builder.shell)
      return builder;
  throw Failure{kBadInput,
                fmt::format("{}: nothing here builds for shell '{}'; "
                            "--emulation makes an xclbin without a board",
                            target.board.file, target.board.shell)};
}

std::string findScript(const Builder &builder) {
  for (const char *place :
       {"../../../targets/engine/", "../share/sluice/engine/"}) {
    std::string script = executableFolder() + place + builder.script;
    if (std::filesystem::exists(script))
      return script;
  }
  throw Failure{kBadInput,
                fmt::format("no {} beside this command; install component "
                            "simulator",
                            builder.script)};
}

} // namespace

int buildBitstream(const BitstreamOptions &options) {
  Target target = parseTarget(options.target);
  const Builder &builder = builderFor(target, options.emulation);
  std::string output = options.output.empty()
                           ? target.board.name + builder.suffix
                           : options.output;
  std::vector<std::string> words = {"python3", findScript(builder), output,
                                    "--board", target.board.file};
  words.insert(words.end(), target.changes.begin(), target.changes.end());
  if (!options.platform.empty())
    words.insert(words.end(), {"--platform", options.platform});
  if (options.emulation)
    words.push_back("--emulation");
  int code = 0;
  if (int error = runProgram(words, code))
    throw Failure{kBadInput, fmt::format("python3: {}", strerror(error))};
  if (code) // and why has been said
    throw Failure{ExitCode(code), ""};
  if (options.json)
    printJson({{"bitstream", output}, {"board", target.board.name}});
  return kDone;
}

} // namespace sluice
