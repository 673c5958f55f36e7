// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The engine's instructions as plain structures, without MLIR: what
// docs/spec/engine-isa.md names, under the names it uses.

#ifndef SLUICE_DIALECTS_ENGINE_ISA_H
#define SLUICE_DIALECTS_ENGINE_ISA_H

#include "dialects/Engine/Instructions.def"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace sluice::engine {

/// Bytes of a binary instruction.
inline constexpr unsigned kInstructionBytes = 64;
/// Lookup tables, and the bytes of one.
inline constexpr unsigned kTables = 8, kTableBytes = 256;
/// Bits of the capability ROM's features.
inline constexpr uint32_t kFeatureTables = 1, kFeatureInt4 = 2,
                          kFeatureInt16 = 4;
/// `types`: two weights of four bits a byte; activations that are read, and
/// results, of 16 bits.
inline constexpr uint8_t kTypesInt4 = 1 << 2;
inline constexpr uint8_t kTypesInt16In = 1 << 0, kTypesInt16Out = 1 << 4,
                         kTypesInt16 = kTypesInt16In | kTypesInt16Out;
/// The greatest value of a token counter.
inline constexpr unsigned kMaxTokens = 15;

/// The parameters of a configuration, named as on the ISA page.
struct Parameters {
  uint32_t PC = 0, PK = 0;
  uint32_t ACT_BYTES = 0, ACT_BANKS = 0;
  uint32_t WGT_WORDS = 0, PRM_WORDS = 0;
  uint32_t AXI_BYTES = 0;
  uint32_t RQ_CYCLES = 1;
  uint32_t INT4 = 0;
  uint32_t INT16 = 0;

  /// Chunks in a word of activations.
  uint32_t wordChunks() const { return PC / PK; }
  /// Chunks in the activation scratchpad.
  uint32_t actChunks() const { return ACT_BYTES / PK; }

  bool operator==(const Parameters &) const = default;
};

/// Name and member of each parameter, in the order of the ISA page. `fallback`
/// is what an engine that knows no such parameter has; a configuration's text
/// leaves it out.
struct ParameterInfo {
  llvm::StringLiteral name;
  uint32_t Parameters::*member;
  std::optional<uint32_t> fallback = std::nullopt;
};
llvm::ArrayRef<ParameterInfo> parameterTable();

/// The first rule of the ISA that the parameters break, in words; empty when
/// they break none.
std::string checkParameters(const Parameters &parameters);

enum class Unit : uint8_t { Load, Compute, Store };
inline constexpr unsigned kNumUnits = 3;
llvm::StringRef stringifyUnit(Unit unit);

/// A set of units: bit 0 LOAD, bit 1 COMPUTE, bit 2 STORE.
using UnitMask = uint8_t;
constexpr UnitMask maskOf(Unit unit) {
  return 1u << static_cast<unsigned>(unit);
}

/// What an instruction waits for and what it signals when it ends.
struct Tokens {
  UnitMask wait = 0, signal = 0;
  bool operator==(const Tokens &) const = default;
};

enum class Opcode : uint8_t {
  LoadAct = 0x01,
  LoadWgt = 0x02,
  LoadPrm = 0x03,
  LoadLut = 0x04,
  Conv = 0x10,
  Depthwise = 0x11,
  Add = 0x12,
  MaxPool = 0x13,
  Store = 0x20,
  End = 0x3f,
};

/// The opcode that `byte` stands for, if any.
std::optional<Opcode> symbolizeOpcode(uint8_t byte);
/// The op's mnemonic, such as "load_act".
llvm::StringRef stringifyOpcode(Opcode opcode);
/// The unit that runs the instruction; none for END.
std::optional<Unit> unitOf(Opcode opcode);

#define SLUICE_ENGINE_MEMBER(TYPE, NAME, BYTE, LEAST, GREATEST, DEFAULT)       \
  TYPE NAME = DEFAULT;
