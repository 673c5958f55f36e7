// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/cpu/Level.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

using namespace sluice::cpu;

#define X86_64 "x86_64-unknown-linux-gnu"
#define AARCH64 "aarch64-unknown-linux-gnu"
#define V2 "sse4.2,popcnt,cx16"
#define V3 V2 ",avx2,fma,bmi2,f16c,lzcnt"
#define V4 V3 ",avx512f,avx512bw,avx512cd,avx512dq,avx512vl"

static constexpr DotProduct maddwd128 = {"llvm.x86.sse2.pmadd.wd", 2, 16, false,
                                         false};
static constexpr DotProduct maddwd256 = {"llvm.x86.avx2.pmadd.wd", 2, 16, false,
                                         false};
static constexpr DotProduct maddwd512 = {"llvm.x86.avx512.pmaddw.d.512", 2, 16,
                                         false, false};
static constexpr DotProduct vnni512 = {"llvm.x86.avx512.vpdpbusd.512", 4, 8,
                                       true, true};
static constexpr DotProduct vnniPairs512 = {"llvm.x86.avx512.vpdpwssd.512", 2,
                                            16, true, false};
static constexpr DotProduct sdot128 = {"llvm.aarch64.neon.sdot", 4, 8, true,
                                       false};
static constexpr DotProduct widening = {"", 1, 16, false, false};

static constexpr Level levels[] = {
    {"x86-64-v2", X86_64, "x86-64-v2", "", V2, 4, 12, false, maddwd128,
     maddwd128},
    {"x86-64-v3", X86_64, "x86-64-v3", "", V3, 8, 12, true, maddwd256,
     maddwd256},
    {"x86-64-v4", X86_64, "x86-64-v4", "", V4, 16, 24, true, maddwd512,
     maddwd512},
    {"x86-64-v4+avx512vnni", X86_64, "x86-64-v4", "+avx512vnni",
     V4 ",avx512vnni", 16, 24, true, vnni512, vnniPairs512},
    {"aarch64", AARCH64, "generic", "", "", 4, 24, true, widening, widening},
    {"aarch64+dotprod", AARCH64, "generic", "+dotprod", "dotprod", 4, 24, true,
     sdot128, widening},
};

llvm::ArrayRef<Level> sluice::cpu::getLevels() { return levels; }

/// True if this machine has all that `level` needs.
static bool runsHere(const Level &level,
                     const llvm::StringMap<bool> &features) {
  llvm::Triple host(llvm::sys::getProcessTriple());
  if (host.getArch() != llvm::Triple(level.triple).getArch())
    return false;
  llvm::SmallVector<llvm::StringRef> needs;
  level.needs.split(needs, ',', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  return llvm::all_of(
      needs, [&](llvm::StringRef need) { return features.lookup(need); });
}

llvm::Expected<const Level *> sluice::cpu::findLevel(llvm::StringRef name) {
  if (name == "native") {
    llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
    for (const Level &level : llvm::reverse(levels))
      if (runsHere(level, features))
        return &level;
    return llvm::createStringError("this machine has none of the CPU levels "
                                   "that code can be generated for");
  }
  for (const Level &level : levels)
    if (level.name == name)
      return &level;
  std::string names = llvm::join(
      llvm::map_range(levels, [](const Level &level) { return level.name; }),
      ", ");
  return llvm::createStringError("no CPU level '" + name +
                                 "'; there are: native, " + names);
}
