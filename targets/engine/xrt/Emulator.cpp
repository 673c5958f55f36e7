// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The device process of an emulation: libxrt starts it by simulate.sh of an
// xclbin and plays it a card's calls. Serves them from a simulated engine
// (sluice/sim_abi.h), the library that is its one argument.
//
// For tests, SLUICE_EMULATION_FAULT=KIND@COMMAND lets the device fail once a
// unit has come to that command of a program: see FaultKind.

#include "targets/engine/xrt/Wire.h"

#include "sluice/sim_abi.h"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <unistd.h>

using namespace sluice::engine::xrt;

namespace {

// As build_xclbin.py lays it out.
constexpr uint64_t kRegisters = 0x1800000, kRegisterBytes = 0x1000;
constexpr uint64_t kMemorySize = 0x10000000;

// Registers of docs/spec/engine-isa.md.
constexpr uint32_t kControl = 0x00, kAbort = 0x44, kLastLoad = 0x8c;
constexpr uint32_t kStart = 1, kIdle = 4, kNone = 0xffffffff;

/// Cycles between two looks at the socket, and at the engine's last commands
/// where a fault waits for one.
constexpr uint64_t kChunk = 1024, kFaultChunk = 16;
/// How long libxrt may take to listen.
constexpr int kConnectMs = 20000, kConnectBackMs = 5000;
constexpr unsigned kLateSeconds = 120;

enum class FaultKind {
  None,
  Die,     ///< the process is gone
  Hang,    ///< it answers no more
  Late,    ///< it answers, but after two minutes
  Vanish,  ///< reads give ones, as from a card that left the bus
  Corrupt, ///< one bit of the next bytes read from memory is wrong
  Abort,   ///< the engine stops with an error
};

struct Fault {
  FaultKind kind = FaultKind::None;
  uint32_t command = 0;

  static Fault fromEnvironment() {
    static constexpr std::pair<std::string_view, FaultKind> kKinds[] = {
        {"die", FaultKind::Die},         {"hang", FaultKind::Hang},
        {"late", FaultKind::Late},       {"vanish", FaultKind::Vanish},
        {"corrupt", FaultKind::Corrupt}, {"abort", FaultKind::Abort}};
    Fault fault;
    const char *given = getenv("SLUICE_EMULATION_FAULT");
    std::string_view text = given ? given : "";
    size_t at = std::min(text.find('@'), text.size());
    for (auto [name, kind] : kKinds)
      if (name == text.substr(0, at))
        fault.kind = kind;
    if (at < text.size())
      std::from_chars(text.data() + at + 1, text.data() + text.size(),
                      fault.command);
    return fault;
  }
};

class Emulator {
public:
  bool open(const char *library);
  /// Serves until libxrt closes the device. The process's exit code.
  int serve(Connection &calls, Connection &back);

private:
  void runEngine();
  bool reached(uint32_t command) const;
  void inject();
  /// Calls let the engine's clock run too, so each is followed by this.
  void injectWhenDue();
  /// Adds the answer to `body`; false when the call is malformed.
  bool answer(Call call, const Message &message, Body &body);
  bool writeMemory(const Message &message, Body &body);
  bool readMemory(const Message &message, Body &body);
  bool writeRegisters(const Message &message, Body &body);
  bool readRegisters(const Message &message, Body &body);

  uint32_t readRegister(uint32_t address) const {
    uint32_t value = kNone;
    api->read_register(sim, address, &value);
    return value;
  }
  /// The bytes [address, address + size) of memory, null when not all are.
  uint8_t *at(uint64_t address, uint64_t size) const {
    return size <= kMemorySize && address <= kMemorySize - size
               ? api->memory(sim) + address
               : nullptr;
  }

