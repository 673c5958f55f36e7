// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/hal/EngineCapabilities.h"
#include "runtime/session/ApiSupport.h"
#include "test/runtime/TestPackage.h"

#include <gtest/gtest.h>

using namespace sluice;
using namespace sluice::test;

namespace {

using Rom = std::array<uint32_t, EngineCapabilities::kWordCount>;

/// The ROM of the engine that the test package is for.
constexpr Rom kRom = {EngineCapabilities::kMagic,
                      1,
                      8,
                      8,
                      131072,
                      8,
                      1024,
                      256,
                      8,
                      EngineCapabilities::kTables | EngineCapabilities::kInt4,
                      0,
                      0,
                      1};

/// What the runtime says to `planted` on an engine of this ROM.
std::string check(const Rom &rom, const TestPackage &planted = {}) {
  EngineCapabilities engine;
  if (EngineCapabilities::decode(rom, engine) != SLUICE_STATUS_OK)
    return sluice_status_message();
  sluice_package_t *raw;
  EXPECT_EQ(planted.load(&raw), SLUICE_STATUS_OK) << sluice_status_message();
  PackagePtr package(raw);
  if (engine.checkPackage(*unwrap(raw)) == SLUICE_STATUS_OK)
    return "ok";
  return sluice_status_message();
}

std::string checkWord(size_t word, uint32_t value) {
  Rom rom = kRom;
  rom[word] = value;
  return check(rom);
}

TEST(EngineCapabilities, FitsItsOwnPackage) {
  EXPECT_EQ(check(kRom), "ok");
  EXPECT_EQ(checkWord(12, 0), "ok"); // an engine from before RQ_CYCLES
}

TEST(EngineCapabilities, NoEngineAnswers) {
  EXPECT_EQ(checkWord(0, 0xffffffff),
            "no engine answers: its capability ROM begins with 0xffffffff, not "
            "0x45434c53; is the right bitstream on the device?");
}

TEST(EngineCapabilities, NamesEachParameterThatDiffers) {
  const char *names[] = {"ISA",       "PC",        "PK",        "ACT_BYTES",
                         "ACT_BANKS", "WGT_WORDS", "PRM_WORDS", "AXI_BYTES"};
  for (size_t i = 0; i < std::size(names); ++i) {
    std::string said = checkWord(1 + i, 3);
    EXPECT_EQ(said.find(std::string("engine has ") + names[i] + "=3, "), 0u)
        << said;
  }
  EXPECT_EQ(checkWord(12, 4),
            "engine has RQ_CYCLES=4, package wants RQ_CYCLES=1; compile "
            "package in memory for this engine");
}

TEST(EngineCapabilities, LacksFourBits) {
  EXPECT_EQ(checkWord(9, EngineCapabilities::kTables),
            "engine has INT4=0, package wants INT4=1; compile package in "
            "memory for this engine");
}

TEST(EngineCapabilities, LacksSixteenBits) {
  TestPackage planted;
  planted.program.engine->int16 = 1;
  EXPECT_EQ(check(kRom, planted),
            "engine has INT16=0, package wants INT16=1; compile package in "
            "memory for this engine");
  Rom rom = kRom;
  rom[9] |= EngineCapabilities::kInt16;
  EXPECT_EQ(check(rom, planted), "ok");
}

TEST(EngineCapabilities, LacksAFeatureThatTheCommandsUse) {
  TestPackage planted;
  planted.program.engine->features = EngineCapabilities::kTables;
  EXPECT_EQ(check(kRom, planted), "ok");
  Rom rom = kRom;
  rom[9] = EngineCapabilities::kInt4;
  EXPECT_EQ(check(rom, planted),
            "engine has no lookup tables, which package in memory "
            "uses; put a newer bitstream on the device");
  planted.program.engine->features = 1u << 31;
  EXPECT_EQ(check(kRom, planted),
            "engine has no such features, which package in memory "
            "uses; put a newer bitstream on the device");
}

} // namespace
