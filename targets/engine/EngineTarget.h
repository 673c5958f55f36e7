// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The tensor engine as a target: "engine:BOARD[,NAME=VALUE...]".

#ifndef SLUICE_TARGETS_ENGINE_ENGINETARGET_H
#define SLUICE_TARGETS_ENGINE_ENGINETARGET_H

#include "targets/Target.h"
#include "targets/engine/Configuration.h"

namespace sluice::engine {

class EngineTarget : public Target {
public:
  explicit EngineTarget(Configuration configuration)
      : configuration(std::move(configuration)) {}

  llvm::StringRef name() const override { return "engine"; }
  std::string description() const override;
  std::optional<DeviceConfiguration> device() const override;
  std::vector<Resource> resources() const override;
  TuneSpace getTuneSpace() const override;
  Judgement judge(const Layer &layer) const override;
  Cost estimate(const Layer &layer) const override;
  int64_t estimateOnHost(const Layer &layer) const override;
  int64_t estimateHandover(int64_t bytes) const override;
  void addTilePasses(mlir::OpPassManager &manager) const override;
  void addCodegenPasses(mlir::OpPassManager &manager) const override;
  llvm::LogicalResult emit(deploy::RegionOp region,
                           RegionParts &parts) const override;

  const Configuration &getConfiguration() const { return configuration; }

private:
  Configuration configuration;
};

/// Makes "engine" known to createTarget.
void registerEngineTarget();

} // namespace sluice::engine

#endif // SLUICE_TARGETS_ENGINE_ENGINETARGET_H
