// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/session/Session.h"

#include "runtime/drivers/cpu/CpuDriver.h"
#include "runtime/hal/Registry.h"

#include <algorithm>
#include <cstdio>

namespace sluice {

static constexpr uint32_t kMaxCounters = 32;

sluice_tensor_info_t describe(const program::Buffer &buffer) {
  sluice_tensor_info_t info = {};
  info.name = buffer.name()->c_str();
  info.type = sluice_type_t(buffer.type());
  info.rank = buffer.shape()->size();
  info.shape = buffer.shape()->data();
  info.size = buffer.size();
  if (const auto *quantization = buffer.quantization()) {
    info.quantized = 1;
    info.zero_point = quantization->zero_point();
    info.scale = quantization->scale();
  }
  return info;
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

Status Session::load(const sluice_session_options_t &options) {
  DeviceSpec spec;
  SLUICE_RETURN_IF_ERROR(
      DeviceSpec::parse(options.device ? options.device : "auto", spec));
  Driver *driver = nullptr;
  if (spec.driver() == "auto")
    driver = chooseDriver(package);
  else
    SLUICE_RETURN_IF_ERROR(findDriver(spec.driver(), driver));
  cpu.name = cpuDriver()->name();
  accelerator.name = driver->name();
  if (driver == cpuDriver()) {
    device = &cpu;
    SLUICE_RETURN_IF_ERROR(open(*driver, spec, options.variant, cpu));
  } else {
    device = &accelerator;
    SLUICE_RETURN_IF_ERROR(open(*driver, spec, options.variant, accelerator));
    SLUICE_RETURN_IF_ERROR(openTwin(options.variant));
    hasFallback = cpu.executable && !options.no_fallback;
  }
  SLUICE_RETURN_IF_ERROR(
      Buffer::allocate(variant.arena_size(), "the arena", arena));
  layOut();
  return SLUICE_STATUS_OK;
}

Status Session::open(Driver &driver, const DeviceSpec &spec,
                     uint32_t variantIndex, Place &place) {
  SLUICE_RETURN_IF_ERROR(driver.open(spec, place.device));
  return place.device->load(package, variantIndex, place.executable);
}

/// The CPU beside the accelerator. It may be missing (code for another
/// processor) where the accelerator takes every region.
Status Session::openTwin(uint32_t variantIndex) {
  Status status = open(*cpuDriver(), DeviceSpec(), variantIndex, cpu);
  if (status == SLUICE_STATUS_OK)
    return status;
  cpu.executable = nullptr;
  for (uint32_t i = 0; i < variant.regions()->size(); ++i)
    if (!accelerator.executable->accepts(i))
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
    profiles[i].device = placeOf(i)->name.c_str();
  }
  producers.resize(pointers.size());
}

void *Session::ownData(uint32_t index) const {
  return arena.data() + buffer(index).offset();
}

void Session::bind(uint32_t index, void *data) {
  pointers[index] = data ? data : ownData(index);
  for (size_t i = 0; i < tensors.size(); ++i)
    if (tensorBuffers[i] == index)
      tensors[i] = pointers[index];
}

const Session::Place *Session::placeOf(uint32_t region) const {
  return accelerator.executable && !isQuarantined &&
                 accelerator.executable->accepts(region)
             ? &accelerator
             : &cpu;
}

Status Session::run() {
  total = {};
  uint64_t begin = monotonicNow(), firstStart = UINT64_MAX, lastDone = 0;
  for (uint32_t i = 0; i < profiles.size(); ++i) {
    RegionFigures figures;
    SLUICE_RETURN_IF_ERROR(runRegion(i, figures));
    if (observer)
      callObserver(i);
    total.macs += profiles[i].macs;
    total.fallbacks += profiles[i].fallback;
    if (profiles[i].device == accelerator.name.c_str())
      total.device_macs += profiles[i].macs;
    if (figures.cycles) {
      firstStart = std::min(firstStart, figures.startCycle);
      lastDone = std::max(lastDone, figures.startCycle + figures.cycles);
    }
  }
  total.cycles = lastDone ? lastDone - firstStart : 0;
  total.transitions = countTransitions();
  total.time_ns = monotonicNow() - begin;
  return SLUICE_STATUS_OK;
}

Status Session::runRegion(uint32_t index, RegionFigures &figures) {
  sluice_region_profile_t &profile = profiles[index];
  void *const *regionTensors = tensors.data() + firstTensors[index];
  const Place *place = placeOf(index);
  uint64_t begin = monotonicNow();
  Status status = place->executable->run(index, regionTensors, {}, figures);
  if (status == SLUICE_STATUS_DEVICE_FAULT && place == &accelerator) {
    snprintf(faultText, sizeof(faultText), "%s\n%s", lastMessage(),
             accelerator.executable->fault());
    if (hasFallback) {
      isQuarantined = true;
      place = &cpu;
      figures = {};
      status = cpu.executable->run(index, regionTensors, {}, figures);
    }
  }
  SLUICE_RETURN_IF_ERROR(status);
  profile.time_ns = monotonicNow() - begin;
  profile.device = place->name.c_str();
  profile.fallback = place == &cpu && accelerator.executable &&
                     accelerator.executable->accepts(index);
  profile.cycles = figures.cycles;
  profile.counter_count =
      std::min<size_t>(figures.counters.size(), kMaxCounters);
  std::copy_n(figures.counters.begin(), profile.counter_count,
              counters.begin() + size_t(index) * kMaxCounters);
  return SLUICE_STATUS_OK;
}

void Session::callObserver(uint32_t region) const {
  const auto &outputs = *variant.regions()->Get(region)->outputs();
  for (uint32_t i = 0; i < outputs.size(); ++i) {
    sluice_tensor_info_t info = describe(buffer(outputs[i]));
    observer(observerContext, region, i, &info, pointers[outputs[i]]);
  }
}

/// Tensors that one side made and the other reads, each counted once.
uint32_t Session::countTransitions() {
  uint32_t count = 0;
  std::fill(producers.begin(), producers.end(), nullptr);
  for (uint32_t i = 0; i < profiles.size(); ++i) {
    const program::Region &region = *variant.regions()->Get(i);
    for (uint32_t input : *region.inputs()) {
      if (!producers[input] || producers[input] == profiles[i].device)
        continue;
      ++count;
      producers[input] = nullptr;
    }
    for (uint32_t output : *region.outputs())
      producers[output] = profiles[i].device;
  }
  return count;
}

} // namespace sluice
