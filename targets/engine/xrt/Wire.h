// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/// \file
/// What libxrt's hw_emu shim and its device process say to each other over a
/// Unix socket: calls of a small header and a body in protocol-buffers format,
/// each with one reply. Written from the bytes that Debian's libxrt
/// 202210.2.13.466 exchanges, without protobuf.

#ifndef SLUICE_TARGETS_ENGINE_XRT_WIRE_H
#define SLUICE_TARGETS_ENGINE_XRT_WIRE_H

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sluice::engine::xrt {

/// The calls that a device must know. It answers all others with an empty body.
enum class Call : uint32_t {
  Close = 1,
  Allocate = 4,
  Free = 5,
  WriteMemory = 6,
  ReadMemory = 7,
  WriteRegister = 9,
  ReadRegister = 11,
  Timestamp = 17,
  SetEnvironment = 20,
};

/// A decoded body: its top-level fields, of each the last one given.
class Message {
public:
  /// `body` must outlive the message. False when it is malformed.
  bool parse(std::string_view body);

  uint64_t number(uint32_t field) const { return numbers[field]; }
  std::string_view bytes(uint32_t field) const { return texts[field]; }

  static constexpr uint32_t kFields = 16; // a higher one is left out

private:
  std::array<uint64_t, kFields> numbers = {};
  std::array<std::string_view, kFields> texts = {};
};

/// A body under construction.
class Body {
public:
  void add(uint32_t field, uint64_t value);
  void add(uint32_t field, std::string_view bytes);
  const std::string &text() const { return data; }

private:
  void varint(uint64_t value);
  std::string data;
};

/// One end of a socket of the shim. Not copied; closed at the end.
class Connection {
public:
  Connection() = default;
  ~Connection();
  Connection(const Connection &) = delete;
  Connection &operator=(const Connection &) = delete;

  /// Tries for `milliseconds`: the shim may not listen yet.
  bool connect(const std::string &path, int milliseconds);
  /// Whether a call has come; waits for it `milliseconds`, -1 = for ever.
  bool wait(int milliseconds) const;
  /// False when the other end is gone, or talks nonsense.
  bool receive(Call &call, std::string &body);
  bool reply(const Body &body);
  /// A call in the other direction, without an answer.
  bool send(Call call);

private:
  bool write(std::string_view bytes);
  bool read(char *bytes, size_t size);
  int socket = -1;
};

} // namespace sluice::engine::xrt

#endif // SLUICE_TARGETS_ENGINE_XRT_WIRE_H
