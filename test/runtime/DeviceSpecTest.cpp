// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Device strings.

#include "runtime/hal/DeviceSpec.h"

#include <gtest/gtest.h>

using namespace sluice;

namespace {

DeviceSpec parse(const char *text) {
  DeviceSpec spec;
  EXPECT_EQ(DeviceSpec::parse(text, spec), SLUICE_STATUS_OK) << lastMessage();
  return spec;
}

TEST(DeviceSpec, KeepsItsText) {
  for (const char *text :
       {"cpu", "cpu:threads=2", "xrt:0", "uart:/dev/ttyUSB0,baud=3000000"})
    EXPECT_EQ(parse(text).text(), text);
}

TEST(DeviceSpec, ReadsNumbersTextsAndTheArgument) {
  uint64_t baud = 1, retries = 7;
  std::string name, argument;
  const DeviceOption options[] = {{"baud", &baud, 0, 5000000},
                                  {"retries", &retries, 0, 9},
                                  {.key = "name", .text = &name}};
  DeviceSpec spec = parse("uart:/dev/tty,baud=3000000,name=a=b");
  ASSERT_EQ(spec.read(options, &argument), SLUICE_STATUS_OK) << lastMessage();
  EXPECT_EQ(argument, "/dev/tty");
  EXPECT_EQ(baud, 3000000u);
  EXPECT_EQ(retries, 7u);
  EXPECT_EQ(name, "a=b");
  EXPECT_EQ(spec.read(options), SLUICE_STATUS_INVALID_ARGUMENT);
  EXPECT_STREQ(lastMessage(),
               "device 'uart': '/dev/tty' is not of the form KEY=VALUE");
}

TEST(DeviceSpec, PartsOffTheDeviceBehind) {
  DeviceSpec spec = parse("fault:sim,latency=3,at=5,bytes=4"), inner;
  ASSERT_EQ(spec.takeInner({"at"}, inner), SLUICE_STATUS_OK);
  EXPECT_EQ(inner.text(), "sim:latency=3,bytes=4");
  EXPECT_EQ(spec.text(), "fault:at=5");
  EXPECT_EQ(spec.takeInner({"at"}, inner), SLUICE_STATUS_INVALID_ARGUMENT);
}

TEST(DeviceSpec, RefusesOtherForms) {
  DeviceSpec spec;
  for (const char *text : {"", ":a=1", "cpu:", "cpu:a=1,b", "cpu:x,", "cpu:=1"})
    EXPECT_EQ(DeviceSpec::parse(text, spec), SLUICE_STATUS_INVALID_ARGUMENT)
        << text;
}

} // namespace
