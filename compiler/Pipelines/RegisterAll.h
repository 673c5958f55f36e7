// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one place that knows all of Sluice's dialects, passes and translations.

#ifndef SLUICE_COMPILER_PIPELINES_REGISTERALL_H
#define SLUICE_COMPILER_PIPELINES_REGISTERALL_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace sluice {

/// Adds Sluice's dialects, the upstream dialects its phases use, and the
/// interface models that Sluice attaches to upstream ops.
void registerAllSluiceDialects(mlir::DialectRegistry &registry);

/// Registers Sluice's passes and pipelines with the global pass registry.
void registerAllSluicePasses();

/// Registers Sluice's translations (for sluice-translate).
void registerAllSluiceTranslations();

} // namespace sluice

#endif // SLUICE_COMPILER_PIPELINES_REGISTERALL_H
