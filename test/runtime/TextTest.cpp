// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Text of a fixed size.

#include "runtime/base/Text.h"

#include <gtest/gtest.h>

using namespace sluice;

namespace {

TEST(Text, EscapesJson) {
  char data[64];
  Text(data).print("%d ", 7).quote("a\"b\\c\n\x01");
  EXPECT_STREQ(data, R"(7 "a\"b\\c\n\u0001")");
}

TEST(Text, CutsWhatDoesNotFit) {
  char data[8 + 1];
  data[8] = 'x';
  Text text(data, 8);
  text.print("12345").print("6789").print("0");
  EXPECT_STREQ(data, "1234567");
  EXPECT_EQ(data[8], 'x');
}

} // namespace
