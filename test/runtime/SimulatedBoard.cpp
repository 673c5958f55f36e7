// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/runtime/SimulatedBoard.h"

#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace sluice::test {

SimulatedBoard::SimulatedBoard(const std::vector<std::string> &arguments) {
  int output[2];
  if (pipe2(output, O_CLOEXEC) != 0)
    return;
  std::vector<char *> argv = {const_cast<char *>(SLUICE_TEST_BOARD)};
  for (const std::string &argument : arguments)
    argv.push_back(const_cast<char *>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
  if (posix_spawn(&process, argv[0], &actions, nullptr, argv.data(), environ))
    process = -1;
  posix_spawn_file_actions_destroy(&actions);
  close(output[1]);
  for (char byte; read(output[0], &byte, 1) == 1 && byte != '\n';)
    path += byte;
  close(output[0]);
}

SimulatedBoard::~SimulatedBoard() {
  if (process > 0)
    kill();
}

std::string SimulatedBoard::spec(const std::string &options) const {
  return "uart:" + path + ",baud=25000000,timeout=60000" +
         (options.empty() ? "" : "," + options);
}

void SimulatedBoard::kill() {
  ::kill(process, SIGTERM);
  waitpid(process, nullptr, 0);
  process = -1;
}

} // namespace sluice::test
