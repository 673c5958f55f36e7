// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/engine/Encoding.h"
#include "RandomInstruction.h"
#include <gtest/gtest.h>

using namespace sluice::engine;

static std::vector<uint8_t> encode(const Instruction &instruction) {
  std::vector<uint8_t> bytes;
  encodeInstruction(instruction, bytes);
  return bytes;
}

/// The error of the default instruction of `opcode` with byte `at` changed.
static std::string errorWith(Opcode opcode, unsigned at, uint8_t value) {
  std::vector<uint8_t> bytes = encode(Instruction::makeDefault(opcode));
  bytes[at] = value;
  auto decoded = decodeInstruction(bytes);
  return decoded ? "" : llvm::toString(decoded.takeError());
}

TEST(Encoding, LaysBytesOutAsTheIsaPage) {
  LoadActFields fields;
  fields.fill = -2;
  fields.dst = 0x01020304;
  fields.offset = 0xa0b0c0d0;
  fields.base = 1;
  fields.ny = 0x1112;
  fields.nx = 0x1314;
  fields.len = 0x1516;
  fields.stride_y = -3;
  fields.stride_x = 0x21222324;
  fields.pos0 = -4;
  fields.row_len = 0x31323334;
  fields.dst_step_y = 0x4142;
  fields.dst_step_x = 0x4344;
  std::vector<uint8_t> expected = {
      0x01, 0x42, 0x00, 0xfe, 0x04, 0x03, 0x02, 0x01, // header, dst
      0xd0, 0xc0, 0xb0, 0xa0, 0x01, 0x00, 0x00, 0x00, // offset, base
      0x12, 0x11, 0x14, 0x13, 0x16, 0x15, 0x00, 0x00, // ny, nx, len
      0xfd, 0xff, 0xff, 0xff, 0x24, 0x23, 0x22, 0x21, // stride_y, stride_x
      0xfc, 0xff, 0xff, 0xff, 0x34, 0x33, 0x32, 0x31, // pos0, row_len
      0x42, 0x41, 0x44, 0x43};
  expected.resize(64);
  Tokens tokens = {maskOf(Unit::Compute), maskOf(Unit::Store)};
  EXPECT_EQ(encode({Opcode::LoadAct, tokens, fields}), expected);
}

TEST(Encoding, FieldsDoNotOverlap) {
  for (Opcode opcode : kOpcodes) {
    std::vector<bool> taken(kInstructionBytes);
    taken[0] = taken[1] = true;
    for (const FieldInfo &field : Instruction::makeDefault(opcode).table())
      for (unsigned i = 0; i < field.bytes; ++i) {
        EXPECT_FALSE(taken[field.byte + i]) << field.name.str();
        taken[field.byte + i] = true;
      }
  }
}

TEST(Encoding, RoundTripsRandomInstructions) {
  std::mt19937 random(1);
  for (unsigned i = 0; i < 1000; ++i)
    for (Opcode opcode : kOpcodes) {
      Instruction instruction = randomInstruction(opcode, random);
      auto decoded = decodeInstruction(encode(instruction));
      ASSERT_TRUE(bool(decoded)) << llvm::toString(decoded.takeError());
      EXPECT_EQ(*decoded, instruction);
    }
}

TEST(Encoding, EveryLegalByteStringIsOneInstruction) {
  // Flip random bytes: what still decodes must encode to the same bytes.
  std::mt19937 random(2);
  unsigned legal = 0;
  for (unsigned i = 0; i < 4000; ++i) {
    Opcode opcode = kOpcodes[random() % std::size(kOpcodes)];
    std::vector<uint8_t> bytes = encode(randomInstruction(opcode, random));
    bytes[random() % kInstructionBytes] = random();
    if (auto decoded = decodeInstruction(bytes)) {
      EXPECT_EQ(encode(*decoded), bytes);
      ++legal;
    } else {
      llvm::consumeError(decoded.takeError());
    }
  }
  EXPECT_GT(legal, 1000u);
  EXPECT_LT(legal, 3900u);
}

TEST(Encoding, IllegalBytesNameByteAndField) {
  EXPECT_EQ(errorWith(Opcode::Conv, 0, 0x55),
            "byte 0 (opcode): 0x55 is no opcode");
  EXPECT_EQ(errorWith(Opcode::Conv, 1, 0x08),
            "byte 1 (tokens): reserved bits are not zero");
  EXPECT_EQ(errorWith(Opcode::Conv, 1, 0x20),
            "byte 1 (tokens): names the instruction's own unit");
  EXPECT_EQ(errorWith(Opcode::End, 1, 0x10),
            "byte 1 (tokens): not zero in an END");
  EXPECT_EQ(errorWith(Opcode::Conv, 2, 18),
            "byte 2 (types): 18 is not in 0..17");
  EXPECT_EQ(errorWith(Opcode::Store, 2, 4), "byte 2 (types): is not zero");
  EXPECT_EQ(errorWith(Opcode::Conv, 63, 1), "byte 63 (reserved): is not zero");
  EXPECT_EQ(errorWith(Opcode::Store, 3, 1), "byte 3 (reserved): is not zero");
  EXPECT_EQ(errorWith(Opcode::End, 4, 1), "byte 4 (reserved): is not zero");
  EXPECT_EQ(errorWith(Opcode::LoadAct, 16, 0),
            "byte 16 (ny): 0 is not in 1..65535");
  EXPECT_EQ(errorWith(Opcode::Store, 12, 0),
            "byte 12 (base): 0 is not in 1..1");
  EXPECT_EQ(errorWith(Opcode::Add, 57, 0x80),
            "byte 56 (ma): 32768 is not in 0..32767");
}

TEST(Encoding, EveryReservedByteIsChecked) {
  for (Opcode opcode : kOpcodes) {
    std::vector<bool> named(kInstructionBytes);
    for (const FieldInfo &field : Instruction::makeDefault(opcode).table())
      for (unsigned i = 0; i < field.bytes; ++i)
        named[field.byte + i] = true;
    for (unsigned at = 3; at < kInstructionBytes; ++at)
      if (!named[at])
        EXPECT_NE(errorWith(opcode, at, 0x80), "");
  }
}

TEST(Encoding, ProgramsEndWithTheirOnlyEnd) {
  auto errorOf = [](llvm::ArrayRef<uint8_t> bytes) {
    auto program = decodeProgram(bytes);
    return program ? "" : llvm::toString(program.takeError());
  };
  std::vector<uint8_t> bytes;
  EXPECT_EQ(errorOf(bytes), "the program does not end with END");
  encodeInstruction(Instruction::makeDefault(Opcode::Conv), bytes);
  EXPECT_EQ(errorOf(bytes), "the program does not end with END");
  encodeInstruction(Instruction(), bytes);
  EXPECT_EQ(errorOf(bytes), "");
  EXPECT_EQ(errorOf(llvm::ArrayRef(bytes).drop_back()),
            "a program of 127 bytes is no whole number of instructions of 64 "
            "bytes");
  bytes[24] = 0, bytes[25] = 0;
  EXPECT_EQ(errorOf(bytes), "instruction 0 at offset 0: byte 24 (oh): 0 is not "
                            "in 1..65535");
  bytes[24] = 1;
  encodeInstruction(Instruction(), bytes);
  EXPECT_EQ(errorOf(bytes), "instruction 2 follows END");
}
