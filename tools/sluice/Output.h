// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Files that appear whole or not at all, and what the terminal sees.

#ifndef SLUICE_TOOLS_SLUICE_OUTPUT_H
#define SLUICE_TOOLS_SLUICE_OUTPUT_H

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

namespace sluice {

/// From here on Ctrl-C, SIGTERM and SIGHUP end the program that runs, remove
/// the file that is being written, say so in a line, and exit with 130; SIGPIPE
/// cleans up likewise.
void handleInterrupts();

/// Writes `path` through a temporary file beside it. Throws kFileSystem.
void writeFile(const std::string &path, std::span<const uint8_t> bytes);
void writeFile(const std::string &path, std::string_view text);

/// A folder for other programs to write to; goes with the object, and on an
/// interrupt.
class TemporaryFolder {
public:
  TemporaryFolder();
  ~TemporaryFolder();
  /// The path of `name` in it.
  std::string operator/(std::string_view name) const;
};

/// Prints to standard output; throws kFileSystem when it can not be written.
void print(std::string_view text);

/// Prints a value as indented JSON. Keys keep their order.
void printJson(const nlohmann::ordered_json &value);

/// A bar on standard error, where that is a terminal, from two seconds on.
class Progress {
public:
  Progress(std::string label, uint64_t total);
  ~Progress();
  void update(uint64_t done);

private:
  std::string label;
  uint64_t total;
  bool isTerminal;
  bool isShown = false;
  std::chrono::steady_clock::time_point begin, last;
};

} // namespace sluice

#endif // SLUICE_TOOLS_SLUICE_OUTPUT_H
