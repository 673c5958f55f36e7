// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/engine/Encoding.h"
#include "dialects/Engine/Check.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <bitset>

using namespace sluice::engine;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::formatv;

static constexpr unsigned kOpcodeByte = 0, kTokensByte = 1, kTypesByte = 2;

void sluice::engine::encodeInstruction(const Instruction &instruction,
                                       std::vector<uint8_t> &bytes) {
  size_t begin = bytes.size();
  bytes.resize(begin + kInstructionBytes, 0);
  uint8_t *out = bytes.data() + begin;
  out[kOpcodeByte] = static_cast<uint8_t>(instruction.opcode);
  out[kTokensByte] = instruction.tokens.wait | instruction.tokens.signal << 4;
  for (const FieldInfo &field : instruction.table()) {
    int64_t value = instruction.get(field);
    for (unsigned i = 0; i < field.bytes; ++i)
      out[field.byte + i] = value >> 8 * i;
  }
}

static Error illegal(unsigned byte, llvm::StringRef field,
                     const llvm::Twine &what) {
  return createStringError("byte " + llvm::Twine(byte) + " (" + field +
                           "): " + what);
}

/// Reads `field`, which checks its range.
static Error decodeField(llvm::ArrayRef<uint8_t> bytes, const FieldInfo &field,
                         Instruction &instruction) {
  uint64_t raw = 0;
  for (unsigned i = 0; i < field.bytes; ++i)
    raw |= uint64_t(bytes[field.byte + i]) << 8 * i;
  int64_t value = field.isSigned ? llvm::SignExtend64(raw, 8 * field.bytes)
                                 : static_cast<int64_t>(raw);
  if (value < field.least || value > field.greatest)
    return illegal(
        field.byte, field.name,
        formatv("{0} is not in {1}..{2}", value, field.least, field.greatest)
            .str());
  instruction.set(field, value);
  return Error::success();
}

static Error decodeTokens(uint8_t byte, Instruction &instruction) {
  if (byte & 0x88)
    return illegal(kTokensByte, "tokens", "reserved bits are not zero");
  instruction.tokens.wait = byte & 7;
  instruction.tokens.signal = byte >> 4;
  UnitMask both = instruction.tokens.wait | instruction.tokens.signal;
  std::optional<Unit> unit = unitOf(instruction.opcode);
  if (!unit && both)
    return illegal(kTokensByte, "tokens", "not zero in an END");
  if (unit && (both & maskOf(*unit)))
    return illegal(kTokensByte, "tokens", "names the instruction's own unit");
  return Error::success();
}

Expected<Instruction>
sluice::engine::decodeInstruction(llvm::ArrayRef<uint8_t> bytes) {
  if (bytes.size() != kInstructionBytes)
    return createStringError(formatv("{0} bytes where an instruction has {1}",
                                     bytes.size(), kInstructionBytes)
                                 .str());
  std::optional<Opcode> opcode = symbolizeOpcode(bytes[kOpcodeByte]);
  if (!opcode)
    return illegal(kOpcodeByte, "opcode",
                   formatv("{0:x2} is no opcode", bytes[kOpcodeByte]).str());
  Instruction instruction = Instruction::makeDefault(*opcode);
  if (Error error = decodeTokens(bytes[kTokensByte], instruction))
    return error;
  std::bitset<kInstructionBytes> named;
  named.set(kOpcodeByte).set(kTokensByte);
  for (const FieldInfo &field : instruction.table()) {
    if (Error error = decodeField(bytes, field, instruction))
      return error;
    for (unsigned i = 0; i < field.bytes; ++i)
      named.set(field.byte + i);
  }
  for (unsigned i = 0; i < kInstructionBytes; ++i)
    if (!named[i] && bytes[i])
      return illegal(i, i == kTypesByte ? "types" : "reserved", "is not zero");
  return instruction;
}

Expected<std::vector<Instruction>>
sluice::engine::decodeProgram(llvm::ArrayRef<uint8_t> bytes) {
  if (bytes.size() % kInstructionBytes)
    return createStringError(
        formatv("a program of {0} bytes is no whole number of instructions of "
                "{1} bytes",
                bytes.size(), kInstructionBytes)
            .str());
  std::vector<Instruction> program;
  for (; !bytes.empty(); bytes = bytes.drop_front(kInstructionBytes)) {
    if (!program.empty() && program.back().opcode == Opcode::End)
      return createStringError(
          formatv("instruction {0} follows END", program.size()).str());
    auto instruction = decodeInstruction(bytes.take_front(kInstructionBytes));
    if (!instruction)
      return createStringError(formatv("instruction {0} at offset {1}: {2}",
                                       program.size(),
                                       program.size() * kInstructionBytes,
                                       llvm::toString(instruction.takeError()))
                                   .str());
    program.push_back(*instruction);
  }
  if (program.empty() || program.back().opcode != Opcode::End)
    return createStringError("the program does not end with END");
  return program;
}
