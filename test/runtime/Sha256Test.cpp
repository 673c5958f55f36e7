// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Vectors of NIST (FIPS 180-4 examples and the SHA test suite's long messages).

#include "runtime/base/Sha256.h"
#include "runtime/base/Sha256Blocks.h"

#include <gtest/gtest.h>
#include <random>
#include <string>
#include <vector>

using namespace sluice;

static std::string digestOf(const std::string &text) {
  return toHex(sha256(text.data(), text.size())).data();
}

TEST(Sha256, Vectors) {
  EXPECT_EQ(digestOf(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca49"
                          "5991b7852b855");
  EXPECT_EQ(digestOf("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9c"
                             "b410ff61f20015ad");
  EXPECT_EQ(
      digestOf("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(digestOf(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PaddingLengths) {
  // One below, at and above the length where padding needs a second block.
  EXPECT_EQ(digestOf(std::string(55, 'a')),
            "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
  EXPECT_EQ(digestOf(std::string(56, 'a')),
            "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a");
  EXPECT_EQ(digestOf(std::string(64, 'a')),
            "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
}

TEST(Sha256, InstructionsAgreeWithPortableCode) {
  Sha256BlocksFn native = nativeSha256Blocks();
  if (!native)
    return; // this processor has none
  std::mt19937 random(1);
  std::vector<uint8_t> bytes(64 * 20);
  for (uint8_t &byte : bytes)
    byte = uint8_t(random());
  Sha256State expected = {1, 2, 3, 4, 5, 6, 7, 0xffffffff}, state = expected;
  for (size_t count : {0, 1, 2, 17}) {
    sha256Blocks(expected, bytes.data() + count, count);
    native(state, bytes.data() + count, count);
    EXPECT_EQ(state, expected) << count << " blocks";
  }
}
