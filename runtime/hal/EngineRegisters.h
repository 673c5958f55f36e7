// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The engine's registers: docs/spec/engine-isa.md, Registers.

#ifndef SLUICE_RUNTIME_HAL_ENGINEREGISTERS_H
#define SLUICE_RUNTIME_HAL_ENGINEREGISTERS_H

#include <cstdint>

namespace sluice::engine_register {

inline constexpr uint32_t kControl = 0x00;
inline constexpr uint32_t kGlobalInterrupt = 0x04;
inline constexpr uint32_t kInterruptEnable = 0x08;
inline constexpr uint32_t kInterruptStatus = 0x0c;
inline constexpr uint32_t kProgram = 0x10; // low; +4 high, +8 size
inline constexpr uint32_t kConstants = 0x20;
inline constexpr uint32_t kArena = 0x30;
inline constexpr uint32_t kWatchdog = 0x40;
inline constexpr uint32_t kAbort = 0x44;
inline constexpr uint32_t kError = 0x84;    // to BUS: EngineState
inline constexpr uint32_t kLastLoad = 0x8c; // +4 compute, +8 store
inline constexpr uint32_t kCapabilities = 0x100;
inline constexpr uint32_t kCounters = 0x200;

// CTRL.
inline constexpr uint32_t kStart = 1;
inline constexpr uint32_t kDone = 2;
inline constexpr uint32_t kIdle = 4;
inline constexpr uint32_t kContinue = 16;

/// In the order of the counters, 8 bytes each.
inline constexpr const char *kCounterNames[] = {
    "cycles",          "load_busy",    "load_token",    "load_memory",
    "load_port",       "compute_busy", "compute_token", "compute_port",
    "compute_requant", "store_busy",   "store_token",   "store_memory",
    "store_port",      "fetch_stall",  "mac_cycles",    "bytes_read",
    "bytes_written",   "instructions"};
inline constexpr uint32_t kCounterCount =
    sizeof(kCounterNames) / sizeof(*kCounterNames);

} // namespace sluice::engine_register

#endif // SLUICE_RUNTIME_HAL_ENGINEREGISTERS_H
