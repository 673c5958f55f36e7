// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/base/Sha256Blocks.h"

#include <bit>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <arm_neon.h>
#include <sys/auxv.h>
#endif

namespace sluice {

static void sha256Block(Sha256State &state, const uint8_t *block) {
  uint32_t w[64];
  for (int i = 0; i < 16; ++i)
    w[i] = uint32_t(block[4 * i]) << 24 | uint32_t(block[4 * i + 1]) << 16 |
           uint32_t(block[4 * i + 2]) << 8 | uint32_t(block[4 * i + 3]);
  for (int i = 16; i < 64; ++i) {
    uint32_t s0 =
        std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3);
    uint32_t s1 =
        std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10);
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  auto [a, b, c, d, e, f, g, h] = state;
  for (int i = 0; i < 64; ++i) {
    uint32_t s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
    uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + kSha256Rounds[i] + w[i];
    uint32_t s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
    uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + t1;
    d = c, c = b, b = a, a = t1 + t2;
  }
  const uint32_t sums[8] = {a, b, c, d, e, f, g, h};
  for (int i = 0; i < 8; ++i)
    state[i] += sums[i];
}

void sha256Blocks(Sha256State &state, const uint8_t *blocks, size_t count) {
  for (size_t i = 0; i < count; ++i)
    sha256Block(state, blocks + 64 * i);
}

#if defined(__x86_64__)

/// The instructions keep the state as {f, e, b, a} and {h, g, d, c}, and do two
/// rounds each. `w` holds the sixteen words of the schedule that are next.
__attribute__((target("sha,sse4.1"))) static void
sha256BlocksX86(Sha256State &state, const uint8_t *blocks, size_t count) {
  auto *halves = reinterpret_cast<__m128i *>(state.data());
  const auto *rounds = reinterpret_cast<const __m128i *>(kSha256Rounds);
  const __m128i bigEndian =
      _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  __m128i badc = _mm_shuffle_epi32(_mm_loadu_si128(halves), 0xb1);
  __m128i hgfe = _mm_shuffle_epi32(_mm_loadu_si128(halves + 1), 0x1b);
  __m128i feba = _mm_alignr_epi8(badc, hgfe, 8);
  __m128i hgdc = _mm_blend_epi16(hgfe, badc, 0xf0);
  for (; count; --count, blocks += 64) {
    const __m128i before[2] = {feba, hgdc};
    __m128i w[4];
    for (int i = 0; i < 4; ++i)
      w[i] = _mm_shuffle_epi8(
          _mm_loadu_si128(reinterpret_cast<const __m128i *>(blocks) + i),
          bigEndian);
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) {
      __m128i &now = w[i % 4];
      __m128i sum = _mm_add_epi32(now, _mm_load_si128(rounds + i));
      hgdc = _mm_sha256rnds2_epu32(hgdc, feba, sum);
      feba = _mm_sha256rnds2_epu32(feba, hgdc, _mm_shuffle_epi32(sum, 0x0e));
      const __m128i &last = w[(i + 3) % 4];
      now = _mm_add_epi32(_mm_sha256msg1_epu32(now, w[(i + 1) % 4]),
                          _mm_alignr_epi8(last, w[(i + 2) % 4], 4));
      now = _mm_sha256msg2_epu32(now, last);
    }
    feba = _mm_add_epi32(feba, before[0]);
    hgdc = _mm_add_epi32(hgdc, before[1]);
  }
  __m128i abef = _mm_shuffle_epi32(feba, 0x1b);
  __m128i ghcd = _mm_shuffle_epi32(hgdc, 0xb1);
  _mm_storeu_si128(halves, _mm_blend_epi16(abef, ghcd, 0xf0));
  _mm_storeu_si128(halves + 1, _mm_alignr_epi8(ghcd, abef, 8));
}

Sha256BlocksFn nativeSha256Blocks() {
  unsigned a, b, c, d, ecx1 = 0;
  if (__get_cpuid(1, &a, &b, &c, &d))
    ecx1 = c;
  bool hasSha = __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
  return hasSha && (ecx1 & bit_SSE4_1) ? sha256BlocksX86 : nullptr;
}

#elif defined(__aarch64__) && defined(__linux__)

__attribute__((target("sha2"))) static void
sha256BlocksArm(Sha256State &state, const uint8_t *blocks, size_t count) {
  uint32x4_t abcd = vld1q_u32(&state[0]), efgh = vld1q_u32(&state[4]);
  for (; count; --count, blocks += 64) {
    const uint32x4_t before[2] = {abcd, efgh};
    uint32x4_t w[4];
    for (int i = 0; i < 4; ++i)
      w[i] = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(blocks + 16 * i)));
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) {
      uint32x4_t &now = w[i % 4];
      uint32x4_t sum = vaddq_u32(now, vld1q_u32(kSha256Rounds + 4 * i));
      uint32x4_t old = abcd;
      abcd = vsha256hq_u32(abcd, efgh, sum);
      efgh = vsha256h2q_u32(efgh, old, sum);
      now = vsha256su1q_u32(vsha256su0q_u32(now, w[(i + 1) % 4]),
                            w[(i + 2) % 4], w[(i + 3) % 4]);
    }
    abcd = vaddq_u32(abcd, before[0]);
    efgh = vaddq_u32(efgh, before[1]);
  }
  vst1q_u32(&state[0], abcd);
  vst1q_u32(&state[4], efgh);
}

Sha256BlocksFn nativeSha256Blocks() {
  constexpr unsigned long sha2 = 1ul << 6; // HWCAP_SHA2
  return getauxval(AT_HWCAP) & sha2 ? sha256BlocksArm : nullptr;
}

#else

Sha256BlocksFn nativeSha256Blocks() { return nullptr; }

#endif

} // namespace sluice
