// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Faults of a simulated engine, for tests of what the runtime does then.

#ifndef SLUICE_RUNTIME_DRIVERS_SIM_SIMFAULT_H
#define SLUICE_RUNTIME_DRIVERS_SIM_SIMFAULT_H

#include "runtime/engine/EngineLink.h"

#include <atomic>

namespace sluice {

/// hang: a command waits for a token that never comes. error: commands from
/// that one on lie outside the memory, whose bus answers DECERR. gone:
/// registers answer no more, and the device cannot be opened for a while. late:
/// the clock stands still for a while. corrupt: what is read has a wrong bit,
/// which the link's checksum shows.
enum class SimFaultKind { None, Hang, Error, Gone, Late, Corrupt };

/// Reads a kind's name, in lower case.
Status parseSimFaultKind(const std::string &name, SimFaultKind &out);

struct SimFault {
  SimFaultKind kind = SimFaultKind::None;
  uint64_t at = 0;  ///< the command, counted over all that the device starts
  uint64_t ms = 50; ///< how long `gone` and `late` take
};

/// What outlives a device that is opened again.
struct SimFaultHistory {
  std::atomic<bool> hasHappened = false;
  std::atomic<uint64_t> goneUntil = 0; ///< of monotonicNow()
};

/// A link to the engine behind `inner` on which `fault` happens once.
std::shared_ptr<EngineLink> makeFaultyLink(std::shared_ptr<EngineLink> inner,
                                           const SimFault &fault,
                                           uint64_t memorySize,
                                           SimFaultHistory &history);

} // namespace sluice

#endif // SLUICE_RUNTIME_DRIVERS_SIM_SIMFAULT_H
