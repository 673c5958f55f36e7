// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A timeline of runs in Chrome's trace event format, which Perfetto reads too.

#ifndef SLUICE_TOOLS_SLUICE_TRACE_H
#define SLUICE_TOOLS_SLUICE_TRACE_H

#include "runtime/package/Package.h"

#include <nlohmann/json.hpp>
#include <string>

namespace sluice {

/// Rows of the host: runs and regions. Rows of the device: its regions, and
/// where it tells them apart the commands of each unit and the layers. A
/// region on the device begins with the host's and lasts its cycles by the
/// package's clock; a simulation takes longer.
class Trace {
public:
  /// More runs than this are left out of the timeline.
  static constexpr uint64_t kMostRuns = 100;

  /// Sees the session's runs from here on, where `isOn`. The session may not
  /// outlive this.
  Trace(sluice_package_t *package, sluice_session_t *session, bool isOn);

  /// To be called after each run.
  void endRun();

  /// The timeline as the format's JSON.
  std::string text() const;

private:
  void add(const sluice_region_event_t &event);
  void addCommands(const sluice_region_event_t &event, double begin,
                   double scale);
  void addCounters(const sluice_region_event_t &event, double begin,
                   double end);
  void addName(int process, int row, const char *kind, std::string name);
  /// A slice from `begin` to `end`, in microseconds.
  void addSlice(int process, int row, std::string_view name,
                const char *category, double begin, double end,
                nlohmann::ordered_json details);

  const Package &package;
  sluice_session_t *session;
  bool isOn;
  double clockMhz = 0;
  uint64_t runs = 0;
  uint64_t firstNs = 0; ///< where the timeline begins
  uint64_t runBeginNs = 0, runEndNs = 0;
  nlohmann::ordered_json events = nlohmann::ordered_json::array();
};

} // namespace sluice

#endif // SLUICE_TOOLS_SLUICE_TRACE_H
