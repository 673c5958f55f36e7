// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/runtime/FakeBoard.h"

#include "runtime/drivers/uart/Frame.h"
#include "runtime/drivers/uart/Protocol.h"
#include "runtime/hal/EngineCapabilities.h"
#include "runtime/hal/EngineRegisters.h"

#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

namespace sluice::test {

using namespace uart;

FakeBoard::FakeBoard(const FakeBoardOptions &options)
    : options(options), memory(1 << 20) {
  terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (terminal < 0 || grantpt(terminal) || unlockpt(terminal))
    return;
  path = ptsname(terminal);
  // Held open, so that a host may come and go.
  hostSide = open(path.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
  termios settings;
  tcgetattr(hostSide, &settings);
  cfmakeraw(&settings);
  tcsetattr(hostSide, TCSANOW, &settings);
  thread = std::thread([this] { serve(); });
}

FakeBoard::~FakeBoard() {
  isOver = true;
  if (thread.joinable())
    thread.join();
  close(hostSide);
  close(terminal);
}

uint32_t FakeBoard::firstDivisor() const {
  return (options.clockHz + 3600ull) / 7200;
}

void FakeBoard::serve() {
  FrameReader reader;
  while (!isOver) {
    pollfd ready = {terminal, POLLIN, 0};
    if (poll(&ready, 1, 10) <= 0)
      continue;
    uint8_t bytes[4096];
    ssize_t count = read(terminal, bytes, sizeof(bytes));
    for (ssize_t i = 0; i < count; ++i)
      if (reader.take(bytes[i]) == FrameReader::Event::kFrame)
        answer(reader.contents());
  }
}

void FakeBoard::send(std::span<const uint8_t> contents) {
  uint8_t frame[kMaxFrame];
  size_t size = encodeFrame(contents, {}, frame);
  (void)!write(terminal, frame, size);
}

void FakeBoard::powerUp() {
  divisor = firstDivisor();
  registers = {{engine_register::kControl, engine_register::kIdle}};
  uint32_t address = engine_register::kCapabilities;
  for (uint32_t word : {EngineCapabilities::kMagic, 1u, 8u, 8u, 131072u, 8u,
                        1024u, 256u, 8u, EngineCapabilities::kInt4}) {
    registers[address] = word;
    address += 4;
  }
}

void FakeBoard::answer(std::span<const uint8_t> request) {
  if (isReset.exchange(false))
    powerUp();
  uint16_t count;
  uint32_t address;
  memcpy(&count, &request[2], sizeof(count));
  memcpy(&address, &request[4], sizeof(address));
  auto data = request.subspan(kHeaderSize);
  std::vector<uint8_t> out = {uint8_t(request[0] | kAnswerBit), request[1]};
  auto put = [&](uint32_t word) {
    for (int i = 0; i < 4; ++i)
      out.push_back(uint8_t(word >> 8 * i));
  };
  AnswerStatus status = kDone;
  switch (request[0]) {
  case kHello:
    for (uint32_t word : {address, kMagic, kVersion, uint32_t(kMaxData), 2048u,
                          options.clockHz, uint32_t(memory.size()), divisor})
      put(word);
    break;
  case kBaud:
    divisor = address;
    break;
  case kReadRegisters:
    for (uint32_t i = 0; i < count; i += 4)
      put(registers[address + i]);
    break;
  case kWriteRegisters:
    for (uint32_t i = 0; i < count; i += 4)
      memcpy(&registers[address + i], &data[i], 4);
    break;
  case kReadMemory:
    out.insert(out.end(), &memory[address], &memory[address + count]);
    break;
  case kWriteMemory:
    memcpy(&memory[address], data.data(), data.size());
    break;
  case kCheckMemory:
    put(crc32({&memory[address], count * 8u}));
    break;
  default:
    status = kBadRequest;
  }
  out.push_back(status);
  if (request[0] == kHello && options.isLate)
    out.swap(heldBack);
  if (!out.empty() && !isSilent)
    send(out);
}

} // namespace sluice::test
