// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A card with an engine on it, as the device process drives it. Throws Failure,
// and what a vendor's library throws.

#ifndef SLUICE_RUNTIME_DRIVERS_XRT_CARD_H
#define SLUICE_RUNTIME_DRIVERS_XRT_CARD_H

#include "runtime/drivers/xrt/XrtProtocol.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace sluice {

struct Failure {
  xrt_protocol::Outcome outcome;
  std::string message;
};

/// As targets/engine/xrt/kernel.py names the kernel and numbers its arguments.
inline constexpr char kKernelName[] = "sluice_engine";
enum KernelArgument : int {
  kProgramArgument,
  kProgramSizeArgument,
  kConstantsArgument,
  kConstantsSizeArgument,
  kArenaArgument,
  kArenaSizeArgument,
  kWatchdogArgument,
};

/// What is the same for every interface to a card.
class Card {
public:
  Card(xrt_protocol::Shared &shared, uint8_t *window)
      : shared(shared), window(window) {}
  virtual ~Card() = default;

  virtual std::string name() const = 0;

  /// Stops a program that was left on the card.
  void prepare();
  void execute(const xrt_protocol::Operation &operation);

protected:
  using Program = xrt_protocol::Program;

  virtual void allocate(uint32_t buffer, uint64_t size) = 0;
  /// Nothing to do for a buffer that there was no memory for.
  virtual void free(uint32_t buffer) = 0;
  virtual void write(uint32_t buffer, uint64_t offset,
                     std::span<const uint8_t> bytes) = 0;
  virtual void read(uint32_t buffer, uint64_t offset,
                    std::span<uint8_t> bytes) = 0;
  virtual uint32_t readRegister(uint32_t address) = 0;
  virtual void writeRegister(uint32_t address, uint32_t value) = 0;
  virtual void start(const Program &program) = 0;
  /// Whether the program that was started is over.
  virtual bool isOver() = 0;

private:
  void writeWindow(const xrt_protocol::Operation &operation);
  void readWindow(const xrt_protocol::Operation &operation);
  /// Reads again what lies in the window; a Fault, `differs`, if it is not the
  /// same.
  void verify(const xrt_protocol::Operation &operation, const char *differs);
  void readRegisters(const xrt_protocol::Operation &operation);
  uint64_t cycles();
  void run(const Program &program);
  /// Waits until the run is over, or has to be: Done, TimedOut, Cancelled.
  xrt_protocol::Outcome wait(uint64_t cycleLimit);
  /// Makes the engine drop its program; a Fault when it does not.
  void stop();
  void beat() { ++shared.beats; }

  xrt_protocol::Shared &shared;
  uint8_t *const window;
  std::vector<uint8_t> again; ///< what `verify` reads
};

/// Opens card `index`, programs it with `xclbin` and takes the engine for
/// itself. Each server links one file that has it: NativeCard.cpp,
/// OpenclCard.cpp.
std::unique_ptr<Card> openCard(uint32_t index, const std::string &xclbin,
                               xrt_protocol::Shared &shared, uint8_t *window);

} // namespace sluice

#endif // SLUICE_RUNTIME_DRIVERS_XRT_CARD_H
