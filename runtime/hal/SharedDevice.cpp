// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/hal/SharedDevice.h"

#include "runtime/base/Log.h"
#include "runtime/base/Text.h"

#include <algorithm>
#include <cinttypes>
#include <map>

namespace sluice {

//===----------------------------------------------------------------------===//
// Programs
//===----------------------------------------------------------------------===//

SharedDevice::Program::Program(Package &package, uint32_t variant)
    : package(&package), variant(variant) {
  package.retain();
}

void SharedDevice::Program::put(std::unique_ptr<Executable> loaded) {
  executable = std::move(loaded);
  if (isKnown)
    return;
  uint32_t count =
      package->program().variants()->Get(variant)->regions()->size();
  for (uint32_t region = 0; region < count; ++region)
    accepted.push_back(executable->accepts(region));
  isKnown.store(true, std::memory_order_release);
}

Status SharedDevice::place(const std::shared_ptr<SharedDevice> &device,
                           Package &package, uint32_t variant,
                           std::unique_ptr<Placement> &out) {
  auto program = std::make_shared<Program>(package, variant);
  {
    DeviceQueue::Turn turn(device->queue);
    if (device->isWell()) {
      std::unique_ptr<Executable> executable;
      SLUICE_RETURN_IF_ERROR(
          device->device->load(package, variant, executable));
      program->put(std::move(executable));
    }
    device->programs.push_back(program);
  }
  out.reset(new Placement(device, std::move(program)));
  return SLUICE_STATUS_OK;
}

SharedDevice::Placement::~Placement() {
  DeviceQueue::Turn turn(device->queue);
  std::erase(device->programs, program);
  program->executable.reset();
}

//===----------------------------------------------------------------------===//
// Opening and closing
//===----------------------------------------------------------------------===//

/// What a device string names.
struct SharedDevice::Slot {
  std::mutex mutex; // over all below, and held while the device is opened
  std::condition_variable closed;
  std::weak_ptr<SharedDevice> device;
  bool isOpen = false; // still while it is being closed

