// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An OpenCL layer that makes one command fail. The ICD loader puts it before
// every device when OPENCL_LAYERS names it; a test then loads it by the same
// path and calls sluice_fault_arm. It also sees whether the parts of a buffer
// are released last come, first gone, as NVIDIA's driver wants it.

#include <CL/cl_layer.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace {

/// As sluice_fault_arm takes them.
enum class Kind : int {
  none,
  error, ///< the command is refused
  gone,  ///< the command and all after it are refused, contexts too
  hang,  ///< the command does not begin until the fault is disarmed
  late   ///< the command begins some time later
};

struct Fault {
  std::mutex mutex;
  std::condition_variable disarmed;
  Kind kind = Kind::none;
  uint64_t left = 0; ///< commands before the one that fails
  uint64_t ms = 0;   ///< how late
  bool isTaken = false;
  cl_event barrier = nullptr; ///< what the command waits for
  std::thread thread;         ///< completes it when late
};

/// The one of the process; never destroyed, as its thread may outlive main.
Fault &fault = *new Fault;
const cl_icd_dispatch *below;
cl_icd_dispatch layer;

cl_int passBarrier() {
  return below->clSetUserEventStatus(fault.barrier, CL_COMPLETE);
}

/// Under the lock: has the next command wait.
cl_int makeBarrier(cl_command_queue queue) {
  cl_context context;
  cl_int code = below->clGetCommandQueueInfo(
      queue, CL_QUEUE_CONTEXT, sizeof(context), &context, nullptr);
  if (code != CL_SUCCESS)
    return code;
  fault.barrier = below->clCreateUserEvent(context, &code);
  if (code != CL_SUCCESS || fault.kind == Kind::hang)
    return code;
  fault.thread = std::thread([] {
    std::unique_lock lock(fault.mutex);
    fault.disarmed.wait_for(lock, std::chrono::milliseconds(fault.ms),
                            [] { return fault.kind == Kind::none; });
    passBarrier();
  });
  return CL_SUCCESS;
}

/// Counts a command, and adds to what it is to wait for if its turn has come.
cl_int take(cl_command_queue queue, std::vector<cl_event> &waits) {
  std::lock_guard lock(fault.mutex);
  if (fault.isTaken && fault.kind == Kind::gone)
    return CL_DEVICE_NOT_AVAILABLE;
  if (fault.kind == Kind::none || fault.isTaken || fault.left--)
    return CL_SUCCESS;
  fault.isTaken = true;
  if (fault.kind == Kind::error)
    return CL_OUT_OF_RESOURCES;
  if (fault.kind == Kind::gone)
    return CL_DEVICE_NOT_AVAILABLE;
  cl_int code = makeBarrier(queue);
  if (code == CL_SUCCESS)
    waits.push_back(fault.barrier);
  return code;
}

const cl_event *pointer(const std::vector<cl_event> &waits) {
  return waits.empty() ? nullptr : waits.data();
}

cl_int CL_API_CALL enqueueKernel(cl_command_queue queue, cl_kernel kernel,
                                 cl_uint dimensions, const size_t *offset,
                                 const size_t *global, const size_t *local,
                                 cl_uint count, const cl_event *list,
                                 cl_event *event) {
  std::vector<cl_event> waits(list, list + count);
  cl_int code = take(queue, waits);
  return code != CL_SUCCESS
             ? code
             : below->clEnqueueNDRangeKernel(queue, kernel, dimensions, offset,
                                             global, local, waits.size(),
                                             pointer(waits), event);
}

void *CL_API_CALL enqueueMap(cl_command_queue queue, cl_mem memory,
                             cl_bool blocking, cl_map_flags flags,
                             size_t offset, size_t size, cl_uint count,
                             const cl_event *list, cl_event *event,
                             cl_int *code) {
  std::vector<cl_event> waits(list, list + count);
  *code = take(queue, waits);
  return *code != CL_SUCCESS
             ? nullptr
             : below->clEnqueueMapBuffer(queue, memory, blocking, flags, offset,
                                         size, waits.size(), pointer(waits),
                                         event, code);
}

cl_int CL_API_CALL enqueueUnmap(cl_command_queue queue, cl_mem memory,
                                void *mapped, cl_uint count,
                                const cl_event *list, cl_event *event) {
  std::vector<cl_event> waits(list, list + count);
  cl_int code = take(queue, waits);
  return code != CL_SUCCESS
             ? code
             : below->clEnqueueUnmapMemObject(
                   queue, memory, mapped, waits.size(), pointer(waits), event);
}

