// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Quarantine and sharing by a device that does as it is told: what comes of
// programs that do not fit, of releases while it is opened, of deadlines.

#include "runtime/hal/SharedDevice.h"

#include "test/runtime/TestPackage.h"

#include <condition_variable>
#include <gtest/gtest.h>
#include <thread>

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr uint64_t kMillisecond = 1'000'000, kLong = 60'000 * kMillisecond;

/// Holds up whoever passes while it is shut. It opens by itself at last, so
/// that a test fails and does not hang.
class Gate {
public:
  void shut() { set(true); }
  void open() { set(false); }
  void pass() {
    std::unique_lock lock(mutex);
    ++waiting;
    changed.notify_all();
    hasGivenUp |= !changed.wait_for(lock, std::chrono::seconds(60),
                                    [this] { return !isShut; });
    --waiting;
  }
  void awaitSomebody() {
    std::unique_lock lock(mutex);
    changed.wait_for(lock, std::chrono::seconds(60),
                     [this] { return waiting > 0; });
  }
  bool isHoldingUp() {
    std::lock_guard lock(mutex);
    return isShut && waiting > 0 && !hasGivenUp;
  }

private:
  void set(bool shut) {
    std::lock_guard lock(mutex);
    isShut = shut;
    changed.notify_all();
  }
  std::mutex mutex;
  std::condition_variable changed;
  int waiting = 0;
  bool isShut = false, hasGivenUp = false;
};

/// What the device does, and what it has seen.
struct Script {
  std::atomic<Status> openStatus = SLUICE_STATUS_OK;
  std::atomic<Status> runStatus = SLUICE_STATUS_OK;
  std::atomic<bool> hangs = false; ///< a run does not end by itself
  std::atomic<uint32_t> width = 8; ///< the PC of packages that fit
  std::atomic<int> tries = 0, made = 0, open = 0, mostOpen = 0;
  Gate opening;
};

class ScriptedExecutable final : public Executable {
public:
  explicit ScriptedExecutable(Script &script) : script(script) {}
  bool accepts(uint32_t region) const override { return region == 0; }
  Status run(uint32_t, void *const *, const RunControl &control,
             RegionFigures &) override {
    while (script.hangs) {
      SLUICE_RETURN_IF_ERROR(control.check("copy"));
      std::this_thread::yield();
    }
    Status status = script.runStatus;
    return status == SLUICE_STATUS_OK ? status : fail(status, "errs");
  }

private:
  Script &script;
};

class ScriptedDevice final : public Device {
public:
  explicit ScriptedDevice(Script &script) : script(script) {
    ++script.made;
    int now = ++script.open;
    script.mostOpen = std::max(int(script.mostOpen), now);
  }
  ~ScriptedDevice() override {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    --script.open;
  }
  Status load(const Package &package, uint32_t,
              std::unique_ptr<Executable> &out) override {
    if (uint32_t wanted = package.program().engine()->pc();
        wanted != script.width)
      return fail(SLUICE_STATUS_UNSUPPORTED, "package wants PC=%u", wanted);
    out = std::make_unique<ScriptedExecutable>(script);
    return SLUICE_STATUS_OK;
  }

private:
  Script &script;
};

class ScriptedDriver final : public Driver {
public:
  const char *name() const override { return "scripted"; }
  const char *description() const override { return "as it is told"; }
  Status list(std::vector<DeviceListing> &) const override {
    return SLUICE_STATUS_OK;
  }
  Status open(const DeviceSpec &, std::unique_ptr<Device> &out) override {
    int count = ++script.tries;
    script.opening.pass();
    if (Status status = script.openStatus; status != SLUICE_STATUS_OK)
      return fail(status, "no answer after %d ms", count);
    out = std::make_unique<ScriptedDevice>(script);
    return SLUICE_STATUS_OK;
  }

  Script script;
};

class Shared : public testing::Test {
protected:
  using Placement = std::unique_ptr<SharedDevice::Placement>;

  /// A program on a device, as a session has it.
  struct Place {
    std::shared_ptr<SharedDevice> device;
    Placement placement;
    uint64_t time = 0;
  };

  void SetUp() override {
    sluice_log_set(
        [](void *context, sluice_log_level_t, const char *line) {
          auto &self = *static_cast<Shared *>(context);
          std::lock_guard lock(self.mutex);
          self.lines.push_back(line);
        },
        this);
    TestPackage wide;
    wide.program.engine->pc = 16;
    good = load(TestPackage());
    other = load(wide);
    script.width = 8;
    script.runStatus = SLUICE_STATUS_OK;
  }
  void TearDown() override { sluice_log_set(nullptr, nullptr); }

