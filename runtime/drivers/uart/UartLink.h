// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A board on a serial port: docs/spec/uart.md from the host's side. Whatever
// the line does to bytes, an access either gives what the board said or fails.
// After `open` nothing allocates.

#ifndef SLUICE_RUNTIME_DRIVERS_UART_UARTLINK_H
#define SLUICE_RUNTIME_DRIVERS_UART_UARTLINK_H

#include "runtime/drivers/uart/Frame.h"
#include "runtime/drivers/uart/SerialPort.h"
#include "runtime/engine/EngineLink.h"

#include <memory>

namespace sluice {

struct UartOptions {
  std::string path;
  uint32_t baud = 3'000'000;
  uint64_t timeout = 500'000'000; ///< ns without an answer: the link is dead
};

/// What the board says of itself.
struct UartBoardInfo {
  uint32_t mostData, buffer, clockHz, memory, divisor;
};

class UartLink final : public EngineLink {
public:
  /// Finds the board's rate, agrees on the one that is wanted or the next that
  /// works, and stops what an earlier host left running.
  static Status open(const UartOptions &options,
                     std::shared_ptr<UartLink> &out);

  const UartBoardInfo &board() const { return info; }
  uint32_t baud() const { return rate; }
  /// Bytes of frames so far.
  uint64_t bytesSent() const { return sent; }

  Status read(uint32_t address, uint32_t &value) override;
  Status write(uint32_t address, uint32_t value) override;
  Status readRegisters(uint32_t address, std::span<uint32_t> values) override;
  Status writeRegisters(uint32_t address,
                        std::span<const uint32_t> values) override;
  Status readMemory(uint64_t address, std::span<uint8_t> bytes) override;
  Status writeMemory(uint64_t address, std::span<const uint8_t> bytes) override;
  Status keep(uint64_t address, std::span<const uint8_t> bytes) override;
  /// A question over the line takes about a millisecond anyway.
  Status wait() override { return SLUICE_STATUS_OK; }
  uint64_t cycles() override;
  void obey(const RunControl *newControl, const char *newRegion) override {
    control = newControl;
    region = newRegion;
  }

private:
  /// What is asked: in one request, or in pieces of whole units.
  struct Transfer {
    uint8_t op;
    uint32_t address;
    uint32_t size;                    ///< bytes of data, either way
    std::span<const uint8_t> in = {}; ///< of a write; zeros follow up to `size`
    std::span<uint8_t> out = {}; ///< of a read; what is beyond it is dropped
    uint32_t unit = 0;           ///< 0: all in one request
    uint16_t count = 0;          ///< of that request
  };
  /// A piece under way.
  struct Request {
    uint64_t serial; ///< its low eight bits are the sequence number
    uint64_t sentAt;
    uint32_t from, units; ///< of the block
    uint32_t size;        ///< bytes of data, either way
    uint32_t held;        ///< bytes of the board's buffer
    uint32_t cost;        ///< about as many bytes on the line
    bool isRepeat;        ///< of the one before it, by the same number
  };
  enum class Piece : uint8_t { kMissing, kUnderWay, kDone };

  static constexpr uint32_t kMaxRequests = 64;
  /// Requests whose answers may still be on the line.
  static constexpr uint64_t kMaxUnresolved = 128;
  static constexpr uint32_t kBlock = 32768;
  static constexpr uint32_t kLeastPiece = 32;

  explicit UartLink(const UartOptions &options) : options(options) {}

  // Connecting: UartConnect.cpp.
  Status connect();
  Status findBoard();
  Status hello(uint32_t baud, uint64_t limit);
  Status askBoard(UartBoardInfo &out);
  uint32_t divisorOf(uint32_t baud) const;
  Status changeRate(uint32_t baud);
  Status setDivisor(uint32_t divisor, uint32_t baud);
  void markDivisor();
  Status checkReset();
  Status stopEngine();

  // Asking.
  Status ask(const Transfer &transfer);
  Status askBlock(uint32_t begin, uint32_t size);
  Status checkSilence();
  void fill();
  bool nextPiece(Request &request);
  void send(Request request);
  size_t encode(const Request &request);
  Status pump();
  Status handle();
  Status take(std::span<const uint8_t> answer);
  Status refuse(const Request &request, uint8_t status);
  Request finish(Piece piece);
  void lose(bool isDamage);
  void learn(const Request &request);
  uint64_t leftOf(uint64_t limit, uint64_t since) const;
  uint64_t leftOfPatience() const;
  Status checkMemory(uint64_t address, uint64_t size, uint32_t &crc);
  Status holds(uint64_t address, std::span<const uint8_t> bytes, bool &isSame);
  Status checkRange(uint64_t address, uint64_t size);

  const UartOptions options;
  SerialPort port;
  UartBoardInfo info = {};
  uint32_t rate = 115200;
  const RunControl *control = nullptr;
  const char *region = "";

  // Requests under way, the oldest at `first`; answers come in this order.
  Request requests[kMaxRequests];
  uint32_t first = 0, count = 0, bytesUnderWay = 0;
  uint64_t nextSerial = 1, resolved = 0;
  bool isRepeat = false; ///< the next request goes by the last one's number

  // The block at hand: a part of what is asked.
  const Transfer *transfer = nullptr;
  uint32_t blockBegin = 0, blockSize = 0;
  uint32_t units = 0, missingFrom = 0, left = 0;
  Piece pieces[kBlock / 4];

  // What to expect of the line.
  uint32_t pieceLimit = uart::kMaxData, streak = 0;
  uint64_t lastShrink = 0; ///< a serial
  double perByte = 0;      ///< ns from question to answer
  double backoff = 1;
  uint64_t lastAnswer = 0, lastHeard = 0; ///< monotonicNow()
  uint64_t lookedAt = 0; ///< what had come by then has been taken

  uart::FrameReader reader;
  uint8_t received[4096];
  size_t receivedCount = 0;
  uint8_t outgoing[4 * uart::kMaxFrame];
  size_t outgoingBegin = 0, outgoingEnd = 0;
  uint64_t sent = 0;
};

} // namespace sluice

#endif // SLUICE_RUNTIME_DRIVERS_UART_UARTLINK_H
