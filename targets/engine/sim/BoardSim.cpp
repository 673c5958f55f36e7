// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/// \file
/// A board at its pins, with a pseudo-terminal where its serial port's other
/// end would be. Bits go over the pins at the rate that the terminal is set
/// to, so that two sides of different rates hear noise, as on a real line.

#include "Board.h"

#include <asm/termbits.h>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <poll.h>
#include <random>
#include <string>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace {

volatile sig_atomic_t isTold = 0;

/// Bytes that go wrong on the way, by chance.
class Damage {
public:
  Damage(double rate, uint32_t seed) : random(seed), rate(rate) {}

  /// Changes `byte`; false when it is lost.
  bool pass(uint8_t &byte) {
    ++bytes;
    if (std::uniform_real_distribution<>()(random) >= rate)
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

struct Options {
  const char *link = nullptr;
  double damage = 0;
  uint32_t seed = 1;
};

class Simulation {
public:
  explicit Simulation(const Options &options)
      : toBoard(options.damage, options.seed),
        toHost(options.damage, options.seed + 1) {}

  bool open(const char *link);
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

  void readTerminal();
  void cycle();

  VerilatedContext context;
  Board board{&context};
  Line line;
  Damage toBoard, toHost;
  std::deque<uint8_t> waiting;
  int terminal = -1, hostSide = -1;
  uint64_t cycles = 0, lastByte = 0;
};

bool Simulation::open(const char *link) {
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
  printf("%s\n", name);
  fflush(stdout);
  return true;
}

void Simulation::readTerminal() {
  bool isQuiet = waiting.empty() && cycles - lastByte > kQuietCycles;
  pollfd ready = {terminal, POLLIN, 0};
  if (poll(&ready, 1, isQuiet ? -1 : 0) <= 0 || !(ready.revents & POLLIN))
    return;
  termios2 settings;
  if (ioctl(terminal, TCGETS2, &settings) == 0 && settings.c_ospeed)
    line.clocks = CLOCK_MHZ * 1e6 / settings.c_ospeed;
  uint8_t bytes[4096];
  ssize_t count = read(terminal, bytes, sizeof(bytes));
  for (ssize_t i = 0; i < count; ++i)
    if (toBoard.pass(bytes[i]))
      waiting.push_back(bytes[i]);
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
  if (!line.isIdle())
    lastByte = cycles;
  uint8_t byte;
  // What a host does not read in time is lost, as on a real line.
  if (line.hear(board.ftdi_rxd_o, byte) && toHost.pass(byte))
    (void)!write(terminal, &byte, 1);
}

void Simulation::run() {
  while (!isTold) {
    readTerminal();
    for (uint64_t i = 0; i < kPollCycles && !isTold; ++i)
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
    else if (argument.starts_with("--seed="))
      options.seed = atoi(argv[i] + strlen("--seed="));
    else {
      fprintf(stderr,
              "usage: %s [--link=PATH] [--damage=FRACTION] [--seed=N]\n"
              "Simulates " BOARD_NAME " and prints the terminal that is its "
              "serial port; PATH becomes a link to it. FRACTION of the bytes "
              "are changed or lost, each way.\n",
              argv[0]);
      return 2;
    }
  }
  // It ends with the program that started it.
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  for (int signal : {SIGTERM, SIGINT})
    std::signal(signal, [](int) { isTold = 1; });
  auto simulation = std::make_unique<Simulation>(options);
  if (!simulation->open(options.link)) {
    perror("board: no pseudo-terminal");
    return 1;
  }
  simulation->run();
  simulation->report();
  return 0;
}
