// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/engine/xrt/Wire.h"

#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace sluice::engine::xrt {

// A header is a message of fixed-width fields: 1 = size of the body, 2 = call.
constexpr char kSizeTag = 0x09, kCallTag = 0x15;
constexpr size_t kReplyHeader = 9, kCallHeader = 14;
/// No call is larger: xrt.ini's packet_size is 64 KiB, its padding as much.
constexpr uint64_t kMaxBody = 64 << 20;

enum WireType : uint32_t { Varint = 0, Fixed64 = 1, Text = 2, Fixed32 = 5 };

//===----------------------------------------------------------------------===//
// Bodies
//===----------------------------------------------------------------------===//

static bool takeVarint(std::string_view &from, uint64_t &value) {
  value = 0;
  for (unsigned shift = 0; shift < 64 && !from.empty(); shift += 7) {
    auto byte = uint8_t(from.front());
    from.remove_prefix(1);
    value |= uint64_t(byte & 0x7f) << shift;
    if (byte < 0x80)
      return true;
  }
  return false;
}

static bool takeText(std::string_view &from, uint64_t size,
                     std::string_view &text) {
  if (size > from.size())
    return false;
  text = from.substr(0, size);
  from.remove_prefix(size);
  return true;
}

bool Message::parse(std::string_view body) {
  while (!body.empty()) {
    uint64_t key, value = 0;
    std::string_view text;
    if (!takeVarint(body, key))
      return false;
    auto type = WireType(key & 7);
    if (type == Varint || type == Text) {
      if (!takeVarint(body, value) ||
          (type == Text && !takeText(body, value, text)))
        return false;
    } else if (type == Fixed64 || type == Fixed32) {
      if (!takeText(body, type == Fixed64 ? 8 : 4, text))
        return false;
      memcpy(&value, text.data(), text.size());
    } else {
      return false;
    }
    if (uint64_t field = key >> 3; field < kFields) {
      numbers[field] = value;
      texts[field] = text;
    }
  }
  return true;
}

void Body::varint(uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    data.push_back(char(value | 0x80));
  data.push_back(char(value));
}

void Body::add(uint32_t field, uint64_t value) {
  varint(field << 3 | Varint);
  varint(value);
}

void Body::add(uint32_t field, std::string_view bytes) {
  varint(field << 3 | Text);
  varint(bytes.size());
  data += bytes;
}

//===----------------------------------------------------------------------===//
// Connection
//===----------------------------------------------------------------------===//

Connection::~Connection() {
  if (socket >= 0)
    close(socket);
}

bool Connection::connect(const std::string &path, int milliseconds) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path))
    return false;
  memcpy(address.sun_path, path.data(), path.size());
  for (; milliseconds >= 0; milliseconds -= 2) {
    socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket < 0)
      return false;
    if (::connect(socket, reinterpret_cast<sockaddr *>(&address),
                  sizeof(address)) == 0)
      return true;
    close(socket);
    socket = -1;
    usleep(2000);
  }
  return false;
}

bool Connection::wait(int milliseconds) const {
  pollfd waited = {socket, POLLIN, 0};
  return poll(&waited, 1, milliseconds) > 0;
}

bool Connection::read(char *bytes, size_t size) {
  while (size) {
    ssize_t count = ::read(socket, bytes, size);
    if (count <= 0) {
      if (count < 0 && errno == EINTR)
        continue;
      return false;
    }
    bytes += count;
    size -= count;
  }
  return true;
}

bool Connection::write(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0) {
      if (errno == EINTR)
        continue;
      return false;
    }
    bytes.remove_prefix(count);
  }
  return true;
}

bool Connection::receive(Call &call, std::string &body) {
  char header[kCallHeader];
  uint64_t size;
  if (!read(header, kCallHeader) || header[0] != kSizeTag ||
      header[kReplyHeader] != kCallTag)
    return false;
  memcpy(&size, header + 1, sizeof(size));
  memcpy(&call, header + kReplyHeader + 1, sizeof(call));
  if (size > kMaxBody)
    return false;
  body.resize(size);
  return read(body.data(), size);
}

static std::string header(uint64_t size) {
  std::string bytes(kReplyHeader, kSizeTag);
  memcpy(bytes.data() + 1, &size, sizeof(size));
  return bytes;
}

bool Connection::reply(const Body &body) {
  return write(header(body.text().size()) + body.text());
}

bool Connection::send(Call call) {
  std::string bytes = header(0) + kCallTag;
  bytes.append(reinterpret_cast<const char *>(&call), sizeof(call));
  return write(bytes);
}

} // namespace sluice::engine::xrt
