// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a session comes to be: device, twins, tables.

#include "runtime/base/Log.h"
#include "runtime/drivers/cpu/CpuDriver.h"
#include "runtime/hal/Registry.h"
#include "runtime/session/Session.h"

namespace sluice {

static constexpr uint32_t kMaxCounters = 32;

Session::Session(Package &package, uint32_t variant)
    : package(package), kept(&package),
      variant(*package.program().variants()->Get(variant)),
      runner([this](uint64_t deadline) { return runRegions(deadline); },
             [this] { isBusy_.store(false, std::memory_order_release); }) {
  package.retain();
}

Status Session::create(Package &package,
                       const sluice_session_options_t &options, Session *&out) {
  uint32_t variants = package.program().variants()->size();
  if (options.variant >= variants)
    return fail(SLUICE_STATUS_INVALID_ARGUMENT,
                "%s: has no variant %u, there are %u", package.name(),
                options.variant, variants);
  std::unique_ptr<Session> session(new Session(package, options.variant));
  SLUICE_RETURN_IF_ERROR(session->load(options));
  out = session.release();
  return SLUICE_STATUS_OK;
}

/// `auto` becomes the name of what was chosen, as sessions share a device by
/// its string.
Status Session::findDevice(const char *text, DeviceSpec &spec,
                           Driver *&out) const {
  SLUICE_RETURN_IF_ERROR(DeviceSpec::parse(text ? text : "auto", spec));
  if (spec.driver() != "auto")
    return findDriver(spec.driver(), out);
  out = chooseDriver(package);
  std::string chosen = out->name() + spec.text().substr(spec.driver().size());
  return DeviceSpec::parse(chosen, spec);
}

Status Session::load(const sluice_session_options_t &options) {
  DeviceSpec spec;
  Driver *driver = nullptr;
  SLUICE_RETURN_IF_ERROR(findDevice(options.device, spec, driver));
  if (driver == cpuDriver()) {
    device = &cpu;
    SLUICE_RETURN_IF_ERROR(open(*driver, spec, options.variant, cpu));
  } else {
    SLUICE_RETURN_IF_ERROR(loadAccelerator(options, spec, *driver));
  }
  SLUICE_RETURN_IF_ERROR(
      Buffer::allocate(variant.arena_size(), "the arena", arena));
  layOut();
  if (hasFallback)
    timeTwins();
  return SLUICE_STATUS_OK;
}

Status Session::loadAccelerator(const sluice_session_options_t &options,
                                const DeviceSpec &spec, Driver &driver) {
  device = &accelerator;
  Status status = open(driver, spec, options.variant, accelerator);
  bool isUnfit = status == SLUICE_STATUS_NOT_FOUND ||
                 status == SLUICE_STATUS_UNSUPPORTED ||
                 status == SLUICE_STATUS_DEVICE_FAULT;
  if (isUnfit && options.cpu_if_unfit) {
    logEvent(SLUICE_LOG_WARNING, "device '%s': %s; %s runs on the CPU",
             spec.text().c_str(), lastMessage(), package.name());
    accelerator = {};
    device = &cpu;
    return open(*cpuDriver(), DeviceSpec(), options.variant, cpu);
  }
  SLUICE_RETURN_IF_ERROR(status);
  SLUICE_RETURN_IF_ERROR(openTwin(options.variant));
  hasFallback = cpu.isThere() && !options.no_fallback;
  if (!cpu.isThere() && !options.no_fallback)
    logEvent(SLUICE_LOG_WARNING,
             "device '%s': nothing takes over should it fail: %s",
             spec.text().c_str(), lastMessage());
  if (!hasFallback && !accelerator.placement->isKnown())
    return fail(SLUICE_STATUS_DEVICE_FAULT, "device '%s': is in quarantine",
                spec.text().c_str());
  return SLUICE_STATUS_OK;
}

Status Session::open(Driver &driver, const DeviceSpec &spec,
                     uint32_t variantIndex, Place &place) {
  SLUICE_RETURN_IF_ERROR(SharedDevice::open(driver, spec, place.shared));
  return SharedDevice::place(place.shared, package, variantIndex,
                             place.placement);
}

/// The CPU beside the accelerator. It may be missing (code for another
/// processor) where the accelerator takes every region.
Status Session::openTwin(uint32_t variantIndex) {
  Status status = open(*cpuDriver(), DeviceSpec(), variantIndex, cpu);
  if (status == SLUICE_STATUS_OK)
    return status;
  for (uint32_t i = 0; i < variant.regions()->size(); ++i)
    if (!accelerator.placement->accepts(i))
      return status;
  return SLUICE_STATUS_OK;
}

/// Gives every table its size and every tensor its place.
void Session::layOut() {
  const auto &regions = *variant.regions();
  pointers.resize(variant.buffers()->size());
  for (uint32_t i = 0; i < pointers.size(); ++i)
    pointers[i] = ownData(i);
  counters.resize(size_t(regions.size()) * kMaxCounters);
  profiles.resize(regions.size());
  reserves.resize(regions.size());
  cpu.times.resize(regions.size());
  accelerator.times.resize(regions.size());
  for (uint32_t i = 0; i < regions.size(); ++i) {
    firstTensors.push_back(tensors.size());
    for (const auto *indices : {regions[i]->inputs(), regions[i]->outputs()})
      for (uint32_t buffer : *indices) {
        tensors.push_back(pointers[buffer]);
        tensorBuffers.push_back(buffer);
      }
    profiles[i].name = regions[i]->name()->c_str();
    profiles[i].target = regions[i]->target()->c_str();
    profiles[i].macs = regions[i]->macs();
    profiles[i].counters = &counters[size_t(i) * kMaxCounters];
    profiles[i].device =
        isForAccelerator(i) ? accelerator.name() : cpuDriver()->name();
  }
  producers.resize(pointers.size());
}

/// What a twin takes is known before a deadline depends on it. Nothing is in
/// the arena yet. A twin that gives up on zeros has no time.
void Session::timeTwins() {
  for (uint32_t i = 0; i < profiles.size(); ++i) {
    RegionFigures figures;
    runOn(cpu, i, {}, figures);
  }
  arena.clear();
}

} // namespace sluice
