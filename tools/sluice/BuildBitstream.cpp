// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `sluice bitstream` is a script, as what it drives are.

#include "tools/sluice/Failure.h"
#include "tools/sluice/Process.h"
#include "tools/sluice/Verbs.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <unistd.h>

namespace sluice {

/// In a tree that this executable was built in, or installed beside it.
static std::string findScript() {
  for (const char *place :
       {"../../../targets/engine/synth", "../share/sluice/engine/synth"}) {
    std::string script = executableFolder() + place + "/bitstream.py";
    if (std::filesystem::exists(script))
      return script;
  }
  throw Failure{kBadInput, "bitstream: bitstream.py is not installed beside "
                           "this executable; install Sluice's component "
                           "'simulator'"};
}

void becomeBitstream(char **arguments) {
  std::string script = findScript();
  std::vector<char *> words = {const_cast<char *>("python3"), script.data()};
  // Without the name of the executable and the verb.
  for (char **word = arguments + 2; *word; ++word)
    words.push_back(*word);
  words.push_back(nullptr);
  execvp(words[0], words.data());
  throw Failure{kBadInput,
                fmt::format("{}: python3: {}", script, strerror(errno))};
}

} // namespace sluice
