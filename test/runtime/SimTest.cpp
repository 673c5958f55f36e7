// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Driver `sim` on an engine that errs, hangs or is another one. What it does
// when all is well is in test/cts.

#include "test/runtime/TestPackage.h"

#include <functional>
#include <gtest/gtest.h>

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr size_t kStore = 64, kEnd = 192; // commands of the test package

PackagePtr load(const TestPackage &planted) {
  sluice_package_t *raw;
  EXPECT_EQ(planted.load(&raw), SLUICE_STATUS_OK) << sluice_status_message();
  return PackagePtr(raw);
}

struct Fault {
  const char *name;
  const char *message; ///< the line
  const char *report;  ///< a part of the report
  std::function<void(TestPackage &)> plant;
};

class SimFaults : public testing::TestWithParam<Fault> {};

TEST_P(SimFaults, AreReportedAndTheCpuTakesOver) {
  TestPackage planted;
  GetParam().plant(planted);
  auto package = load(planted);
  sluice_session_options_t options = {sizeof(options), "sim:watchdog=2000"};
  sluice_session_t *raw;
  ASSERT_EQ(sluice_session_create(package.get(), &options, &raw),
            SLUICE_STATUS_OK)
      << sluice_status_message();
  SessionPtr session(raw);
  int8_t x[TestPackage::kTensorSize] = {1, 2, 3};
  sluice_session_set_input(raw, 0, x, sizeof(x));
  ASSERT_EQ(sluice_session_run(raw), SLUICE_STATUS_OK);
  const void *y;
  sluice_session_output_data(raw, 0, &y);
  for (size_t i = 0; i < sizeof(x); ++i)
    ASSERT_EQ(static_cast<const int8_t *>(y)[i], int8_t(~x[i]));
  sluice_profile_t profile;
  sluice_session_profile(raw, &profile);
  EXPECT_EQ(profile.fallbacks, 1u);
  std::string fault = sluice_session_fault(raw);
  EXPECT_NE(fault.find(GetParam().message), std::string::npos) << fault;
  EXPECT_NE(fault.find(GetParam().report), std::string::npos) << fault;
}

Bytes &commands(TestPackage &package) { return package.files["commands.bin"]; }

const Fault kFaults[] = {
    {"UnknownOpcode", "region 'copy': engine stopped at command 1: illegal",
     "error 1 (illegal instruction) at command 1 of 4",
     [](TestPackage &p) { commands(p)[kStore] = 0x77; }},
    {"ReservedByte", "engine stopped at command 0: illegal instruction",
     "error 1 ", [](TestPackage &p) { commands(p)[63] = 1; }},
    {"TokenThatNeverComes", "region 'copy': engine stopped at command 1: no",
     "tokens: load to compute 1, load to store 0",
     [](TestPackage &p) { commands(p)[1] = 0x20; }},
    {"OutsideTheArena", "engine stopped at command 1: access outside its",
     "bus: 0 reads and 0 writes outstanding; waiting: none",
     [](TestPackage &p) { commands(p)[kStore + 10] = 0x7f; }},
    {"NoEnd", "region 'copy': engine stopped at command 3: ", "of 3",
     [](TestPackage &p) {
       *p.region(0).engine->commands = program::Range(1, 0, kEnd);
     }},
};
INSTANTIATE_TEST_SUITE_P(Sim, SimFaults, testing::ValuesIn(kFaults),
                         [](const testing::TestParamInfo<Fault> &info) {
                           return info.param.name;
                         });

TEST(Sim, RefusesAPackageForAnotherEngine) {
  TestPackage planted;
  planted.program.engine->pc = 16;
  planted.program.engine->pk = 16;
  auto package = load(planted);
  sluice_session_options_t options = {sizeof(options), "sim"};
  sluice_session_t *raw;
  EXPECT_EQ(sluice_session_create(package.get(), &options, &raw),
            SLUICE_STATUS_UNSUPPORTED);
  EXPECT_STREQ(sluice_status_message(),
               "engine has PC=8 PK=8, package wants PC=16 PK=16; compile "
               "package in memory for this engine");
}

TEST(Sim, RefusesABusTooNarrow) {
  auto package = load(TestPackage());
  sluice_session_options_t options = {sizeof(options), "sim:bytes=16"};
  sluice_session_t *raw;
  EXPECT_EQ(sluice_session_create(package.get(), &options, &raw),
            SLUICE_STATUS_INVALID_ARGUMENT);
  EXPECT_STREQ(
      sluice_status_message(),
      "device 'sim': option 'bytes' is 16, the engine's bus carries 8");
}

} // namespace
