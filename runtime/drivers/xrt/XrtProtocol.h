// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Between driver `xrt` and its device process, which alone touches libxrt: a
// request lies in memory that both share, a byte over a socket says that it is
// there or done. A request is a list of operations, done in order until one
// fails.

#ifndef SLUICE_RUNTIME_DRIVERS_XRT_XRTPROTOCOL_H
#define SLUICE_RUNTIME_DRIVERS_XRT_XRTPROTOCOL_H

#include <atomic>
#include <cstdint>

namespace sluice::xrt_protocol {

/// Through XRT's native API, and through its OpenCL.
inline constexpr char kNativeServer[] = "sluice-xrt-server";
inline constexpr char kOpenclServer[] = "sluice-xrt-opencl-server";
/// What the server finds open when it begins.
inline constexpr int kSocket = 3, kMemory = 4;

enum class Kind : uint32_t {
  Allocate,      ///< `buffer`, of `size` bytes
  Free,          ///< `buffer`
  Write,         ///< `size` bytes at `window` → `buffer` at `offset`
  Read,          ///< the other way
  ReadRegisters, ///< `size` bytes from register `offset` on → `window`
  Run,           ///< the program in `program`
};

/// A kernel's arguments, and how long it may take.
struct Program {
  uint32_t program, programSize;
  uint32_t constants, constantsSize;
  uint32_t arena, arenaSize;
  uint32_t watchdog;
  uint64_t cycleLimit;
};

struct Operation {
  Kind kind;
  uint32_t buffer;
  uint64_t offset;
  uint64_t size;
  uint64_t window;
  uint32_t verify; ///< read twice, or read back, and compare
  Program program;
};

enum class Outcome : uint32_t {
  Pending,
  Done,
  NotFound,  ///< no such card or xclbin
  NoMemory,  ///< on the card
  Fault,     ///< the device errs
  TimedOut,  ///< past the limit of cycles; the engine has been stopped
  Cancelled, ///< the engine has been stopped
};

inline constexpr uint32_t kMaxOperations = 256;

struct Shared {
  /// Counts what the device has answered: it stands still when that hangs.
  std::atomic<uint64_t> beats;
  std::atomic<uint32_t> cancel; ///< stop the engine
  uint32_t operationCount;
  Outcome outcome;
  char message[512]; ///< where the outcome is a failure
  char device[128];  ///< what the card is, once it is open
  Operation operations[kMaxOperations];
};
static_assert(std::atomic<uint64_t>::is_always_lock_free);

/// Bytes of tensors, registers and files, by `Operation::window`. Pages that
/// are not used take no memory.
inline constexpr uint64_t kWindowOffset = 64 << 10;
inline constexpr uint64_t kWindowSize = 64 << 20;
static_assert(sizeof(Shared) <= kWindowOffset);

} // namespace sluice::xrt_protocol

#endif // SLUICE_RUNTIME_DRIVERS_XRT_XRTPROTOCOL_H
