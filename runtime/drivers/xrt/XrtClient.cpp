// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/drivers/xrt/XrtClient.h"

#include "runtime/drivers/xrt/Xclbin.h"

#include <cerrno>
#include <cinttypes>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sluice {

using namespace xrt_protocol;

constexpr uint64_t kMillisecond = 1'000'000;
/// Of programming a card, and of starting a simulator, in ms.
constexpr uint64_t kOpenLimit = 60'000, kEmulationOpenLimit = 20'000;
/// How long a device may take to stop once the run is to end, in ms: a
/// simulator shares the processor.
constexpr uint64_t kStopLimit = 1'000, kEmulationStopLimit = 5'000;
/// How long a process that is killed or has closed its socket lives on, in ms.
constexpr uint64_t kEndLimit = 500;
constexpr uint64_t kWindowAlignment = 64;

//===----------------------------------------------------------------------===//
// Starting and ending the process
//===----------------------------------------------------------------------===//

/// Servers lie beside this plug-in.
static std::string serverPath(const char *name) {
  Dl_info self;
  if (!dladdr(reinterpret_cast<const void *>(&serverPath), &self))
    return name;
  std::string file = self.dli_fname;
  return file.substr(0, file.rfind('/') + 1) + name;
}

/// Moves a descriptor out of the way of those that the server finds open.
static int moveUp(int descriptor) {
  int raised = fcntl(descriptor, F_DUPFD_CLOEXEC, kMemory + 1);
  close(descriptor);
  return raised;
}

Status XrtClient::start(const XrtOptions &options,
                        std::shared_ptr<XrtClient> &out) {
  std::shared_ptr<XrtClient> client(new XrtClient);
  SLUICE_RETURN_IF_ERROR(client->open(options));
  out = std::move(client);
  return SLUICE_STATUS_OK;
}

XrtClient::~XrtClient() {
  end();
  if (shared)
    munmap(shared, kWindowOffset + kWindowSize);
  for (int descriptor : {memory, log})
    if (descriptor >= 0)
      close(descriptor);
}

/// Waits for the process to end, but not long.
bool XrtClient::wait(int *code) {
  uint64_t limit = monotonicNow() + kEndLimit * kMillisecond;
  while (pid > 0 && waitpid(pid, code, WNOHANG) == 0) {
    if (monotonicNow() > limit)
      return false;
    usleep(1000);
  }
  return true;
}

