// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A control group of this process's own, to run other programs in under limits.

#ifndef SLUICE_TOOLS_SLUICE_CGROUP_H
#define SLUICE_TOOLS_SLUICE_CGROUP_H

#include <cstdint>
#include <string>
#include <vector>

namespace sluice {

/// Below the group that this process is in, of version 2 where that controls
/// processors and memory, else of version 1. Goes with the object.
class Cgroup {
public:
  static constexpr uint64_t kUnlimited = UINT64_MAX;

  Cgroup() = default;
  Cgroup(const Cgroup &) = delete;
  ~Cgroup();

  /// Makes the group. Returns an empty string, or why this process may not.
  std::string create();

  /// `percent` of one processor, and bytes of memory, for what runs from now
  /// on. Returns whether the system took them.
  bool setLimits(uint64_t percent, uint64_t bytes);

  /// Runs a program in the group and waits for it. Returns its exit code, 128
  /// and the signal where one ended it, and what it printed.
  int run(const std::vector<std::string> &words, std::string &output);

private:
  std::string createUnified(const std::string &own);
  std::string createSplit(const std::string &processors,
                          const std::string &memory);
  std::string makeFolder(const std::string &folder);

  bool isUnified = false;
  std::string processors, memory; // folders; of version 2 the same
};

/// Removes the folders of the group that there is, if any; also for a signal
/// handler.
void removeCgroup();

} // namespace sluice

#endif // SLUICE_TOOLS_SLUICE_CGROUP_H
