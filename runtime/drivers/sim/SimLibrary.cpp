// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/drivers/sim/SimLibrary.h"

#include "runtime/base/Cache.h"
#include "runtime/base/Install.h"

#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <dlfcn.h>
#include <map>
#include <unistd.h>

namespace sluice {

/// The folders to look in.
static std::vector<std::string> searchPath() {
  auto folders = installedFolders("SLUICE_SIM_PATH", "sim");
  if (getenv("SLUICE_SIM_PATH"))
    return folders;
  if (std::string cache = userCacheFolder(); !cache.empty())
    folders.push_back(cache + "/sim");
  return folders;
}

/// The hash that a file's name stands for: sixteen digits and ".so".
static bool parseName(const char *name, uint64_t &hash) {
  const char *end = name + 16;
  if (strlen(name) != 19 || strcmp(end, ".so") != 0)
    return false;
  auto [stop, error] = std::from_chars(name, end, hash, 16);
  return error == std::errc() && stop == end;
}

Status listSimLibraries(std::vector<SimLibrary> &out) {
  out.clear();
  auto folders = searchPath();
  std::map<uint64_t, std::string> found;
  for (const std::string &folder : folders) {
    DIR *entries = opendir(folder.c_str());
    if (!entries)
      continue;
    uint64_t hash;
    while (const dirent *entry = readdir(entries))
      if (parseName(entry->d_name, hash))
        found.try_emplace(hash, folder + "/" + entry->d_name);
    closedir(entries);
  }
  for (auto &[hash, file] : found)
    out.push_back({std::move(file), hash});
  if (out.empty())
    return fail(SLUICE_STATUS_NOT_FOUND, "no simulated engine in %s",
                joinFolders(folders).c_str());
  return SLUICE_STATUS_OK;
}

Status openSimLibrary(const SimLibrary &library, const sluice_sim_api *&out) {
  void *handle = dlopen(library.file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle)
    return fail(SLUICE_STATUS_NOT_FOUND, "simulated engine: %s", dlerror());
  auto query = reinterpret_cast<sluice_sim_query_fn>(
      dlsym(handle, SLUICE_SIM_QUERY_NAME));
  out = query ? query(SLUICE_SIM_ABI_VERSION) : nullptr;
  if (!out || out->configuration_hash != library.hash) {
    out = nullptr;
    return fail(SLUICE_STATUS_UNSUPPORTED,
                "%s: is no simulated engine of configuration %016" PRIx64
                ", version %u; build it again",
                library.file.c_str(), library.hash, SLUICE_SIM_ABI_VERSION);
  }
  return SLUICE_STATUS_OK;
}

Status openSimLibrary(const program::EngineConfiguration &engine,
                      const sluice_sim_api *&out) {
  char name[32];
  snprintf(name, sizeof(name), "%016" PRIx64 ".so", engine.hash());
  auto folders = searchPath();
  for (const std::string &folder : folders)
    if (std::string file = folder + "/" + name; access(file.c_str(), R_OK) == 0)
      return openSimLibrary({file, engine.hash()}, out);
  return fail(SLUICE_STATUS_NOT_FOUND,
              "no simulated engine for board '%s' (PC=%u PK=%u): %s is not in "
              "%s; build it from targets/engine/sim, or set SLUICE_SIM_PATH to "
              "its folder",
              engine.board()->c_str(), engine.pc(), engine.pk(), name,
              joinFolders(folders).c_str());
}

} // namespace sluice
