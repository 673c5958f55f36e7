// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How host and board find each other, and what is on the board already.

#include "runtime/base/Sha256.h"
#include "runtime/drivers/uart/Protocol.h"
#include "runtime/drivers/uart/UartLink.h"
#include "runtime/hal/EngineRegisters.h"

#include <algorithm>
#include <cinttypes>
#include <cstring>

namespace sluice {

using namespace uart;
namespace reg = engine_register;

/// Rates that serial adapters have in common, the fastest first.
static constexpr uint32_t kRates[] = {3'000'000, 2'000'000, 1'000'000, 921'600,
                                      460'800,   230'400,   115'200};

/// What a board's clock may have, in Hz.
static constexpr uint32_t kLeastClock = 1'000'000, kMostClock = 1'000'000'000;

/// For so many times the line's timeout a board is looked for.
static constexpr uint64_t kOpenTimeouts = 4;

Status UartLink::open(const UartOptions &options,
                      std::shared_ptr<UartLink> &out) {
  std::shared_ptr<UartLink> link(new UartLink(options));
  SLUICE_RETURN_IF_ERROR(link->port.open(options.path));
  SLUICE_RETURN_IF_ERROR(link->connect());
  SLUICE_RETURN_IF_ERROR(link->stopEngine());
  out = std::move(link);
  return SLUICE_STATUS_OK;
}

/// Asks the board what it is.
Status UartLink::askBoard(UartBoardInfo &out) {
  uint32_t words[kHelloWords];
  SLUICE_RETURN_IF_ERROR(
      ask({.op = kHello,
           .address = uint32_t(monotonicNow() * 0x9e3779b97f4a7c15 >> 32),
           .size = sizeof(words),
           .out = {reinterpret_cast<uint8_t *>(words), sizeof(words)}}));
  if (words[1] != kMagic || words[2] != kVersion)
    return fail(SLUICE_STATUS_UNSUPPORTED,
                "uart %s: the board speaks version %u of the link, this "
                "runtime %u; load its bitstream anew",
                port.path().c_str(), words[2], kVersion);
  out = {words[3], words[4], words[5], words[6], words[7]};
  return SLUICE_STATUS_OK;
}

/// Asks at `baud` until the board answers, for `limit` ns.
Status UartLink::hello(uint32_t baud, uint64_t limit) {
  SLUICE_RETURN_IF_ERROR(port.setRate(baud));
  rate = baud;
  reader.reset();
  outgoingBegin = outgoingEnd = 0;
  // Ten bits a byte, and about as long again for whoever is slow.
  perByte = 2e10 / baud;
  backoff = 1;
  uint64_t deadline = monotonicNow() + limit;
  RunControl untilThen = {.deadline = deadline};
  const RunControl *before = control;
  control = &untilThen;
  Status status = askBoard(info);
  control = before;
  SLUICE_RETURN_IF_ERROR(status);
  if (info.mostData < kMaxData || info.buffer < kMaxData + kHeaderSize)
    return fail(SLUICE_STATUS_UNSUPPORTED,
                "uart %s: the board takes %u bytes a request, less than the %zu"
                " of this runtime",
                port.path().c_str(), info.mostData, kMaxData);
  // All limits of a run are counted in it.
  if (info.clockHz < kLeastClock || info.clockHz > kMostClock)
    return fail(SLUICE_STATUS_UNSUPPORTED,
                "uart %s: the board says that its clock has %u Hz, and may have"
                " %u to %u; load its bitstream anew",
                port.path().c_str(), info.clockHz, kLeastClock, kMostClock);
  return SLUICE_STATUS_OK;
}

/// The rate that the last host left, then the one after reset, then others.
Status UartLink::findBoard() {
  const uint64_t brief = options.timeout / 16, patient = options.timeout / 2;
  Status status = hello(options.baud, brief);
  if (status != SLUICE_STATUS_OK && options.baud != kFirstRate)
    status = hello(kFirstRate, patient);
  for (uint32_t baud : kRates)
    if (status == SLUICE_STATUS_DEADLINE_EXCEEDED)
      status = hello(baud, brief);
  return status;
}

Status UartLink::connect() {
  // Noise may eat each of a few questions, and a busy machine the time.
  uint64_t end = monotonicNow() + kOpenTimeouts * options.timeout;
  Status status;
  do
    status = findBoard();
  while (status == SLUICE_STATUS_DEADLINE_EXCEEDED && monotonicNow() < end);
  if (status == SLUICE_STATUS_DEADLINE_EXCEEDED)
    return fail(SLUICE_STATUS_DEVICE_FAULT,
                "uart %s: no board answers; is it powered, and is Sluice's "
                "bitstream loaded?",
                port.path().c_str());
  SLUICE_RETURN_IF_ERROR(status);
  if (rate != options.baud && changeRate(options.baud) != SLUICE_STATUS_OK)
    for (uint32_t baud : kRates)
      if (baud < options.baud && baud > rate &&
          changeRate(baud) == SLUICE_STATUS_OK)
        break;
  markDivisor();
  return SLUICE_STATUS_OK; // at the rate that works
}

/// Leaves the board at another divisor than it has after a reset, by which
/// `checkReset` knows it; next to nothing changes on the line.
void UartLink::markDivisor() {
  constexpr int tries = 4; // noise may eat some
  for (int i = 0; i < tries && info.divisor == divisorOf(kFirstRate); ++i)
    setDivisor(info.divisor + 1, rate);
}

/// The divisor nearest to `baud`.
uint32_t UartLink::divisorOf(uint32_t baud) const {
  return uint32_t((uint64_t(info.clockHz) * 16 + baud / 2) / baud);
}

Status UartLink::changeRate(uint32_t baud) {
  return setDivisor(divisorOf(baud), baud);
}

/// Moves the board to `divisor` and the port to `baud`, or leaves both at the
/// rate that they have.
Status UartLink::setDivisor(uint32_t divisor, uint32_t baud) {
  const uint64_t limit = options.timeout / 2;
  uint32_t old = rate;
  if (divisor < kLeastDivisor || divisor > UINT16_MAX)
    return fail(SLUICE_STATUS_INVALID_ARGUMENT,
                "uart %s: a board clocked at %u Hz cannot do %u baud",
                port.path().c_str(), info.clockHz, baud);
  Transfer question = {.op = kBaud, .address = divisor, .size = 0};
  // An answer that is lost does not matter: the board may have changed. Asked
  // again at the old rate it would not hear.
  RunControl untilThen = {.deadline = monotonicNow() + limit / 4};
  control = &untilThen;
  ask(question);
  control = nullptr;
  if (hello(baud, limit) == SLUICE_STATUS_OK)
    return SLUICE_STATUS_OK;
  // Its trial of the new rate may still last.
  SLUICE_RETURN_IF_ERROR(hello(old, limit));
  return fail(SLUICE_STATUS_UNSUPPORTED,
              "uart %s: %u baud do not work on this line", port.path().c_str(),
              baud);
}

/// A board that has been reset has lost what was in its memory. At most rates
/// it then answers no more; near its first one, its divisor tells.
Status UartLink::checkReset() {
  if (rate < kFirstRate / 10 * 9 || rate > kFirstRate / 10 * 11)
    return SLUICE_STATUS_OK;
  UartBoardInfo now;
  SLUICE_RETURN_IF_ERROR(askBoard(now));
  if (now.divisor == info.divisor)
    return SLUICE_STATUS_OK;
  return fail(SLUICE_STATUS_DEVICE_FAULT,
              "uart %s: the board has been reset, and its memory is lost",
              port.path().c_str());
}

/// An earlier host may have left a program running.
Status UartLink::stopEngine() {
  uint32_t state;
  SLUICE_RETURN_IF_ERROR(read(reg::kControl, state));
  if (state & reg::kIdle && !(state & reg::kDone))
    return SLUICE_STATUS_OK;
  SLUICE_RETURN_IF_ERROR(write(reg::kAbort, 1));
  uint64_t begin = monotonicNow();
  while (!(state & (reg::kDone | reg::kIdle))) {
    if (monotonicNow() - begin > options.timeout)
      return fail(SLUICE_STATUS_DEVICE_FAULT,
                  "uart %s: the engine runs and does not stop; load its "
                  "bitstream anew",
                  port.path().c_str());
    SLUICE_RETURN_IF_ERROR(read(reg::kControl, state));
  }
  return write(reg::kControl, reg::kContinue);
}

//===----------------------------------------------------------------------===//
// What stays on the board
//===----------------------------------------------------------------------===//

Status UartLink::checkMemory(uint64_t address, uint64_t size, uint32_t &crc) {
  return ask({.op = kCheckMemory,
              .address = uint32_t(address),
              .size = sizeof(crc),
              .out = {reinterpret_cast<uint8_t *>(&crc), sizeof(crc)},
              .count = uint16_t(size / 8)});
}

/// Whether the board's memory has the checksum of `bytes`. Checked in parts, so
/// that no answer takes long; zeros fill up the last eight bytes.
Status UartLink::holds(uint64_t address, std::span<const uint8_t> bytes,
                       bool &isSame) {
  constexpr size_t part = 16384;
  isSame = true;
  while (isSame && !bytes.empty()) {
    auto head = bytes.first(std::min(part, bytes.size()));
    static constexpr uint8_t zeros[8] = {};
    size_t padding = -head.size() % sizeof(zeros);
    uint32_t expected = crc32({zeros, padding}, crc32(head)), crc;
    SLUICE_RETURN_IF_ERROR(checkMemory(address, head.size() + padding, crc));
    isSame = crc == expected;
    address += head.size();
    bytes = bytes.subspan(head.size());
  }
  return SLUICE_STATUS_OK;
}

Status UartLink::keep(uint64_t address, std::span<const uint8_t> bytes) {
  SLUICE_RETURN_IF_ERROR(checkRange(address, bytes.size() + kKeepRoom));
  // A checksum alone might be another program's: the digest behind the bytes
  // says whose they are, and the checksum that they are still there.
  Sha256Digest digest = sha256(bytes.data(), bytes.size()), found;
  uint64_t digestAddress = (address + bytes.size() + 7) / 8 * 8;
  SLUICE_RETURN_IF_ERROR(readMemory(digestAddress, found));
  bool isThere = found == digest;
  if (isThere)
    SLUICE_RETURN_IF_ERROR(holds(address, bytes, isThere));
  if (isThere)
    return SLUICE_STATUS_OK;
  SLUICE_RETURN_IF_ERROR(writeMemory(address, bytes));
  SLUICE_RETURN_IF_ERROR(holds(address, bytes, isThere));
  if (!isThere)
    return fail(SLUICE_STATUS_DEVICE_FAULT,
                "uart %s: the board's memory does not hold what was written at "
                "0x%" PRIx64,
                port.path().c_str(), address);
  return writeMemory(digestAddress, digest);
}

} // namespace sluice
