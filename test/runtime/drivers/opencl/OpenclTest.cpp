// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Driver `opencl`: its cache of programs, its faults, its device strings.

#include "test/runtime/TestPackage.h"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

using namespace sluice::test;

namespace {

namespace fs = std::filesystem;

class Opencl : public testing::Test {
protected:
  void SetUp() override {
    const testing::TestInfo *info =
        testing::UnitTest::GetInstance()->current_test_info();
    cache = fs::temp_directory_path() /
            ("sluice-opencl-" + std::string(info->name()) +
             std::to_string(getpid()));
    setenv("SLUICE_CACHE", cache.c_str(), 1);
    for (size_t i = 0; i < sizeof(x); ++i)
      x[i] = int8_t(31 * i + 7);
    if (open(TestPackage()) == SLUICE_STATUS_NOT_FOUND)
      GTEST_SKIP() << "no OpenCL device: " << sluice_status_message();
    session.reset();
    fs::remove_all(cache);
  }
  void TearDown() override { fs::remove_all(cache); }

  sluice_status_t open(const TestPackage &made, const char *device = "opencl",
                       bool refuse = true) {
    sluice_package_t *rawPackage;
    EXPECT_EQ(made.load(&rawPackage), SLUICE_STATUS_OK)
        << sluice_status_message();
    package.reset(rawPackage);
    sluice_session_options_t options = {sizeof(options), device};
    options.no_fallback = refuse;
    sluice_session_t *raw;
    sluice_status_t status =
        sluice_session_create(package.get(), &options, &raw);
    session.reset(raw);
    return status;
  }
  /// Runs the session and expects the test package's output.
  void expectRuns() {
    ASSERT_EQ(sluice_session_set_input(session.get(), 0, x, sizeof(x)),
              SLUICE_STATUS_OK);
    ASSERT_EQ(sluice_session_run(session.get()), SLUICE_STATUS_OK)
        << sluice_status_message();
    const void *data;
    ASSERT_EQ(sluice_session_output_data(session.get(), 0, &data),
              SLUICE_STATUS_OK);
    for (size_t i = 0; i < sizeof(x); ++i)
      ASSERT_EQ(static_cast<const int8_t *>(data)[i], int8_t(~x[i])) << i;
  }
  /// The only entry of the cache.
  fs::path entry() {
    fs::path found;
    for (const auto &file : fs::directory_iterator(cache / "opencl")) {
      EXPECT_TRUE(found.empty()) << "two entries";
      found = file.path();
    }
    return found;
  }
  static TestPackage withSource(const std::string &source) {
    TestPackage made;
    made.files["copy.cl"] = Bytes(source.begin(), source.end());
    *made.region(0).kernels->source =
        sluice::program::Range(3, 0, source.size());
    return made;
  }
  uint64_t fallbacks() {
    sluice_profile_t profile;
    EXPECT_EQ(sluice_session_profile(session.get(), &profile),
              SLUICE_STATUS_OK);
    return profile.fallbacks;
  }
  void expectMessage(const char *text) {
    std::string message = sluice_status_message();
    EXPECT_NE(message.find(text), message.npos) << message;
    EXPECT_EQ(message.find('\n'), message.npos) << message;
  }

