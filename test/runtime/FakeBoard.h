// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A board that needs no simulation: what docs/spec/uart.md says of one, in a
// thread behind a pseudo-terminal. Its engine is one of the test package, and
// only holds registers. It is for
// boards that fail in ways that the RTL does not have, or take no time.

#ifndef SLUICE_TEST_RUNTIME_FAKEBOARD_H
#define SLUICE_TEST_RUNTIME_FAKEBOARD_H

#include <atomic>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace sluice::test {

struct FakeBoardOptions {
  uint32_t clockHz = 50'000'000;
  /// It answers a HELLO once the next one is there.
  bool isLate = false;
};

class FakeBoard {
public:
  explicit FakeBoard(const FakeBoardOptions &options = {});
  FakeBoard(const FakeBoard &) = delete;
  FakeBoard &operator=(const FakeBoard &) = delete;
  ~FakeBoard();

  /// The terminal's path; empty when there is none.
  const std::string &port() const { return path; }

  /// Before its next answer: as if its bitstream were loaded anew. The memory
  /// stays as it is.
  void reset() { isReset = true; }
  /// It answers nothing more.
  void silence() { isSilent = true; }

private:
  void serve();
  void powerUp();
  void answer(std::span<const uint8_t> request);
  void send(std::span<const uint8_t> contents);
  uint32_t firstDivisor() const;

  const FakeBoardOptions options;
  std::string path;
  int terminal = -1, hostSide = -1;
  std::atomic<bool> isOver = false, isReset = true, isSilent = false;
  std::thread thread;

  uint32_t divisor = 0;
  std::map<uint32_t, uint32_t> registers;
  std::vector<uint8_t> memory;
  std::vector<uint8_t> heldBack; ///< the answer to the last HELLO
};

} // namespace sluice::test

#endif // SLUICE_TEST_RUNTIME_FAKEBOARD_H