/// A process that is killed cleans up better than one that is asked to:
/// closing a device may take libxrt seconds, or crash it. The kernel's driver
/// takes back what the process held.
void XrtClient::end() {
  if (pid > 0) {
    kill(-pid, SIGKILL);
    wait(nullptr);
    pid = 0; // even if it hangs in the kernel
  }
  if (socket >= 0)
    close(std::exchange(socket, -1));
  if (!folder.empty()) {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
}

Status XrtClient::map() {
  memory = moveUp(memfd_create("sluice-xrt", MFD_CLOEXEC));
  log = moveUp(memfd_create("sluice-xrt-log", MFD_CLOEXEC));
  constexpr uint64_t kSize = kWindowOffset + kWindowSize;
  if (memory < 0 || log < 0 || ftruncate(memory, kSize))
    return fail(SLUICE_STATUS_OUT_OF_MEMORY,
                "xrt: no memory to share with its process: %s",
                strerror(errno));
  void *mapped =
      mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
  if (mapped == MAP_FAILED)
    return fail(SLUICE_STATUS_OUT_OF_MEMORY,
                "xrt: no memory to share with its process: %s",
                strerror(errno));
  shared = static_cast<Shared *>(mapped);
  return SLUICE_STATUS_OK;
}

Status XrtClient::spawn(const XrtOptions &options, const std::string &platform,
                        int socket, int log) {
  std::string path =
      serverPath(options.throughOpencl ? kOpenclServer : kNativeServer);
  std::string card = std::to_string(options.card);
  // The server has a working folder of its own.
  std::error_code ignored;
  std::string xclbin = std::filesystem::absolute(options.xclbin, ignored);
  const char *arguments[] = {path.c_str(),
                             xclbin.c_str(),
                             card.c_str(),
                             folder.c_str(),
                             emulated ? platform.c_str() : "",
                             nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, log, 1);
  posix_spawn_file_actions_adddup2(&actions, log, 2);
  posix_spawn_file_actions_adddup2(&actions, socket, kSocket);
  posix_spawn_file_actions_adddup2(&actions, memory, kMemory);
  posix_spawn_file_actions_addclosefrom_np(&actions, kMemory + 1);
  // A session of its own: libxrt's signal handlers kill their process group.
  // The host's blocked and ignored signals are not for the server.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID |
                                            POSIX_SPAWN_SETSIGMASK |
                                            POSIX_SPAWN_SETSIGDEF);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  int error = posix_spawn(&pid, path.c_str(), &actions, &attributes,
                          const_cast<char **>(arguments), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (!error)
    return SLUICE_STATUS_OK;
  pid = 0;
  return fail(SLUICE_STATUS_NOT_FOUND, "xrt: cannot start %s: %s", path.c_str(),
              strerror(error));
}

Status XrtClient::open(const XrtOptions &options) {
  timeout = options.timeout * kMillisecond;
  verify = options.verify;
  XclbinHeader header;
  SLUICE_RETURN_IF_ERROR(readXclbinHeader(options.xclbin, header));
  SLUICE_RETURN_IF_ERROR(map());
  emulated = header.isEmulation;
  if (emulated && options.card != 0)
    return fail(SLUICE_STATUS_NOT_FOUND,
                "xrt: there is no card %" PRIu64 "; an emulation is card 0",
                options.card);
  char name[] = "/tmp/sluice-xrt-XXXXXX";
  if (!mkdtemp(name))
    return fail(SLUICE_STATUS_IO, "%s: %s", name, strerror(errno));
  folder = name;
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
    return fail(SLUICE_STATUS_OUT_OF_MEMORY, "xrt: no socket: %s",
                strerror(errno));
  socket = pair[0];
  int theirs = moveUp(pair[1]);
  Status status = spawn(options, header.platform, theirs, log);
  close(theirs);
  SLUICE_RETURN_IF_ERROR(status);
  return await((emulated ? kEmulationOpenLimit : kOpenLimit) * kMillisecond);
}

/// The last line that the process wrote, which says more than its exit code.
static std::string lastLine(int log) {
  char text[512];
  off_t size = lseek(log, 0, SEEK_END);
  off_t begin = std::max<off_t>(size - off_t(sizeof(text)), 0);
  ssize_t count = pread(log, text, sizeof(text), begin);
  std::string_view line(text, std::max<ssize_t>(count, 0));
  while (line.ends_with('\n'))
    line.remove_suffix(1);
  size_t newline = line.rfind('\n');
  return std::string(line.substr(newline == line.npos ? 0 : newline + 1));
}

Status XrtClient::lose(const char *why) {
  end();
  return fail(SLUICE_STATUS_DEVICE_FAULT, "xrt: %s", why);
}

Status XrtClient::loseEnded() {
  // Its socket closes a little before it can be waited for.
  int code = 0;
  if (pid_t ended = pid; wait(&code)) {
    pid = 0;
    kill(-ended, SIGKILL); // what is left of its group
  }
  end();
  std::string words = lastLine(log);
  constexpr int kNoLibrary = 127; // of the dynamic linker
  if (WIFEXITED(code) && WEXITSTATUS(code) == kNoLibrary)
    return fail(SLUICE_STATUS_NOT_FOUND,
                "xrt: needs XRT's libraries (Debian: libxrt1): %s",
                words.c_str());
  return fail(SLUICE_STATUS_DEVICE_FAULT,
              "xrt: the device is gone; its process ended with %s %d%s%s",
              WIFSIGNALED(code) ? "signal" : "code",
              WIFSIGNALED(code) ? WTERMSIG(code) : WEXITSTATUS(code),
              words.empty() ? "" : ": ", words.c_str());
}

//===----------------------------------------------------------------------===//
// Requests
//===----------------------------------------------------------------------===//

uint8_t *XrtClient::window(uint64_t at) const {
  return reinterpret_cast<uint8_t *>(shared) + kWindowOffset + at;
}

Status XrtClient::reserve(Kind kind, uint64_t size, Operation *&out) {
  if (count == kMaxOperations || filled + size > kWindowSize)
    SLUICE_RETURN_IF_ERROR(submit());
  targets[count] = nullptr;
  out = &shared->operations[count++];
  *out = {.kind = kind, .size = size, .window = filled, .verify = verify};
  filled += (size + kWindowAlignment - 1) / kWindowAlignment * kWindowAlignment;
  return SLUICE_STATUS_OK;
}

Status XrtClient::allocate(uint64_t size, uint32_t &buffer) {
  Operation *operation;
  for (; !freed.empty(); freed.pop_back()) {
    SLUICE_RETURN_IF_ERROR(reserve(Kind::Free, 0, operation));
    operation->buffer = freed.back();
  }
  SLUICE_RETURN_IF_ERROR(reserve(Kind::Allocate, 0, operation));
  buffer = operation->buffer = nextBuffer++;
  operation->size = size;
  return SLUICE_STATUS_OK;
}

Status XrtClient::write(uint32_t buffer, uint64_t offset,
                        std::span<const uint8_t> bytes) {
  while (!bytes.empty()) {
    auto part = bytes.first(std::min<size_t>(bytes.size(), kWindowSize));
    Operation *operation;
    SLUICE_RETURN_IF_ERROR(reserve(Kind::Write, part.size(), operation));
    operation->buffer = buffer;
    operation->offset = offset;
    memcpy(window(operation->window), part.data(), part.size());
    bytes = bytes.subspan(part.size());
    offset += part.size();
  }
  return SLUICE_STATUS_OK;
}

Status XrtClient::read(uint32_t buffer, uint64_t offset,
                       std::span<uint8_t> bytes) {
  while (!bytes.empty()) {
    auto part = bytes.first(std::min<size_t>(bytes.size(), kWindowSize));
    Operation *operation;
    SLUICE_RETURN_IF_ERROR(reserve(Kind::Read, part.size(), operation));
    operation->buffer = buffer;
    operation->offset = offset;
    targets[count - 1] = part.data();
    bytes = bytes.subspan(part.size());
    offset += part.size();
  }
  return SLUICE_STATUS_OK;
}

Status XrtClient::readRegisters(uint32_t address, std::span<uint32_t> values) {
  Operation *operation;
  SLUICE_RETURN_IF_ERROR(
      reserve(Kind::ReadRegisters, values.size_bytes(), operation));
  operation->offset = address;
  targets[count - 1] = reinterpret_cast<uint8_t *>(values.data());
  return SLUICE_STATUS_OK;
}

Status XrtClient::run(const Program &program) {
  Operation *operation;
  SLUICE_RETURN_IF_ERROR(reserve(Kind::Run, 0, operation));
  operation->program = program;
  return SLUICE_STATUS_OK;
}

Status XrtClient::submit() {
  uint32_t gathered = std::exchange(count, 0);
  filled = 0;
  if (!isAlive())
    return fail(SLUICE_STATUS_DEVICE_FAULT, "xrt: the device is gone");
  shared->operationCount = gathered;
  shared->outcome = Outcome::Pending;
  shared->cancel = 0;
  char byte = 0;
  if (send(socket, &byte, 1, MSG_NOSIGNAL) != 1)
    return loseEnded();
  SLUICE_RETURN_IF_ERROR(await(timeout));
  for (uint32_t i = 0; i < gathered; ++i)
    if (const Operation &operation = shared->operations[i]; targets[i])
      memcpy(targets[i], window(operation.window), operation.size);
  return SLUICE_STATUS_OK;
}

Status XrtClient::await(uint64_t limit) {
  uint64_t beats = shared->beats, lastBeat = monotonicNow();
  Status ended = SLUICE_STATUS_OK;
  while (true) {
    pollfd server = {socket, POLLIN, 0};
    char byte;
    if (poll(&server, 1, 1) > 0) {
      if (recv(socket, &byte, 1, MSG_DONTWAIT) == 1)
        break;
      return loseEnded();
    }
    uint64_t now = monotonicNow();
    if (uint64_t latest = shared->beats; latest != beats) {
      beats = latest;
      lastBeat = now;
    }
    if (now - lastBeat > limit)
      return lose("the device does not answer");
    if (ended == SLUICE_STATUS_OK && control) {
      ended = control->check(region);
      if (ended != SLUICE_STATUS_OK) {
        shared->cancel = 1;
        lastBeat = now;
        limit = std::min(limit, (emulated ? kEmulationStopLimit : kStopLimit) *
                                    kMillisecond);
      }
    }
  }
  return conclude(ended);
}

Status XrtClient::conclude(Status ended) {
  switch (shared->outcome) {
  case Outcome::Done:
  case Outcome::Cancelled:
    return ended;
  case Outcome::NotFound:
    end();
    return fail(SLUICE_STATUS_NOT_FOUND, "xrt: %s", shared->message);
  case Outcome::NoMemory:
    return fail(SLUICE_STATUS_OUT_OF_MEMORY, "xrt: %s", shared->message);
  case Outcome::TimedOut:
    return ended != SLUICE_STATUS_OK
               ? ended
               : fail(SLUICE_STATUS_DEVICE_FAULT, "xrt: %s", shared->message);
  case Outcome::Pending:
  case Outcome::Fault:
    break;
  }
  return lose(shared->message);
}

} // namespace sluice
