// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Prints docs/generated/EngineInstructions.md: every instruction's fields, from
// the tables that encode, verify and print them.

#include "dialects/Engine/Isa.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace sluice::engine;
using llvm::formatv;

/// Bytes 0 to 2: opcode, tokens, types. END has no tokens.
static constexpr unsigned headerBytes = 3;

static std::string rangeOf(const FieldInfo &field) {
  if (field.least == field.greatest)
    return std::to_string(field.least);
  int64_t all = field.bytes == 8 ? -1 : (int64_t(1) << 8 * field.bytes) - 1;
  bool whole = field.isSigned ? field.greatest - field.least == all
                              : field.least == 0 && field.greatest == all;
  if (whole)
    return "any";
  return formatv("{0} … {1}", field.least, field.greatest);
}

static std::string bytesOf(unsigned first, unsigned count) {
  return count == 1 ? std::to_string(first)
                    : formatv("{0}–{1}", first, first + count - 1).str();
}

/// One character a byte, four to a group: the field's letter, '.' if reserved.
static void printMap(llvm::raw_ostream &os, llvm::ArrayRef<FieldInfo> fields) {
  std::string map(kInstructionBytes, '.');
  std::fill_n(map.begin(), headerBytes, '#');
  for (auto [index, field] : llvm::enumerate(fields))
    std::fill_n(map.begin() + field.byte, field.bytes,
                index < 26 ? char('a' + index) : char('A' + index - 26));
  for (unsigned row = 0; row < kInstructionBytes; row += 16) {
    os << llvm::format("    %2u ", row);
    for (unsigned byte = row; byte < row + 16; ++byte)
      os << (byte % 4 ? "" : " ") << map[byte];
    os << "\n";
  }
}

static void printInstruction(llvm::raw_ostream &os, Opcode opcode) {
  std::optional<Unit> unit = unitOf(opcode);
  os << formatv("\n## `{0}`\n\nOpcode 0x{1}, {2}.\n\n", stringifyOpcode(opcode),
                llvm::utohexstr(unsigned(opcode), /*LowerCase=*/true,
                                /*Width=*/2),
                unit ? ("unit " + stringifyUnit(*unit)).str() : "no unit");
  llvm::ArrayRef<FieldInfo> fields = Instruction::makeDefault(opcode).table();
  printMap(os, fields);
  if (fields.empty())
    return;
  os << "\n| | bytes | field | type | range | default "
        "|\n|---|---|---|---|---|---|\n";
  for (auto [index, field] : llvm::enumerate(fields))
    os << formatv("| {0} | {1} | `{2}` | {3}{4} | {5} | {6} |\n",
                  index < 26 ? char('a' + index) : char('A' + index - 26),
                  bytesOf(field.byte, field.bytes), field.name,
                  field.isSigned ? "i" : "u", 8 * field.bytes, rangeOf(field),
                  field.defaultValue);
}

int main() {
  llvm::raw_ostream &os = llvm::outs();
  os << "<!-- Generated from dialects/Engine/Instructions.def; don't edit -->\n"
        "\n# The engine's instructions\n\nWhat they do is on the page of the "
        "[instruction set](../spec/engine-isa.md), where some instructions "
        "narrow these ranges further. 64 bytes, little endian; in the maps, "
        "`#` is the header (opcode, tokens, types), a letter the field of that "
        "row, a dot reserved and zero.\n";
  for (unsigned byte = 0; byte < 256; ++byte)
    if (std::optional<Opcode> opcode = symbolizeOpcode(byte))
      printInstruction(os, *opcode);
  return 0;
}
