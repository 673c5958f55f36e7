// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/sluice/Simulator.h"

#include "runtime/base/Cache.h"
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

/// Whether there is an engine that came with Sluice. What is in the cache may
/// be of an older one, which the script sees.
static bool isThere(uint64_t hash, const std::string &cache) {
  std::vector<SimLibrary> libraries;
  if (listSimLibraries(libraries))
    return false;
  for (const SimLibrary &library : libraries)
    if (library.hash == hash)
      return !std::string_view(library.file).starts_with(cache);
  return false;
}

void buildMissingSimulator(const sluice_package_t *handle) {
  const auto *package = reinterpret_cast<const Package *>(handle);
  const program::EngineConfiguration *engine = package->program().engine();
  std::string script = findScript(), cache = userCacheFolder();
  if (!engine || script.empty() || cache.empty())
    return;
  cache += "/sim";
  if (isThere(engine->hash(), cache))
    return;
  int code = 0;
  int error =
      runProgram({"python3", script, cache, fmt::format("PC={}", engine->pc()),
                  fmt::format("PK={}", engine->pk()),
                  fmt::format("ACT_BYTES={}", engine->act_bytes()),
                  fmt::format("ACT_BANKS={}", engine->act_banks()),
                  fmt::format("WGT_WORDS={}", engine->wgt_words()),
                  fmt::format("PRM_WORDS={}", engine->prm_words()),
                  fmt::format("AXI_BYTES={}", engine->axi_bytes()),
                  fmt::format("RQ_CYCLES={}", engine->rq_cycles()),
                  fmt::format("INT4={}", engine->int4()),
                  fmt::format("INT16={}", engine->int16()), "--quiet"},
                 code);
  if (error)
    throw Failure{kBadInput,
                  fmt::format("{}: python3: {}", script, strerror(error))};
  // It has said why.
  if (code == kBadInput || code == kFileSystem)
    throw Failure{ExitCode(code), ""};
  if (code)
    throw Failure{kBadInput,
                  fmt::format("{}: could not verilate this engine (exit code "
                              "{}); see the lines above",
                              script, code)};
}

} // namespace sluice
