// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SLUICE_TARGETS_CPU_TRANSLATION_H
#define SLUICE_TARGETS_CPU_TRANSLATION_H

namespace sluice::cpu {

/// Registers `regions-to-cpu-library` for sluice-translate.
void registerCpuTranslations();

} // namespace sluice::cpu

#endif // SLUICE_TARGETS_CPU_TRANSLATION_H
