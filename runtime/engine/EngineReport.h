// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An engine's state after a fault, read over a link and kept.

#ifndef SLUICE_RUNTIME_ENGINE_ENGINEREPORT_H
#define SLUICE_RUNTIME_ENGINE_ENGINEREPORT_H

#include "runtime/engine/EngineLink.h"
#include "runtime/hal/EngineRegisters.h"
#include "runtime/hal/EngineState.h"

namespace sluice {

using EngineCounters = sluice_counter_t[engine_register::kCounterCount];

/// Reads all counters.
Status readCounters(EngineLink &link, EngineCounters &out);

/// Fixed memory, so that a fault allocates nothing.
class EngineReport {
public:
  /// Reads the state while or after `region` ran. Returns DEVICE_FAULT with one
  /// line that says `reason`, also when the engine does not answer.
  Status take(EngineLink &link, const program::Region &region,
              const char *reason);

  /// The same with a state that has been read.
  Status take(EngineState::Words state, const EngineCounters &counters,
              const program::Region &region, const char *reason) {
    return EngineState(state).fault(region, reason, text_, counters, json_);
  }

  /// Keeps a failure of the link: there is no state to read.
  Status takeLinkFault(const program::Region &region);

  const char *text() const { return text_; }
  const char *json() const { return json_; }

private:
  char text_[kMessageSize + 64] = "";
  char json_[kMessageSize + 512] = "{}";
};

} // namespace sluice

#endif // SLUICE_RUNTIME_ENGINE_ENGINEREPORT_H
