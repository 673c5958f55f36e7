// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SLUICE_RUNTIME_DRIVERS_CPU_CPULEVEL_H
#define SLUICE_RUNTIME_DRIVERS_CPU_CPULEVEL_H

#include <string>
#include <string_view>

namespace sluice {

/// Whether this processor, and the system on it, run code of `level`: a base
/// level ("x86-64", "x86-64-v2", -v3, -v4, "aarch64", "riscv64"), then features
/// as
/// "+avxvnni".
bool runsLevel(std::string_view level);

/// The highest base level that runs here, with all features:
/// "x86-64-v4+avx512vnni".
std::string processorLevel();

/// The maker's name of this processor, or its architecture's where the system
/// has none.
std::string processorName();

} // namespace sluice

#endif // SLUICE_RUNTIME_DRIVERS_CPU_CPULEVEL_H