  fs::path cache;
  PackagePtr package;
  SessionPtr session;
  alignas(64) int8_t x[TestPackage::kTensorSize];
};

TEST_F(Opencl, KeepsWhatItBuilt) {
  ASSERT_EQ(open(TestPackage()), SLUICE_STATUS_OK);
  fs::path first = entry();
  auto written = fs::last_write_time(first);
  ASSERT_EQ(open(TestPackage()), SLUICE_STATUS_OK);
  EXPECT_EQ(entry(), first);
  EXPECT_EQ(fs::last_write_time(first), written) << "built again";
  expectRuns();
}

TEST_F(Opencl, BuildsAgainWhatIsDamaged) {
  ASSERT_EQ(open(TestPackage()), SLUICE_STATUS_OK);
  auto size = fs::file_size(entry());
  for (int damage = 0; damage < 3; ++damage) {
    if (damage == 0) {
      fs::resize_file(entry(), size / 2);
    } else {
      std::fstream file(entry(),
                        std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(damage == 1 ? 3 : size - 100);
      file.put('!');
    }
    ASSERT_EQ(open(TestPackage()), SLUICE_STATUS_OK);
    expectRuns();
    EXPECT_EQ(fs::file_size(entry()), size) << "the entry was not replaced";
  }
}

TEST_F(Opencl, WorksWithoutACache) {
  setenv("SLUICE_CACHE", "/dev/null/nowhere", 1);
  ASSERT_EQ(open(TestPackage()), SLUICE_STATUS_OK);
  expectRuns();
}

TEST_F(Opencl, TellsOptionsAndSourcesApart) {
  ASSERT_EQ(open(TestPackage()), SLUICE_STATUS_OK);
  TestPackage other;
  other.region(0).kernels->options = "-DOTHER";
  ASSERT_EQ(open(other), SLUICE_STATUS_OK);
  EXPECT_EQ(std::distance(fs::directory_iterator(cache / "opencl"), {}), 2);
}

TEST_F(Opencl, SaysInOneLineWhyKernelsDoNotBuild) {
  EXPECT_EQ(open(withSource("kernel void copy(global char *x) { y[0] = 1; }")),
            SLUICE_STATUS_UNSUPPORTED);
  expectMessage("region 'copy'");
  expectMessage("undeclared identifier 'y'");
}

TEST_F(Opencl, NamesAKernelThatIsNotThere) {
  TestPackage made;
  made.launch().kernel = "paste";
  EXPECT_EQ(open(made), SLUICE_STATUS_INVALID_PACKAGE);
  expectMessage("paste: CL_INVALID_KERNEL_NAME");
}

TEST_F(Opencl, RefusesKernelsThatNeedMoreThanTheDeviceHas) {
  EXPECT_NE(open(withSource(
                "kernel void copy(global const char *x, global char *y) {\n"
                "  local char all[1 << 30];\n"
                "  all[get_local_id(0)] = x[get_global_id(0)];\n"
                "  barrier(CLK_LOCAL_MEM_FENCE);\n"
                "  y[get_global_id(0)] = all[get_local_id(0) ^ 1];\n"
                "}\n")),
            SLUICE_STATUS_OK);
  // Some compilers, as NVIDIA's, find it out; with others the driver does.
  bool isBuilt = !strstr(sluice_status_message(), "does not build its kernels");
  expectMessage(isBuilt ? "opencl: copy: the package wants 1073741824 bytes"
                        : "region 'copy'");
}

TEST_F(Opencl, RefusesWhatWasCompiledForAnotherTarget) {
  TestPackage made;
  made.region(0).kernels.reset();
  EXPECT_EQ(open(made), SLUICE_STATUS_UNSUPPORTED);
  expectMessage("compile with --target opencl");
}

TEST_F(Opencl, ChoosesAmongDevices) {
  EXPECT_EQ(open(TestPackage(), "opencl:99"), SLUICE_STATUS_NOT_FOUND);
  expectMessage("device 'opencl:99'");
  EXPECT_EQ(open(TestPackage(), "opencl:two"), SLUICE_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(open(TestPackage(), "opencl:0,platform=No Such Platform"),
            SLUICE_STATUS_NOT_FOUND);
  ASSERT_EQ(open(TestPackage(), "opencl:0,platform="), SLUICE_STATUS_OK);
  expectRuns();
}

/// Kernels that take too long cannot be stopped; the CPU keeps the deadline.
/// This one takes seconds: atomics are slow on every processor, and no second
/// core can help.
TEST_F(Opencl, KeepsADeadline) {
  ASSERT_EQ(
      open(withSource(
               "kernel void copy(global const char *x, global char *y) {\n"
               "  local int sum;\n"
               "  if (get_global_id(0) == 0)\n"
               "    for (int i = 0; i < 400000000; ++i)\n"
               "      atomic_inc(&sum);\n"
               "  y[get_global_id(0)] = x[get_global_id(0)];\n"
               "}\n"),
           "opencl", false),
      SLUICE_STATUS_OK);
  ASSERT_EQ(sluice_session_set_input(session.get(), 0, x, sizeof(x)),
            SLUICE_STATUS_OK);
  sluice_run_options_t options = {sizeof(options),
                                  sluice_monotonic_ns() + 500'000'000};
  ASSERT_EQ(sluice_session_run_with(session.get(), &options), SLUICE_STATUS_OK)
      << sluice_status_message();
  EXPECT_LT(sluice_monotonic_ns(), options.deadline_ns);
  EXPECT_EQ(fallbacks(), 1u);
  expectRuns();
}

/// The device fails in each way; the CPU gives the same bytes.
TEST_F(Opencl, FallsBackToTheCpu) {
  for (const char *kind : {"error", "hang", "late", "gone", "corrupt"}) {
    SCOPED_TRACE(kind);
    std::string device = "fault:opencl,at=2,ms=20,kind=" + std::string(kind);
    ASSERT_EQ(open(TestPackage(), device.c_str(), false), SLUICE_STATUS_OK)
        << sluice_status_message();
    expectRuns();
    EXPECT_EQ(fallbacks(), 0u);
    expectRuns();
    if (strcmp(kind, "late") != 0)
      EXPECT_EQ(fallbacks(), 1u);
  }
}

} // namespace
