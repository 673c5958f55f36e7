// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/drivers/uart/SerialPort.h"

// Linux's own header: termios.h knows no rate but its constants, and the two
// cannot be included together.
#include <asm/termbits.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/serial.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace sluice {

SerialPort::~SerialPort() {
  if (descriptor >= 0)
    close(descriptor);
}

Status SerialPort::open(const std::string &path) {
  path_ = path;
  descriptor = ::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0)
    return fail(errno == ENOENT || errno == ENXIO ? SLUICE_STATUS_NOT_FOUND
                                                  : SLUICE_STATUS_IO,
                "device 'uart': cannot open %s: %s", path.c_str(),
                strerror(errno));
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0)
    return fail(SLUICE_STATUS_IO, "device 'uart': %s is in use already",
                path.c_str());
  termios2 settings;
  if (ioctl(descriptor, TCGETS2, &settings) != 0)
    return fail(SLUICE_STATUS_NOT_FOUND, "device 'uart': %s is no serial port",
                path.c_str());
  // USB adapters collect bytes for 16 ms unless told otherwise. One that
  // cannot be told is only slower.
  serial_struct adapter;
  if (ioctl(descriptor, TIOCGSERIAL, &adapter) == 0) {
    adapter.flags |= ASYNC_LOW_LATENCY;
    ioctl(descriptor, TIOCSSERIAL, &adapter);
  }
  return SLUICE_STATUS_OK;
}

Status SerialPort::setRate(uint32_t baud) {
  termios2 settings;
  if (ioctl(descriptor, TCGETS2, &settings) != 0)
    return gone("settings");
  settings.c_iflag = IGNBRK;
  settings.c_oflag = 0;
  settings.c_lflag = 0;
  settings.c_cflag = CS8 | CREAD | CLOCAL | BOTHER | BOTHER << IBSHIFT;
  settings.c_ispeed = settings.c_ospeed = baud;
  settings.c_cc[VMIN] = 0;
  settings.c_cc[VTIME] = 0;
  if (ioctl(descriptor, TCSETSW2, &settings) != 0)
    return gone("settings");
  flush();
  return SLUICE_STATUS_OK;
}

void SerialPort::flush() { ioctl(descriptor, TCFLSH, TCIFLUSH); }

Status SerialPort::gone(const char *what) {
  return fail(SLUICE_STATUS_DEVICE_FAULT, "uart %s: the port is gone (%s: %s)",
              path_.c_str(), what, strerror(errno));
}

Status SerialPort::write(std::span<const uint8_t> bytes, size_t &written) {
  ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
  if (count < 0 && errno != EAGAIN && errno != EINTR)
    return gone("write");
  written = count < 0 ? 0 : count;
  return SLUICE_STATUS_OK;
}

Status SerialPort::read(std::span<uint8_t> bytes, uint64_t nanoseconds,
                        bool wantsRoom, size_t &count) {
  count = 0;
  pollfd ready = {descriptor, short(POLLIN | (wantsRoom ? POLLOUT : 0)), 0};
  timespec limit = {time_t(nanoseconds / 1'000'000'000),
                    long(nanoseconds % 1'000'000'000)};
  int events = ppoll(&ready, 1, &limit, nullptr);
  if (events < 0 && errno != EINTR)
    return gone("poll");
  if (events <= 0)
    return SLUICE_STATUS_OK;
  if (ready.revents & POLLIN) {
    ssize_t got = ::read(descriptor, bytes.data(), bytes.size());
    if (got < 0 && errno != EAGAIN && errno != EINTR)
      return gone("read");
    count = got < 0 ? 0 : got;
  } else if (ready.revents & (POLLHUP | POLLERR | POLLNVAL)) {
    errno = EIO;
    return gone("hang-up");
  }
  return SLUICE_STATUS_OK;
}

} // namespace sluice
