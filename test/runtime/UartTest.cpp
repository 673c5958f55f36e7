// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Driver `uart` on lines and boards that fail, and what it does with memory.
// What it does when all is well is in test/cts.

#include "runtime/drivers/uart/Frame.h"
#include "runtime/drivers/uart/UartLink.h"
#include "test/runtime/FakeBoard.h"
#include "test/runtime/SimulatedBoard.h"
#include "test/runtime/TestPackage.h"

#include <csignal>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <random>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace sluice;
using namespace sluice::test;

namespace {

using uart::FrameReader;

Bytes randomBytes(size_t size, uint32_t seed) {
  std::mt19937 random(seed);
  Bytes bytes(size);
  for (uint8_t &byte : bytes)
    byte = random();
  return bytes;
}

//===----------------------------------------------------------------------===//
// Frames
//===----------------------------------------------------------------------===//

TEST(UartFrame, HasTheCrcOfEthernet) {
  const uint8_t digits[] = {'1', '2', '3', '4', '5', '6', '7', '8', '9'};
  EXPECT_EQ(uart::crc32(digits), 0xcbf43926u);
  EXPECT_EQ(uart::crc32(std::span(digits).subspan(4),
                        uart::crc32(std::span(digits).first(4))),
            0xcbf43926u);
}

/// All frames in `bytes`; an empty one stands for a damaged frame.
std::vector<Bytes> readFrames(std::span<const uint8_t> bytes) {
  FrameReader reader;
  std::vector<Bytes> frames;
  for (uint8_t byte : bytes) {
    auto event = reader.take(byte);
    if (event == FrameReader::Event::kFrame)
      frames.emplace_back(reader.contents().begin(), reader.contents().end());
    if (event == FrameReader::Event::kDamaged)
      frames.emplace_back();
  }
  return frames;
}

Bytes frameOf(const Bytes &header, const Bytes &data) {
  Bytes frame(uart::kMaxFrame);
  frame.resize(uart::encodeFrame(header, data,
                                 std::span<uint8_t, uart::kMaxFrame>(frame)));
  return frame;
}

TEST(UartFrame, ComesBackAsItWas) {
  for (uint32_t size = 0; size < 600; size += 7) {
    Bytes data = randomBytes(std::min<size_t>(size, uart::kMaxData), size);
    // Every other one of bytes that must be escaped.
    for (size_t i = 0; size % 2 && i < data.size(); ++i)
      data[i] = i % 3 ? 0x7e : 0x7d;
    Bytes header = {1, 2, 3, 4, 5, 6, 7, 0x7e};
    auto frames = readFrames(frameOf(header, data));
    ASSERT_EQ(frames.size(), 1u);
    header.insert(header.end(), data.begin(), data.end());
    EXPECT_EQ(frames[0], header);
  }
}

TEST(UartFrame, IsDamagedByAnyByteThatIsLostOrOther) {
  const Bytes whole = frameOf({1, 2, 3, 4, 5, 6, 7, 8}, randomBytes(40, 5));
  const Bytes contents = readFrames(whole)[0];
  std::mt19937 random(9);
  for (size_t i = 0; i < whole.size(); ++i)
    for (int bit = 0; bit < 9; ++bit) {
      Bytes bent = whole;
      if (bit < 8)
        bent[i] ^= 1 << bit;
      else
        bent.erase(bent.begin() + i);
      // The frame behind it ends whatever is open.
      bent.insert(bent.end(), whole.begin(), whole.end());
      auto frames = readFrames(bent);
      ASSERT_FALSE(frames.empty());
      for (const Bytes &frame : frames)
        ASSERT_TRUE(frame.empty() || frame == contents);
    }
}

TEST(UartFrame, ThatIsTooLongIsDamaged) {
  Bytes endless(3000, 'x');
  endless.front() = endless.back() = 0x7e;
  auto frames = readFrames(endless);
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_TRUE(frames[0].empty());
}

//===----------------------------------------------------------------------===//
// Links
//===----------------------------------------------------------------------===//

std::shared_ptr<UartLink> open(const SimulatedBoard &board) {
  std::shared_ptr<UartLink> link;
  UartOptions options = {board.port(), 25'000'000, 60'000'000'000};
  EXPECT_EQ(UartLink::open(options, link), SLUICE_STATUS_OK) << lastMessage();
  return link;
}

TEST(UartLink, AgreesOnTheRateAndFindsItAgain) {
  SimulatedBoard board;
  auto link = open(board);
  ASSERT_TRUE(link);
  EXPECT_EQ(link->baud(), 25'000'000u);
  EXPECT_EQ(link->board().memory, 32u << 20);
  std::shared_ptr<UartLink> other;
  EXPECT_EQ(UartLink::open({board.port()}, other), SLUICE_STATUS_IO);
  EXPECT_NE(std::string(lastMessage()).find("is in use already"),
            std::string::npos);
  link.reset();
  link = open(board);
  EXPECT_EQ(link->baud(), 25'000'000u);
}

TEST(UartLink, TakesTheNextRateWhereOneDoesNotWork) {
  SimulatedBoard board;
  std::shared_ptr<UartLink> link;
  // Less than four of the board's clocks a bit.
  UartOptions options = {board.port(), 60'000'000, 60'000'000'000};
  ASSERT_EQ(UartLink::open(options, link), SLUICE_STATUS_OK) << lastMessage();
  EXPECT_EQ(link->baud(), 3'000'000u);
}

TEST(UartLink, TakesTheAnswerToAnEarlierHello) {
  FakeBoard board({.isLate = true});
  std::shared_ptr<UartLink> link;
  EXPECT_EQ(UartLink::open({board.port(), 115'200, 16'000'000'000}, link),
            SLUICE_STATUS_OK)
      << lastMessage();
}

TEST(UartLink, RefusesAClockThatCannotBe) {
  for (uint32_t hertz : {0u, 1u, 999'999u, 1'000'000'001u}) {
    FakeBoard board({.clockHz = hertz});
    std::shared_ptr<UartLink> link;
    EXPECT_EQ(UartLink::open({board.port(), 115'200, 16'000'000'000}, link),
              SLUICE_STATUS_UNSUPPORTED);
    EXPECT_NE(std::string(lastMessage())
                  .find("its clock has " + std::to_string(hertz) + " Hz"),
              std::string::npos)
        << lastMessage();
  }
}

TEST(UartLink, NoticesAResetAtTheRateAfterIt) {
  FakeBoard board;
  const UartOptions options = {board.port(), 115'200, 16'000'000'000};
  Bytes bytes = randomBytes(1000, 6), read(bytes.size());
  for (int turn = 0; turn < 2; ++turn) {
    std::shared_ptr<UartLink> link;
    ASSERT_EQ(UartLink::open(options, link), SLUICE_STATUS_OK) << lastMessage();
    ASSERT_EQ(link->keep(0x1000, bytes), SLUICE_STATUS_OK) << lastMessage();
    ASSERT_EQ(link->readMemory(0x1000, read), SLUICE_STATUS_OK)
        << lastMessage();
    EXPECT_EQ(read, bytes);
    board.reset();
    EXPECT_EQ(link->readMemory(0x1000, read), SLUICE_STATUS_DEVICE_FAULT);
    EXPECT_NE(std::string(lastMessage()).find("the board has been reset"),
              std::string::npos)
        << lastMessage();
  }
}

/// Writes and reads of all sizes at changing places, against a copy.
void exerciseMemory(UartLink &link, uint32_t seed, int rounds) {
  std::mt19937 random(seed);
  constexpr size_t kSpan = 8192;
  const uint64_t base = 0x1fa000; // across 4 KiB, and from row to row
  Bytes copy = randomBytes(kSpan, seed + 1);
  ASSERT_EQ(link.writeMemory(base, copy), SLUICE_STATUS_OK) << lastMessage();
  for (int i = 0; i < rounds; ++i) {
    size_t begin = random() % (kSpan / 64) * 64;
    size_t size = random() % std::min<size_t>(kSpan - begin, 700) + 1;
    if (random() % 2) {
      Bytes bytes = randomBytes(size, random());
      ASSERT_EQ(link.writeMemory(base + begin, bytes), SLUICE_STATUS_OK)
          << lastMessage();
      std::copy(bytes.begin(), bytes.end(), copy.begin() + begin);
      // Zeros up to the next multiple of eight.
      for (size_t j = begin + size; j % 8; ++j)
        copy[j] = 0;
      continue;
    }
    Bytes bytes(size + 1, 0x55);
    ASSERT_EQ(link.readMemory(base + begin, std::span(bytes).first(size)),
              SLUICE_STATUS_OK)
        << lastMessage();
    ASSERT_TRUE(
        std::equal(bytes.begin(), bytes.end() - 1, copy.begin() + begin));
    ASSERT_EQ(bytes.back(), 0x55) << "written past the end";
  }
  Bytes whole(kSpan);
  ASSERT_EQ(link.readMemory(base, whole), SLUICE_STATUS_OK) << lastMessage();
  EXPECT_EQ(whole, copy);
}

TEST(UartLink, KeepsMemoryToTheByte) {
  SimulatedBoard board;
  auto link = open(board);
  ASSERT_TRUE(link);
  exerciseMemory(*link, 1, 60);
}

TEST(UartLink, KeepsMemoryToTheByteOnANoisyLine) {
  for (uint32_t seed = 1; seed <= 2; ++seed) {
    SCOPED_TRACE(seed);
    SimulatedBoard board({"--damage=0.01", "--seed=" + std::to_string(seed)});
    auto link = open(board);
    ASSERT_TRUE(link);
    exerciseMemory(*link, seed, 25);
  }
}

TEST(UartLink, KnowsWhatItKept) {
  SimulatedBoard board;
  auto link = open(board);
  ASSERT_TRUE(link);
  Bytes bytes = randomBytes(20'001, 3), read(bytes.size());
  ASSERT_EQ(link->keep(0x4000, bytes), SLUICE_STATUS_OK) << lastMessage();
  uint64_t sent = link->bytesSent();
  ASSERT_EQ(link->keep(0x4000, bytes), SLUICE_STATUS_OK);
  EXPECT_LT(link->bytesSent() - sent, 300u) << "sent again what is there";
  // One byte of it has changed: it is no longer what was kept.
  const uint8_t other[8] = {1, 2, 3};
  ASSERT_EQ(link->writeMemory(0x4000 + 64 * 100, other), SLUICE_STATUS_OK);
  ASSERT_EQ(link->keep(0x4000, bytes), SLUICE_STATUS_OK);
  ASSERT_EQ(link->readMemory(0x4000, read), SLUICE_STATUS_OK);
  EXPECT_EQ(read, bytes);
  // As if it were another program's.
  bytes[7] ^= 1;
  ASSERT_EQ(link->keep(0x4000, bytes), SLUICE_STATUS_OK);
  ASSERT_EQ(link->readMemory(0x4000, read), SLUICE_STATUS_OK);
  EXPECT_EQ(read, bytes);
}

TEST(UartLink, SaysWhatTheBoardRefuses) {
  SimulatedBoard board;
  auto link = open(board);
  ASSERT_TRUE(link);
  uint32_t value;
  EXPECT_EQ(link->read(0x1000, value), SLUICE_STATUS_DEVICE_FAULT);
  EXPECT_NE(std::string(lastMessage()).find("an error on the engine's"),
            std::string::npos)
      << lastMessage();
  uint8_t byte;
  EXPECT_EQ(link->readMemory(32 << 20, {&byte, 1}),
            SLUICE_STATUS_OUT_OF_MEMORY);
  EXPECT_EQ(link->read(0x100, value), SLUICE_STATUS_OK) << lastMessage();
  EXPECT_EQ(value, 0x45434c53u);
}

TEST(UartLink, EndsATransferWhenItIsTold) {
  SimulatedBoard board;
  auto link = open(board);
  ASSERT_TRUE(link);
  Bytes bytes = randomBytes(100'000, 4), read(bytes.size());
  for (int i = 1; i <= 3; ++i) {
    RunControl control = {.deadline = monotonicNow() + i * 20'000'000};
    link->obey(&control, "r");
    EXPECT_EQ(i % 2 ? link->writeMemory(0, bytes) : link->readMemory(0, read),
              SLUICE_STATUS_DEADLINE_EXCEEDED);
    link->obey(nullptr, "");
    // And what comes next is not confused by answers that are on their way.
    exerciseMemory(*link, i, 4);
  }
}

//===----------------------------------------------------------------------===//
// Sessions
//===----------------------------------------------------------------------===//

class Uart : public testing::Test {
protected:
  void open(const std::string &spec) {
    sluice_package_t *package;
    ASSERT_EQ(TestPackage().load(&package), SLUICE_STATUS_OK);
    PackagePtr owned(package);
    sluice_session_options_t options = {sizeof(options), spec.c_str()};
    sluice_session_t *raw;
    ASSERT_EQ(sluice_session_create(package, &options, &raw), SLUICE_STATUS_OK)
        << sluice_status_message();
    session.reset(raw);
  }
  /// Of one run, whose result is right.
  void run(uint64_t fallbacks) {
    int8_t x[TestPackage::kTensorSize] = {1, 2, 3};
    sluice_session_set_input(session.get(), 0, x, sizeof(x));
    ASSERT_EQ(sluice_session_run(session.get()), SLUICE_STATUS_OK)
        << sluice_status_message();
    const void *y;
    sluice_session_output_data(session.get(), 0, &y);
    for (size_t i = 0; i < sizeof(x); ++i)
      ASSERT_EQ(static_cast<const int8_t *>(y)[i], int8_t(~x[i]));
    sluice_profile_t profile;
    sluice_session_profile(session.get(), &profile);
    EXPECT_EQ(profile.fallbacks, fallbacks);
  }
  void expectFault(const char *part) {
    std::string fault = sluice_session_fault(session.get());
    EXPECT_NE(fault.find(part), std::string::npos) << fault;
  }

  SessionPtr session;
};

TEST_F(Uart, LeavesTheRunToTheCpuWhenTheBoardIsGone) {
  SimulatedBoard board;
  ASSERT_NO_FATAL_FAILURE(open(board.spec()));
  run(/*fallbacks=*/0);
  board.kill();
  run(/*fallbacks=*/1);
  expectFault("the port is gone");
}

TEST_F(Uart, LeavesTheRunToTheCpuWhenTheBoardIsSilent) {
  FakeBoard board;
  ASSERT_NO_FATAL_FAILURE(open("uart:" + board.port() + ",timeout=2000"));
  board.silence();
  run(/*fallbacks=*/1);
  expectFault("has not answered for");
}

std::string failToOpen(const std::string &spec) {
  sluice_package_t *raw;
  EXPECT_EQ(TestPackage().load(&raw), SLUICE_STATUS_OK);
  PackagePtr package(raw);
  sluice_session_options_t options = {sizeof(options), spec.c_str()};
  options.no_fallback = 1;
  sluice_session_t *session;
  EXPECT_NE(sluice_session_create(package.get(), &options, &session),
            SLUICE_STATUS_OK);
  return sluice_status_message();
}

/// Has this process stand still now and then, for `milliseconds` each time.
class Stalls {
public:
  explicit Stalls(int milliseconds) {
    if (pipe2(ends, O_CLOEXEC) != 0)
      return;
    pid_t own = getpid();
    child = fork();
    if (child == 0)
      stall(own, milliseconds);
    close(ends[0]);
  }
  ~Stalls() {
    close(ends[1]);
    waitpid(child, nullptr, 0);
  }

private:
  /// Until the other end is closed; whoever was stopped goes on.
  [[noreturn]] void stall(pid_t process, int milliseconds) {
    close(ends[1]);
    pollfd end = {ends[0], 0, 0};
    while (poll(&end, 1, 15) == 0) {
      kill(process, SIGSTOP);
      usleep(milliseconds * 1000);
      kill(process, SIGCONT);
    }
    _exit(0);
  }

  int ends[2];
  pid_t child;
};

std::string noBoardAt(const std::string &port) {
  return "uart " + port +
         ": no board answers; is it powered, and is Sluice's bitstream loaded?";
}

TEST_F(Uart, SaysWhyThereIsNoBoard) {
  EXPECT_EQ(failToOpen("uart:/nowhere/tty"),
            "device 'uart': cannot open /nowhere/tty: No such file or "
            "directory");
  EXPECT_EQ(failToOpen("uart:/dev/null"),
            "device 'uart': /dev/null is no serial port");
  int terminal = posix_openpt(O_RDWR | O_NOCTTY);
  ASSERT_GE(terminal, 0);
  grantpt(terminal);
  unlockpt(terminal);
  std::string port = ptsname(terminal);
  EXPECT_EQ(failToOpen("uart:" + port + ",timeout=100"), noBoardAt(port));
  {
    // Each time for longer than the board may be silent.
    Stalls stalls(110);
    EXPECT_EQ(failToOpen("uart:" + port + ",timeout=100"), noBoardAt(port));
  }
  close(terminal);
}

} // namespace
