// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What every device must do alike when it fails: the answer is right and in
// time, the fault is told and counted once, and the device comes back.

#include "test/cts/Devices.h"

#include <atomic>
#include <chrono>
#include <cstring>
#include <thread>

using namespace sluice::test;

namespace {

constexpr size_t kSize = TestPackage::kTensorSize;
constexpr uint64_t kSecond = 1'000'000'000;

/// A device with one fault to come.
struct Fault {
  const char *spec;
  const char *message;    ///< a part of the line that is logged
  bool needsDeadline;     ///< it comes in the second run, and is only slow
  bool isReportedInState; ///< the driver has read the engine's state
};

const Fault kFaults[] = {
    {"fault:cpu,kind=error", "region 'copy': device errs", false, false},
    {"fault:cpu,kind=hang,ms=300", "region 'copy': device does not answer",
     false, false},
    {"fault:cpu,kind=gone,ms=250", "region 'copy': device is gone", false,
     false},
    {"fault:cpu,kind=corrupt", "region 'copy': what the link brought", false,
     false},
    {"fault:cpu,kind=late,at=3,ms=30000", "region 'copy': device is late", true,
     false},
    {"fault:cpu,kind=hang,at=3,ms=30000", "region 'copy': device is late", true,
     false},
    {"fault:cpu,kind=error,at=2,threads=3", "region 'invert'", false, false},
    {"sim:fault=hang,at=0,watchdog=2000", "at command 0: no progress", false,
     true},
    {"sim:fault=hang,at=1,watchdog=2000", "no progress", false, true},
    {"sim:fault=error,at=0", "error response on the bus", false, true},
    {"sim:fault=error,at=2", "error response on the bus", false, true},
    {"sim:fault=gone,at=1,ms=250", "engine: is gone", false, false},
    {"sim:fault=corrupt,at=1", "does not match its checksum", false, false},
    {"sim:fault=corrupt,at=3", "does not match its checksum", false, false},
    {"sim:fault=late,at=5,ms=30000", "engine does not stop at command 1", true,
     true},
    {"sim:fault=hang,at=5,watchdog=0", "region 'copy': device is late", true,
     false},
};

void PrintTo(const Fault &fault, std::ostream *out) { *out << fault.spec; }

/// The lines that were logged for one device.
struct Log {
  explicit Log(const char *device) : device(std::string("'") + device + "'") {
    sluice_log_set(
        [](void *context, sluice_log_level_t level, const char *line) {
          auto &log = *static_cast<Log *>(context);
          if (strstr(line, log.device.c_str()))
            (level == SLUICE_LOG_WARNING ? log.faults : log.others)
                .push_back(line);
        },
        this);
  }
  ~Log() { sluice_log_set(nullptr, nullptr); }

  std::string device;
  std::vector<std::string> faults, others;
};

class Faults : public testing::TestWithParam<Fault> {
protected:
  void SetUp() override { package = loadTestPackage(); }

  /// One run with new data and, if so, a deadline; its result is right.
  sluice_profile_t run(sluice_session_t *session, bool hasDeadline) {
    int8_t x[kSize];
    for (size_t i = 0; i < kSize; ++i)
      x[i] = int8_t(i * 7 + ++seed);
    sluice_session_set_input(session, 0, x, kSize);
    sluice_run_options_t options = {sizeof(options)};
    uint64_t begin = sluice_monotonic_ns();
    if (hasDeadline)
      options.deadline_ns = begin + kSecond;
    EXPECT_EQ(sluice_session_run_with(session, &options), SLUICE_STATUS_OK)
        << sluice_status_message();
    if (hasDeadline)
      EXPECT_LE(sluice_monotonic_ns(), options.deadline_ns);
    const void *y = nullptr;
    sluice_session_output_data(session, 0, &y);
    for (size_t i = 0; i < kSize; ++i)
      if (static_cast<const int8_t *>(y)[i] != int8_t(~x[i])) {
        ADD_FAILURE() << "wrong byte " << i;
        break;
      }
    sluice_profile_t profile;
    sluice_session_profile(session, &profile);
    return profile;
  }

  static sluice_device_health_t healthOf(const sluice_session_t *session) {
    sluice_device_health_t health;
    sluice_session_health(session, &health);
    return health;
  }

  static void awaitRecovery(const sluice_session_t *session) {
    uint64_t end = sluice_monotonic_ns() + 60 * kSecond;
    while (healthOf(session).quarantined && sluice_monotonic_ns() < end)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }

