// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "AxiMemory.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace sluice::engine {

constexpr uint8_t kDecodeError = 3;

std::unique_ptr<AxiMemory> AxiMemory::create(uint64_t size, uint32_t latency,
                                             uint32_t bytesPerCycle,
                                             uint32_t stallSeed) {
  std::unique_ptr<AxiMemory> memory(new (std::nothrow) AxiMemory);
  if (!memory)
    return nullptr;
  memory->storage.reset(static_cast<uint8_t *>(calloc(size, 1)));
  if (!memory->storage)
    return nullptr;
  memory->size = size;
  memory->latency = latency;
  memory->bytesPerCycle = bytesPerCycle;
  memory->seed = stallSeed;
  return memory;
}

uint32_t AxiMemory::random() {
  seed ^= seed << 13;
  seed ^= seed >> 17;
  seed ^= seed << 5;
  return seed;
}

bool AxiMemory::stall(unsigned channel) {
  if (!seed)
    return false;
  // A channel's mood lasts a while: never, seldom or nearly always stalled.
  uint32_t r = random();
  if ((r & 63) == 0)
    mood[channel] = (r >> 8) % 4;
  static constexpr uint32_t kOutOf16[] = {0, 3, 8, 14};
  return (r >> 16 & 15) < kOutOf16[mood[channel]];
}

uint32_t AxiMemory::responseDelay() {
  // Now and then a write takes long, so that who does not wait for it shows.
  return seed && random() % 4 == 0 ? random() % 256 : 0;
}

void AxiMemory::require(bool holds, const char *rule) {
  if (!holds && broken.empty())
    broken = "cycle " + std::to_string(now) + ": " + rule;
}

void AxiMemory::checkAddress(const AxiMaster::Address &address,
                             const AxiMaster::Address &before, bool wasReady) {
  if (before.valid && !wasReady)
    require(address == before, "an address changed before it was accepted");
  if (!address.valid)
    return;
  require(address.size == 3, "a burst's beats are narrower than the bus");
  require(address.burst == 1, "a burst is not of type INCR");
  require(address.address % kBusBytes == 0, "a burst's address is unaligned");
  uint64_t end = address.address + (address.length + 1ull) * kBusBytes - 1;
  require(address.address >> 12 == end >> 12, "a burst crosses 4 KiB");
}

void AxiMemory::check(const AxiMaster &in) {
  checkAddress(in.read, last.read, lastOut.readAddressReady);
  checkAddress(in.write, last.write, lastOut.writeAddressReady);
  if (last.data.valid && !lastOut.writeDataReady)
    require(in.data == last.data, "write data changed before acceptance");
  if (!in.data.valid || writes.empty())
    return;
  const Burst &burst = writes.front();
  require(in.data.last == (burst.done + 1 == burst.beats),
          "WLAST is not at a burst's last beat");
}

void AxiMemory::acceptRead(const AxiMaster &in) {
  if (out.readValid && in.readReady) {
    Burst &burst = reads.front();
    if (++burst.done == burst.beats)
      reads.pop_front();
    readPace.credit -= kBusBytes;
    out.readValid = false;
  }
  if (in.read.valid && out.readAddressReady)
    reads.push_back(
        {in.read.address, in.read.length + 1u, now + std::max(latency, 1u)});
}

void AxiMemory::commit(const Response &response) {
  for (size_t beat = 0; beat < response.beats; ++beat) {
    auto [address, data, strobes] = written.front();
    written.pop_front();
    for (uint32_t i = 0; i < kBusBytes && inside(address); ++i)
      if (strobes >> i & 1)
        storage[address + i] = uint8_t(data >> 8 * i);
  }
}

void AxiMemory::acceptWrite(const AxiMaster &in) {
  if (out.responseValid && in.responseReady) {
    commit(responses.front());
    responses.pop_front();
    out.responseValid = false;
  }
  if (in.data.valid && out.writeDataReady) {
    Burst &burst = writes.front();
    uint64_t address = burst.address + uint64_t(burst.done) * kBusBytes;
    burst.failed |= !inside(address);
    written.push_back({address, in.data.data, in.data.strobes});
    writePace.credit -= kBusBytes;
    if (++burst.done == burst.beats) {
      responses.push_back({now + std::max(latency, 1u) + responseDelay(),
                           burst.failed, burst.beats});
      writes.pop_front();
    }
  }
  if (in.write.valid && out.writeAddressReady)
    writes.push_back({in.write.address, in.write.length + 1u, 0});
}

void AxiMemory::offerRead() {
  if (out.readValid || reads.empty() || reads.front().due > now ||
      !readPace.ready() || stall(1))
    return;
  const Burst &burst = reads.front();
  uint64_t address = burst.address + uint64_t(burst.done) * kBusBytes;
  out.readValid = true;
  out.readLast = burst.done + 1 == burst.beats;
  out.readResponse = inside(address) ? 0 : kDecodeError;
  out.readData = 0;
  if (inside(address))
    memcpy(&out.readData, &storage[address], kBusBytes);
}

void AxiMemory::offerResponse() {
  if (out.responseValid || responses.empty() || responses.front().due > now ||
      stall(4))
    return;
  out.responseValid = true;
  out.response = responses.front().failed ? kDecodeError : 0;
}

void AxiMemory::clock(const AxiMaster &in) {
  check(in);
  last = in;
  lastOut = out;
  acceptRead(in);
  acceptWrite(in);
  ++now;
  for (Pace *pace : {&readPace, &writePace})
    pace->credit = std::min(pace->credit + bytesPerCycle, 2 * kBusBytes - 1);
  offerRead();
  offerResponse();
  out.readAddressReady = reads.size() < kMaxBursts && !stall(0);
  out.writeAddressReady =
      writes.size() + responses.size() < kMaxBursts && !stall(2);
  out.writeDataReady = !writes.empty() && writePace.ready() && !stall(3);
}

} // namespace sluice::engine
