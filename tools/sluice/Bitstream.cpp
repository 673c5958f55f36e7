// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/sluice/Bitstream.h"

#include "runtime/base/Buffer.h"
#include "runtime/base/Sha256.h"
#include "tools/sluice/Failure.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>

namespace sluice {
namespace {

using Bytes = std::span<const uint8_t>;

constexpr uint64_t kMaxSize = 1 << 30, kMaxTextSize = 1 << 20;

bool startsWith(Bytes bytes, std::string_view prefix) {
  return bytes.size() >= prefix.size() &&
         memcmp(bytes.data(), prefix.data(), prefix.size()) == 0;
}

/// Lattice's ECP5 sysCONFIG commands, FPGA-TN-02039, as tools begin a bitstream
/// with: an opcode, and so many bytes of operand and data.
struct Command {
  uint8_t opcode;
  size_t size;
};
constexpr uint8_t kVerifyId = 0xe2, kDummy = 0xff;
constexpr Command kLeading[] = {
    {0x3b, 3}, // LSC_RESET_CRC
    {0x79, 3}, // SPI_MODE
    {0x22, 7}, // LSC_PROG_CNTRL0
    {0x46, 3}, // LSC_INIT_ADDRESS
};

/// The IDCODE that the device compares with its own: it stands in one of the
/// first commands after the comment and the preamble.
std::optional<uint32_t> findIdcode(Bytes bytes) {
  constexpr std::string_view kPreamble = "\xff\xff\xbd\xb3";
  std::string_view all(reinterpret_cast<const char *>(bytes.data()),
                       std::min<size_t>(bytes.size(), 1 << 16));
  size_t at = all.find(kPreamble);
  if (at == all.npos)
    return std::nullopt;
  for (at += kPreamble.size(); at < all.size();) {
    uint8_t opcode = bytes[at++];
    if (opcode == kDummy)
      continue;
    if (opcode == kVerifyId) {
      if (all.size() - at < 7)
        return std::nullopt;
      Bytes id = bytes.subspan(at + 3, 4);
      return uint32_t(id[0]) << 24 | uint32_t(id[1]) << 16 |
             uint32_t(id[2]) << 8 | id[3];
    }
    const Command *known =
        std::find_if(std::begin(kLeading), std::end(kLeading),
                     [&](const Command &c) { return c.opcode == opcode; });
    if (known == std::end(kLeading))
      return std::nullopt;
    at += known->size;
  }
  return std::nullopt;
}

/// struct axlf of XRT's public header xclbin.h.
Bitstream readXclbin(const std::string &file, Bytes bytes) {
  constexpr size_t kLength = 304, kMode = 332, kHeaderSize = 456;
  constexpr uint16_t kFirstEmulation = 4; // hw_emu; sw_emu is 5
  uint64_t length = 0;
  uint16_t mode = 0;
  if (bytes.size() >= kHeaderSize) {
    memcpy(&length, bytes.data() + kLength, sizeof(length));
    memcpy(&mode, bytes.data() + kMode, sizeof(mode));
  }
  if (bytes.size() < kHeaderSize || length != bytes.size())
    throw Failure{kBadInput, file + ": an xclbin that is cut short"};
  Bitstream bitstream = {Bitstream::Xclbin};
  bitstream.isEmulation = mode >= kFirstEmulation;
  return bitstream;
}

Bitstream parse(const std::string &file, Bytes bytes) {
  if (startsWith(bytes, std::string_view("xclbin2\0", 8)))
    return readXclbin(file, bytes);
  if (std::optional<uint32_t> idcode = findIdcode(bytes)) {
    Bitstream bitstream = {Bitstream::Ecp5};
    bitstream.idcode = *idcode;
    return bitstream;
  }
  throw Failure{kBadInput,
                file + ": neither an ECP5 bitstream with the IDCODE of its "
                       "part nor an xclbin; `sluice bitstream` makes them"};
}

/// Takes over what FILE.json says of the bitstream.
void readNotes(const std::string &file, Bytes bytes, Bitstream &bitstream) {
  std::string notes = file + ".json";
  Buffer text;
  Status status = readFile(notes.c_str(), kMaxTextSize, text);
  if (status == SLUICE_STATUS_NOT_FOUND)
    return;
  check(status);
  auto json = nlohmann::json::parse(text.data(), text.data() + text.size(),
                                    nullptr, false);
  auto get = [&](const char *key) {
    if (!json.is_object() || !json.contains(key) || !json[key].is_string())
      throw Failure{kBadInput, fmt::format("{}: has no '{}'", notes, key)};
    return json[key].get<std::string>();
  };
  if (get("sha256") != toHex(sha256(bytes.data(), bytes.size())).data())
    throw Failure{kBadInput,
                  fmt::format("{}: is not the bitstream that {} is about: its "
                              "sha256 is another; make it again",
                              file, notes)};
  std::string hash = get("hash");
  uint64_t value = 0;
  auto [end, error] =
      std::from_chars(hash.data(), hash.data() + hash.size(), value, 16);
  if (error != std::errc() || end != hash.data() + hash.size())
    throw Failure{kBadInput,
                  fmt::format("{}: 'hash' is no hexadecimal number", notes)};
  bitstream.engineHash = value;
  if (auto board = json.find("board"); board != json.end())
    bitstream.board = get("board");
}

} // namespace

Bitstream readBitstream(const std::string &file) {
  Buffer buffer;
  check(readFile(file.c_str(), kMaxSize, buffer));
  Bitstream bitstream = parse(file, buffer.bytes());
  readNotes(file, buffer.bytes(), bitstream);
  return bitstream;
}

std::string ecp5PartName(uint32_t idcode) {
  constexpr struct {
    uint32_t idcode;
    const char *name;
  } kParts[] = {{0x21111043, "LFE5U-12F"},    {0x41111043, "LFE5U-25F"},
                {0x41112043, "LFE5U-45F"},    {0x41113043, "LFE5U-85F"},
                {0x01111043, "LFE5UM-25F"},   {0x01112043, "LFE5UM-45F"},
                {0x01113043, "LFE5UM-85F"},   {0x81111043, "LFE5UM5G-25F"},
                {0x81112043, "LFE5UM5G-45F"}, {0x81113043, "LFE5UM5G-85F"}};
  for (const auto &part : kParts)
    if (part.idcode == idcode)
      return part.name;
  return fmt::format("0x{:08x}", idcode);
}

} // namespace sluice