/// Sub-buffers, by age.
struct Parts {
  std::mutex mutex;
  std::vector<std::pair<cl_mem, cl_mem>> live; ///< of a buffer, and itself
  int misordered = 0; ///< released before a younger one of its buffer
};

Parts &parts = *new Parts;

cl_mem CL_API_CALL createPart(cl_mem whole, cl_mem_flags flags,
                              cl_buffer_create_type type, const void *range,
                              cl_int *code) {
  cl_mem part = below->clCreateSubBuffer(whole, flags, type, range, code);
  std::lock_guard lock(parts.mutex);
  if (part)
    parts.live.push_back({whole, part});
  return part;
}

/// No part is retained by who uses the layer: one release is its end.
cl_int CL_API_CALL releaseMemory(cl_mem memory) {
  {
    std::lock_guard lock(parts.mutex);
    auto part = std::find_if(parts.live.begin(), parts.live.end(),
                             [&](auto &of) { return of.second == memory; });
    if (part != parts.live.end()) {
      parts.misordered +=
          std::any_of(part + 1, parts.live.end(),
                      [&](auto &of) { return of.first == part->first; });
      parts.live.erase(part);
    }
  }
  return below->clReleaseMemObject(memory);
}

bool isGone() {
  std::lock_guard lock(fault.mutex);
  return fault.isTaken && fault.kind == Kind::gone;
}

cl_context CL_API_CALL createContext(const cl_context_properties *properties,
                                     cl_uint count, const cl_device_id *devices,
                                     void(CL_CALLBACK *notify)(const char *,
                                                               const void *,
                                                               size_t, void *),
                                     void *data, cl_int *code) {
  if (!isGone())
    return below->clCreateContext(properties, count, devices, notify, data,
                                  code);
  *code = CL_DEVICE_NOT_AVAILABLE;
  return nullptr;
}

} // namespace

#pragma GCC visibility push(default)
extern "C" {

/// Ends the fault before, if any: what waits begins, what was gone is back.
/// Then has the command fail before which `at` others are submitted.
void sluice_fault_arm(int kind, uint64_t at, uint64_t ms) {
  std::unique_lock lock(fault.mutex);
  Kind before = std::exchange(fault.kind, Kind::none);
  fault.disarmed.notify_all();
  lock.unlock();
  if (fault.thread.joinable())
    fault.thread.join();
  lock.lock();
  if (fault.barrier) {
    if (before == Kind::hang)
      passBarrier();
    below->clReleaseEvent(std::exchange(fault.barrier, nullptr));
  }
  fault.isTaken = false;
  fault.left = at;
  fault.ms = ms;
  fault.kind = Kind(kind);
}

/// Whether the command to fail has come since.
int sluice_fault_taken(void) {
  std::lock_guard lock(fault.mutex);
  return fault.isTaken;
}

/// How many parts of buffers were released out of turn.
int sluice_parts_misordered(void) {
  std::lock_guard lock(parts.mutex);
  return parts.misordered;
}

cl_int CL_API_CALL clGetLayerInfo(cl_layer_info what, size_t size, void *value,
                                  size_t *needed) {
  if (what != CL_LAYER_API_VERSION)
    return CL_INVALID_VALUE;
  if (value && size < sizeof(cl_layer_api_version))
    return CL_INVALID_VALUE;
  if (value)
    *static_cast<cl_layer_api_version *>(value) = CL_LAYER_API_VERSION_100;
  if (needed)
    *needed = sizeof(cl_layer_api_version);
  return CL_SUCCESS;
}

cl_int CL_API_CALL clInitLayer(cl_uint count, const cl_icd_dispatch *target,
                               cl_uint *countOfLayer,
                               const cl_icd_dispatch **dispatch) {
  if (count < sizeof(layer) / sizeof(layer.clGetPlatformIDs))
    return CL_INVALID_VALUE;
  below = target;
  layer = *target;
  layer.clEnqueueNDRangeKernel = enqueueKernel;
  layer.clEnqueueMapBuffer = enqueueMap;
  layer.clEnqueueUnmapMemObject = enqueueUnmap;
  layer.clCreateContext = createContext;
  layer.clCreateSubBuffer = createPart;
  layer.clReleaseMemObject = releaseMemory;
  *countOfLayer = sizeof(layer) / sizeof(layer.clGetPlatformIDs);
  *dispatch = &layer;
  return CL_SUCCESS;
}
}
#pragma GCC visibility pop
