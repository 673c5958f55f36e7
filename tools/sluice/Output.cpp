// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/sluice/Output.h"

#include "tools/sluice/Cgroup.h"
#include "tools/sluice/Failure.h"
#include "tools/sluice/Process.h"

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sluice {

// The file being written, for the signal handler; empty when there is none.
static char temporaryFile[PATH_MAX];
// The folder to remove, or empty.
static char temporaryFolder[PATH_MAX];

static void cleanUp() {
  endProgram(); // which may write to the folder, and be in the group
  removeCgroup();
  if (temporaryFile[0])
    unlink(temporaryFile);
  // Of what removes a folder, only another program may be called here.
  if (temporaryFolder[0]) {
    pid_t child = fork();
    if (child == 0)
      _exit(execl("/bin/rm", "rm", "-rf", temporaryFolder, nullptr));
    waitpid(child, nullptr, 0);
  }
}

extern "C" void sluiceInterrupted(int) {
  cleanUp();
  static const char text[] = "\nsluice: interrupted\n";
  if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
    _exit(kInterrupted);
  _exit(kInterrupted);
}

/// Whoever reads the output has left.
extern "C" void sluiceUnread(int signal) {
  cleanUp();
  raise(signal); // with its usual effect
}

static bool isIgnored(int signal) {
  struct sigaction action;
  sigaction(signal, nullptr, &action);
  return action.sa_handler == SIG_IGN;
}

void handleInterrupts() {
  struct sigaction action = {};
  action.sa_handler = sluiceInterrupted;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  // A program that runs is in a group of its own, and does not see that the
  // terminal goes; under nohup a command goes on then.
  if (!isIgnored(SIGHUP))
    sigaction(SIGHUP, &action, nullptr);
  action.sa_handler = sluiceUnread;
  action.sa_flags = SA_RESETHAND | SA_NODEFER;
  if (!isIgnored(SIGPIPE))
    sigaction(SIGPIPE, &action, nullptr);
}

/// Whether `path` is a device or a pipe: written to where it is, never
/// replaced.
static bool isSpecial(const std::string &path) {
  struct stat status;
  return stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) &&
         !S_ISDIR(status.st_mode);
}

static int openSpecial(const std::string &path) {
  int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0)
    throw Failure{kFileSystem, path + ": " + strerror(errno)};
  return file;
}

/// Creates an empty file beside `path`.
static int createTemporary(const std::string &path) {
  std::string name = fmt::format("{}.{}.tmp", path, getpid());
  if (name.size() >= sizeof(temporaryFile))
    throw Failure{kFileSystem, path + ": the name is too long"};
  memcpy(temporaryFile, name.c_str(), name.size() + 1);
  int file = open(temporaryFile, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0) {
    temporaryFile[0] = 0;
    throw Failure{kFileSystem, path + ": " + strerror(errno)};
  }
  return file;
}

[[noreturn]] static void abandon(int file, const std::string &path) {
  std::string reason = strerror(errno);
  if (file >= 0)
    close(file);
  unlink(temporaryFile);
  temporaryFile[0] = 0;
  throw Failure{kFileSystem, path + ": " + reason};
}

void writeFile(const std::string &path, std::span<const uint8_t> bytes) {
  bool inPlace = isSpecial(path);
  int file = inPlace ? openSpecial(path) : createTemporary(path);
  for (size_t done = 0; done < bytes.size();) {
    ssize_t count = write(file, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno != EINTR)
      abandon(file, path);
    done += count < 0 ? 0 : count;
  }
  if (close(file) != 0 ||
      (!inPlace && rename(temporaryFile, path.c_str()) != 0))
    abandon(-1, path);
  temporaryFile[0] = 0;
}

void writeFile(const std::string &path, std::string_view text) {
  writeFile(path, std::span(reinterpret_cast<const uint8_t *>(text.data()),
                            text.size()));
}

TemporaryFolder::TemporaryFolder() {
  const char *given = getenv("TMPDIR");
  std::string place = given && *given ? given : "/tmp";
  std::string pattern = place + "/sluice-XXXXXX";
  if (pattern.size() >= sizeof(temporaryFolder))
    throw Failure{kFileSystem, place + ": the name is too long"};
  if (!mkdtemp(pattern.data()))
    throw Failure{kFileSystem,
                  fmt::format("{}: {}; set TMPDIR to a folder for temporary "
                              "files",
                              place, strerror(errno))};
  memcpy(temporaryFolder, pattern.c_str(), pattern.size() + 1);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(temporaryFolder, ignored);
  temporaryFolder[0] = 0;
}

std::string TemporaryFolder::operator/(std::string_view name) const {
  return fmt::format("{}/{}", temporaryFolder, name);
}

void print(std::string_view text) {
  if (fwrite(text.data(), 1, text.size(), stdout) != text.size() ||
      fflush(stdout) != 0)
    throw Failure{kFileSystem,
                  std::string("standard output: ") + strerror(errno)};
}

void printJson(const nlohmann::ordered_json &value) {
  // Names come from models and may be any bytes.
  print(value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
        "\n");
}

Progress::Progress(std::string label, uint64_t total)
    : label(std::move(label)), total(total), isTerminal(isatty(STDERR_FILENO)),
      begin(std::chrono::steady_clock::now()), last(begin) {}

Progress::~Progress() {
  if (isShown)
    fmt::print(stderr, "\r\033[K");
}

void Progress::update(uint64_t done) {
  using namespace std::chrono_literals;
  auto now = std::chrono::steady_clock::now();
  if (!isTerminal || now - begin < 2s || now - last < 100ms)
    return;
  last = now;
  isShown = true;
  constexpr uint64_t kWidth = 30;
  uint64_t filled = total ? done * kWidth / total : 0;
  fmt::print(stderr, "\r\033[K{} [{:#<{}}{:.<{}}] {}/{}", label, "", filled, "",
             kWidth - filled, done, total);
  fflush(stderr);
}

} // namespace sluice
