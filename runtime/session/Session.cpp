// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/session/Session.h"

#include <algorithm>

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

void *Session::ownData(uint32_t index) const {
  return arena.data() + buffer(index).offset();
}

void Session::bind(uint32_t index, void *data) {
  pointers[index] = data ? data : ownData(index);
  for (size_t i = 0; i < tensors.size(); ++i)
    if (tensorBuffers[i] == index)
      tensors[i] = pointers[index];
}

Status Session::begin() {
  if (isBusy_.exchange(true, std::memory_order_acquire))
    return fail(SLUICE_STATUS_BUSY, "the session's run is under way; wait for "
                                    "it, or make another session");
  isCancelled = false;
  return SLUICE_STATUS_OK;
}

Status Session::run(uint64_t deadline) {
  SLUICE_RETURN_IF_ERROR(begin());
  Status status = runRegions(deadline);
  isBusy_.store(false, std::memory_order_release);
  return status;
}

Status Session::runAsync(const AsyncRunner::Request &request) {
  SLUICE_RETURN_IF_ERROR(begin());
  Status status = runner.start(request);
  if (status != SLUICE_STATUS_OK)
    isBusy_.store(false, std::memory_order_release);
  return status;
}

Status Session::runRegions(uint64_t deadline) {
  RunControl control = {deadline ? deadline : RunControl::kNoDeadline,
                        &isCancelled, tracer != nullptr};
  total = {};
  firstStart = UINT64_MAX;
  lastDone = 0;
  uint64_t begin = monotonicNow();
  if (deadline && hasFallback)
    planReserves(deadline - std::min(deadline, begin));
  for (uint32_t i = 0; i < profiles.size(); ++i) {
    RegionFigures figures;
    SLUICE_RETURN_IF_ERROR(runRegion(i, control, figures));
    addUp(i, figures);
    if (tracer)
      callTracer(i, figures);
    if (observer)
      callObserver(i);
  }
  if (lastDone)
    total.cycles = lastDone - firstStart;
  total.transitions = countTransitions();
  total.time_ns = monotonicNow() - begin;
  // A result that comes too late is none.
  return deadline ? control.check(profiles.back().name) : SLUICE_STATUS_OK;
}

/// The time that the CPU needs from each region on, with room for a busy
/// machine: twice the longest so far, the stopping of a device, and for a
/// scheduler's delays a tenth of all the time that there is.
void Session::planReserves(uint64_t time) {
  uint64_t sum = RunControl::kStopTime + time / 10;
  for (uint32_t i = profiles.size(); i-- > 0;)
    reserves[i] = sum += 2 * cpu.times[i];
}

bool Session::isForAccelerator(uint32_t region) const {
  return accelerator.isThere() && accelerator.placement->accepts(region);
}

/// Whether a device that is not to be relied upon may have a region: not in
/// quarantine, and not when the CPU has no time to spare.
bool Session::isWorthTrying(uint32_t region, const RunControl &control) const {
  if (!hasFallback)
    return true;
  return accelerator.shared->isWell() &&
         (control.deadline == RunControl::kNoDeadline ||
          control.deadline > monotonicNow() + reserves[region]);
}

Status Session::runOn(Place &place, uint32_t region, const RunControl &control,
                      RegionFigures &figures) {
  return place.shared->run(*place.placement, region,
                           tensors.data() + firstTensors[region], control,
                           place.times[region], figures, record);
}

/// Runs a region on the accelerator if it may, and on the CPU if it may not or
/// has failed.
Status Session::runRegion(uint32_t index, const RunControl &control,
                          RegionFigures &figures) {
  sluice_region_profile_t &profile = profiles[index];
  SLUICE_RETURN_IF_ERROR(control.check(profile.name));
  uint64_t begin = monotonicNow();
  bool isForDevice = isForAccelerator(index), isDone = false;
  if (isForDevice && isWorthTrying(index, control)) {
    RunControl deviceControl = control;
    if (hasFallback && control.deadline != RunControl::kNoDeadline)
      deviceControl.deadline -= reserves[index];
    Status status = runOn(accelerator, index, deviceControl, figures);
    isDone = status == SLUICE_STATUS_OK;
    bool isForTwin = status == SLUICE_STATUS_DEVICE_FAULT ||
                     status == SLUICE_STATUS_DEADLINE_EXCEEDED;
    if (!isDone && !(isForTwin && hasFallback))
      return status;
  }
  if (!isDone) {
    figures = {};
    SLUICE_RETURN_IF_ERROR(runOn(cpu, index, control, figures));
  }
  profile.time_ns = monotonicNow() - begin;
  profile.device = (isDone ? accelerator : cpu).name();
  profile.fallback = isForDevice && !isDone;
  profile.cycles = figures.cycles;
  profile.counter_count =
      std::min<size_t>(figures.counters.size(), kMaxCounters);
  std::copy_n(figures.counters.begin(), profile.counter_count,
              counters.begin() + size_t(index) * kMaxCounters);
  return SLUICE_STATUS_OK;
}

void Session::addUp(uint32_t region, const RegionFigures &figures) {
  const sluice_region_profile_t &profile = profiles[region];
  total.macs += profile.macs;
  total.fallbacks += profile.fallback;
  if (isForAccelerator(region) && !profile.fallback)
    total.device_macs += profile.macs;
  if (figures.cycles) {
    firstStart = std::min(firstStart, figures.startCycle);
    lastDone = std::max(lastDone, figures.startCycle + figures.cycles);
  }
}

void Session::callTracer(uint32_t region, const RegionFigures &figures) const {
  uint64_t end = monotonicNow();
  sluice_region_event_t event = {region,
                                 end - profiles[region].time_ns,
                                 end,
                                 figures.startCycle,
                                 figures.cycles,
                                 figures.commands.size(),
                                 figures.commands.data()};
  tracer(tracerContext, &event);
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
