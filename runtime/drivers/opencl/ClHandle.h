// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Owners of OpenCL's objects, and its errors in words.

#ifndef SLUICE_RUNTIME_DRIVERS_OPENCL_CLHANDLE_H
#define SLUICE_RUNTIME_DRIVERS_OPENCL_CLHANDLE_H

#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>

#include "runtime/base/Status.h"

#include <string>
#include <utility>

namespace sluice {

/// Owns one reference; empty until made.
template <typename T, cl_int(CL_API_CALL *Release)(T)> class ClHandle {
public:
  ClHandle() = default;
  explicit ClHandle(T object) : object(object) {}
  ClHandle(ClHandle &&other) noexcept
      : object(std::exchange(other.object, nullptr)) {}
  ClHandle &operator=(ClHandle &&other) noexcept {
    std::swap(object, other.object);
    return *this;
  }
  ~ClHandle() {
    if (object)
      Release(object);
  }
  T get() const { return object; }
  const T *pointer() const { return &object; }
  explicit operator bool() const { return object != nullptr; }

private:
  T object = nullptr;
};

using ClContext = ClHandle<cl_context, clReleaseContext>;
using ClQueue = ClHandle<cl_command_queue, clReleaseCommandQueue>;
using ClProgram = ClHandle<cl_program, clReleaseProgram>;
using ClKernel = ClHandle<cl_kernel, clReleaseKernel>;
using ClMemory = ClHandle<cl_mem, clReleaseMemObject>;
using ClEvent = ClHandle<cl_event, clReleaseEvent>;

/// "CL_OUT_OF_RESOURCES", or the number.
std::string clErrorName(cl_int code);

/// OK, or `status` with a line that says what `what` failed with.
Status clCheck(cl_int code, Status status, const char *what);

/// A string that a device has; empty if it does not say.
std::string clDeviceString(cl_device_id device, cl_device_info what);

} // namespace sluice

#endif // SLUICE_RUNTIME_DRIVERS_OPENCL_CLHANDLE_H
