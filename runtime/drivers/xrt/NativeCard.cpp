// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A card through XRT's native C++ API.

#include "runtime/drivers/xrt/Card.h"

#include <algorithm>
#include <map>
#include <xrt/xrt_bo.h>
#include <xrt/xrt_device.h>
#include <xrt/xrt_kernel.h>

namespace sluice {
namespace {

using namespace xrt_protocol;

class NativeCard final : public Card {
public:
  NativeCard(uint32_t index, const std::string &xclbin, Shared &shared,
             uint8_t *window)
      : Card(shared, window), device(index),
        kernel(device, device.load_xclbin(xclbin), kKernelName,
               xrt::kernel::cu_access_mode::exclusive),
        command(kernel) {}

  std::string name() const override {
    return device.get_info<xrt::info::device::name>();
  }

private:
  void allocate(uint32_t buffer, uint64_t size) override;
  void free(uint32_t buffer) override { buffers.erase(buffer); }
  void write(uint32_t buffer, uint64_t offset,
             std::span<const uint8_t> bytes) override {
    xrt::bo &to = buffers.at(buffer);
    to.write(bytes.data(), bytes.size(), offset);
    to.sync(XCL_BO_SYNC_BO_TO_DEVICE, bytes.size(), offset);
  }
  void read(uint32_t buffer, uint64_t offset,
            std::span<uint8_t> bytes) override {
    xrt::bo &from = buffers.at(buffer);
    from.sync(XCL_BO_SYNC_BO_FROM_DEVICE, bytes.size(), offset);
    from.read(bytes.data(), bytes.size(), offset);
  }
  uint32_t readRegister(uint32_t address) override {
    return kernel.read_register(address);
  }
  void writeRegister(uint32_t address, uint32_t value) override {
    kernel.write_register(address, value);
  }
  void start(const Program &program) override;
  bool isOver() override;

  xrt::device device;
  xrt::kernel kernel;
  xrt::run command;
  std::map<uint32_t, xrt::bo> buffers;
};

/// In whole pages: libxrt asks for aligned memory of just this size.
void NativeCard::allocate(uint32_t buffer, uint64_t size) {
  constexpr uint64_t kPage = 4096;
  uint64_t pages = (std::max<uint64_t>(size, 1) + kPage - 1) / kPage;
  try {
    buffers[buffer] = xrt::bo(device, pages * kPage, xrt::bo::flags::normal,
                              kernel.group_id(kArenaArgument));
  } catch (const std::exception &error) {
    throw Failure{Outcome::NoMemory, "no memory on the card for " +
                                         std::to_string(size) +
                                         " bytes: " + error.what()};
  }
}

void NativeCard::start(const Program &program) {
  command.set_arg(kProgramArgument, buffers.at(program.program));
  command.set_arg(kProgramSizeArgument, program.programSize);
  command.set_arg(kConstantsArgument, buffers.at(program.constants));
  command.set_arg(kConstantsSizeArgument, program.constantsSize);
  command.set_arg(kArenaArgument, buffers.at(program.arena));
  command.set_arg(kArenaSizeArgument, program.arenaSize);
  command.set_arg(kWatchdogArgument, program.watchdog);
  command.start();
}

bool NativeCard::isOver() {
  switch (ert_cmd_state state = command.state()) {
  case ERT_CMD_STATE_NEW:
  case ERT_CMD_STATE_QUEUED:
  case ERT_CMD_STATE_SUBMITTED:
  case ERT_CMD_STATE_RUNNING:
    return false;
  case ERT_CMD_STATE_COMPLETED:
    return true;
  default:
    throw Failure{Outcome::Fault,
                  "XRT has the run in state " + std::to_string(state)};
  }
}

} // namespace

std::unique_ptr<Card> openCard(uint32_t index, const std::string &xclbin,
                               Shared &shared, uint8_t *window) {
  return std::make_unique<NativeCard>(index, xclbin, shared, window);
}

} // namespace sluice
