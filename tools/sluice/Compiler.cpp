// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Verbs that compile belong to sluice-compiler, which stands beside this
// executable.

#include "tools/sluice/Failure.h"
#include "tools/sluice/Process.h"
#include "tools/sluice/Verbs.h"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <unistd.h>

namespace sluice {

bool isCompilerVerb(const std::string &verb) {
  return verb == "check" || verb == "compile" || verb == "tune";
}

static std::string compilerPath() {
  return executableFolder() + "sluice-compiler";
}

static Failure missingCompiler(const std::string &verb, int error) {
  return {kBadInput, fmt::format("'{}' needs the compiler, which is not "
                                 "installed here: {}: {}",
                                 verb, compilerPath(), strerror(error))};
}

void becomeCompiler(char **arguments) {
  // Ctrl-C waits from here until the compiler, which takes a while to load, can
  // say that it was interrupted.
  InterruptsHeld held;
  execv(compilerPath().c_str(), arguments);
  throw missingCompiler(arguments[1], errno);
}

void runCompiler(const std::vector<std::string> &arguments) {
  std::vector<std::string> words = {compilerPath()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  int code = 0;
  // It would say that it was interrupted, as this command does, and has nothing
  // to clean up.
  if (int error = runProgram(words, code, nullptr, SIGKILL))
    throw missingCompiler(arguments[0], error);
  if (code)
    throw Failure{ExitCode(code), ""};
}

} // namespace sluice
