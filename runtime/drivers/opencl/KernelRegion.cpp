// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/drivers/opencl/KernelRegion.h"

#include "runtime/drivers/opencl/ProgramCache.h"

#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <ctime>

namespace sluice {
namespace {

/// How long the thread only looks before it sleeps between looks: about what a
/// sleep costs. A yield may cost a slice of another process, milliseconds.
constexpr uint64_t kSpin = 50'000;

void sleepBriefly() {
  const timespec time = {0, 50'000};
  nanosleep(&time, nullptr);
}

} // namespace

/// Parts go in the reverse of the order in which they came: NVIDIA's driver
/// (580) ends the process otherwise.
KernelRegion::~KernelRegion() {
  launches.clear(); // which hold on to them
  while (!parts.empty())
    parts.pop_back();
}

Status KernelRegion::makeTensor(const program::Buffer &buffer) {
  Tensor tensor;
  tensor.size = buffer.size();
  SLUICE_RETURN_IF_ERROR(
      Buffer::allocate(tensor.size, "a tensor of the device", tensor.host));
  cl_int code;
  tensor.memory = ClMemory(clCreateBuffer(
      place.context.get(), CL_MEM_READ_WRITE | CL_MEM_USE_HOST_PTR, tensor.size,
      tensor.host.data(), &code));
  SLUICE_RETURN_IF_ERROR(
      clCheck(code, SLUICE_STATUS_OUT_OF_MEMORY, "buffer of a tensor"));
  tensors.push_back(std::move(tensor));
  return SLUICE_STATUS_OK;
}

/// A buffer of its own within `whole`.
Status KernelRegion::makePart(cl_mem whole,
                              const program::KernelArgument &argument,
                              cl_mem &out) {
  for (const Part &part : parts)
    if (part.whole == whole && part.offset == argument.offset() &&
        part.size == argument.size()) {
      out = part.memory.get();
      return SLUICE_STATUS_OK;
    }
  cl_buffer_region range = {argument.offset(), argument.size()};
  cl_int code;
  out =
      clCreateSubBuffer(whole, 0, CL_BUFFER_CREATE_TYPE_REGION, &range, &code);
  SLUICE_RETURN_IF_ERROR(
      clCheck(code, SLUICE_STATUS_UNSUPPORTED, "part of a buffer"));
  parts.push_back({whole, argument.offset(), argument.size(), ClMemory(out)});
  return SLUICE_STATUS_OK;
}

Status KernelRegion::getArgument(const program::KernelArgument &argument,
                                 cl_mem &out) {
  switch (argument.space()) {
  case program::KernelSpace::constants:
    return makePart(constants.get(), argument, out);
  case program::KernelSpace::scratch:
    return makePart(scratch.get(), argument, out);
  case program::KernelSpace::tensor:
    break;
  }
  out = tensors[argument.offset()].memory.get();
  return SLUICE_STATUS_OK;
}

/// Compares what the kernel needs with what the device has, which may end the
/// process where it finds out by itself.
Status KernelRegion::checkFit(const Launch &launch, const char *name) {
  size_t items = 0;
  cl_ulong needs = 0, has = 0;
  clGetKernelWorkGroupInfo(launch.kernel.get(), place.device,
                           CL_KERNEL_WORK_GROUP_SIZE, sizeof(items), &items,
                           nullptr);
  clGetKernelWorkGroupInfo(launch.kernel.get(), place.device,
                           CL_KERNEL_LOCAL_MEM_SIZE, sizeof(needs), &needs,
                           nullptr);
  clGetDeviceInfo(place.device, CL_DEVICE_LOCAL_MEM_SIZE, sizeof(has), &has,
                  nullptr);
  if (items < launch.local[0])
    return fail(SLUICE_STATUS_UNSUPPORTED,
                "opencl: %s: the package wants groups of %zu work-items, the "
                "device runs %zu",
                name, launch.local[0], items);
  if (needs > has)
    return fail(SLUICE_STATUS_UNSUPPORTED,
                "opencl: %s: the package wants %" PRIu64
                " bytes of local memory, the device has %" PRIu64,
                name, uint64_t(needs), uint64_t(has));
  return SLUICE_STATUS_OK;
}

Status KernelRegion::makeLaunch(cl_program program,
                                const program::KernelLaunch &launch) {
  Launch made = {};
  const char *name = launch.kernel()->c_str();
  cl_int code;
  made.kernel = ClKernel(clCreateKernel(program, name, &code));
  SLUICE_RETURN_IF_ERROR(clCheck(code, SLUICE_STATUS_INVALID_PACKAGE, name));
  for (int i = 0; i < 3; ++i) {
    made.local[i] = i == 0 ? launch.items() : 1;
    made.global[i] = launch.groups()->Get(i) * made.local[i];
  }
  SLUICE_RETURN_IF_ERROR(checkFit(made, name));
  for (uint32_t i = 0; i < launch.arguments()->size(); ++i) {
    cl_mem memory;
    SLUICE_RETURN_IF_ERROR(getArgument(*launch.arguments()->Get(i), memory));
    SLUICE_RETURN_IF_ERROR(
        clCheck(clSetKernelArg(made.kernel.get(), i, sizeof(memory), &memory),
                SLUICE_STATUS_INVALID_PACKAGE, name));
  }
  launches.push_back(std::move(made));
  return SLUICE_STATUS_OK;
}

Status KernelRegion::load(const Package &package,
                          const program::Variant &variant,
                          const program::Region &loaded) {
  region = &loaded;
  const program::KernelCode &code = *region->kernels();
  for (const auto *indices : {region->inputs(), region->outputs()})
    for (uint32_t index : *indices)
      SLUICE_RETURN_IF_ERROR(makeTensor(*variant.buffers()->Get(index)));
  inputs = region->inputs()->size();
  std::span<const uint8_t> bytes = package.bytes(*code.constants());
  cl_int result;
  if (!bytes.empty()) {
    constants = ClMemory(clCreateBuffer(
        place.context.get(), CL_MEM_READ_ONLY | CL_MEM_COPY_HOST_PTR,
        bytes.size(), const_cast<uint8_t *>(bytes.data()), &result));
    SLUICE_RETURN_IF_ERROR(
        clCheck(result, SLUICE_STATUS_OUT_OF_MEMORY, "buffer of constants"));
  }
  if (code.scratch_size()) {
    scratch = ClMemory(clCreateBuffer(place.context.get(), CL_MEM_READ_WRITE,
                                      code.scratch_size(), nullptr, &result));
    SLUICE_RETURN_IF_ERROR(
        clCheck(result, SLUICE_STATUS_OUT_OF_MEMORY, "scratch buffer"));
  }
  std::span<const uint8_t> source = package.bytes(*code.source());
  std::string name =
      std::string(package.name()) + ": region '" + region->name()->str() + "'";
  ClProgram program;
  SLUICE_RETURN_IF_ERROR(programFromSource(
      place.context.get(), place.device, name.c_str(),
      {reinterpret_cast<const char *>(source.data()), source.size()},
      code.options()->str(), program));
  for (const program::KernelLaunch *launch : *code.launches())
    SLUICE_RETURN_IF_ERROR(makeLaunch(program.get(), *launch));
  return submit() == SLUICE_STATUS_OK ? wait({}) : lose("does not run");
}

/// Hands the tensors to the host, after all that was submitted before.
Status KernelRegion::map() {
  for (Tensor &tensor : tensors) {
    cl_int code;
    cl_event event;
    tensor.mapped = clEnqueueMapBuffer(place.queue.get(), tensor.memory.get(),
                                       CL_FALSE, CL_MAP_READ | CL_MAP_WRITE, 0,
                                       tensor.size, 0, nullptr, &event, &code);
    SLUICE_RETURN_IF_ERROR(
        clCheck(code, SLUICE_STATUS_DEVICE_FAULT, "mapping a tensor"));
    last = ClEvent(event);
  }
  return SLUICE_STATUS_OK;
}

/// Hands the tensors to the device.
Status KernelRegion::unmap() {
  for (Tensor &tensor : tensors) {
    void *mapped = std::exchange(tensor.mapped, nullptr);
    if (!mapped)
      continue;
    cl_event event;
    SLUICE_RETURN_IF_ERROR(
        clCheck(clEnqueueUnmapMemObject(place.queue.get(), tensor.memory.get(),
                                        mapped, 0, nullptr, &event),
                SLUICE_STATUS_DEVICE_FAULT, "handing over a tensor"));
    last = ClEvent(event);
  }
  return SLUICE_STATUS_OK;
}

/// Hands the tensors to the device, launches all kernels, and takes them back.
Status KernelRegion::submit() {
  cl_command_queue queue = place.queue.get();
  SLUICE_RETURN_IF_ERROR(unmap());
  for (uint32_t i = 0; i < launches.size(); ++i) {
    cl_event event;
    SLUICE_RETURN_IF_ERROR(
        clCheck(clEnqueueNDRangeKernel(queue, launches[i].kernel.get(), 3,
                                       nullptr, launches[i].global,
                                       launches[i].local, 0, nullptr, &event),
                SLUICE_STATUS_DEVICE_FAULT,
                region->kernels()->launches()->Get(i)->kernel()->c_str()));
    last = ClEvent(event);
  }
  SLUICE_RETURN_IF_ERROR(map());
  return clCheck(clFlush(queue), SLUICE_STATUS_DEVICE_FAULT, "flush");
}

Status KernelRegion::lose(const char *why) {
  clFlush(place.queue.get()); // so that what it took ends, if it can
  snprintf(report, sizeof(report),
           "region '%s': %s; %zu kernels on %s were submitted\n%s\n",
           region->name()->c_str(), why, launches.size(),
           clDeviceString(place.device, CL_DEVICE_NAME).c_str(), lastMessage());
  return fail(SLUICE_STATUS_DEVICE_FAULT, "region '%s': the OpenCL device %s",
              region->name()->c_str(), why);
}

/// What became of the work submitted last: a status of OpenCL's.
cl_int KernelRegion::getState() const {
  cl_int state = CL_COMPLETE;
  if (last && clGetEventInfo(last.get(), CL_EVENT_COMMAND_EXECUTION_STATUS,
                             sizeof(state), &state, nullptr) != CL_SUCCESS)
    return CL_INVALID_EVENT;
  return state;
}

bool KernelRegion::isBusy() const {
  cl_int state = getState();
  return state > CL_COMPLETE || state == CL_INVALID_EVENT;
}

/// Waits until the work submitted last is done, has failed, or the run is to
/// end. Then the kernels, which cannot be stopped, go on in buffers that nobody
/// else uses, and the next run waits for them.
Status KernelRegion::wait(const RunControl &control) {
  const uint64_t begin = monotonicNow();
  while (true) {
    cl_int state = getState();
    if (state < 0)
      return lose("reports an error");
    if (state == CL_COMPLETE)
      break;
    uint64_t time = monotonicNow() - begin;
    if (time >= place.timeout)
      return lose("does not end");
    SLUICE_RETURN_IF_ERROR(control.check(region->name()->c_str()));
    if (time >= kSpin)
      sleepBriefly();
  }
  last = {};
  return SLUICE_STATUS_OK;
}

Status KernelRegion::run(void *const *pointers, const RunControl &control) {
  SLUICE_RETURN_IF_ERROR(wait(control)); // for what an earlier run left
  for (size_t i = 0; i < inputs; ++i)
    memcpy(tensors[i].host.data(), pointers[i], tensors[i].size);
  if (submit() != SLUICE_STATUS_OK)
    return lose("takes no work");
  SLUICE_RETURN_IF_ERROR(wait(control));
  for (size_t i = inputs; i < tensors.size(); ++i)
    memcpy(pointers[i], tensors[i].host.data(), tensors[i].size);
  return SLUICE_STATUS_OK;
}

} // namespace sluice
