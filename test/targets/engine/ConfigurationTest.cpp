// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/engine/Configuration.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include <gtest/gtest.h>

using namespace sluice::engine;

static std::string errorOf(llvm::StringRef text) {
  auto configuration = Configuration::parse(text);
  if (configuration)
    return "";
  return llvm::toString(configuration.takeError());
}

static std::error_code codeOf(llvm::StringRef text) {
  std::error_code code;
  llvm::handleAllErrors(Configuration::parse(text).takeError(),
                        [&](const llvm::ErrorInfoBase &info) {
                          code = info.convertToErrorCode();
                        });
  return code;
}

TEST(Configuration, EveryBoardIsValid) {
  EXPECT_EQ(getBoardNames(),
            (std::vector<llvm::StringRef>{"kv260", "u50", "ulx3s-25f",
                                          "ulx3s-85f-16x8", "ulx3s-85f"}));
  for (llvm::StringRef name : getBoardNames()) {
    auto configuration = Configuration::parse(name);
    ASSERT_TRUE(bool(configuration)) << errorOf(name);
    EXPECT_EQ(configuration->board().name, name);
    EXPECT_EQ(configuration->description(), name);
  }
}

TEST(Configuration, CountsTheSixteenByEightOfTheIntegersPage) {
  auto configuration = Configuration::parse("ulx3s-85f-16x8");
  ASSERT_TRUE(bool(configuration));
  EXPECT_EQ(configuration->resources().multipliers, 144u);
}

TEST(Configuration, HashIsFnv1aOfTheCanonicalText) {
  auto configuration = Configuration::parse("ulx3s-85f");
  ASSERT_TRUE(bool(configuration));
  EXPECT_EQ(configuration->canonical(),
            "PC=8 PK=8 ACT_BYTES=131072 ACT_BANKS=8 WGT_WORDS=1024 "
            "PRM_WORDS=256 AXI_BYTES=8 INT4=1 ISA=1");
  // Computed with an independent program.
  EXPECT_EQ(configuration->hash(), 0x8d02ea0a5e033b2du);
  // An engine without what came later keeps its hash.
  auto older = Configuration::parse("ulx3s-85f,INT4=0");
  ASSERT_TRUE(bool(older));
  EXPECT_EQ(older->hash(), 0xaf4b1acfc20eaa5au);
}

TEST(Configuration, NamesNewerParametersWhereTheyChangeSomething) {
  auto configuration = Configuration::parse("ulx3s-85f,RQ_CYCLES=2");
  ASSERT_TRUE(bool(configuration));
  EXPECT_EQ(configuration->canonical(),
            "PC=8 PK=8 ACT_BYTES=131072 ACT_BANKS=8 WGT_WORDS=1024 "
            "PRM_WORDS=256 AXI_BYTES=8 RQ_CYCLES=2 INT4=1 ISA=1");
  EXPECT_EQ(configuration->resources().multipliers, 72u);
}

TEST(Configuration, KeepsRealChangesOnly) {
  auto configuration =
      Configuration::parse("ulx3s-85f,PRM_WORDS=128,PC=8,ACT_BYTES=65536");
  ASSERT_TRUE(bool(configuration));
  EXPECT_EQ(configuration->description(),
            "ulx3s-85f,ACT_BYTES=65536,PRM_WORDS=128");
  EXPECT_EQ(configuration->parameters().ACT_BYTES, 65536u);
}

TEST(Configuration, ReadsABoardFile) {
  llvm::SmallString<128> path;
  ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("board", "json", path));
  std::error_code error;
  llvm::raw_fd_ostream(path, error) << R"({
    "name": "bench", "description": "a test", "device": "none",
    "shell": "none", "clock_mhz": 50, "multipliers": 10, "memory_bits": 600000,
    "memory": {"latency": 11, "bytes_per_cycle": 2},
    "parameters": {"PC": 8, "PK": 1, "ACT_BYTES": 1024, "ACT_BANKS": 2,
      "WGT_WORDS": 16, "PRM_WORDS": 4, "AXI_BYTES": 8}})";
  auto configuration = Configuration::parse(path);
  ASSERT_TRUE(bool(configuration)) << errorOf(path);
  EXPECT_EQ(configuration->board().name, "bench");
  EXPECT_EQ(configuration->board().memory.latency, 11u);
  EXPECT_EQ(configuration->board().memory.bytesPerCycle, 2u);
  // One for each chunk of two banks, two each for the 64 bits of weights, of
  // parameters, of the lane's tables and of the units' three queues, one for
  // the counters.
  EXPECT_EQ(configuration->resources().memoryBlocks,
            2u * 8 + 2 + 2 + 2 + 3 * 2 + 1);

  llvm::raw_fd_ostream(path, error) << R"({"name": "bench"})";
  EXPECT_EQ(errorOf(path), path.str().str() +
                               ": not a board file: missing value at "
                               "board.description; see the fields of "
                               "ulx3s-85f.json");
  // A parameter that is misspelled, and one that no engine can have.
  auto board = [](llvm::StringRef pc) {
    return (R"({"name": "bench", "description": "", "device": "", "shell": "",
      "clock_mhz": 50, "multipliers": 7, "memory_bits": 400000,
      "parameters": {)" +
            pc + R"(: 3, "PK": 1, "ACT_BYTES": 1024, "ACT_BANKS": 2,
      "WGT_WORDS": 16, "PRM_WORDS": 4, "AXI_BYTES": 8}})")
        .str();
  };
  llvm::raw_fd_ostream(path, error) << board(R"("PC": 4, "FOO")");
  EXPECT_EQ(errorOf(path),
            path.str().str() +
                ": not a board file: is none of PC, PK, ACT_BYTES, ACT_BANKS, "
                "WGT_WORDS, PRM_WORDS, AXI_BYTES, RQ_CYCLES, INT4, INT16 at "
                "board.parameters.FOO; see the fields of ulx3s-85f.json");
  // A block that is less than one bit wide.
  std::string narrow = board(R"("PC")");
  narrow.insert(1, R"("memory_block_bits": 511, )");
  llvm::raw_fd_ostream(path, error) << narrow;
  EXPECT_EQ(errorOf(path), path.str().str() +
                               ": not a board file: is less than 512 at "
                               "board.memory_block_bits; see the fields of "
                               "ulx3s-85f.json");
  llvm::raw_fd_ostream(path, error) << board(R"("PC")");
  EXPECT_EQ(codeOf(path), std::errc::bad_message);
  EXPECT_NE(codeOf("ulx3s-85f,PC=3"), std::errc::bad_message);
  llvm::sys::fs::remove(path);
  EXPECT_NE(errorOf(path).find("cannot read board file"), std::string::npos);
}

