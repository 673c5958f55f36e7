// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What an engine's capability ROM says, and whether a package fits it.

#ifndef SLUICE_RUNTIME_HAL_ENGINECAPABILITIES_H
#define SLUICE_RUNTIME_HAL_ENGINECAPABILITIES_H

#include "runtime/package/Package.h"

#include <array>

namespace sluice {

/// The ROM from register 0x100 on: docs/spec/engine-isa.md, Registers.
struct EngineCapabilities {
  static constexpr uint32_t kMagic = 0x45434c53;
  static constexpr uint32_t kWordCount = 13;
  /// Bits of `features`.
  static constexpr uint32_t kTables = 1, kInt4 = 2, kInt16 = 4;
  using Rom = std::span<const uint32_t, kWordCount>;

  /// UNSUPPORTED where the magic number is not there: no engine answers, or it
  /// is out of reach.
  static Status decode(Rom rom, EngineCapabilities &out);

  struct Parameter {
    const char *name; ///< as board files and the ISA page have it
    uint32_t value;
  };
  std::array<Parameter, 10> parameters() const;

  /// UNSUPPORTED names every parameter in which the package's engine differs.
  Status checkPackage(const Package &package) const;

  uint32_t isa = 0;
  uint32_t pc = 0, pk = 0;
  uint32_t actBytes = 0, actBanks = 0;
  uint32_t wgtWords = 0, prmWords = 0;
  uint32_t axiBytes = 0;
  uint32_t features = 0;
  uint64_t hash = 0;
  uint32_t rqCycles = 1;
};

} // namespace sluice

#endif // SLUICE_RUNTIME_HAL_ENGINECAPABILITIES_H