  PackagePtr package;
  uint8_t seed = 0;
};

TEST_P(Faults, CostNoResultAndAreToldOnce) {
  const Fault &fault = GetParam();
  Log log(fault.spec);
  SessionPtr session = openSession(package.get(), fault.spec, true);
  SessionPtr other = openSession(package.get(), fault.spec, true);
  ASSERT_TRUE(session && other);
  // A device is late by what it has taken before.
  if (fault.needsDeadline)
    EXPECT_EQ(run(session.get(), false).fallbacks, 0u);
  EXPECT_GE(run(session.get(), fault.needsDeadline).fallbacks, 1u);
  sluice_device_health_t health = healthOf(other.get());
  EXPECT_EQ(health.faults, 1u);
  // The other session shares the device, and so the quarantine.
  if (health.quarantined)
    EXPECT_GT(health.next_probe_ns, 0u);
  run(other.get(), true);
  run(session.get(), true);

  std::string text = sluice_session_fault(session.get());
  std::string json = sluice_session_fault_json(session.get());
  EXPECT_NE(text.find(fault.message), text.npos) << text;
  EXPECT_EQ(json.find("{\"device\": \""), 0u) << json;
  if (fault.isReportedInState) {
    for (const char *part : {"last command: load", "tokens: load to compute",
                             "bus: ", "counters: cycles "})
      EXPECT_NE(text.find(part), text.npos) << part << "\n" << text;
    for (const char *part :
         {"\"last_command\"", "\"tokens\"", "\"bus\"", "\"counters\""})
      EXPECT_NE(json.find(part), json.npos) << part << "\n" << json;
  }

  awaitRecovery(session.get());
  EXPECT_FALSE(healthOf(session.get()).quarantined);
  EXPECT_GE(healthOf(session.get()).probes, 1u);
  EXPECT_EQ(run(session.get(), false).fallbacks, 0u);
  EXPECT_EQ(run(other.get(), false).fallbacks, 0u);
  EXPECT_EQ(healthOf(session.get()).faults, 1u);
  ASSERT_EQ(log.faults.size(), 1u);
  EXPECT_NE(log.faults[0].find(fault.message), std::string::npos)
      << log.faults[0];
  // A device that is gone is told of while it is not back, once.
  ASSERT_FALSE(log.others.empty());
  EXPECT_LE(log.others.size(), strstr(fault.spec, "gone") ? 2u : 1u);
  EXPECT_NE(log.others.back().find("is well again"), std::string::npos);
}

TEST_P(Faults, FailTheRunWhereTheCpuMayNotTakeOver) {
  const Fault &fault = GetParam();
  if (fault.needsDeadline)
    return; // then it is the deadline that the run fails by
  // Another device of the same kind: this one's fault is over.
  std::string spec = fault.spec;
  spec += spec.find("ms=") == spec.npos ? ",ms=1" : "";
  if (size_t at = spec.find("ms="); at != spec.npos)
    spec.insert(at + 3, "0");
  Log log(spec.c_str());
  SessionPtr session = openSession(package.get(), spec.c_str(), false);
  ASSERT_TRUE(session);
  EXPECT_EQ(sluice_session_run(session.get()), SLUICE_STATUS_DEVICE_FAULT);
  std::string message = sluice_status_message();
  EXPECT_NE(message.find(fault.message), message.npos) << message;
  // Until it is well again.
  awaitRecovery(session.get());
  run(session.get(), false);
  EXPECT_EQ(log.faults.size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Devices, Faults, testing::ValuesIn(kFaults),
                         [](const testing::TestParamInfo<Fault> &info) {
                           return nameOf(info.param.spec);
                         });

TEST(Quarantine, DoublesItsWaits) {
  // Gone for 1.2 s: probes after 100, 300, 700 and 1500 ms find it at the
  // fourth try, or later on a busy machine.
  const char *spec = "fault:cpu,kind=gone,ms=1200";
  Log log(spec);
  PackagePtr package = loadTestPackage();
  SessionPtr session = openSession(package.get(), spec, true);
  sluice_device_health_t health = {};
  uint64_t begin = sluice_monotonic_ns();
  EXPECT_EQ(sluice_session_run(session.get()), SLUICE_STATUS_OK);
  do {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    sluice_session_health(session.get(), &health);
  } while (health.quarantined && sluice_monotonic_ns() - begin < 60 * kSecond);
  EXPECT_FALSE(health.quarantined);
  EXPECT_GE(sluice_monotonic_ns() - begin, 1'200'000'000u);
  EXPECT_GE(health.probes, 2u);
  EXPECT_LE(health.probes, 4u);
}

TEST(Quarantine, EndsWithItsSessions) {
  PackagePtr package = loadTestPackage();
  const char *spec = "fault:cpu,kind=gone,ms=100000";
  Log log(spec);
  SessionPtr session = openSession(package.get(), spec, true);
  EXPECT_EQ(sluice_session_run(session.get()), SLUICE_STATUS_OK);
  uint64_t begin = sluice_monotonic_ns();
  session.reset();
  EXPECT_LT(sluice_monotonic_ns() - begin, 10 * kSecond);
}

TEST(Mismatch, IsRefusedOrGoesToTheCpu) {
  TestPackage planted;
  planted.program.engine->pc = 16;
  PackagePtr package = loadTestPackage(planted);
  sluice_session_options_t options = {sizeof(options), "sim"};
  sluice_session_t *raw;
  EXPECT_EQ(sluice_session_create(package.get(), &options, &raw),
            SLUICE_STATUS_UNSUPPORTED);
  std::string message = sluice_status_message();
  EXPECT_EQ(message.find("engine has PC=8, package wants PC=16; "), 0u)
      << message;
  options.cpu_if_unfit = 1;
  Log log("sim");
  ASSERT_EQ(sluice_session_create(package.get(), &options, &raw),
            SLUICE_STATUS_OK);
  SessionPtr session(raw);
  EXPECT_STREQ(sluice_session_device(raw), "cpu");
  EXPECT_EQ(sluice_session_run(raw), SLUICE_STATUS_OK);
  ASSERT_EQ(log.faults.size(), 1u);
  EXPECT_NE(log.faults[0].find("engine has PC=8, package wants PC=16"),
            std::string::npos);
}

} // namespace
