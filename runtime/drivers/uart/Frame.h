// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Frames of docs/spec/uart.md. Nothing here allocates.

#ifndef SLUICE_RUNTIME_DRIVERS_UART_FRAME_H
#define SLUICE_RUNTIME_DRIVERS_UART_FRAME_H

#include <cstddef>
#include <cstdint>
#include <span>

namespace sluice::uart {

/// CRC-32 of `bytes`; `crc` is that of what came before.
uint32_t crc32(std::span<const uint8_t> bytes, uint32_t crc = 0);

/// Bytes of data that one request or answer holds at most.
inline constexpr size_t kMaxData = 512;
inline constexpr size_t kHeaderSize = 8;
/// Contents with their CRC.
inline constexpr size_t kMaxContents = kHeaderSize + kMaxData + 4;
/// With flags, and with every byte escaped.
inline constexpr size_t kMaxFrame = 2 * kMaxContents + 2;

/// Writes the frame of `header` followed by `data` and returns its size.
size_t encodeFrame(std::span<const uint8_t> header,
                   std::span<const uint8_t> data,
                   std::span<uint8_t, kMaxFrame> out);

/// Finds the frames in a stream of bytes.
class FrameReader {
public:
  enum class Event { kNone, kFrame, kDamaged };

  /// Takes a byte. kFrame: `contents` is a whole frame's, without its CRC,
  /// until the next byte. kDamaged: a frame ended that is not whole.
  Event take(uint8_t byte);

  std::span<const uint8_t> contents() const { return {buffer, size - 4}; }

  /// Forgets what has come of a frame.
  void reset();

private:
  uint8_t buffer[kMaxContents];
  size_t size = 0;
  bool isEscaped = false;
  bool isTooLong = false;
  bool isDone = true; ///< the buffer holds a frame that was handed out
};

} // namespace sluice::uart

#endif // SLUICE_RUNTIME_DRIVERS_UART_FRAME_H
