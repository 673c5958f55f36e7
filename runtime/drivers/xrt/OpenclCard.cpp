// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A card through XRT's OpenCL, found by the ICD loader. OpenCL knows nothing of
// registers; XRT gives out the native kernel behind an OpenCL one.

#define CL_TARGET_OPENCL_VERSION 120
#define CL_USE_DEPRECATED_OPENCL_1_2_APIS

#include "runtime/drivers/xrt/Card.h"

#include <CL/cl.h>
#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <utility>
#include <xrt/CL/cl2xrt.hpp>

namespace sluice {
namespace {

using namespace xrt_protocol;

constexpr char kPlatform[] = "Xilinx";

void check(cl_int code, const char *what, Outcome outcome = Outcome::Fault) {
  if (code != CL_SUCCESS)
    throw Failure{outcome, std::string("XRT's OpenCL: ") + what +
                               " fails with " + std::to_string(code)};
}

cl_device_id findDevice(uint32_t index) {
  cl_uint count = 0;
  clGetPlatformIDs(0, nullptr, &count);
  std::vector<cl_platform_id> platforms(count);
  clGetPlatformIDs(count, platforms.data(), nullptr);
  for (cl_platform_id platform : platforms) {
    char name[64] = "";
    clGetPlatformInfo(platform, CL_PLATFORM_NAME, sizeof(name) - 1, name,
                      nullptr);
    if (std::string(name) != kPlatform ||
        clGetDeviceIDs(platform, CL_DEVICE_TYPE_ACCELERATOR, 0, nullptr,
                       &count) != CL_SUCCESS ||
        index >= count)
      continue;
    std::vector<cl_device_id> devices(count);
    clGetDeviceIDs(platform, CL_DEVICE_TYPE_ACCELERATOR, count, devices.data(),
                   nullptr);
    return devices[index];
  }
  throw Failure{Outcome::NotFound,
                "XRT's OpenCL has no card " + std::to_string(index)};
}

/// Lives until the process is killed, so it releases buffers only.
class OpenclCard final : public Card {
public:
  OpenclCard(uint32_t index, const std::string &xclbin, Shared &shared,
             uint8_t *window);

  std::string name() const override {
    char text[64] = "";
    clGetDeviceInfo(device, CL_DEVICE_NAME, sizeof(text) - 1, text, nullptr);
    return text;
  }

private:
  void allocate(uint32_t buffer, uint64_t size) override;
  void free(uint32_t buffer) override {
    if (auto it = buffers.find(buffer); it != buffers.end()) {
      clReleaseMemObject(it->second);
      buffers.erase(it);
    }
  }
  void write(uint32_t buffer, uint64_t offset,
             std::span<const uint8_t> bytes) override {
    check(clEnqueueWriteBuffer(queue, buffers.at(buffer), CL_TRUE, offset,
                               bytes.size(), bytes.data(), 0, nullptr, nullptr),
          "a write");
  }
  void read(uint32_t buffer, uint64_t offset,
            std::span<uint8_t> bytes) override {
    check(clEnqueueReadBuffer(queue, buffers.at(buffer), CL_TRUE, offset,
                              bytes.size(), bytes.data(), 0, nullptr, nullptr),
          "a read");
  }
  uint32_t readRegister(uint32_t address) override {
    return registers.read_register(address);
  }
  void writeRegister(uint32_t address, uint32_t value) override {
    registers.write_register(address, value);
  }
  void setBuffer(KernelArgument argument, uint32_t buffer) {
    const auto *memory = static_cast<const void *>(&buffers.at(buffer));
    check(clSetKernelArg(kernel, argument, sizeof(cl_mem), memory),
          "an argument");
  }
  void setNumber(KernelArgument argument, uint32_t number) {
    check(clSetKernelArg(kernel, argument, sizeof(number), &number),
          "an argument");
  }
  void start(const Program &program) override;
  bool isOver() override;

  cl_device_id device;
  cl_context context = nullptr;
  cl_command_queue queue = nullptr;
  cl_kernel kernel = nullptr;
  cl_event event = nullptr; ///< of the run at hand
  xrt::kernel registers;
  std::map<uint32_t, cl_mem> buffers;
};

OpenclCard::OpenclCard(uint32_t index, const std::string &xclbin,
                       Shared &shared, uint8_t *window)
    : Card(shared, window), device(findDevice(index)) {
  std::ifstream file(xclbin, std::ios::binary);
  std::vector<char> bytes(std::istreambuf_iterator<char>(file), {});
  const auto *data = reinterpret_cast<const unsigned char *>(bytes.data());
  size_t size = bytes.size();
  cl_int code, loaded;
  context = clCreateContext(nullptr, 1, &device, nullptr, nullptr, &code);
  check(code, "a context", Outcome::NotFound);
  queue = clCreateCommandQueue(context, device, 0, &code);
  check(code, "a queue", Outcome::NotFound);
  cl_program program = clCreateProgramWithBinary(context, 1, &device, &size,
                                                 &data, &loaded, &code);
  check(code, "the xclbin", Outcome::NotFound);
  check(clBuildProgram(program, 1, &device, "", nullptr, nullptr),
        "the xclbin's program", Outcome::NotFound);
  kernel = clCreateKernel(program, kKernelName, &code);
  check(code, "its kernel sluice_engine", Outcome::NotFound);
  registers = xrt::opencl::get_xrt_kernel(device, kernel);
}

void OpenclCard::allocate(uint32_t buffer, uint64_t size) {
  cl_int code;
  cl_mem memory = clCreateBuffer(context, CL_MEM_READ_WRITE,
                                 std::max<uint64_t>(size, 1), nullptr, &code);
  check(code, "memory on the card", Outcome::NoMemory);
  buffers[buffer] = memory;
}

void OpenclCard::start(const Program &program) {
  setBuffer(kProgramArgument, program.program);
  setNumber(kProgramSizeArgument, program.programSize);
  setBuffer(kConstantsArgument, program.constants);
  setNumber(kConstantsSizeArgument, program.constantsSize);
  setBuffer(kArenaArgument, program.arena);
  setNumber(kArenaSizeArgument, program.arenaSize);
  setNumber(kWatchdogArgument, program.watchdog);
  check(clEnqueueTask(queue, kernel, 0, nullptr, &event), "a run");
  check(clFlush(queue), "a run");
}

bool OpenclCard::isOver() {
  if (!event)
    return true;
  cl_int status;
  check(clGetEventInfo(event, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof(status),
                       &status, nullptr),
        "an event");
  if (status > CL_COMPLETE)
    return false;
  clReleaseEvent(std::exchange(event, nullptr));
  check(status, "a run");
  return true;
}

} // namespace

std::unique_ptr<Card> openCard(uint32_t index, const std::string &xclbin,
                               Shared &shared, uint8_t *window) {
  return std::make_unique<OpenclCard>(index, xclbin, shared, window);
}

} // namespace sluice
