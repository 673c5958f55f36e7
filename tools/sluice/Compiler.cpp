// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Verbs that compile belong to sluice-compiler, which stands beside this
// executable.

#include "tools/sluice/Failure.h"
#include "tools/sluice/Verbs.h"

#include <cerrno>
#include <climits>
#include <cstring>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sluice {

bool isCompilerVerb(const std::string &verb) {
  return verb == "check" || verb == "compile" || verb == "quantize";
}

/// The compiler's file, beside this executable.
static std::string compilerPath() {
  char self[PATH_MAX];
  ssize_t size = readlink("/proc/self/exe", self, sizeof(self));
  std::string folder(self, size > 0 ? size : 0);
  folder.resize(folder.rfind('/') == folder.npos ? 0 : folder.rfind('/') + 1);
  return folder + "sluice-compiler";
}

static Failure missingCompiler(const std::string &verb, int error) {
  return {kBadUsage, fmt::format("'{}' needs the compiler, which is not "
                                 "installed here: {}: {}",
                                 verb, compilerPath(), strerror(error))};
}

void becomeCompiler(char **arguments) {
  execv(compilerPath().c_str(), arguments);
  throw missingCompiler(arguments[1], errno);
}

void runCompiler(const std::vector<std::string> &arguments) {
  std::string path = compilerPath();
  std::vector<char *> words = {path.data()};
  for (const std::string &argument : arguments)
    words.push_back(const_cast<char *>(argument.c_str()));
  words.push_back(nullptr);
  pid_t child;
  if (int error = posix_spawn(&child, path.c_str(), nullptr, nullptr,
                              words.data(), environ))
    throw missingCompiler(arguments[0], error);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status))
    throw Failure{kBug, fmt::format("{} was killed by signal {}", path,
                                    WTERMSIG(status))};
  if (int code = WEXITSTATUS(status))
    throw Failure{ExitCode(code), ""};
}

} // namespace sluice
