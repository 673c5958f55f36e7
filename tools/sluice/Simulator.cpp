// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/sluice/Simulator.h"

#include "runtime/drivers/sim/SimLibrary.h"
#include "tools/sluice/Failure.h"
#include "tools/sluice/Process.h"

#include <cstring>
#include <filesystem>
#include <fmt/format.h>

namespace sluice {

/// The script, in a tree that this executable was built in, or installed beside
/// it.
static std::string findScript() {
  for (const char *place :
       {"../../../targets/engine/sim", "../share/sluice/engine/sim"}) {
    std::string script = executableFolder() + place + "/build_model.py";
    if (std::filesystem::exists(script))
      return script;
  }
  return "";
}

static std::string cacheFolder() {
  if (const char *cache = getenv("XDG_CACHE_HOME"))
    return std::string(cache) + "/sluice/sim";
  const char *home = getenv("HOME");
  return home ? std::string(home) + "/.cache/sluice/sim" : "";
}

void buildMissingSimulator(const sluice_package_t *handle) {
  const auto *package = reinterpret_cast<const Package *>(handle);
  const program::EngineConfiguration *engine = package->program().engine();
  const sluice_sim_api *found = nullptr;
  if (!engine || openSimLibrary(*engine, found) != SLUICE_STATUS_NOT_FOUND)
    return;
  std::string script = findScript(), cache = cacheFolder();
  if (script.empty() || cache.empty())
    return;
  fmt::print(stderr,
             "sluice: verilating the engine of board '{}' (PC={} PK={}), once, "
             "into {}\n",
             engine->board()->str(), engine->pc(), engine->pk(), cache);
  int code = 0;
  int error =
      runProgram({"python3", script, cache, fmt::format("PC={}", engine->pc()),
                  fmt::format("PK={}", engine->pk()),
                  fmt::format("ACT_BYTES={}", engine->act_bytes()),
                  fmt::format("ACT_BANKS={}", engine->act_banks()),
                  fmt::format("WGT_WORDS={}", engine->wgt_words()),
                  fmt::format("PRM_WORDS={}", engine->prm_words()),
                  fmt::format("AXI_BYTES={}", engine->axi_bytes())},
                 code);
  if (error)
    throw Failure{kBadInput,
                  fmt::format("{}: python3: {}", script, strerror(error))};
  if (code)
    throw Failure{kBadInput,
                  fmt::format("{}: could not verilate this engine (exit code "
                              "{}); see the lines above",
                              script, code)};
}

} // namespace sluice
