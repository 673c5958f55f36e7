// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/hal/EngineCapabilities.h"

namespace sluice {

Status EngineCapabilities::decode(Rom rom, EngineCapabilities &out) {
  out = {};
  if (rom[0] != kMagic)
    return fail(SLUICE_STATUS_UNSUPPORTED,
                "no engine answers: its capability ROM begins with 0x%08x, not "
                "0x%08x; is the right bitstream on the device?",
                rom[0], kMagic);
  out = {rom[1], rom[2], rom[3], rom[4], rom[5],
         rom[6], rom[7], rom[8], rom[9], uint64_t(rom[11]) << 32 | rom[10]};
  // Engines from before there were others say nothing.
  if (rom[12])
    out.rqCycles = rom[12];
  return SLUICE_STATUS_OK;
}

std::array<EngineCapabilities::Parameter, 10>
EngineCapabilities::parameters() const {
  return {{{"PC", pc},
           {"PK", pk},
           {"ACT_BYTES", actBytes},
           {"ACT_BANKS", actBanks},
           {"WGT_WORDS", wgtWords},
           {"PRM_WORDS", prmWords},
           {"AXI_BYTES", axiBytes},
           {"RQ_CYCLES", rqCycles},
           {"INT4", (features & kInt4) != 0},
           {"INT16", (features & kInt16) != 0}}};
}

Status EngineCapabilities::checkPackage(const Package &package) const {
  const program::EngineConfiguration &engine = *package.program().engine();
  const EngineCapabilities wanted = {engine.isa(),
                                     engine.pc(),
                                     engine.pk(),
                                     engine.act_bytes(),
                                     engine.act_banks(),
                                     engine.wgt_words(),
                                     engine.prm_words(),
                                     engine.axi_bytes(),
                                     (engine.int4() ? kInt4 : 0) |
                                         (engine.int16() ? kInt16 : 0),
                                     engine.hash(),
                                     engine.rq_cycles()};
  std::string has, wants;
  auto compare = [&](const char *name, uint32_t value, uint32_t wantedValue) {
    if (value == wantedValue)
      return;
    has += std::string(" ") + name + "=" + std::to_string(value);
    wants += std::string(" ") + name + "=" + std::to_string(wantedValue);
  };
  compare("ISA", isa, wanted.isa);
  auto own = parameters(), theirs = wanted.parameters();
  for (size_t i = 0; i < own.size(); ++i)
    compare(own[i].name, own[i].value, theirs[i].value);
  if (!has.empty())
    return fail(SLUICE_STATUS_UNSUPPORTED,
                "engine has%s, package wants%s; compile %s for this engine",
                has.c_str(), wants.c_str(), package.name());
  if (engine.features() & ~features)
    return fail(SLUICE_STATUS_UNSUPPORTED,
                "engine has no %s, which %s uses; put a newer "
                "bitstream on the device",
                engine.features() & ~features & kTables ? "lookup tables"
                : engine.features() & ~features & kInt4 ? "weights of four bits"
                : engine.features() & ~features & kInt16
                    ? "activations of 16 bits"
                    : "such features",
                package.name());
  return SLUICE_STATUS_OK;
}

} // namespace sluice
