// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A card with an engine on it, through XRT's native C++ API. Throws what XRT
// throws, and Failure; only the device process uses it.

#ifndef SLUICE_RUNTIME_DRIVERS_XRT_CARD_H
#define SLUICE_RUNTIME_DRIVERS_XRT_CARD_H

#include "runtime/drivers/xrt/XrtProtocol.h"

#include <map>
#include <span>
#include <string>
#include <xrt/xrt_bo.h>
#include <xrt/xrt_device.h>
#include <xrt/xrt_kernel.h>

namespace sluice {

struct Failure {
  xrt_protocol::Outcome outcome;
  std::string message;
};

class Card {
public:
  /// Opens card `index`, programs it with `xclbin` and takes the engine for
  /// itself. Stops a program that was left on it.
  Card(uint32_t index, const std::string &xclbin, xrt_protocol::Shared &shared,
       uint8_t *window);

  std::string name() const;
  void execute(const xrt_protocol::Operation &operation);

private:
  void allocate(uint32_t id, uint64_t size);
  void write(const xrt_protocol::Operation &operation);
  void read(const xrt_protocol::Operation &operation);
  void readRegisters(const xrt_protocol::Operation &operation);
  void start(const xrt_protocol::Program &program);
  void run(const xrt_protocol::Program &program);
  /// Waits until the run is over, or has to be: Done, TimedOut, Cancelled.
  xrt_protocol::Outcome wait(uint64_t cycleLimit);
  /// Makes the engine drop its program; a Fault when it does not.
  void stop();

  xrt::bo &buffer(uint32_t id);
  uint32_t readRegister(uint32_t address);
  uint64_t cycles();
  void beat() { ++shared.beats; }

  xrt_protocol::Shared &shared;
  uint8_t *const window;
  xrt::device device;
  xrt::uuid uuid;
  xrt::kernel kernel;
  xrt::run command;
  std::map<uint32_t, xrt::bo> buffers;
};

} // namespace sluice

#endif // SLUICE_RUNTIME_DRIVERS_XRT_CARD_H
