// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SLUICE_TARGETS_ENGINE_TRANSLATIONS_H
#define SLUICE_TARGETS_ENGINE_TRANSLATIONS_H

namespace sluice::engine {

/// Registers --engine-to-binary, --binary-to-engine, --engine-timing and
/// --engine-run.
void registerEngineTranslations();

} // namespace sluice::engine

#endif // SLUICE_TARGETS_ENGINE_TRANSLATIONS_H
