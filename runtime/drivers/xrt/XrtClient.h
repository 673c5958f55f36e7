// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The device process of a card, seen from the host's side.

#ifndef SLUICE_RUNTIME_DRIVERS_XRT_XRTCLIENT_H
#define SLUICE_RUNTIME_DRIVERS_XRT_XRTCLIENT_H

#include "runtime/drivers/xrt/XrtProtocol.h"
#include "runtime/hal/Driver.h"

#include <array>
#include <sys/types.h>

namespace sluice {

/// How to open a card.
struct XrtOptions {
  std::string xclbin;
  uint64_t card = 0;
  uint64_t timeout = 10'000; ///< ms in which a device must answer
  uint64_t watchdog = 100'000;
  uint64_t verify = 1;
  bool throughOpencl = false; ///< XRT's OpenCL, not its native API
};

/// Owns the device process. Requests are gathered by the functions that take
/// operations and done by `submit`, or before when there is no more room; after
/// the first failure the rest of a request is not done. Once `isAlive` is
/// false, all fails. For one thread at a time.
class XrtClient {
public:
  /// Starts the process and waits until the card is open.
  static Status start(const XrtOptions &options,
                      std::shared_ptr<XrtClient> &out);
  ~XrtClient();
  XrtClient(const XrtClient &) = delete;
  XrtClient &operator=(const XrtClient &) = delete;

  bool isAlive() const { return pid > 0; }
  /// Ends the process.
  void end();
  bool isEmulated() const { return emulated; }
  /// What the card calls itself.
  const char *cardName() const { return shared->device; }

  /// Memory on the card; `freeLater` frees it before the next `allocate`.
  Status allocate(uint64_t size, uint32_t &buffer);
  void freeLater(uint32_t buffer) { freed.push_back(buffer); }

  Status write(uint32_t buffer, uint64_t offset,
               std::span<const uint8_t> bytes);
  /// `bytes` are there after `submit`.
  Status read(uint32_t buffer, uint64_t offset, std::span<uint8_t> bytes);
  Status readRegisters(uint32_t address, std::span<uint32_t> values);
  Status run(const xrt_protocol::Program &program);

  /// From now on the control of `region` may end a request, or null: none.
  void obey(const char *region, const RunControl *control) {
    this->region = region;
    this->control = control;
  }
  /// Does what was gathered. DEVICE_FAULT: the device erred, hangs or is gone,
  /// and the process with it; only after a run that took too long is the engine
  /// stopped, and the process alive. What the control says comes back with the
  /// engine stopped and the device well.
  Status submit();

private:
  using Operation = xrt_protocol::Operation;

  XrtClient() = default;
  Status open(const XrtOptions &options);
  Status map();
  Status spawn(const XrtOptions &options, const std::string &platform,
               int socket, int log);
  /// The next operation, with `size` bytes of the window.
  Status reserve(xrt_protocol::Kind kind, uint64_t size, Operation *&out);
  uint8_t *window(uint64_t at) const;
  /// Until the process has answered, whose silence lasts `limit` ns at most.
  Status await(uint64_t limit);
  /// What the answer means; `ended` is what made the host stop the run, or OK.
  Status conclude(Status ended);
  bool wait(int *code);
  /// Ends the process. DEVICE_FAULT says why.
  Status lose(const char *why);
  /// The same where it has ended by itself: with its last words.
  Status loseEnded();

  xrt_protocol::Shared *shared = nullptr;
  pid_t pid = 0;
  int socket = -1, memory = -1, log = -1;
  std::string folder; ///< the process's, in /tmp
  bool emulated = false;
  uint64_t timeout = 0;
  bool verify = false;
  const char *region = nullptr;
  const RunControl *control = nullptr;

  uint32_t count = 0;  ///< operations gathered
  uint64_t filled = 0; ///< bytes of the window
  /// Where the bytes of each gathered operation go, or null.
  std::array<uint8_t *, xrt_protocol::kMaxOperations> targets = {};
  uint32_t nextBuffer = 1;
  std::vector<uint32_t> freed;
};

} // namespace sluice

#endif // SLUICE_RUNTIME_DRIVERS_XRT_XRTCLIENT_H
