// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/hal/SharedDevice.h"

#include "runtime/base/Log.h"
#include "runtime/base/Text.h"

#include <algorithm>
#include <cinttypes>
#include <map>

namespace sluice {

//===----------------------------------------------------------------------===//
// Placement
//===----------------------------------------------------------------------===//

SharedDevice::Placement::Placement(std::shared_ptr<SharedDevice> device,
                                   const Package &package, uint32_t variant)
    : device(std::move(device)), package(package), variant(variant) {}

SharedDevice::Placement::~Placement() {
  DeviceQueue::Turn turn(device->queue);
  executable.reset();
  std::erase(device->placements, this);
}

Status SharedDevice::Placement::load() {
  SLUICE_RETURN_IF_ERROR(device->device->load(package, variant, executable));
  if (isKnown)
    return SLUICE_STATUS_OK;
  uint32_t count =
      package.program().variants()->Get(variant)->regions()->size();
  for (uint32_t region = 0; region < count; ++region)
    accepted.push_back(executable->accepts(region));
  isKnown.store(true, std::memory_order_release);
  return SLUICE_STATUS_OK;
}

//===----------------------------------------------------------------------===//
// Opening
//===----------------------------------------------------------------------===//

/// Over what is open. A device is closed under it, so that it is not opened
/// again before.
static std::mutex openMutex;

Status SharedDevice::open(Driver &driver, const DeviceSpec &spec,
                          std::shared_ptr<SharedDevice> &out) {
  static std::map<std::string, std::weak_ptr<SharedDevice>> opened;
  std::shared_ptr<SharedDevice> made(new SharedDevice(driver, spec),
                                     [](SharedDevice *device) {
                                       std::lock_guard lock(openMutex);
                                       delete device;
                                     });
  if (!driver.isExclusive()) {
    SLUICE_RETURN_IF_ERROR(driver.open(spec, made->device));
    out = std::move(made);
    return SLUICE_STATUS_OK;
  }
  std::lock_guard lock(openMutex);
  std::weak_ptr<SharedDevice> &known = opened[made->text];
  if (auto device = known.lock()) {
    out = std::move(device);
    return SLUICE_STATUS_OK;
  }
  SLUICE_RETURN_IF_ERROR(driver.open(spec, made->device));
  known = made;
  out = std::move(made);
  return SLUICE_STATUS_OK;
}

SharedDevice::~SharedDevice() {
  {
    std::lock_guard lock(mutex);
    isClosing = true;
  }
  closing.notify_all();
  prober.join();
}

Status SharedDevice::place(const std::shared_ptr<SharedDevice> &device,
                           const Package &package, uint32_t variant,
                           std::unique_ptr<Placement> &out) {
  std::unique_ptr<Placement> placement(new Placement(device, package, variant));
  {
    DeviceQueue::Turn turn(device->queue);
    if (device->isWell())
      SLUICE_RETURN_IF_ERROR(placement->load());
    device->placements.push_back(placement.get());
  }
  out = std::move(placement);
  return SLUICE_STATUS_OK;
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

Status SharedDevice::run(Placement &placement, uint32_t region,
                         void *const *tensors, const RunControl &control,
                         uint64_t &time, RegionFigures &figures,
                         FaultRecord &record) {
  const auto &regions = *placement.package.program()
                             .variants()
                             ->Get(placement.variant)
                             ->regions();
  const char *name = regions[region]->name()->c_str();
  SLUICE_RETURN_IF_ERROR(queue.acquire(control, name));
  Status status;
  if (!isWell()) {
    status =
        fail(SLUICE_STATUS_DEVICE_FAULT,
             "region '%s': device '%s' is in quarantine", name, text.c_str());
  } else {
    uint64_t begin = monotonicNow();
    status = placement.executable->run(region, tensors, control, figures);
    if (status == SLUICE_STATUS_DEADLINE_EXCEEDED && control.deadline > begin &&
        control.deadline - begin > 2 * time)
      status = fail(SLUICE_STATUS_DEVICE_FAULT,
                    "region '%s': device is late: not done after %" PRIu64
                    " us, %" PRIu64 " us are expected",
                    name, (monotonicNow() - begin) / 1000, time / 1000);
    if (status == SLUICE_STATUS_DEVICE_FAULT && driver.isExclusive())
      quarantine(placement, record);
    if (status == SLUICE_STATUS_OK) {
      hasRunSinceProbe = true;
      time = std::max(time, monotonicNow() - begin);
    }
  }
  queue.release();
  return status;
}

/// Called in a turn, after a fault whose message is the thread's.
void SharedDevice::quarantine(Placement &placement, FaultRecord &record) {
  uint64_t fault = ++faults;
  Text(record.text)
      .print("%s\n%s", lastMessage(), placement.executable->fault());
  Text(record.json)
      .print("{\"device\": ")
      .quote(text.c_str())
      .print(", \"message\": ")
      .quote(lastMessage())
      .print(", \"fault\": %" PRIu64 ", \"state\": %s}", fault,
             placement.executable->faultJson());
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

void SharedDevice::startProbing() {
  nextProbe = monotonicNow() + wait;
  // A prober before this one has seen the device well, and is at its end.
  if (prober.start([this] { probeUntilWell(); }) != SLUICE_STATUS_OK)
    logEvent(SLUICE_LOG_WARNING, "device '%s': stays in quarantine: %s",
             text.c_str(), lastMessage());
}

void SharedDevice::probeUntilWell() {
  while (true) {
    {
      std::unique_lock lock(mutex);
      auto until = std::chrono::steady_clock::time_point(
          std::chrono::nanoseconds(nextProbe.load()));
      if (closing.wait_until(lock, until, [this] { return isClosing; }))
        return;
    }
    DeviceQueue::Turn turn(queue);
    ++probes;
    if (reopen() == SLUICE_STATUS_OK) {
      logEvent(SLUICE_LOG_NOTICE, "device '%s': is well again", text.c_str());
      isWell_.store(true, std::memory_order_release);
      return;
    }
    wait = std::min(2 * wait, kLongestWait);
    nextProbe = monotonicNow() + wait;
  }
}

/// Everything anew: executables go before their device, as they were made after
/// it.
Status SharedDevice::reopen() {
  for (Placement *placement : placements)
    placement->executable.reset();
  device.reset();
  SLUICE_RETURN_IF_ERROR(driver.open(spec, device));
  for (Placement *placement : placements)
    SLUICE_RETURN_IF_ERROR(placement->load());
  return SLUICE_STATUS_OK;
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