#define SLUICE_ENGINE_STRUCT(STRUCT, FIELDS)                                   \
  struct STRUCT {                                                              \
    FIELDS(SLUICE_ENGINE_MEMBER)                                               \
    bool operator==(const STRUCT &) const = default;                           \
  };
/// LOAD_ACT.
SLUICE_ENGINE_STRUCT(LoadActFields, SLUICE_ENGINE_LOAD_ACT_FIELDS)
/// LOAD_WGT, LOAD_PRM and LOAD_LUT.
SLUICE_ENGINE_STRUCT(LoadWordsFields, SLUICE_ENGINE_LOAD_WORDS_FIELDS)
/// CONV, DEPTHWISE and MAXPOOL.
SLUICE_ENGINE_STRUCT(WindowFields, SLUICE_ENGINE_WINDOW_FIELDS)
/// ADD.
SLUICE_ENGINE_STRUCT(AddFields, SLUICE_ENGINE_ADD_FIELDS)
/// STORE.
SLUICE_ENGINE_STRUCT(StoreFields, SLUICE_ENGINE_STORE_FIELDS)
#undef SLUICE_ENGINE_STRUCT
#undef SLUICE_ENGINE_MEMBER

/// The clamp of an instruction of COMPUTE: of int16 results, in two fields
/// each.
struct Clamp {
  int32_t lo, hi;
};
template <typename FieldsT> Clamp getClamp(const FieldsT &f) {
  if (!(f.types & kTypesInt16Out))
    return {f.lo, f.hi};
  return {f.lo_high * 256 + uint8_t(f.lo), f.hi_high * 256 + uint8_t(f.hi)};
}
/// `f.types` is set before.
template <typename FieldsT> void setClamp(FieldsT &f, Clamp clamp) {
  f.lo = static_cast<int8_t>(clamp.lo);
  f.hi = static_cast<int8_t>(clamp.hi);
  bool wide = f.types & kTypesInt16Out;
  f.lo_high = wide ? clamp.lo >> 8 : 0;
  f.hi_high = wide ? clamp.hi >> 8 : 0;
}

/// END has no fields.
struct EndFields {
  bool operator==(const EndFields &) const = default;
};

/// One field: its place in the binary instruction and in its structure (both
/// little endian and of `bytes` bytes), and its range.
struct FieldInfo {
  llvm::StringLiteral name;
  uint8_t byte, bytes;
  bool isSigned;
  uint8_t memberOffset;
  int64_t least, greatest, defaultValue;

  int64_t get(const void *fields) const;
  void set(void *fields, int64_t value) const;
};

/// The fields of a structure, in the order of their bytes.
template <typename FieldsT> llvm::ArrayRef<FieldInfo> fieldTable();
template <> llvm::ArrayRef<FieldInfo> fieldTable<LoadActFields>();
template <> llvm::ArrayRef<FieldInfo> fieldTable<LoadWordsFields>();
template <> llvm::ArrayRef<FieldInfo> fieldTable<WindowFields>();
template <> llvm::ArrayRef<FieldInfo> fieldTable<AddFields>();
template <> llvm::ArrayRef<FieldInfo> fieldTable<StoreFields>();
template <> llvm::ArrayRef<FieldInfo> fieldTable<EndFields>();

/// One instruction of any kind. `fields` holds the alternative that belongs to
/// `opcode`.
struct Instruction {
  Opcode opcode = Opcode::End;
  Tokens tokens;
  std::variant<EndFields, LoadActFields, LoadWordsFields, WindowFields,
               AddFields, StoreFields>
      fields;

  /// An instruction of this opcode with every field at its default.
  static Instruction makeDefault(Opcode opcode);

  llvm::ArrayRef<FieldInfo> table() const;
  int64_t get(const FieldInfo &field) const;
  void set(const FieldInfo &field, int64_t value);

  bool operator==(const Instruction &) const = default;
};

} // namespace sluice::engine

#endif // SLUICE_DIALECTS_ENGINE_ISA_H
