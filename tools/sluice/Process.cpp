// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/sluice/Process.h"

#include <cerrno>
#include <climits>
#include <ctime>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sluice {

// What `endProgram` ends, the leader of a group of its own; 0 is none.
static volatile pid_t running;
static volatile int runningEnding;

InterruptsHeld::InterruptsHeld() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigprocmask(SIG_BLOCK, &signals, &mask);
}

InterruptsHeld::~InterruptsHeld() { sigprocmask(SIG_SETMASK, &mask, nullptr); }

void endProgram() {
  if (!running)
    return;
  constexpr int kPatience = 3000; // half a minute
  constexpr timespec kStep = {0, 10'000'000};
  kill(-running, runningEnding);
  for (int i = 0; i < kPatience && waitpid(running, nullptr, WNOHANG) == 0; ++i)
    nanosleep(&kStep, nullptr);
  kill(-running, SIGKILL);
}

std::string executableFolder() {
  char self[PATH_MAX];
  ssize_t size = readlink("/proc/self/exe", self, sizeof(self));
  std::string path(self, size > 0 ? size : 0);
  size_t slash = path.rfind('/');
  return slash == path.npos ? "./" : path.substr(0, slash + 1);
}

/// Reads all that comes from `file`.
static void readAll(int file, std::string &output) {
  char buffer[4096];
  while (true) {
    ssize_t count = read(file, buffer, sizeof(buffer));
    if (count > 0)
      output.append(buffer, count);
    else if (count == 0 || errno != EINTR)
      return;
  }
}

/// Starts a program in a group of its own, with its standard output, and its
/// standard error where `output` is a file, going where `runProgram` says.
static int start(const std::vector<std::string> &words, int output,
                 int ending) {
  std::vector<char *> arguments;
  for (const std::string &word : words)
    arguments.push_back(const_cast<char *>(word.c_str()));
  arguments.push_back(nullptr);
  // Standard output is for what the user asked for.
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (output >= 0)
    posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
  posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  InterruptsHeld held; // until it is known what to end
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setsigmask(&attributes, &held.before());
  pid_t child = 0;
  int error = posix_spawnp(&child, arguments[0], &actions, &attributes,
                           arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error)
    return error;
  runningEnding = ending;
  running = child;
  return 0;
}

/// Waits for the program that was started. Returns its exit code.
static int finish() {
  siginfo_t info;
  while (waitid(P_PID, running, &info, WEXITED | WNOWAIT) != 0 &&
         errno == EINTR) {
  }
  InterruptsHeld held; // its number may soon be another's
  int status = 0;
  waitpid(running, &status, 0);
  running = 0;
  // As shells have it for a signal.
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int runProgram(const std::vector<std::string> &words, int &exitCode,
               std::string *output, int ending) {
  int ends[2] = {-1, -1};
  if (output && pipe2(ends, O_CLOEXEC) != 0)
    return errno;
  int error = start(words, ends[1], ending);
  if (output) {
    close(ends[1]);
    if (!error)
      readAll(ends[0], *output);
    close(ends[0]);
  }
  if (!error)
    exitCode = finish();
  return error;
}

} // namespace sluice
