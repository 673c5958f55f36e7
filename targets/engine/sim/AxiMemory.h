// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/// \file
/// A memory behind an AXI4 port of 64 data bits: settable latency and
/// bandwidth, random stalls, and a check of the master's protocol.

#ifndef SLUICE_TARGETS_ENGINE_SIM_AXIMEMORY_H
#define SLUICE_TARGETS_ENGINE_SIM_AXIMEMORY_H

#include <cstdint>
#include <cstdlib>
#include <deque>
#include <memory>
#include <string>

namespace sluice::engine {

/// What the master drives.
struct AxiMaster {
  struct Address {
    bool valid = false;
    uint64_t address = 0;
    uint8_t length = 0; // beats less one
    uint8_t size = 0;
    uint8_t burst = 0;
    bool operator==(const Address &) const = default;
  };
  struct Data {
    bool valid = false;
    uint64_t data = 0;
    uint8_t strobes = 0;
    bool last = false;
    bool operator==(const Data &) const = default;
  };
  Address read, write;
  Data data;
  bool readReady = false, responseReady = false;
};

/// What the memory drives.
struct AxiSlave {
  bool readAddressReady = false, writeAddressReady = false,
       writeDataReady = false;
  bool readValid = false, readLast = false, responseValid = false;
  uint64_t readData = 0;
  uint8_t readResponse = 0, response = 0;
};

class AxiMemory {
public:
  static constexpr uint32_t kBusBytes = 8;

  /// Null when there is no memory for `size` bytes.
  static std::unique_ptr<AxiMemory> create(uint64_t size, uint32_t latency,
                                           uint32_t bytesPerCycle,
                                           uint32_t stallSeed);

  uint8_t *bytes() { return storage.get(); }

  /// What to drive in the cycle at hand.
  const AxiSlave &outputs() const { return out; }

  /// Ends the cycle at hand, in which the master drove `in`.
  void clock(const AxiMaster &in);

  /// The first rule that the master broke, or an empty string.
  const std::string &violation() const { return broken; }

private:
  struct Beat {
    uint64_t address, data;
    uint8_t strobes;
  };
  struct Burst {
    uint64_t address;
    uint32_t beats;
    uint64_t due; // the cycle of the first beat
    uint32_t done = 0;
    bool failed = false;
  };
  struct Response {
    uint64_t due;
    bool failed;
    size_t beats; // of `written`
  };
  /// Paces one direction's data.
  struct Pace {
    uint32_t credit = kBusBytes;
    bool ready() const { return credit >= kBusBytes; }
  };
  static constexpr size_t kMaxBursts = 32;

  bool inside(uint64_t address) const {
    return address <= size - kBusBytes && size >= kBusBytes;
  }
  void require(bool holds, const char *rule);
  void checkAddress(const AxiMaster::Address &address,
                    const AxiMaster::Address &before, bool wasReady);
  void check(const AxiMaster &in);
  void acceptRead(const AxiMaster &in);
  void acceptWrite(const AxiMaster &in);
  void commit(const Response &response);
  void offerRead();
  void offerResponse();
  /// True when channel `channel` is to stall in the next cycle.
  bool stall(unsigned channel);
  uint32_t random();
  uint32_t responseDelay();

  struct Free {
    void operator()(uint8_t *bytes) const { free(bytes); }
  };
  /// Zeroed by the system, page by page as they are used.
  std::unique_ptr<uint8_t[], Free> storage;
  uint64_t size = 0;
  uint32_t latency = 0, bytesPerCycle = 0, seed = 0;
  uint32_t mood[5] = {};
  uint64_t now = 0;
  AxiSlave out, lastOut;
  AxiMaster last;
  std::deque<Burst> reads, writes;
  std::deque<Response> responses;
  /// Beats that no one sees before their burst's response.
  std::deque<Beat> written;
  Pace readPace, writePace;
  std::string broken;
};

} // namespace sluice::engine

#endif // SLUICE_TARGETS_ENGINE_SIM_AXIMEMORY_H
