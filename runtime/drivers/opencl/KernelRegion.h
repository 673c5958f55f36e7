// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A region's kernels on an OpenCL device, ready to be launched.

#ifndef SLUICE_RUNTIME_DRIVERS_OPENCL_KERNELREGION_H
#define SLUICE_RUNTIME_DRIVERS_OPENCL_KERNELREGION_H

#include "runtime/base/Buffer.h"
#include "runtime/drivers/opencl/ClHandle.h"
#include "runtime/hal/Driver.h"

#include <vector>

namespace sluice {

/// Where kernels run. Outlives what uses it.
struct ClPlace {
  cl_device_id device = nullptr;
  ClContext context;
  ClQueue queue;    ///< in order
  uint64_t timeout; ///< nanoseconds; a region that takes longer has hung
};

class KernelRegion {
public:
  explicit KernelRegion(const ClPlace &place) : place(place) {}
  ~KernelRegion();

  /// Builds the program, makes the buffers and binds the kernels' arguments.
  Status load(const Package &package, const program::Variant &variant,
              const program::Region &region);

  /// As Executable::run.
  Status run(void *const *tensors, const RunControl &control);

  /// Whether the device may still be at work on the buffers: then nothing of
  /// this may be released.
  bool isBusy() const;
  const char *fault() const { return report; }

private:
  /// Memory of the host's that the device uses in place where it can. The
  /// host has it mapped except while kernels run.
  struct Tensor {
    Buffer host;
    ClMemory memory;
    size_t size = 0;
    void *mapped = nullptr;
  };
  struct Launch {
    ClKernel kernel;
    size_t global[3], local[3];
  };

  Status makeTensor(const program::Buffer &buffer);
  Status makePart(cl_mem whole, const program::KernelArgument &argument,
                  cl_mem &out);
  Status getArgument(const program::KernelArgument &argument, cl_mem &out);
  Status checkFit(const Launch &launch, const char *name);
  Status makeLaunch(cl_program program, const program::KernelLaunch &launch);
  Status map();
  Status unmap();
  Status submit();
  cl_int getState() const;
  Status wait(const RunControl &control);
  Status lose(const char *why);

  const ClPlace &place;
  const program::Region *region = nullptr;
  std::vector<Tensor> tensors; ///< inputs, then outputs
  size_t inputs = 0;
  ClMemory constants, scratch;
  /// A sub-buffer.
  struct Part {
    cl_mem whole;
    uint64_t offset, size;
    ClMemory memory;
  };
  std::vector<Part> parts;
  std::vector<Launch> launches;
  /// The command submitted last, until its end was seen. The queue is in order:
  /// with it all have ended, also where the device refused what was to follow.
  ClEvent last;
  char report[512] = "";
};

} // namespace sluice

#endif // SLUICE_RUNTIME_DRIVERS_OPENCL_KERNELREGION_H
