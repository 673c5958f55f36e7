// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/drivers/uart/Frame.h"

#include <array>

namespace sluice::uart {

static constexpr uint8_t kFlag = 0x7e, kEscape = 0x7d, kFlip = 0x20;
/// The CRC of any contents that are followed by their own.
static constexpr uint32_t kResidue = 0x2144df1c;

static constexpr std::array<uint32_t, 256> kTable = [] {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < table.size(); ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit)
      crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    table[i] = crc;
  }
  return table;
}();

uint32_t crc32(std::span<const uint8_t> bytes, uint32_t crc) {
  crc = ~crc;
  for (uint8_t byte : bytes)
    crc = crc >> 8 ^ kTable[(crc ^ byte) & 255];
  return ~crc;
}

size_t encodeFrame(std::span<const uint8_t> header,
                   std::span<const uint8_t> data,
                   std::span<uint8_t, kMaxFrame> out) {
  size_t size = 0;
  auto put = [&](std::span<const uint8_t> bytes) {
    for (uint8_t byte : bytes) {
      bool isSpecial = byte == kFlag || byte == kEscape;
      if (isSpecial)
        out[size++] = kEscape;
      out[size++] = isSpecial ? byte ^ kFlip : byte;
    }
  };
  uint32_t crc = crc32(data, crc32(header));
  const uint8_t check[] = {uint8_t(crc), uint8_t(crc >> 8), uint8_t(crc >> 16),
                           uint8_t(crc >> 24)};
  out[size++] = kFlag;
  put(header);
  put(data);
  put(check);
  out[size++] = kFlag;
  return size;
}

void FrameReader::reset() {
  size = 0;
  isEscaped = isTooLong = isDone = false;
}

FrameReader::Event FrameReader::take(uint8_t byte) {
  if (isDone)
    reset();
  if (byte == kEscape && !isEscaped) {
    isEscaped = true;
    return Event::kNone;
  }
  if (byte != kFlag) {
    isTooLong |= size == kMaxContents;
    if (!isTooLong)
      buffer[size++] = isEscaped ? byte ^ kFlip : byte;
    isEscaped = false;
    return Event::kNone;
  }
  // Between two flags may be nothing.
  bool isEmpty = size == 0 && !isEscaped && !isTooLong;
  bool isWhole =
      !isEscaped && !isTooLong && size > 4 && crc32({buffer, size}) == kResidue;
  isDone = true;
  if (isEmpty)
    return Event::kNone;
  return isWhole ? Event::kFrame : Event::kDamaged;
}

} // namespace sluice::uart
