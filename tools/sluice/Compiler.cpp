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
#include <unistd.h>

namespace sluice {

bool isCompilerVerb(const std::string &verb) {
  return verb == "check" || verb == "compile" || verb == "quantize";
}

void becomeCompiler(char **arguments) {
  char self[PATH_MAX];
  ssize_t size = readlink("/proc/self/exe", self, sizeof(self));
  std::string folder(self, size > 0 ? size : 0);
  folder.resize(folder.rfind('/') == folder.npos ? 0 : folder.rfind('/') + 1);
  std::string compiler = folder + "sluice-compiler";
  execv(compiler.c_str(), arguments);
  throw Failure{kBadUsage,
                fmt::format("'{}' needs the compiler, which is not installed "
                            "here: {}: {}",
                            arguments[1], compiler, strerror(errno))};
}

} // namespace sluice
