// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/drivers/cpu/CpuLevel.h"

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <sys/utsname.h>

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

namespace sluice {
namespace {

#if defined(__x86_64__)

/// Features as the x86-64 psABI groups them, with the state the system must
/// save.
class X86 {
public:
  static constexpr const char *kBases[] = {"x86-64", "x86-64-v2", "x86-64-v3",
                                           "x86-64-v4"};
  static constexpr const char *kFeatures[] = {"avx512vnni", "avxvnni"};

  X86() {
    unsigned a, b, c, d;
    if (__get_cpuid(1, &a, &b, &c, &d)) {
      ecx1 = c;
      if (c & bit_OSXSAVE) {
        uint32_t low, high;
        __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
        state = low;
      }
    }
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d))
      ebx7 = b, ecx7 = c;
    if (__get_cpuid_count(7, 1, &a, &b, &c, &d))
      eax71 = a;
    if (__get_cpuid(0x80000001, &a, &b, &c, &d))
      ecx81 = c;
  }

  bool runsBase(std::string_view level) const {
    if (level == "x86-64")
      return true;
    if (level == "x86-64-v2")
      return v2();
    if (level == "x86-64-v3")
      return v2() && v3();
    if (level == "x86-64-v4")
      return v2() && v3() && v4();
    return false;
  }

  bool has(std::string_view feature) const {
    if (feature == "avx512vnni")
      return saves512() && (ecx7 & (1u << 11));
    if (feature == "avxvnni")
      return saves256() && (eax71 & (1u << 4));
    return false;
  }

private:
  static bool all(uint32_t value, uint32_t mask) {
    return (value & mask) == mask;
  }
  bool saves256() const { return all(state, 0x06); }
  bool saves512() const { return all(state, 0xe6); }
  bool v2() const {
    return all(ecx1, bit_SSE3 | bit_SSSE3 | bit_SSE4_1 | bit_SSE4_2 |
                         bit_POPCNT | bit_CMPXCHG16B) &&
           all(ecx81, bit_LAHF_LM);
  }
  bool v3() const {
    return saves256() && all(ecx1, bit_AVX | bit_F16C | bit_FMA | bit_MOVBE) &&
           all(ebx7, bit_AVX2 | bit_BMI | bit_BMI2) && all(ecx81, bit_LZCNT);
  }
  bool v4() const {
    return saves512() && all(ebx7, bit_AVX512F | bit_AVX512BW | bit_AVX512CD |
                                       bit_AVX512DQ | bit_AVX512VL);
  }

  uint32_t ecx1 = 0, ebx7 = 0, ecx7 = 0, eax71 = 0, ecx81 = 0;
  uint32_t state = 0; // XCR0
};
using Processor = X86;

#else

/// A processor known by its base level, and by what Linux says of its features.
class Plain {
public:
  static constexpr const char *kBases[] = {"aarch64", "riscv64"};
  static constexpr const char *kFeatures[] = {"dotprod"};

  bool runsBase(std::string_view level) const {
#if defined(__aarch64__)
    return level == "aarch64";
#elif defined(__riscv) && __riscv_xlen == 64
    return level == "riscv64";
#else
    return false;
#endif
  }
  bool has(std::string_view feature) const {
#if defined(__aarch64__) && defined(__linux__)
    constexpr unsigned long dotProducts = 1ul << 20; // HWCAP_ASIMDDP
    if (feature == "dotprod")
      return getauxval(AT_HWCAP) & dotProducts;
#endif
    return false;
  }
};
using Processor = Plain;

#endif

const Processor &processor() {
  static const Processor processor;
  return processor;
}

} // namespace

bool runsLevel(std::string_view level) {
  size_t plus = level.find('+');
  if (!processor().runsBase(level.substr(0, plus)))
    return false;
  while (plus != level.npos) {
    level.remove_prefix(plus + 1);
    plus = level.find('+');
    if (!processor().has(level.substr(0, plus)))
      return false;
  }
  return true;
}

std::string processorLevel() {
  std::string level;
  for (const char *base : Processor::kBases)
    if (processor().runsBase(base))
      level = base;
  for (const char *feature : Processor::kFeatures)
    if (processor().has(feature))
      level += std::string("+") + feature;
  return level;
}

std::string processorName() {
  char line[256];
  std::string name;
  if (FILE *file = fopen("/proc/cpuinfo", "re")) {
    while (name.empty() && fgets(line, sizeof(line), file))
      if (const char *colon = strchr(line, ':');
          colon && strncmp(line, "model name", 10) == 0)
        name.assign(colon + 2, strcspn(colon + 2, "\n"));
    fclose(file);
  }
  if (utsname system; name.empty() && uname(&system) == 0)
    name = system.machine;
  return name;
}

} // namespace sluice