  const sluice_sim_api *api = nullptr;
  sluice_sim *sim = nullptr;
  bool isRunning = false;
  bool isGone = false, corruptsNext = false;
  Fault fault = Fault::fromEnvironment();
};

bool Emulator::open(const char *library) {
  void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  auto query = handle ? reinterpret_cast<sluice_sim_query_fn>(
                            dlsym(handle, SLUICE_SIM_QUERY_NAME))
                      : nullptr;
  api = query ? query(SLUICE_SIM_ABI_VERSION) : nullptr;
  sluice_sim_options options = {20, 8, 0, kMemorySize};
  sim = api ? api->create(&options) : nullptr;
  return sim != nullptr;
}

bool Emulator::reached(uint32_t command) const {
  for (uint32_t unit = 0; unit < 3; ++unit) {
    uint32_t last = readRegister(kLastLoad + 4 * unit);
    if (last != kNone && last >= command)
      return true;
  }
  return false;
}

void Emulator::inject() {
  switch (fault.kind) {
  case FaultKind::None:
    break;
  case FaultKind::Die:
    kill(getpid(), SIGKILL);
    break;
  case FaultKind::Hang:
    while (true)
      pause();
  case FaultKind::Late:
    sleep(kLateSeconds);
    break;
  case FaultKind::Vanish:
    isGone = true;
    break;
  case FaultKind::Corrupt:
    corruptsNext = true;
    break;
  case FaultKind::Abort:
    api->write_register(sim, kAbort, 1);
    break;
  }
  fault.kind = FaultKind::None;
}

void Emulator::injectWhenDue() {
  if (isRunning && fault.kind != FaultKind::None && reached(fault.command))
    inject();
}

/// Lets time pass while the host is silent.
void Emulator::runEngine() {
  api->run(sim, fault.kind != FaultKind::None ? kFaultChunk : kChunk);
  injectWhenDue();
  isRunning = !(readRegister(kControl) & kIdle);
}

bool Emulator::writeMemory(const Message &message, Body &body) {
  std::string_view bytes = message.bytes(4);
  uint8_t *to = at(message.number(3) + message.number(6), bytes.size());
  if (!to)
    return false;
  memcpy(to, bytes.data(), bytes.size());
  body.add(1, bytes.size());
  return true;
}

bool Emulator::readMemory(const Message &message, Body &body) {
  uint64_t size = message.number(5);
  const uint8_t *from = at(message.number(4) + message.number(6), size);
  if (!from)
    return false;
  std::string bytes(reinterpret_cast<const char *>(from), size);
  if (isGone)
    std::fill(bytes.begin(), bytes.end(), char(0xff));
  if (corruptsNext && !bytes.empty())
    bytes[bytes.size() / 2] ^= 0x10;
  corruptsNext = false;
  body.add(1, size);
  body.add(2, bytes);
  return true;
}

bool Emulator::writeRegisters(const Message &message, Body &body) {
  uint64_t offset = message.number(2) - kRegisters;
  std::string_view data = message.bytes(4);
  if (offset >= kRegisterBytes || data.size() > kRegisterBytes - offset)
    return false;
  for (size_t i = 0; i + 4 <= data.size() && !isGone; i += 4) {
    uint32_t value;
    memcpy(&value, data.data() + i, 4);
    api->write_register(sim, uint32_t(offset + i), value);
    if (offset + i == kControl && value & kStart)
      isRunning = true;
  }
  body.add(1, 1);
  return true;
}

bool Emulator::readRegisters(const Message &message, Body &body) {
  uint64_t offset = message.number(2) - kRegisters, size = message.number(3);
  if (offset >= kRegisterBytes || size > kRegisterBytes - offset)
    return false;
  std::string data(size, char(0xff));
  for (size_t i = 0; i + 4 <= size && !isGone; i += 4) {
    uint32_t value = readRegister(uint32_t(offset + i));
    memcpy(data.data() + i, &value, 4);
  }
  body.add(1, 1);
  body.add(2, data);
  return true;
}

bool Emulator::answer(Call call, const Message &message, Body &body) {
  switch (call) {
  case Call::Allocate:
  case Call::Free:
  case Call::SetEnvironment:
  case Call::Close:
    body.add(1, 1);
    return true;
  case Call::WriteMemory:
    return writeMemory(message, body);
  case Call::ReadMemory:
    return readMemory(message, body);
  case Call::WriteRegister:
    return writeRegisters(message, body);
  case Call::ReadRegister:
    return readRegisters(message, body);
  case Call::Timestamp:
    body.add(1, api->cycles(sim));
    return true;
  }
  return true;
}

int Emulator::serve(Connection &calls, Connection &back) {
  std::string bytes;
  while (true) {
    if (isRunning && !calls.wait(0)) {
      runEngine();
      continue;
    }
    Call call;
    if (!calls.receive(call, bytes))
      return 0; // the host is gone, so no one is left to tell
    Message message;
    Body body;
    bool isAnswered = message.parse(bytes) && answer(call, message, body);
    injectWhenDue();
    if (!isAnswered) {
      fprintf(stderr, "emulator: cannot do call %u of %zu bytes\n",
              uint32_t(call), bytes.size());
      return 1;
    }
    // libxrt waits five seconds for this before it lets go.
    if (call == Call::Close)
      back.send(Call::Close);
    if (!calls.reply(body) || call == Call::Close)
      return 0;
  }
}

} // namespace

int main(int argc, char **argv) {
  Emulator emulator;
  if (argc != 2 || !emulator.open(argv[1])) {
    fprintf(stderr, "emulator: no simulated engine in %s\n",
            argc == 2 ? argv[1] : "its arguments");
    return 1;
  }
  // Named as the shim names them.
  const char *user = getenv("USER"), *id = getenv("EMULATION_SOCKETID");
  if (!user || !id) {
    fprintf(stderr, "emulator: not started by libxrt: USER and "
                    "EMULATION_SOCKETID are not set\n");
    return 1;
  }
  std::string folder = std::string("/tmp/") + user + "/";
  Connection calls, back;
  if (!calls.connect(folder + id, kConnectMs)) {
    fprintf(stderr, "emulator: nobody listens at %s%s\n", folder.c_str(), id);
    return 1;
  }
  back.connect(folder + "D2X_unix_sock_" + id, kConnectBackMs);
  return emulator.serve(calls, back);
}
