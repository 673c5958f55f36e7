// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/Engine/Isa.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include <cstddef>
#include <cstring>

using namespace sluice::engine;

llvm::ArrayRef<ParameterInfo> sluice::engine::parameterTable() {
  static constexpr ParameterInfo table[] = {
      {"PC", &Parameters::PC},
      {"PK", &Parameters::PK},
      {"ACT_BYTES", &Parameters::ACT_BYTES},
      {"ACT_BANKS", &Parameters::ACT_BANKS},
      {"WGT_WORDS", &Parameters::WGT_WORDS},
      {"PRM_WORDS", &Parameters::PRM_WORDS},
      {"AXI_BYTES", &Parameters::AXI_BYTES},
      {"RQ_CYCLES", &Parameters::RQ_CYCLES, 1},
      {"INT4", &Parameters::INT4, 0},
      {"INT16", &Parameters::INT16, 0},
  };
  return table;
}

std::string sluice::engine::checkParameters(const Parameters &parameters) {
  for (const ParameterInfo &info : parameterTable()) {
    uint32_t value = parameters.*info.member;
    // What an engine may lack is there or not.
    if (info.fallback == 0u) {
      if (value > 1)
        return llvm::formatv("{0} is {1}, not 0 or 1", info.name, value);
    } else if (!llvm::isPowerOf2_32(value)) {
      return llvm::formatv("{0} is {1}, not a power of two", info.name, value);
    }
  }
  // A window's nine taps take three words of weights at most, every memory has
  // an address, and an instruction's fields arrive in beats of eight bytes.
  static constexpr std::pair<uint32_t Parameters::*, uint32_t> least[] = {
      {&Parameters::PC, 4},
      {&Parameters::ACT_BANKS, 2},
      {&Parameters::WGT_WORDS, 2},
      {&Parameters::PRM_WORDS, 2}};
  for (const ParameterInfo &info : parameterTable())
    for (auto [member, bound] : least)
      if (info.member == member && parameters.*member < bound)
        return llvm::formatv("{0} is {1}, less than {2}", info.name,
                             parameters.*member, bound);
  if (parameters.AXI_BYTES != 8)
    return llvm::formatv("AXI_BYTES is {0}, and engines have 8",
                         parameters.AXI_BYTES);
  if (parameters.PC % parameters.PK)
    return llvm::formatv("PC = {0} is not a multiple of PK = {1}",
                         parameters.PC, parameters.PK);
  // A word of weights comes in beats, whose number LOAD counts in 8 bits.
  uint64_t word = uint64_t(parameters.PC) * parameters.PK;
  if (word < 8 || word > 2048)
    return llvm::formatv("PC = {0} by PK = {1} makes a word of {2} weights, "
                         "not 8 to 2048",
                         parameters.PC, parameters.PK, word);
  if (parameters.PK % parameters.RQ_CYCLES)
    return llvm::formatv("PK = {0} is not a multiple of RQ_CYCLES = {1}",
                         parameters.PK, parameters.RQ_CYCLES);
  if (parameters.INT16 && parameters.PK / parameters.RQ_CYCLES < 2)
    return llvm::formatv("INT16 = 1 needs two lanes of requantize, and PK = "
                         "{0} by RQ_CYCLES = {1} leaves one",
                         parameters.PK, parameters.RQ_CYCLES);
  if (parameters.ACT_BYTES / parameters.ACT_BANKS < 2 * parameters.PC)
    return llvm::formatv("ACT_BYTES = {0} in ACT_BANKS = {1} banks leaves less "
                         "than two words of PC = {2} bytes a bank",
                         parameters.ACT_BYTES, parameters.ACT_BANKS,
                         parameters.PC);
  if (parameters.ACT_BYTES / parameters.PK > UINT16_MAX + 1)
    return llvm::formatv("ACT_BYTES = {0} in chunks of PK = {1} bytes is more "
                         "than 16 address bits reach",
                         parameters.ACT_BYTES, parameters.PK);
  if (parameters.WGT_WORDS > UINT16_MAX + 1 ||
      parameters.PRM_WORDS > UINT16_MAX + 1)
    return llvm::formatv("WGT_WORDS = {0} or PRM_WORDS = {1} is more than 16 "
                         "address bits reach",
                         parameters.WGT_WORDS, parameters.PRM_WORDS);
  return {};
}

llvm::StringRef sluice::engine::stringifyUnit(Unit unit) {
  static constexpr llvm::StringLiteral names[] = {"load", "compute", "store"};
  return names[static_cast<unsigned>(unit)];
}

