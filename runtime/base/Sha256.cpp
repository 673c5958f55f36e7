// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/base/Sha256.h"

#include "runtime/base/Sha256Blocks.h"

#include <cstring>

namespace sluice {

static Sha256BlocksFn chooseBlocks() {
  Sha256BlocksFn native = nativeSha256Blocks();
  return native ? native : sha256Blocks;
}

Sha256Digest sha256(const void *data, size_t size) {
  static const Sha256BlocksFn takeBlocks = chooseBlocks();
  Sha256State state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  const auto *bytes = static_cast<const uint8_t *>(data);
  size_t whole = size / 64 * 64;
  takeBlocks(state, bytes, size / 64);

  // The rest, a one bit, zeros, and the length in bits, in one block or two.
  uint8_t tail[128] = {};
  size_t rest = size - whole;
  if (rest)
    memcpy(tail, bytes + whole, rest);
  tail[rest] = 0x80;
  size_t end = rest < 56 ? 64 : 128;
  uint64_t bits = uint64_t(size) * 8;
  for (int i = 0; i < 8; ++i)
    tail[end - 1 - i] = uint8_t(bits >> (8 * i));
  takeBlocks(state, tail, end / 64);

  Sha256Digest digest;
  for (int i = 0; i < 32; ++i)
    digest[i] = uint8_t(state[i / 4] >> (24 - 8 * (i % 4)));
  return digest;
}

std::array<char, 65> toHex(const Sha256Digest &digest) {
  std::array<char, 65> text = {};
  for (int i = 0; i < 64; ++i)
    text[i] = "0123456789abcdef"[(digest[i / 2] >> (i % 2 ? 0 : 4)) & 15];
  return text;
}

} // namespace sluice
