// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/base/Install.h"

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <dlfcn.h>
#include <string_view>
#include <unistd.h>

namespace sluice {

/// The part of a path before the last '/', or nothing.
static std::string folderOf(std::string_view file) {
  size_t slash = file.rfind('/');
  return std::string(file.substr(0, slash == file.npos ? 0 : slash));
}

static std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> folders;
  while (true) {
    size_t colon = path.find(':');
    if (std::string_view folder = path.substr(0, colon); !folder.empty())
      folders.emplace_back(folder);
    if (colon == path.npos)
      return folders;
    path.remove_prefix(colon + 1);
  }
}

std::vector<std::string> installedFolders(const char *variable,
                                          const char *part) {
  if (const char *path = getenv(variable))
    return split(path);
  std::vector<std::string> folders;
  auto add = [&](const std::string &libraries) {
    std::string folder = libraries + "/sluice/" + part;
    if (std::find(folders.begin(), folders.end(), folder) == folders.end())
      folders.push_back(folder);
  };
  // This code is in libsluice.so or in a program, which knows its own file by
  // a link only.
  Dl_info self;
  if (dladdr(reinterpret_cast<const void *>(&installedFolders), &self) &&
      std::string_view(self.dli_fname).find("/libsluice.so") !=
          std::string_view::npos)
    add(folderOf(self.dli_fname));
  char program[PATH_MAX];
  ssize_t size = readlink("/proc/self/exe", program, sizeof(program));
  std::string prefix =
      folderOf(folderOf({program, size > 0 ? size_t(size) : 0}));
  add(prefix + "/lib");
  add(prefix + "/" SLUICE_LIBRARY_FOLDER);
  return folders;
}

std::string joinFolders(const std::vector<std::string> &folders) {
  std::string all;
  for (const std::string &folder : folders)
    all += (all.empty() ? "" : ":") + folder;
  return all;
}

} // namespace sluice
