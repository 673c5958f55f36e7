// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/// \file
/// A board at its pins, with a pseudo-terminal where its serial port's other
/// end would be. Bits go over the pins at the rate that the terminal is set
/// to, so that two sides of different rates hear noise, as on a real line.
///
/// With --faults each line "KIND AT" on standard input, which is answered by
/// the terminal's name, has the board fail from the AT-th frame on that comes
/// from the host after it, until the next line:
///   none     it is well
///   hang     it stands still
///   late     it stands still for a minute
///   gone     the terminal hangs up; the next line makes another
///   error    its memory answers every access with an error
///   corrupt  every byte is changed or lost, each way

#include "Board.h"
#include "Board___024root.h"

#include <algorithm>
#include <asm/termbits.h>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <poll.h>
#include <random>
#include <sstream>
#include <string>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <utility>

namespace {

volatile sig_atomic_t isTold = 0;

/// Bytes that go wrong on the way, by chance.
class Damage {
public:
  Damage(double rate, uint32_t seed) : random(seed), rate(rate) {}

  /// Changes `byte`; false when it is lost.
  bool pass(uint8_t &byte, bool always) {
    ++bytes;
    if (!always && std::uniform_real_distribution<>()(random) >= rate)
      return true;
    ++damaged;
    byte ^= 1 + random() % 255;
    return random() % 2;
  }

  uint64_t bytes = 0, damaged = 0;

private:
  std::mt19937 random;
  double rate;
};

/// The far end of the line: a transmitter and a receiver of bits that last
/// `clocks` cycles.
class Line {
public:
  double clocks = 1;

  bool isIdle() const { return position < 0 && listening < 0; }
  bool canSend() const { return position < 0; }
  void send(uint8_t byte) {
    word = 0x200u | byte << 1;
    position = 0;
  }
  /// The level of our transmitter in the next cycle.
  bool level() {
    if (position < 0)
      return true;
    bool bit = word >> int(position / clocks) & 1;
    if (++position >= 10 * clocks)
      position = -1;
    return bit;
  }
  /// Takes a cycle's level of the board's transmitter; true with a byte.
  bool hear(bool bit, uint8_t &byte) {
    if (listening < 0) {
      if (bit)
        return false;
      listening = 0;
      sampled = heard = 0;
    }
    if (listening++ < (sampled + 0.5) * clocks)
      return false;
    heard |= unsigned(bit) << sampled;
    if (++sampled < 10)
      return false;
    listening = -1;
    byte = heard >> 1;
    return true;
  }

private:
  unsigned word = 0, heard = 0;
  int sampled = 0;
  double position = -1, listening = -1;
};

using Clock = std::chrono::steady_clock;

/// How the board fails, and when.
class Fault {
public:
  enum Kind { kNone, kHang, kLate, kGone, kError, kCorrupt };

  /// Takes "KIND AT"; false when it is none.
  bool plan(const std::string &text);
  /// Takes a byte from the host; true when the fault begins with it.
  bool begins(uint8_t byte) {
    bool isFrame = byte != kFlag && last == kFlag;
    last = byte;
    if (isThere || !isFrame || framesLeft-- > 0)
      return false;
    end = kind == kLate ? Clock::now() + kLateness : Clock::time_point::max();
    return isThere = true;
  }
  bool is(Kind which) const { return isThere && kind == which; }
  /// Milliseconds for which the board stands still, -1 for ever, 0 if it moves.
  int stillness() const {
    if (is(kHang))
      return -1;
    if (!is(kLate) || Clock::now() >= end)
      return 0;
    return 1 + std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now())
                   .count();
  }

private:
  static constexpr uint8_t kFlag = 0x7e; ///< of docs/spec/uart.md
  static constexpr std::chrono::minutes kLateness{1};

  Kind kind = kNone;
  int64_t framesLeft = 0;
  bool isThere = false;
  uint8_t last = kFlag;
  Clock::time_point end;
};

bool Fault::plan(const std::string &text) {
  static constexpr const char *kNames[] = {"none", "hang",  "late",
                                           "gone", "error", "corrupt"};
  std::istringstream words(text);
  std::string name;
  int64_t at;
  if (!(words >> name >> at))
    return false;
  auto found = std::find(std::begin(kNames), std::end(kNames), name);
  if (found == std::end(kNames))
    return false;
  kind = Kind(found - kNames);
  framesLeft = at;
  isThere = false;
  return true;
}

struct Options {
  const char *link = nullptr;
  bool takesFaults = false;
  double damage = 0;
  uint32_t seed = 1;
};

class Simulation {
public:
  explicit Simulation(const Options &options)
      : link(options.link), faults(options.takesFaults ? STDIN_FILENO : -1),
        toBoard(options.damage, options.seed),
        toHost(options.damage, options.seed + 1) {}

  bool open();
  void sayName() const;
  void run();
  void report() const {
    fprintf(stderr,
            "board: %llu cycles; damaged %llu of %llu bytes to the board, %llu "
            "of %llu to the host\n",
            (unsigned long long)cycles, (unsigned long long)toBoard.damaged,
            (unsigned long long)toBoard.bytes,
            (unsigned long long)toHost.damaged,
            (unsigned long long)toHost.bytes);
  }

private:
  /// Time goes on for so long after the last byte, and then stands still.
  static constexpr uint64_t kQuietCycles = 2'000'000;
  static constexpr uint64_t kPollCycles = 1024;

  void listen();
  void readTerminal();
  void readFaults();
  void hangUp();
  void cycle();
  void failMemory(bool fails);

  const char *const link;
  int faults; ///< standard input, or -1
  Fault fault;
  std::string planned; ///< a line that is not whole yet

