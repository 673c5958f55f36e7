// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SLUICE_RUNTIME_DRIVERS_CPU_CPULEVEL_H
#define SLUICE_RUNTIME_DRIVERS_CPU_CPULEVEL_H

#include <string_view>

namespace sluice {

/// Whether this processor, and the system on it, run code of `level`: a base
/// level
/// ("x86-64", "x86-64-v2", -v3, -v4, "aarch64", "riscv64"), then features as
/// "+avxvnni".
bool runsLevel(std::string_view level);

} // namespace sluice

#endif // SLUICE_RUNTIME_DRIVERS_CPU_CPULEVEL_H
