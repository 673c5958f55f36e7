// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/sluice/Process.h"

#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sluice {

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

int runProgram(const std::vector<std::string> &words, int &exitCode,
               std::string *output) {
  std::vector<char *> arguments;
  for (const std::string &word : words)
    arguments.push_back(const_cast<char *>(word.c_str()));
  arguments.push_back(nullptr);
  int ends[2] = {-1, -1};
  if (output && pipe2(ends, O_CLOEXEC) != 0)
    return errno;
  // Standard output is for what the user asked for.
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (output)
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  pid_t child;
  int error = posix_spawnp(&child, arguments[0], &actions, nullptr,
                           arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (output) {
    close(ends[1]);
    if (!error)
      readAll(ends[0], *output);
    close(ends[0]);
  }
  if (error)
    return error;
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  // As shells have it for a signal.
  exitCode = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return 0;
}

} // namespace sluice