std::optional<Opcode> sluice::engine::symbolizeOpcode(uint8_t byte) {
  auto opcode = static_cast<Opcode>(byte);
  if (stringifyOpcode(opcode).empty())
    return std::nullopt;
  return opcode;
}

llvm::StringRef sluice::engine::stringifyOpcode(Opcode opcode) {
  switch (opcode) {
  case Opcode::LoadAct:
    return "load_act";
  case Opcode::LoadWgt:
    return "load_wgt";
  case Opcode::LoadPrm:
    return "load_prm";
  case Opcode::LoadLut:
    return "load_lut";
  case Opcode::Conv:
    return "conv";
  case Opcode::Depthwise:
    return "depthwise";
  case Opcode::Add:
    return "add";
  case Opcode::MaxPool:
    return "maxpool";
  case Opcode::Store:
    return "store";
  case Opcode::End:
    return "end";
  }
  return {};
}

std::optional<Unit> sluice::engine::unitOf(Opcode opcode) {
  switch (opcode) {
  case Opcode::LoadAct:
  case Opcode::LoadWgt:
  case Opcode::LoadPrm:
  case Opcode::LoadLut:
    return Unit::Load;
  case Opcode::Conv:
  case Opcode::Depthwise:
  case Opcode::Add:
  case Opcode::MaxPool:
    return Unit::Compute;
  case Opcode::Store:
    return Unit::Store;
  case Opcode::End:
    return std::nullopt;
  }
  return std::nullopt;
}

int64_t FieldInfo::get(const void *fields) const {
  uint64_t value = 0;
  std::memcpy(&value, static_cast<const char *>(fields) + memberOffset, bytes);
  return isSigned ? llvm::SignExtend64(value, 8 * bytes) : value;
}

void FieldInfo::set(void *fields, int64_t value) const {
  std::memcpy(static_cast<char *>(fields) + memberOffset, &value, bytes);
}

#define SLUICE_ENGINE_INFO(TYPE, NAME, BYTE, LEAST, GREATEST, DEFAULT)         \
  {#NAME,                                                                      \
   BYTE,                                                                       \
   sizeof(TYPE),                                                               \
   std::is_signed_v<TYPE>,                                                     \
   offsetof(FieldsT, NAME),                                                    \
   LEAST,                                                                      \
   GREATEST,                                                                   \
   DEFAULT},
#define SLUICE_ENGINE_TABLE(STRUCT, FIELDS)                                    \
  template <> llvm::ArrayRef<FieldInfo> sluice::engine::fieldTable<STRUCT>() { \
    using FieldsT = STRUCT;                                                    \
    static constexpr FieldInfo table[] = {FIELDS(SLUICE_ENGINE_INFO)};         \
    return table;                                                              \
  }
SLUICE_ENGINE_TABLE(LoadActFields, SLUICE_ENGINE_LOAD_ACT_FIELDS)
SLUICE_ENGINE_TABLE(LoadWordsFields, SLUICE_ENGINE_LOAD_WORDS_FIELDS)
SLUICE_ENGINE_TABLE(WindowFields, SLUICE_ENGINE_WINDOW_FIELDS)
SLUICE_ENGINE_TABLE(AddFields, SLUICE_ENGINE_ADD_FIELDS)
SLUICE_ENGINE_TABLE(StoreFields, SLUICE_ENGINE_STORE_FIELDS)

template <> llvm::ArrayRef<FieldInfo> sluice::engine::fieldTable<EndFields>() {
  return {};
}

Instruction Instruction::makeDefault(Opcode opcode) {
  Instruction instruction;
  instruction.opcode = opcode;
  switch (opcode) {
  case Opcode::LoadAct:
    instruction.fields = LoadActFields();
    break;
  case Opcode::LoadWgt:
  case Opcode::LoadPrm:
  case Opcode::LoadLut:
    instruction.fields = LoadWordsFields();
    break;
  case Opcode::Conv:
  case Opcode::Depthwise:
  case Opcode::MaxPool:
    instruction.fields = WindowFields();
    break;
  case Opcode::Add:
    instruction.fields = AddFields();
    break;
  case Opcode::Store:
    instruction.fields = StoreFields();
    break;
  case Opcode::End:
    break;
  }
  return instruction;
}

llvm::ArrayRef<FieldInfo> Instruction::table() const {
  return std::visit(
      [](const auto &f) { return fieldTable<std::decay_t<decltype(f)>>(); },
      fields);
}

int64_t Instruction::get(const FieldInfo &field) const {
  return std::visit([&](const auto &f) { return field.get(&f); }, fields);
}

void Instruction::set(const FieldInfo &field, int64_t value) {
  std::visit([&](auto &f) { field.set(&f, value); }, fields);
}