TEST(Configuration, ErrorsNameWhatAndTheRemedy) {
  EXPECT_EQ(errorOf("nexys"),
            "unknown engine board 'nexys'; known boards: kv260, u50, "
            "ulx3s-25f, ulx3s-85f-16x8, ulx3s-85f; or the path of a .json "
            "file");
  EXPECT_EQ(errorOf("ulx3s-85f,PX=1"),
            "unknown engine parameter 'PX' in 'PX=1'; known: PC, PK, "
            "ACT_BYTES, ACT_BANKS, WGT_WORDS, PRM_WORDS, AXI_BYTES, RQ_CYCLES, "
            "INT4, INT16, bands, chunks, start");
  EXPECT_EQ(errorOf("ulx3s-85f,bands=0"),
            "engine schedule bands: '0' is not a whole number from 1 to 64");
  EXPECT_EQ(errorOf("ulx3s-85f,PC=big"),
            "engine parameter PC: 'big' is not a whole number below 2^32");
  EXPECT_EQ(errorOf("ulx3s-85f,PC=12"),
            "engine configuration 'ulx3s-85f,PC=12': PC is 12, not a power of "
            "two");
  EXPECT_EQ(errorOf("ulx3s-85f,PC=4"),
            "engine configuration 'ulx3s-85f,PC=4': PC = 4 is not a multiple "
            "of PK = 8");
  EXPECT_EQ(errorOf("ulx3s-85f,RQ_CYCLES=16"),
            "engine configuration 'ulx3s-85f,RQ_CYCLES=16': PK = 8 is not a "
            "multiple of RQ_CYCLES = 16");
  EXPECT_EQ(errorOf("ulx3s-85f,INT4=2"),
            "engine configuration 'ulx3s-85f,INT4=2': INT4 is 2, not 0 or 1");
  EXPECT_EQ(errorOf("ulx3s-85f,INT16=1,RQ_CYCLES=8"),
            "engine configuration 'ulx3s-85f,RQ_CYCLES=8,INT16=1': INT16 = 1 "
            "needs two lanes of requantize, and PK = 8 by RQ_CYCLES = 8 leaves "
            "one");
  EXPECT_EQ(errorOf("ulx3s-25f,PC=8"),
            "engine configuration 'ulx3s-25f,PC=8': PC = 8 and PK = 4 need 40 "
            "multipliers; LFE5U-25F has 28: make PC or PK smaller");
  EXPECT_EQ(errorOf("ulx3s-25f,ACT_BYTES=262144"),
            "engine configuration 'ulx3s-25f,ACT_BYTES=262144': the "
            "scratchpads need 159 blocks of 18432 bits; LFE5U-25F has 56: make "
            "ACT_BYTES, WGT_WORDS or PRM_WORDS smaller");
}

TEST(Configuration, TheScheduleIsPartOfTheDescription) {
  auto configuration =
      Configuration::parse("ulx3s-85f,chunks=4,bands=8,WGT_WORDS=2048");
  ASSERT_TRUE(bool(configuration));
  EXPECT_EQ(configuration->description(), "ulx3s-85f,WGT_WORDS=2048,chunks=4");
  EXPECT_EQ(configuration->schedule(), (TileSchedule{8, 4}));
  auto plain = Configuration::parse("ulx3s-85f,WGT_WORDS=2048");
  ASSERT_TRUE(bool(plain));
  EXPECT_EQ(configuration->hash(), plain->hash());
}

TEST(Configuration, ClocksComeFromBoardsOfTheDevice) {
  auto clockOf = [](llvm::StringRef text) {
    auto configuration = Configuration::parse(text);
    return configuration->findClockMhz();
  };
  // As many multipliers as 8x8 or fewer, as many as 16x8, more than any
  // board's.
  double small = *clockOf("ulx3s-85f"), large = *clockOf("ulx3s-85f-16x8");
  EXPECT_GT(small, large);
  EXPECT_EQ(clockOf("ulx3s-85f-16x8,PC=8"), small);
  EXPECT_EQ(clockOf("ulx3s-85f,PC=16,WGT_WORDS=512"), large);
  EXPECT_EQ(clockOf("u50,PC=32"), std::nullopt);
}
