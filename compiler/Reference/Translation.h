// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SLUICE_COMPILER_REFERENCE_TRANSLATION_H
#define SLUICE_COMPILER_REFERENCE_TRANSLATION_H

namespace sluice::reference {

/// Makes `interpret` known to sluice-translate.
void registerInterpretTranslation();

} // namespace sluice::reference

#endif // SLUICE_COMPILER_REFERENCE_TRANSLATION_H
