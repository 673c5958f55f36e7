// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Numbers of docs/spec/uart.md.

#ifndef SLUICE_RUNTIME_DRIVERS_UART_PROTOCOL_H
#define SLUICE_RUNTIME_DRIVERS_UART_PROTOCOL_H

#include <cstdint>

namespace sluice::uart {

enum Operation : uint8_t {
  kHello = 1,
  kBaud,
  kReadRegisters,
  kWriteRegisters,
  kReadMemory,
  kWriteMemory,
  kCheckMemory
};

inline constexpr uint8_t kAnswerBit = 0x80;
inline constexpr uint8_t kDamagedAnswer = 0xff;

enum AnswerStatus : uint8_t { kDone, kBadRequest, kBusError, kDamaged };

inline constexpr uint32_t kMagic = 0x4b4e4c53;
inline constexpr uint32_t kVersion = 1;
inline constexpr uint32_t kHelloWords = 8;
inline constexpr uint32_t kFirstRate = 115200;
inline constexpr uint32_t kLeastDivisor = 64;

} // namespace sluice::uart

#endif // SLUICE_RUNTIME_DRIVERS_UART_PROTOCOL_H
