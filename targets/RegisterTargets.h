// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one place that knows all targets.

#ifndef SLUICE_TARGETS_REGISTERTARGETS_H
#define SLUICE_TARGETS_REGISTERTARGETS_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace sluice {

/// Makes every target known to createTarget.
void registerAllTargets();
/// Adds the targets' own dialects.
void registerAllTargetDialects(mlir::DialectRegistry &registry);
/// Registers the targets' passes and pipelines.
void registerAllTargetPasses();
/// Registers the targets' translations (for sluice-translate).
void registerAllTargetTranslations();

} // namespace sluice

#endif // SLUICE_TARGETS_REGISTERTARGETS_H