  static PackagePtr load(const TestPackage &planted) {
    sluice_package_t *raw;
    EXPECT_EQ(planted.load(&raw), SLUICE_STATUS_OK);
    return PackagePtr(raw);
  }
  Place place(const PackagePtr &package) {
    Place made;
    DeviceSpec spec;
    // Each test has a device of its own.
    std::string text =
        std::string("scripted:") +
        testing::UnitTest::GetInstance()->current_test_info()->name();
    EXPECT_EQ(DeviceSpec::parse(text, spec), SLUICE_STATUS_OK);
    EXPECT_EQ(SharedDevice::open(driver, spec, made.device), SLUICE_STATUS_OK);
    EXPECT_EQ(SharedDevice::place(made.device,
                                  *reinterpret_cast<Package *>(package.get()),
                                  0, made.placement),
              SLUICE_STATUS_OK);
    return made;
  }
  static Status run(Place &place, const RunControl &control = {}) {
    int8_t x[TestPackage::kTensorSize], y[TestPackage::kTensorSize];
    void *tensors[] = {x, y};
    RegionFigures figures;
    FaultRecord record;
    return place.device->run(*place.placement, 0, tensors, control, place.time,
                             figures, record);
  }
  void err(Place &place) {
    script.runStatus = SLUICE_STATUS_DEVICE_FAULT;
    EXPECT_EQ(run(place), SLUICE_STATUS_DEVICE_FAULT);
    EXPECT_FALSE(place.device->isWell());
    script.runStatus = SLUICE_STATUS_OK;
  }
  template <typename Condition> static void await(Condition condition) {
    uint64_t end = monotonicNow() + kLong;
    while (!condition() && monotonicNow() < end)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    EXPECT_TRUE(condition());
  }
  static void awaitWell(const Place &place) {
    await([&] { return place.device->isWell(); });
  }
  static void awaitProbes(const Place &place, uint64_t count) {
    await([&] { return place.device->health().probes >= count; });
  }
  /// How many lines so far hold `text`.
  int told(const char *text) {
    std::lock_guard lock(mutex);
    return std::count_if(lines.begin(), lines.end(), [&](const auto &line) {
      return line.find(text) != line.npos;
    });
  }

  static inline ScriptedDriver driver; // devices may outlive a test
  Script &script = driver.script;
  PackagePtr good, other;
  std::mutex mutex; // over lines
  std::vector<std::string> lines;
};

TEST_F(Shared, LeavesQuarantineWithoutAProgramThatDoesNotFit) {
  Place first = place(good);
  err(first);
  Place misfit = place(other), late = place(good);
  awaitWell(first);
  EXPECT_FALSE(misfit.placement->isKnown());
  EXPECT_FALSE(misfit.placement->accepts(0));
  EXPECT_TRUE(late.placement->accepts(0));
  EXPECT_EQ(run(first), SLUICE_STATUS_OK);
  EXPECT_EQ(run(late), SLUICE_STATUS_OK);
  EXPECT_EQ(told("LeavesQuarantineWithoutAProgramThatDoesNotFit': package "
                 "wants PC=16; package in memory runs on the CPU"),
            1);
  EXPECT_EQ(told("is well again"), 1);
}

TEST_F(Shared, WaitsForTheDeviceThatItsProgramsFitted) {
  Place first = place(good);
  script.width = 16; // it comes back as another one
  err(first);
  awaitProbes(first, 2);
  EXPECT_FALSE(first.device->isWell());
  EXPECT_EQ(told("is not well yet: package wants PC=8; next try in "), 1);
  script.width = 8;
  awaitWell(first);
  EXPECT_EQ(run(first), SLUICE_STATUS_OK);
}

TEST_F(Shared, TellsWhyItIsNotWellWhenThatChanges) {
  Place first = place(good);
  script.openStatus = SLUICE_STATUS_NOT_FOUND;
  err(first);
  awaitProbes(first, 2);
  await([&] { return told("is not well yet: no answer after ") > 0; });
  script.width = 16;
  script.openStatus = SLUICE_STATUS_OK;
  await([&] { return told("is not well yet: package wants PC=8") > 0; });
  script.width = 8;
  awaitWell(first);
  EXPECT_EQ(told("is not well yet: "), 2);
}

TEST_F(Shared, HoldsUpNobodyWhileItIsOpenedAnew) {
  Place first = place(good), second = place(good);
  script.opening.shut();
  err(first);
  script.opening.awaitSomebody();
  first = {};
  Place third = place(good);
  EXPECT_EQ(run(third), SLUICE_STATUS_DEVICE_FAULT);
  // Even the last release; who comes then finds the device as it was left.
  second = {};
  third = {};
  EXPECT_TRUE(script.opening.isHoldingUp());
  Place fourth = place(good);
  EXPECT_TRUE(script.opening.isHoldingUp());
  EXPECT_EQ(fourth.device->health().faults, 1u);
  script.opening.open();
  awaitWell(fourth);
  EXPECT_EQ(run(fourth), SLUICE_STATUS_OK);
}

TEST_F(Shared, ClosesWhatNobodyWaitsForAnyMore) {
  Place first = place(good);
  script.opening.shut();
  err(first);
  script.opening.awaitSomebody();
  good.reset(); // the prober may be about to load it
  first = {};
  EXPECT_TRUE(script.opening.isHoldingUp());
  int before = script.made;
  script.opening.open();
  await([&] { return script.made > before && script.open == 0; });
  EXPECT_EQ(told("is well again"), 0);
}

TEST_F(Shared, IsNeverOpenTwice) {
  script.mostOpen = 0;
  script.runStatus = SLUICE_STATUS_DEVICE_FAULT;
  std::thread threads[4];
  for (int i = 0; i < 4; ++i)
    threads[i] = std::thread([&, i] {
      for (int j = 0; j < 100; ++j)
        if (Place made = place(good); (i + j) % 10 == 0)
          run(made);
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(script.mostOpen, 1);
}

TEST_F(Shared, IsLateOnlyWhenItsTimeIsKnown) {
  Place first = place(good);
  script.hangs = true;
  RunControl control = {.deadline = monotonicNow() + 20 * kMillisecond};
  EXPECT_EQ(run(first, control), SLUICE_STATUS_DEADLINE_EXCEEDED);
  EXPECT_TRUE(first.device->isWell());
  script.hangs = false;
  EXPECT_EQ(run(first), SLUICE_STATUS_OK);
  EXPECT_GT(first.time, 0u);
  script.hangs = true;
  control.deadline = monotonicNow() + 1000 * kMillisecond + 3 * first.time;
  EXPECT_EQ(run(first, control), SLUICE_STATUS_DEVICE_FAULT);
  script.hangs = false;
  EXPECT_EQ(told("region 'copy': device is late: not done after "), 1);
}

} // namespace
