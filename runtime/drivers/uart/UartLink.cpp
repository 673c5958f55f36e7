// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Requests under way, and what becomes of those that are lost.

#include "runtime/drivers/uart/UartLink.h"

#include "runtime/drivers/uart/Protocol.h"

#include <algorithm>
#include <cinttypes>
#include <cstring>
#include <utility>

namespace sluice {

using namespace uart;

/// Bytes of an answer beside its data: op, sequence, status.
static constexpr uint32_t kAnswerSize = 3;
/// Bytes on the line of a request and its answer beside their data.
static constexpr uint32_t kOverhead = kHeaderSize + kAnswerSize + 12;
static constexpr uint64_t kLeastPatience = 20'000'000;

Status UartLink::ask(const Transfer &newTransfer) {
  transfer = &newTransfer;
  lastAnswer = lastHeard = monotonicNow();
  uint32_t block = transfer->unit ? kBlock : std::max(1u, transfer->size);
  Status status = SLUICE_STATUS_OK;
  for (uint32_t begin = 0; begin < std::max(1u, transfer->size); begin += block)
    if ((status = askBlock(begin, std::min(block, transfer->size - begin))) !=
        SLUICE_STATUS_OK)
      break;
  // After a failure answers may be on their way; their numbers tell them.
  count = bytesUnderWay = 0;
  return status;
}

Status UartLink::askBlock(uint32_t begin, uint32_t size) {
  blockBegin = begin;
  blockSize = size;
  units = left = transfer->unit ? size / transfer->unit : 1;
  missingFrom = 0;
  std::fill_n(pieces, units, Piece::kMissing);
  isRepeat = false;
  while (left) {
    fill();
    SLUICE_RETURN_IF_ERROR(pump());
    SLUICE_RETURN_IF_ERROR(handle());
    SLUICE_RETURN_IF_ERROR(checkSilence());
  }
  return SLUICE_STATUS_OK;
}

Status UartLink::checkSilence() {
  if (!leftOf(options.timeout, lastAnswer))
    return fail(SLUICE_STATUS_DEVICE_FAULT,
                "uart %s: the board has not answered for %" PRIu64 " ms",
                port.path().c_str(), (lookedAt - lastAnswer) / 1'000'000);
  if (!leftOfPatience()) {
    backoff = std::min(backoff * 2, 64.0);
    lose(/*isDamage=*/false);
  }
  return SLUICE_STATUS_OK;
}

/// Sends what is missing, as far as the board has room for it.
void UartLink::fill() {
  uint32_t most = transfer->op == kWriteRegisters ? 1 : kMaxRequests;
  Request request;
  while (count < most && nextSerial - resolved < kMaxUnresolved &&
         outgoingEnd - outgoingBegin + kMaxFrame <= sizeof(outgoing) &&
         nextPiece(request) &&
         (!count || bytesUnderWay + request.held <= info.buffer))
    send(request);
}

/// The next run of missing units, at most as long as a piece may be.
bool UartLink::nextPiece(Request &request) {
  while (missingFrom < units && pieces[missingFrom] != Piece::kMissing)
    ++missingFrom;
  if (missingFrom == units)
    return false;
  uint32_t most = transfer->unit ? pieceLimit / transfer->unit : 1, length = 1;
  while (length < most && missingFrom + length < units &&
         pieces[missingFrom + length] == Piece::kMissing)
    ++length;
  request = {};
  request.from = missingFrom;
  request.units = length;
  request.size = transfer->unit ? length * transfer->unit : transfer->size;
  request.held = kHeaderSize + (transfer->in.empty() ? 0 : request.size);
  // The board reads 16 bytes of memory in the time of a byte at a fast rate.
  request.cost = kOverhead + request.size +
                 (transfer->op == kCheckMemory ? transfer->count / 2 : 0);
  return true;
}

void UartLink::send(Request request) {
  if (!isRepeat)
    ++nextSerial;
  request.isRepeat = std::exchange(isRepeat, false);
  request.serial = nextSerial - 1;
  request.sentAt = monotonicNow();
  outgoingEnd += encode(request);
  bytesUnderWay += request.held;
  std::fill_n(pieces + request.from, request.units, Piece::kUnderWay);
  requests[(first + count++) % kMaxRequests] = request;
}

/// Puts the request's frame behind what is still to be written.
size_t UartLink::encode(const Request &request) {
  if (outgoingEnd + kMaxFrame > sizeof(outgoing)) {
    memmove(outgoing, outgoing + outgoingBegin, outgoingEnd - outgoingBegin);
    outgoingEnd -= outgoingBegin;
    outgoingBegin = 0;
  }
  uint32_t from = blockBegin + request.from * transfer->unit;
  uint32_t address = transfer->address + from;
  uint16_t field = transfer->unit ? request.size : transfer->count;
  const uint8_t header[kHeaderSize] = {
      transfer->op,           uint8_t(request.serial), uint8_t(field),
      uint8_t(field >> 8),    uint8_t(address),        uint8_t(address >> 8),
      uint8_t(address >> 16), uint8_t(address >> 24)};
  uint8_t data[kMaxData] = {};
  uint32_t dataSize = transfer->in.empty() ? 0 : request.size;
  if (dataSize)
    memcpy(data, transfer->in.data() + from,
           std::min<size_t>(dataSize, transfer->in.size() - from));
  return encodeFrame(
      header, {data, dataSize},
      std::span<uint8_t, kMaxFrame>(outgoing + outgoingEnd, kMaxFrame));
}

/// Moves bytes until something comes or patience ends.
Status UartLink::pump() {
  // Before all else: if this process stands still in between, nothing is missed
  // that was not looked for, and `control` ends before the line does.
  lookedAt = monotonicNow();
  if (outgoingBegin != outgoingEnd) {
    size_t written;
    SLUICE_RETURN_IF_ERROR(port.write(
        {outgoing + outgoingBegin, outgoingEnd - outgoingBegin}, written));
    outgoingBegin += written;
    sent += written;
  }
  if (outgoingBegin == outgoingEnd)
    outgoingBegin = outgoingEnd = 0;
  uint64_t limit =
      std::min(leftOfPatience(), leftOf(options.timeout, lastAnswer));
  if (control) {
    SLUICE_RETURN_IF_ERROR(control->check(region));
    limit = std::min<uint64_t>(limit, 1'000'000);
  }
  SLUICE_RETURN_IF_ERROR(
      port.read(received, limit, outgoingEnd != 0, receivedCount));
  if (receivedCount)
    lastHeard = monotonicNow();
  return SLUICE_STATUS_OK;
}

/// Takes the answers among the bytes that have come.
Status UartLink::handle() {
  for (size_t i = 0; i < receivedCount; ++i) {
    switch (reader.take(received[i])) {
    case FrameReader::Event::kNone:
      break;
    case FrameReader::Event::kDamaged:
      lose(/*isDamage=*/true);
      break;
    case FrameReader::Event::kFrame:
      SLUICE_RETURN_IF_ERROR(take(reader.contents()));
      break;
    }
  }
  return SLUICE_STATUS_OK;
}

Status UartLink::take(std::span<const uint8_t> answer) {
  if (answer.size() < kAnswerSize)
    return SLUICE_STATUS_OK;
  if (answer[0] == kDamagedAnswer) {
    lose(/*isDamage=*/true);
    return SLUICE_STATUS_OK;
  }
  auto data = answer.subspan(2, answer.size() - kAnswerSize);
  // What an earlier host asked for may come before our first answer.
  if (transfer->op == kHello &&
      (data.size() != transfer->size ||
       memcmp(data.data(), &transfer->address, sizeof(uint32_t)) != 0))
    return SLUICE_STATUS_OK;
  // Fewer than 256 requests can still have an answer on the line.
  uint64_t serial = resolved + uint8_t(answer[1] - uint8_t(resolved));
  if (serial >= nextSerial)
    return SLUICE_STATUS_OK;
  resolved = serial;
  while (count && requests[first].serial < serial)
    lose(/*isDamage=*/true);
  if (!count || requests[first].serial != serial ||
      answer[0] != (transfer->op | kAnswerBit))
    return SLUICE_STATUS_OK;
  const Request &request = requests[first];
  if (uint8_t status = answer.back(); status != kDone)
    return refuse(request, status);
  if (data.size() != (transfer->out.empty() ? 0 : request.size))
    return SLUICE_STATUS_OK;
  size_t from = blockBegin + request.from * transfer->unit;
  if (from < transfer->out.size())
    memcpy(transfer->out.data() + from, data.data(),
           std::min(data.size(), transfer->out.size() - from));
  learn(finish(Piece::kDone));
  return SLUICE_STATUS_OK;
}

Status UartLink::refuse(const Request &request, uint8_t status) {
  uint32_t from = blockBegin + request.from * transfer->unit;
  return fail(SLUICE_STATUS_DEVICE_FAULT,
              "uart %s: request %u at 0x%x: the board %s", port.path().c_str(),
              transfer->op, transfer->address + from,
              status == kBusError ? "has an error on the engine's or the "
                                    "memory's bus"
                                  : "does not understand it");
}

/// Takes the oldest request off the list; its units become `piece`.
UartLink::Request UartLink::finish(Piece piece) {
  const Request request = requests[first];
  first = (first + 1) % kMaxRequests;
  --count;
  bytesUnderWay -= request.held;
  std::fill_n(pieces + request.from, request.units, piece);
  if (piece == Piece::kDone)
    left -= request.units;
  else
    missingFrom = std::min(missingFrom, request.from);
  return request;
}

/// The oldest request or its answer is lost: what it was for is missing again.
/// A write of registers goes by its number again, so that it is not done twice;
/// HELLO, so that a slow board's answer to an earlier one will do.
void UartLink::lose(bool isDamage) {
  if (!count)
    return;
  Request request = finish(Piece::kMissing);
  isRepeat = transfer->op == kWriteRegisters || transfer->op == kHello;
  streak = 0;
  // Once for those that were under way together.
  if (isDamage && request.serial >= lastShrink) {
    pieceLimit = std::max(kLeastPiece, pieceLimit / 2);
    lastShrink = nextSerial;
  }
}

/// What an answer in time says of the line.
void UartLink::learn(const Request &request) {
  uint64_t now = monotonicNow();
  // An answer to one of several with this number says nothing of its time.
  if (!request.isRepeat) {
    double sample =
        double(now - std::max(request.sentAt, lastAnswer)) / request.cost;
    perByte = std::max(perByte + (sample - perByte) / 4, 0.0);
    backoff = 1;
  }
  lastAnswer = now;
  if (++streak < 32)
    return;
  pieceLimit = std::min<uint32_t>(pieceLimit * 2, kMaxData);
  streak = 0;
}

/// What was left of `limit` from `since` on when we looked last.
uint64_t UartLink::leftOf(uint64_t limit, uint64_t since) const {
  uint64_t past = lookedAt > since ? lookedAt - since : 0;
  return limit > past ? limit - past : 0;
}

/// The line may be silent for a while before the oldest request is taken for
/// lost.
uint64_t UartLink::leftOfPatience() const {
  if (!count)
    return UINT64_MAX;
  const Request &oldest = requests[first];
  return leftOf(
      uint64_t(backoff * (kLeastPatience + 4 * perByte * oldest.cost)),
      std::max(lastHeard, oldest.sentAt));
}

//===----------------------------------------------------------------------===//
// What drivers ask for
//===----------------------------------------------------------------------===//

Status UartLink::read(uint32_t address, uint32_t &value) {
  return readRegisters(address, {&value, 1});
}

Status UartLink::write(uint32_t address, uint32_t value) {
  return writeRegisters(address, {&value, 1});
}

Status UartLink::readRegisters(uint32_t address, std::span<uint32_t> values) {
  return ask(
      {.op = kReadRegisters,
       .address = address,
       .size = uint32_t(values.size_bytes()),
       .out = {reinterpret_cast<uint8_t *>(values.data()), values.size_bytes()},
       .unit = 4});
}

Status UartLink::writeRegisters(uint32_t address,
                                std::span<const uint32_t> values) {
  return ask({.op = kWriteRegisters,
              .address = address,
              .size = uint32_t(values.size_bytes()),
              .in = {reinterpret_cast<const uint8_t *>(values.data()),
                     values.size_bytes()},
              .count = uint16_t(values.size_bytes())});
}

/// Memory goes in units of eight bytes.
static constexpr uint64_t kUnit = 8;

static uint32_t roundUp(uint64_t size) {
  return uint32_t((size + kUnit - 1) / kUnit * kUnit);
}

Status UartLink::readMemory(uint64_t address, std::span<uint8_t> bytes) {
  SLUICE_RETURN_IF_ERROR(checkRange(address, bytes.size()));
  if (bytes.empty())
    return SLUICE_STATUS_OK;
  SLUICE_RETURN_IF_ERROR(ask({.op = kReadMemory,
                              .address = uint32_t(address),
                              .size = roundUp(bytes.size()),
                              .out = bytes,
                              .unit = kUnit}));
  // Last, so that it tells of all that led to these bytes, too.
  return checkReset();
}

Status UartLink::writeMemory(uint64_t address, std::span<const uint8_t> bytes) {
  SLUICE_RETURN_IF_ERROR(checkRange(address, bytes.size()));
  if (bytes.empty())
    return SLUICE_STATUS_OK;
  return ask({.op = kWriteMemory,
              .address = uint32_t(address),
              .size = roundUp(bytes.size()),
              .in = bytes,
              .unit = kUnit});
}

Status UartLink::checkRange(uint64_t address, uint64_t size) {
  if (address <= info.memory && size <= info.memory - address)
    return SLUICE_STATUS_OK;
  return fail(SLUICE_STATUS_OUT_OF_MEMORY,
              "uart %s: the board has %u bytes of memory, no %" PRIu64
              " at 0x%" PRIx64,
              port.path().c_str(), info.memory, size, address);
}

uint64_t UartLink::cycles() {
  return uint64_t(double(monotonicNow()) * info.clockHz / 1e9);
}

} // namespace sluice
