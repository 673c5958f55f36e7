// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A serial port of Linux: raw bytes at any rate. Every wait is bounded.

#ifndef SLUICE_RUNTIME_DRIVERS_UART_SERIALPORT_H
#define SLUICE_RUNTIME_DRIVERS_UART_SERIALPORT_H

#include "runtime/base/Status.h"

#include <cstdint>
#include <span>
#include <string>

namespace sluice {

class SerialPort {
public:
  SerialPort() = default;
  SerialPort(const SerialPort &) = delete;
  SerialPort &operator=(const SerialPort &) = delete;
  ~SerialPort();

  /// Opens it for this process alone. NOT_FOUND, or IO with the reason.
  Status open(const std::string &path);

  const std::string &path() const { return path_; }

  /// Sets the rate once all that was written is out, and drops what has come.
  Status setRate(uint32_t baud);

  /// Drops what has come.
  void flush();

  /// Writes what there is room for now; DEVICE_FAULT when the port is gone.
  Status write(std::span<const uint8_t> bytes, size_t &written);

  /// Takes what has come, or waits for it or, if `wantsRoom`, for room to
  /// write, for `nanoseconds`. DEVICE_FAULT when the port is gone.
  Status read(std::span<uint8_t> bytes, uint64_t nanoseconds, bool wantsRoom,
              size_t &count);

private:
  Status gone(const char *what);

  std::string path_;
  int descriptor = -1;
};

} // namespace sluice

#endif // SLUICE_RUNTIME_DRIVERS_UART_SERIALPORT_H
