// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which layers run on a device, and in how many regions.

#ifndef SLUICE_COMPILER_PARTITION_PLACEMENT_H
#define SLUICE_COMPILER_PARTITION_PLACEMENT_H

#include "compiler/Support/Layer.h"
#include "targets/Target.h"

namespace sluice {

/// Layers of one place that run together. Even ones are the host's, odd ones
/// the device's: the number counts the changes of place on the way.
using Stage = unsigned;

inline bool isDevice(Stage stage) { return stage % 2 == 1; }

struct Placement {
  /// Of each layer, whether the device runs it, or why not.
  std::vector<Judgement> judgements;
  std::vector<Stage> stages;
};

/// Places `layers`, which are in an order in which they can run: on `target`
/// what it takes, but for stages that would cost more to hand over than they
/// save. The stage that multiplies most stays whatever it costs.
Placement placeLayers(llvm::ArrayRef<Layer> layers, const Target &target);

/// The same with a stage for each layer; none is weighed.
Placement separateLayers(llvm::ArrayRef<Layer> layers, const Target &target);

} // namespace sluice

#endif // SLUICE_COMPILER_PARTITION_PLACEMENT_H