  Status open(Driver &driver, const DeviceSpec &spec,
              std::shared_ptr<SharedDevice> &out);
  void close(SharedDevice *device);
};

SharedDevice::Slot &SharedDevice::slotOf(const std::string &text) {
  static std::mutex mutex;
  // Never destroyed, as a device may outlive main.
  static auto *slots = new std::map<std::string, Slot>;
  std::lock_guard lock(mutex);
  return (*slots)[text];
}

Status SharedDevice::Slot::open(Driver &driver, const DeviceSpec &spec,
                                std::shared_ptr<SharedDevice> &out) {
  std::unique_lock lock(mutex);
  while (!(out = device.lock()) && isOpen)
    closed.wait(lock);
  if (out)
    return SLUICE_STATUS_OK;
  std::unique_ptr<Device> made;
  SLUICE_RETURN_IF_ERROR(driver.open(spec, made));
  out.reset(new SharedDevice(driver, spec, std::move(made)),
            [this](SharedDevice *device) { close(device); });
  device = out;
  isOpen = true;
  return SLUICE_STATUS_OK;
}

void SharedDevice::Slot::close(SharedDevice *device) {
  delete device;
  {
    std::lock_guard lock(mutex);
    isOpen = false;
  }
  closed.notify_all();
}

Status SharedDevice::open(Driver &driver, const DeviceSpec &spec,
                          std::shared_ptr<SharedDevice> &out) {
  if (driver.isExclusive())
    return slotOf(spec.text()).open(driver, spec, out);
  std::unique_ptr<Device> made;
  SLUICE_RETURN_IF_ERROR(driver.open(spec, made));
  out.reset(new SharedDevice(driver, spec, std::move(made)));
  return SLUICE_STATUS_OK;
}

SharedDevice::~SharedDevice() { alarm->ring(); }

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

Status SharedDevice::run(Placement &placement, uint32_t region,
                         void *const *tensors, const RunControl &control,
                         uint64_t &time, RegionFigures &figures,
                         FaultRecord &record) {
  Program &program = *placement.program;
  const char *name = program.package->program()
                         .variants()
                         ->Get(program.variant)
                         ->regions()
                         ->Get(region)
                         ->name()
                         ->c_str();
  SLUICE_RETURN_IF_ERROR(queue.acquire(control, name));
  Status status;
  if (!isWell()) {
    status =
        fail(SLUICE_STATUS_DEVICE_FAULT,
             "region '%s': device '%s' is in quarantine", name, text.c_str());
  } else {
    uint64_t begin = monotonicNow();
    status = program.executable->run(region, tensors, control, figures);
    if (status == SLUICE_STATUS_DEADLINE_EXCEEDED && time &&
        control.deadline > begin && control.deadline - begin > 2 * time)
      status = fail(SLUICE_STATUS_DEVICE_FAULT,
                    "region '%s': device is late: not done after %" PRIu64
                    " us, %" PRIu64 " us are expected",
                    name, (monotonicNow() - begin) / 1000, time / 1000);
    if (status == SLUICE_STATUS_DEVICE_FAULT && driver.isExclusive())
      quarantine(*program.executable, record);
    if (status == SLUICE_STATUS_OK) {
      hasRunSinceProbe = true;
      time = std::max(time, monotonicNow() - begin);
    }
  }
  queue.release();
  return status;
}

/// Called in a turn, after a fault whose message is the thread's.
void SharedDevice::quarantine(const Executable &executable,
                              FaultRecord &record) {
  uint64_t fault = ++faults;
  Text(record.text).print("%s\n%s", lastMessage(), executable.fault());
  Text(record.json)
      .print("{\"device\": ")
      .quote(text.c_str())
      .print(", \"message\": ")
      .quote(lastMessage())
      .print(", \"fault\": %" PRIu64 ", \"state\": %s}", fault,
             executable.faultJson());
  wait = hasRunSinceProbe || fault == 1 ? kFirstWait
                                        : std::min(2 * wait, kLongestWait);
  hasRunSinceProbe = false;
  isWell_.store(false, std::memory_order_release);
  logEvent(SLUICE_LOG_WARNING,
           "device '%s': fault %" PRIu64 ": %s; in quarantine, next try "
           "in %" PRIu64 " ms",
           text.c_str(), fault, lastMessage(), wait / 1'000'000);
  startProbing();
}

//===----------------------------------------------------------------------===//
// Recovery
//===----------------------------------------------------------------------===//

void SharedDevice::Alarm::ring() {
  {
    std::lock_guard lock(mutex);
    isRung = true;
  }
  rung.notify_all();
}

bool SharedDevice::Alarm::ringsBefore(uint64_t until) {
  std::unique_lock lock(mutex);
  return rung.wait_until(
      lock,
      std::chrono::steady_clock::time_point(std::chrono::nanoseconds(until)),
      [this] { return isRung; });
}

void SharedDevice::startProbing() {
  nextProbe = monotonicNow() + wait;
  // A prober before this one has seen the device well, and is at its end.
  Status status = prober.start(
      [weak = weak_from_this(), alarm = alarm, until = nextProbe.load()] {
        probeUntilWell(weak, *alarm, until);
      });
  if (status != SLUICE_STATUS_OK)
    logEvent(SLUICE_LOG_WARNING, "device '%s': stays in quarantine: %s",
             text.c_str(), lastMessage());
}

/// Keeps the device while it is opened, so that whoever releases it does not
/// wait for that: then it is closed here. While nothing is done the device's
/// end is this thread's.
void SharedDevice::probeUntilWell(const std::weak_ptr<SharedDevice> &weak,
                                  Alarm &alarm, uint64_t until) {
  while (!alarm.ringsBefore(until)) {
    std::shared_ptr<SharedDevice> device = weak.lock();
    if (!device || device->probe())
      return;
    until = device->nextProbe;
  }
}

/// Whether the device is well now.
bool SharedDevice::probe() {
  ++probes;
  takeDown();
  Setup setup;
  Status status = driver.open(spec, setup.device);
  while (status == SLUICE_STATUS_OK) {
    std::shared_ptr<Program> missing;
    {
      DeviceQueue::Turn turn(queue);
      missing = findMissing(setup);
      if (!missing) {
        becomeWell(setup);
        return true;
      }
    }
    status = setup.load(missing);
  }
  DeviceQueue::Turn turn(queue);
  stayInQuarantine();
  return false;
}

void SharedDevice::takeDown() {
  Setup old; // goes when the turn is over
  DeviceQueue::Turn turn(queue);
  old.device = std::move(device);
  for (const auto &program : programs)
    if (program->executable)
      old.programs.push_back({program, std::move(program->executable), ""});
}

bool SharedDevice::Setup::has(const Program &program) const {
  return std::any_of(
      programs.begin(), programs.end(),
      [&](const Loaded &loaded) { return loaded.program.get() == &program; });
}

/// Fails by the device alone: a program that has been on it before fits it, or
/// it is another device now, or not up yet.
Status SharedDevice::Setup::load(const std::shared_ptr<Program> &program) {
  Loaded loaded = {program, nullptr, ""};
  Status status =
      device->load(*program->package, program->variant, loaded.executable);
  if (status == SLUICE_STATUS_DEVICE_FAULT ||
      (status != SLUICE_STATUS_OK && program->isKnown))
    return status;
  if (status != SLUICE_STATUS_OK)
    loaded.misfit = lastMessage();
  programs.push_back(std::move(loaded));
  return SLUICE_STATUS_OK;
}

/// A program that is not in `setup` yet; null when all are.
std::shared_ptr<SharedDevice::Program>
SharedDevice::findMissing(const Setup &setup) const {
  auto found =
      std::find_if(programs.begin(), programs.end(),
                   [&](const auto &program) { return !setup.has(*program); });
  return found == programs.end() ? nullptr : *found;
}

/// Called in a turn. What was released meanwhile goes in it, too.
void SharedDevice::becomeWell(Setup &setup) {
  device = std::move(setup.device);
  for (Setup::Loaded &loaded : setup.programs) {
    if (std::find(programs.begin(), programs.end(), loaded.program) ==
        programs.end())
      continue;
    if (loaded.executable)
      loaded.program->put(std::move(loaded.executable));
    else
      logEvent(SLUICE_LOG_WARNING, "device '%s': %s; %s runs on the CPU",
               text.c_str(), loaded.misfit.c_str(),
               loaded.program->package->name());
  }
  setup.programs.clear();
  if (!programs.empty())
    logEvent(SLUICE_LOG_NOTICE, "device '%s': is well again", text.c_str());
  toldFailure.clear();
  isWell_.store(true, std::memory_order_release);
}

/// Called in a turn, after a failure whose message is the thread's. It is told
/// unless it was, but for numbers such as times; and if anybody is there.
void SharedDevice::stayInQuarantine() {
  wait = std::min(2 * wait, kLongestWait);
  nextProbe = monotonicNow() + wait;
  std::string failure = lastMessage();
  std::erase_if(failure, [](char c) { return c >= '0' && c <= '9'; });
  if (programs.empty() || failure == toldFailure)
    return;
  toldFailure = std::move(failure);
  logEvent(SLUICE_LOG_NOTICE,
           "device '%s': is not well yet: %s; next try in %" PRIu64 " ms",
           text.c_str(), lastMessage(), wait / 1'000'000);
}

sluice_device_health_t SharedDevice::health() const {
  sluice_device_health_t health = {};
  health.quarantined = !isWell();
  health.faults = faults;
  health.probes = probes;
  if (health.quarantined)
    health.next_probe_ns = nextProbe;
  return health;
}

} // namespace sluice
