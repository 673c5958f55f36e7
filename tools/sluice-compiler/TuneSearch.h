// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Estimates of one model on many targets, by all cores, kept in a file so that
// none is made twice.

#ifndef SLUICE_TOOLS_SLUICE_COMPILER_TUNESEARCH_H
#define SLUICE_TOOLS_SLUICE_COMPILER_TUNESEARCH_H

#include "targets/Target.h"

#include <map>
#include <set>

namespace sluice {

/// What a model takes on a target.
struct TunePoint {
  std::string target; // specification
  /// Why it can not run there; empty if it can.
  std::string error;
  int64_t cycles = 0; // of all device regions, with the board's memory
  int64_t macs = 0;   // on the device
  double clockMhz = 0;
  std::vector<Resource> resources;

  double getMilliseconds() const {
    return static_cast<double>(cycles) / clockMhz / 1e3;
  }
  /// Whether it is at least as good as `other` in time and all costs.
  bool dominates(const TunePoint &other) const;
};

/// Of `points` those that no other one dominates, by time, shortest first; of
/// equal ones the first.
std::vector<const TunePoint *> findFront(llvm::ArrayRef<TunePoint> points);

/// The estimates made so far: a line of JSON each, added as they come. A line
/// that an interrupt has cut short, or that no estimate is, is made again.
class TuneLog {
public:
  /// Reads `path` if it is there. Fails where it can not be written.
  llvm::Error open(llvm::StringRef path);
  ~TuneLog();

  /// The point of `target`, without resources and clock; null if there is none.
  const TunePoint *find(llvm::StringRef target) const;
  /// After a failure nothing more is written.
  void add(const TunePoint &point);
  /// What went wrong in writing, if anything has.
  std::error_code getError() const { return error; }
  const std::string &getPath() const { return path; }

private:
  std::string path;
  int file = -1;
  std::error_code error;
  std::map<std::string, TunePoint, std::less<>> points;
};

/// Estimates `targets` for the model that the bytecode `legalized` holds, on
/// all cores, in that order; those in `log` are taken from there. Ends early
/// where one can not be written to it. A terminal sees how far it is.
std::vector<TunePoint> estimateAll(llvm::StringRef legalized,
                                   llvm::ArrayRef<std::string> targets,
                                   TuneLog &log);

} // namespace sluice

#endif // SLUICE_TOOLS_SLUICE_COMPILER_TUNESEARCH_H
