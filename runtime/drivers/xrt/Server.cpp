// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The device process of driver `xrt`. It is a process of its own since libxrt
// may end the one it is in: it installs signal handlers that kill the process
// group, calls exit, crashes when a device goes with a run in flight, and
// spins when an emulated one dies. (The first two are kept from it here:
// Environment.cpp.)
//
// usage: sluice-xrt-server XCLBIN CARD FOLDER PLATFORM, by the driver only;
// PLATFORM is empty for a card.

#include "runtime/drivers/xrt/Card.h"
#include "runtime/drivers/xrt/Environment.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace sluice;
using namespace sluice::xrt_protocol;

/// Ends this process and the simulator that it has started as soon as the
/// program that uses it is gone, whatever libxrt is doing meanwhile. Another
/// process removes the folder, once nobody writes to it any more.
static void watchHost(const std::string &folder) {
  std::thread([folder] {
    pollfd host = {kSocket, POLLRDHUP, 0};
    while (poll(&host, 1, -1) < 0 && errno == EINTR)
      ;
    const char *command[] = {"sh", "-c", "sleep 0.2; exec rm -rf -- \"$0\"",
                             folder.c_str(), nullptr};
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    pid_t remover;
    posix_spawnp(&remover, "sh", nullptr, &attributes,
                 const_cast<char **>(command), environ);
    kill(0, SIGKILL);
  }).detach();
}

/// Tells the driver how the request ended.
static void answer(Shared &shared, Outcome outcome, const char *message) {
  shared.outcome = outcome;
  strncpy(shared.message, message, sizeof(shared.message) - 1);
  char byte = 0;
  send(kSocket, &byte, 1, MSG_NOSIGNAL);
}

/// Does `work` and says how it ended; false when it failed.
template <typename Work>
static bool attempt(Shared &shared, Outcome unforeseen, Work work) {
  try {
    work();
    answer(shared, Outcome::Done, "");
    return true;
  } catch (const Failure &failure) {
    answer(shared, failure.outcome, failure.message.c_str());
  } catch (const std::exception &error) {
    answer(shared, unforeseen, error.what());
  }
  return false;
}

int main(int argc, char **argv) {
  void *memory = mmap(nullptr, kWindowOffset + kWindowSize,
                      PROT_READ | PROT_WRITE, MAP_SHARED, kMemory, 0);
  if (argc != 5 || memory == MAP_FAILED)
    return 2; // not started by the driver
  auto &shared = *static_cast<Shared *>(memory);
  // Neither this process nor a simulator is worth the time of a core dump.
  rlimit none = {};
  setrlimit(RLIMIT_CORE, &none);
  std::string folder = argv[3];
  watchHost(folder);
  std::unique_ptr<Card> card;
  bool isOpen = attempt(shared, Outcome::NotFound, [&] {
    std::string failed;
    if (!setEnvironment(folder, argv[4], failed))
      throw Failure{Outcome::NotFound, failed + ": " + strerror(errno)};
    card = openCard(uint32_t(strtoul(argv[2], nullptr, 10)), argv[1], shared,
                    static_cast<uint8_t *>(memory) + kWindowOffset);
    card->prepare();
    strncpy(shared.device, card->name().c_str(), sizeof(shared.device) - 1);
  });
  char byte;
  while (isOpen && recv(kSocket, &byte, 1, 0) == 1)
    attempt(shared, Outcome::Fault, [&] {
      for (uint32_t i = 0; i < shared.operationCount; ++i)
        card->execute(shared.operations[i]);
    });
  // Destructors may crash or take seconds, so the process waits to be killed:
  // by the driver, or by the thread above. Who drives the card frees what this
  // process held.
  while (true)
    pause();
}
