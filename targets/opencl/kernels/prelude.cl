// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the kernels share. A float is never contracted unless fma() says so.

#pragma OPENCL FP_CONTRACT OFF

// Channels that a work-item computes at once.
#define LANES 16

/// Each lane of `sums` plus its pair of `weights` times the pair at `values`.
static inline int16 dot2(global const char *weights, local const short *values,
                         int16 sums) {
  const int pair = as_int(vload2(0, values));
  // The sum of two products has an instruction on x86, which LLVM no longer
  // finds once it has sorted the terms of a sum.
#if defined(__AVX512BW__)
  typedef char Char32 __attribute__((ext_vector_type(32)));
  typedef short Short32 __attribute__((ext_vector_type(32)));
  const Short32 w = __builtin_convertvector(
      *(global const Char32 *)weights, Short32);
  const int16 x = pair;
  return as_int16(as_uint16(sums) +
                  as_uint16(__builtin_ia32_pmaddwd512(
                      w, __builtin_astype(x, Short32))));
#elif defined(__AVX2__)
  global const char16 *w = (global const char16 *)weights;
  const short16 x = as_short16((int8)pair);
  return as_int16(
      as_uint16(sums) +
      as_uint16((int16)(__builtin_ia32_pmaddwd256(convert_short16(w[0]), x),
                        __builtin_ia32_pmaddwd256(convert_short16(w[1]), x))));
#else
  global const char16 *w = (global const char16 *)weights;
  const int16 even = convert_int16((char16)(w[0].even, w[1].even));
  const int16 odd = convert_int16((char16)(w[0].odd, w[1].odd));
  return as_int16(as_uint16(sums) + as_uint16(even * (int)values[0]) +
                  as_uint16(odd * (int)values[1]));
#endif
}

static inline float16 dot1(global const float *weights,
                           local const float *values, float16 sums) {
  return fma(*(global const float16 *)weights, (float16)(*values), sums);
}

/// A product of an int8 and an int8 less its zero point fits 16 bits.
static inline int16 multiply_add_integer(short16 a, short16 b, int16 sums) {
  return as_int16(as_uint16(sums) + as_uint16(convert_int16(a * b)));
}

static inline float16 multiply_add_float(float16 a, float16 b, float16 sums) {
  return fma(a, b, sums);
}

#define FOR_LANES(N)                                                           \
  /* The upper half of the product. */                                         \
  static inline int##N multiply_high_int##N(int##N a, int##N b) {              \
    return convert_int##N((convert_long##N(a) * convert_long##N(b)) >> 32);    \
  }                                                                            \
  /* To the nearest, ties to even, saturating; NaN gives 0. */                 \
  static inline int##N round_int##N(float##N x) {                              \
    const float##N r = rint(x);                                                \
    const int##N i = convert_int##N(                                           \
        clamp(r, (float##N)(-2147483648.0f), (float##N)(2147483520.0f)));      \
    const int##N s = r >= (float##N)(2147483648.0f) ? (int##N)(0x7fffffff) : i; \
    return x != x ? (int##N)(0) : s;                                           \
  }
FOR_LANES()
FOR_LANES(4)
FOR_LANES(8)
FOR_LANES(16)
