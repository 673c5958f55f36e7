// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/sluice/Cgroup.h"

#include "tools/sluice/Process.h"

#include <cerrno>
#include <climits>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace sluice {
namespace {

/// What the kernel accounts processors by.
constexpr uint64_t kPeriodUs = 100'000;

/// Writes `text` in one call, as the kernel's files want it. Returns an errno.
int writeText(const std::string &file, const std::string &text) {
  int handle = open(file.c_str(), O_WRONLY | O_CLOEXEC);
  if (handle < 0)
    return errno;
  int error = write(handle, text.data(), text.size()) < 0 ? errno : 0;
  close(handle);
  return error;
}

bool hasWord(const std::string &text, const std::string &word) {
  std::istringstream words(text);
  for (std::string found; words >> found;)
    if (found == word)
      return true;
  return false;
}

std::string firstLine(const std::string &file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

/// Where hierarchies of control groups are mounted.
struct Mounts {
  std::string unified, processors, memory;
};

/// From /proc/self/mounts: what, where, type, options.
Mounts readMounts() {
  Mounts mounts;
  std::ifstream stream("/proc/self/mounts");
  for (std::string line; std::getline(stream, line);) {
    std::istringstream words(line);
    std::string what, where, type, options;
    words >> what >> where >> type >> options;
    if (type == "cgroup2")
      mounts.unified = where;
    options = "," + options + ",";
    if (type == "cgroup" && options.find(",cpu,") != options.npos)
      mounts.processors = where;
    if (type == "cgroup" && options.find(",memory,") != options.npos)
      mounts.memory = where;
  }
  return mounts;
}

/// This process's group among those of `controller`; that of version 2 has
/// none.
std::string ownGroup(const std::string &controller) {
  std::ifstream stream("/proc/self/cgroup");
  for (std::string line; std::getline(stream, line);) {
    size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == line.npos)
      continue;
    std::string names = line.substr(first + 1, second - first - 1);
    std::string path = line.substr(second + 1);
    if (controller.empty()
            ? names.empty()
            : ("," + names + ",").find("," + controller + ",") != names.npos)
      return path == "/" ? "" : path;
  }
  return "";
}

} // namespace

// Those that were made, or empty.
static char folders[2][PATH_MAX];

void removeCgroup() {
  for (char *folder : folders)
    if (folder[0]) {
      rmdir(folder);
      folder[0] = 0;
    }
}

std::string Cgroup::makeFolder(const std::string &folder) {
  InterruptsHeld held; // until it is known what to remove
  if (folder.size() >= PATH_MAX)
    return folder + ": the name is too long";
  if (mkdir(folder.c_str(), 0755) != 0)
    return fmt::format("{}: {}", folder, strerror(errno));
  memcpy(folders[folders[0][0] ? 1 : 0], folder.c_str(), folder.size() + 1);
  return "";
}

/// A group of version 2 passes its controllers on only when no process is in
/// it itself, the topmost aside; others may have set that up already.
std::string Cgroup::createUnified(const std::string &own) {
  std::string passed = own + "/cgroup.subtree_control";
  for (const char *controller : {"cpu", "memory"})
    if (!hasWord(firstLine(passed), controller))
      if (int error = writeText(passed, std::string("+") + controller))
        return fmt::format("{}: {}", passed, strerror(error));
  processors = memory = fmt::format("{}/sluice-{}", own, getpid());
  isUnified = true;
  return makeFolder(memory);
}

std::string Cgroup::createSplit(const std::string &ownProcessors,
                                const std::string &ownMemory) {
  processors = fmt::format("{}/sluice-{}", ownProcessors, getpid());
  memory = fmt::format("{}/sluice-{}", ownMemory, getpid());
  if (std::string error = makeFolder(processors); !error.empty())
    return error;
  return makeFolder(memory);
}

std::string Cgroup::create() {
  Mounts mounts = readMounts();
  std::string unified = mounts.unified + ownGroup("");
  std::string controllers = firstLine(unified + "/cgroup.controllers");
  if (!mounts.unified.empty() && hasWord(controllers, "cpu") &&
      hasWord(controllers, "memory"))
    return createUnified(unified);
  if (!mounts.processors.empty() && !mounts.memory.empty())
    return createSplit(mounts.processors + ownGroup("cpu"),
                       mounts.memory + ownGroup("memory"));
  return "no control group that this process is in controls processors and "
         "memory";
}

Cgroup::~Cgroup() { removeCgroup(); }

bool Cgroup::setLimits(uint64_t percent, uint64_t bytes) {
  uint64_t quota = kPeriodUs * percent / 100;
  if (isUnified) {
    std::string most = bytes == kUnlimited ? "max" : std::to_string(bytes);
    std::string time = percent == kUnlimited ? "max" : std::to_string(quota);
    return !writeText(processors + "/cpu.max",
                      fmt::format("{} {}", time, kPeriodUs)) &&
           !writeText(memory + "/memory.max", most);
  }
  std::string most = bytes == kUnlimited ? "-1" : std::to_string(bytes);
  std::string time = percent == kUnlimited ? "-1" : std::to_string(quota);
  return !writeText(processors + "/cpu.cfs_period_us",
                    std::to_string(kPeriodUs)) &&
         !writeText(processors + "/cpu.cfs_quota_us", time) &&
         !writeText(memory + "/memory.limit_in_bytes", most);
}

int Cgroup::run(const std::vector<std::string> &words, std::string &output) {
  // A shell joins the group first: all that the program takes is then the
  // group's from the start.
  std::vector<std::string> all = {
      "/bin/sh", "-c",
      R"(echo 0 > "$0" && echo 0 > "$1" && shift && exec "$@" 2> /dev/null)",
      processors + "/cgroup.procs", memory + "/cgroup.procs"};
  all.insert(all.end(), words.begin(), words.end());
  output.clear();
  int code = 127;
  runProgram(all, code, &output);
  return code;
}

} // namespace sluice
