// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a driver reaches an engine: its registers, and the memory that its AXI4
// master sees. A driver of another link to an engine implements this and leaves
// the rest to EngineExecutable.

#ifndef SLUICE_RUNTIME_ENGINE_ENGINELINK_H
#define SLUICE_RUNTIME_ENGINE_ENGINELINK_H

#include "runtime/hal/Driver.h"
#include "runtime/hal/EngineCapabilities.h"

namespace sluice {

/// Every function is DEVICE_FAULT when the device is gone, does not answer in
/// the link's own time, or when what came does not match its checksum.
class EngineLink {
public:
  virtual ~EngineLink() = default;

  virtual Status read(uint32_t address, uint32_t &value) = 0;
  virtual Status write(uint32_t address, uint32_t value) = 0;
  /// Registers from `address` on, in order; at once where the link can.
  virtual Status readRegisters(uint32_t address, std::span<uint32_t> values);
  virtual Status writeRegisters(uint32_t address,
                                std::span<const uint32_t> values);

  /// Memory at a multiple of 64. A write may put zeros up to the next multiple
  /// of 8 behind its bytes.
  virtual Status readMemory(uint64_t address, std::span<uint8_t> bytes) = 0;
  virtual Status writeMemory(uint64_t address,
                             std::span<const uint8_t> bytes) = 0;

  /// Writes what no program changes. The memory may hold it already, and
  /// kKeepRoom bytes behind it are the link's own, to know that by.
  virtual Status keep(uint64_t address, std::span<const uint8_t> bytes) {
    return writeMemory(address, bytes);
  }
  static constexpr uint64_t kKeepRoom = 64;

  /// What a link over which bytes take long asks, beside its own limits, until
  /// null is given: it fails with what `control` says.
  virtual void obey(const RunControl *control, const char *region) {}

  /// Returns when the interrupt may be high, after a millisecond at the latest.
  virtual Status wait() = 0;

  /// Of the engine's clock, since any moment; hardware may tell it from the
  /// host's clock.
  virtual uint64_t cycles() = 0;

  /// A rule of the bus that the engine broke, or null.
  virtual const char *violation() { return nullptr; }

  /// To be called before a start where the times of the program's `count`
  /// commands are wanted, and after its end for what is known of them.
  virtual void trace(size_t count) {}
  virtual std::span<const sluice_command_time_t> traced() { return {}; }

  Status readCapabilities(EngineCapabilities &out);
};

} // namespace sluice

#endif // SLUICE_RUNTIME_ENGINE_ENGINELINK_H
