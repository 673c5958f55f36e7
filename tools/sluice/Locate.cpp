// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/sluice/Locate.h"

#include "runtime/package/Package.h"

#include <cstring>

namespace sluice {
namespace {

// docs/spec/engine-isa.md, STORE.
constexpr uint32_t kCommandSize = 64;
constexpr uint8_t kStore = 0x20;

template <typename T> T field(const uint8_t *command, size_t at) {
  T value;
  memcpy(&value, command + at, sizeof(value));
  return value;
}

/// Whether a STORE writes the arena's byte at `address`.
bool writes(const uint8_t *command, int64_t address) {
  if (command[0] != kStore || command[12] != 1)
    return false;
  auto offset = field<uint32_t>(command, 8);
  auto ny = field<uint16_t>(command, 16), nx = field<uint16_t>(command, 18),
       length = field<uint16_t>(command, 20);
  auto strideY = field<int32_t>(command, 24),
       strideX = field<int32_t>(command, 28);
  for (int64_t y = 0; y < ny; ++y)
    for (int64_t x = 0; x < nx; ++x) {
      int64_t begin = offset + y * strideY + x * strideX;
      if (begin <= address && address < begin + length)
        return true;
    }
  return false;
}

} // namespace

std::optional<Origin> locate(const Package &package, uint32_t regionIndex,
                             const std::string &name, uint64_t byte) {
  const program::Variant &variant = *package.program().variants()->Get(0);
  const program::Region &region = *variant.regions()->Get(regionIndex);
  if (!region.engine())
    return std::nullopt;
  uint64_t address = byte;
  for (uint32_t output : *region.outputs())
    if (const auto *buffer = variant.buffers()->Get(output);
        buffer->name()->str() == name)
      address += buffer->offset();
  auto commands = package.bytes(*region.engine()->commands());
  auto at = [&](uint32_t i) { return commands.data() + i * kCommandSize; };
  uint32_t found = commands.size() / kCommandSize;
  while (found > 0 && !writes(at(found - 1), address))
    --found;
  if (found == 0)
    return std::nullopt;
  Origin origin = {found - 1, "", 0, 0};
  if (region.layers())
    for (const program::Layer *layer : *region.layers()) {
      if (origin.command < layer->first_command() ||
          origin.command >= layer->last_command())
        continue;
      origin.layer = layer->name()->str();
      for (uint32_t i = layer->first_command();
           i < layer->last_command() && i * kCommandSize < commands.size(); ++i)
        if (at(i)[0] == kStore) {
          origin.tile += i < origin.command;
          ++origin.tiles;
        }
    }
  return origin;
}

} // namespace sluice
