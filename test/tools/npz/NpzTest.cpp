// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Our own round trip and damaged files; NumPy's files are read in
// test/tools/sluice.

#include "tools/npz/Npz.h"

#include <cstdio>
#include <fstream>
#include <gtest/gtest.h>

using namespace sluice;

namespace {

class Npz : public testing::Test {
protected:
  NpzStatus read(const std::vector<uint8_t> &bytes) {
    // Named after the test, as tests run side by side.
    auto *test = testing::UnitTest::GetInstance()->current_test_info();
    std::string path = testing::TempDir() + "npz_" + test->name() + ".npz";
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char *>(bytes.data()), bytes.size());
    arrays.clear();
    error.clear();
    NpzStatus status = readNpz(path, arrays, error);
    remove(path.c_str());
    return status;
  }
  std::vector<NpzArray> arrays;
  std::string error;
};

const std::vector<NpzArray> kArrays = {
    {"x", "int8", {2, 3}, {1, 2, 3, 4, 5, 6}},
    {"scalar", "float32", {}, {0, 0, 128, 63}},
    {"empty", "int64", {0, 7}, {}},
};

TEST_F(Npz, RoundTrips) {
  ASSERT_EQ(read(encodeNpz(kArrays)), NpzStatus::Ok) << error;
  ASSERT_EQ(arrays.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(arrays[i].name, kArrays[i].name);
    EXPECT_EQ(arrays[i].type, kArrays[i].type);
    EXPECT_EQ(arrays[i].shape, kArrays[i].shape);
    EXPECT_EQ(arrays[i].data, kArrays[i].data);
  }
}

TEST_F(Npz, SurvivesEveryTruncation) {
  auto whole = encodeNpz(kArrays);
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(read({whole.begin(), whole.begin() + size}), NpzStatus::Malformed)
        << size;
}

TEST_F(Npz, SurvivesEveryFlippedByte) {
  auto bytes = encodeNpz(kArrays);
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] ^= 0xff;
    if (read(bytes) != NpzStatus::Ok)
      EXPECT_FALSE(error.empty());
    bytes[i] ^= 0xff;
  }
}

TEST_F(Npz, NoticesChangedData) {
  auto bytes = encodeNpz(kArrays);
  // The first array's data follow its local header, name and 128 bytes of .npy
  // header.
  bytes[30 + 5 + 128] ^= 1;
  EXPECT_EQ(read(bytes), NpzStatus::Malformed);
  EXPECT_NE(error.find("'x.npy': is damaged (its CRC differs)"),
            std::string::npos)
      << error;
}

TEST_F(Npz, NamesAMissingFile) {
  EXPECT_EQ(readNpz("/nonexistent.npz", arrays, error), NpzStatus::Missing);
  EXPECT_EQ(error, "/nonexistent.npz: No such file or directory");
}

TEST_F(Npz, TakesNoFolder) {
  EXPECT_EQ(readNpz("/", arrays, error), NpzStatus::Malformed);
  EXPECT_EQ(error, "/: Is a directory; a .npz file by numpy.savez is wanted");
}

} // namespace
