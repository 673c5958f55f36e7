// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/drivers/opencl/ClHandle.h"

namespace sluice {

std::string clErrorName(cl_int code) {
#define SLUICE_CL_ERROR(name)                                                  \
  case name:                                                                   \
    return #name;
  switch (code) {
    SLUICE_CL_ERROR(CL_DEVICE_NOT_FOUND)
    SLUICE_CL_ERROR(CL_DEVICE_NOT_AVAILABLE)
    SLUICE_CL_ERROR(CL_COMPILER_NOT_AVAILABLE)
    SLUICE_CL_ERROR(CL_MEM_OBJECT_ALLOCATION_FAILURE)
    SLUICE_CL_ERROR(CL_OUT_OF_RESOURCES)
    SLUICE_CL_ERROR(CL_OUT_OF_HOST_MEMORY)
    SLUICE_CL_ERROR(CL_BUILD_PROGRAM_FAILURE)
    SLUICE_CL_ERROR(CL_MISALIGNED_SUB_BUFFER_OFFSET)
    SLUICE_CL_ERROR(CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST)
    SLUICE_CL_ERROR(CL_INVALID_VALUE)
    SLUICE_CL_ERROR(CL_INVALID_BUFFER_SIZE)
    SLUICE_CL_ERROR(CL_INVALID_BINARY)
    SLUICE_CL_ERROR(CL_INVALID_BUILD_OPTIONS)
    SLUICE_CL_ERROR(CL_INVALID_PROGRAM_EXECUTABLE)
    SLUICE_CL_ERROR(CL_INVALID_KERNEL_NAME)
    SLUICE_CL_ERROR(CL_INVALID_KERNEL_ARGS)
    SLUICE_CL_ERROR(CL_INVALID_ARG_INDEX)
    SLUICE_CL_ERROR(CL_INVALID_WORK_GROUP_SIZE)
    SLUICE_CL_ERROR(CL_INVALID_WORK_ITEM_SIZE)
  default:
    return "OpenCL error " + std::to_string(code);
  }
#undef SLUICE_CL_ERROR
}

Status clCheck(cl_int code, Status status, const char *what) {
  return code == CL_SUCCESS
             ? SLUICE_STATUS_OK
             : fail(status, "opencl: %s: %s", what, clErrorName(code).c_str());
}

std::string clDeviceString(cl_device_id device, cl_device_info what) {
  size_t size = 0;
  if (clGetDeviceInfo(device, what, 0, nullptr, &size) != CL_SUCCESS || !size)
    return "";
  std::string text(size, '\0');
  clGetDeviceInfo(device, what, size, text.data(), nullptr);
  text.resize(size - 1); // its null
  return text;
}

} // namespace sluice