  VerilatedContext context;
  Board board{&context};
  Line line;
  Damage toBoard, toHost;
  std::deque<uint8_t> waiting;
  int terminal = -1, hostSide = -1;
  uint64_t cycles = 0, lastByte = 0;
};

bool Simulation::open() {
  terminal = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
  if (terminal < 0 || grantpt(terminal) || unlockpt(terminal))
    return false;
  const char *name = ptsname(terminal);
  // Held open, so that a host may come and go.
  hostSide = name ? ::open(name, O_RDWR | O_NOCTTY) : -1;
  termios2 settings;
  if (hostSide < 0 || ioctl(hostSide, TCGETS2, &settings))
    return false;
  settings.c_iflag = settings.c_oflag = settings.c_lflag = 0;
  ioctl(hostSide, TCSETS2, &settings);
  if (link) {
    unlink(link);
    if (symlink(name, link))
      return false;
  }
  return true;
}

void Simulation::sayName() const {
  printf("%s\n", ptsname(terminal));
  fflush(stdout);
}

/// Takes what has come; waits for it while time stands still.
void Simulation::listen() {
  int still = fault.stillness();
  bool isQuiet = waiting.empty() && cycles - lastByte > kQuietCycles;
  pollfd ready[] = {{still ? -1 : terminal, POLLIN, 0}, {faults, POLLIN, 0}};
  if (poll(ready, 2, isQuiet && !still ? -1 : still) <= 0)
    return;
  if (ready[0].revents & POLLIN)
    readTerminal();
  if (ready[1].revents)
    readFaults();
}

void Simulation::readTerminal() {
  termios2 settings;
  if (ioctl(terminal, TCGETS2, &settings) == 0 && settings.c_ospeed)
    line.clocks = CLOCK_MHZ * 1e6 / settings.c_ospeed;
  uint8_t bytes[4096];
  ssize_t count = read(terminal, bytes, sizeof(bytes));
  for (ssize_t i = 0; i < count; ++i) {
    if (fault.begins(bytes[i]) && fault.is(Fault::kGone))
      return hangUp();
    if (toBoard.pass(bytes[i], fault.is(Fault::kCorrupt)))
      waiting.push_back(bytes[i]);
  }
}

void Simulation::hangUp() {
  close(hostSide);
  close(terminal);
  terminal = hostSide = -1;
  waiting.clear();
}

void Simulation::readFaults() {
  char bytes[64];
  ssize_t count = read(faults, bytes, sizeof(bytes));
  if (count <= 0)
    faults = -1;
  for (ssize_t i = 0; i < count; ++i) {
    if (bytes[i] != '\n') {
      planned += bytes[i];
      continue;
    }
    if (!fault.plan(std::exchange(planned, "")))
      fprintf(stderr, "board: a fault is \"KIND AT\"\n");
    if (terminal < 0 && !open())
      perror("board: no pseudo-terminal");
    sayName();
  }
}

void Simulation::cycle() {
  if (line.canSend() && !waiting.empty()) {
    line.send(waiting.front());
    waiting.pop_front();
  }
  board.ftdi_txd_i = line.level();
  board.clk_i = 0;
  board.eval();
  board.clk_i = 1;
  board.eval();
  ++cycles;
  failMemory(fault.is(Fault::kError));
  if (!line.isIdle())
    lastByte = cycles;
  uint8_t byte;
  // What a host does not read in time is lost, as on a real line.
  if (line.hear(board.ftdi_rxd_o, byte) &&
      toHost.pass(byte, fault.is(Fault::kCorrupt)))
    (void)!write(terminal, &byte, 1);
}

/// Every shell has its memory behind u_top.u_mux.
void Simulation::failMemory(bool fails) {
  auto &root = *board.rootp;
  root.board__DOT__u_top__DOT__u_mux__DOT__r_error__VforceEn =
      root.board__DOT__u_top__DOT__u_mux__DOT__r_error__VforceVal =
          root.board__DOT__u_top__DOT__u_mux__DOT__b_error__VforceEn =
              root.board__DOT__u_top__DOT__u_mux__DOT__b_error__VforceVal =
                  fails;
}

void Simulation::run() {
  while (!isTold) {
    listen();
    for (uint64_t i = 0; i < kPollCycles && !isTold && !fault.stillness(); ++i)
      cycle();
  }
}

} // namespace

int main(int argc, char **argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    std::string argument = argv[i];
    if (argument.starts_with("--link="))
      options.link = argv[i] + strlen("--link=");
    else if (argument.starts_with("--damage="))
      options.damage = atof(argv[i] + strlen("--damage="));
    else if (argument == "--faults")
      options.takesFaults = true;
    else if (argument.starts_with("--seed="))
      options.seed = atoi(argv[i] + strlen("--seed="));
    else {
      fprintf(stderr,
              "usage: %s [--link=PATH] [--damage=FRACTION] [--seed=N] "
              "[--faults]\n"
              "Simulates " BOARD_NAME " and prints the terminal that is its "
              "serial port; PATH becomes a link to it. FRACTION of the bytes "
              "are changed or lost, each way. With --faults it fails as lines "
              "\"KIND AT\" on its standard input say.\n",
              argv[0]);
      return 2;
    }
  }
  // It ends with the program that started it.
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  for (int signal : {SIGTERM, SIGINT})
    std::signal(signal, [](int) { isTold = 1; });
  auto simulation = std::make_unique<Simulation>(options);
  if (!simulation->open()) {
    perror("board: no pseudo-terminal");
    return 1;
  }
  simulation->sayName();
  simulation->run();
  simulation->report();
  return 0;
}
