// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The only face a target shows to the compiler: how it is named and described,
// which layers it takes, what they cost, its passes, and its part of a package.

#ifndef SLUICE_TARGETS_TARGET_H
#define SLUICE_TARGETS_TARGET_H

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mlir {
class ModuleOp;
class OpPassManager;
} // namespace mlir

namespace sluice {
struct Layer;
namespace deploy {
class RegionOp;
} // namespace deploy

/// What a target says of a layer.
struct Judgement {
  /// The limit that the layer breaks, in words with the numbers; empty if the
  /// target takes it.
  std::string reason;

  bool isLegal() const { return reason.empty(); }
  static Judgement legal() { return {}; }
  static Judgement illegal(std::string reason) { return {std::move(reason)}; }
};

/// What a layer costs on a target, by estimate. Cycles are 0 on a target that
/// counts none.
struct Cost {
  int64_t cycles = 0;
  int64_t bytesRead = 0, bytesWritten = 0;
};

/// Hardware that code is made for: a package names it, so that a runtime can
/// tell whether a device is the same.
struct DeviceConfiguration {
  std::string board;
  double clockMhz = 0;
  uint32_t isa = 0;
  uint64_t hash = 0;
  /// Name and value, in the order of the hardware's specification.
  std::vector<std::pair<std::string, uint32_t>> parameters;

  /// The value of the parameter `name`, 0 if there is none.
  uint32_t parameter(llvm::StringRef name) const;
};

/// A layer inside a region's commands.
struct LayerParts {
  std::string name, kind, output;
  uint64_t macs = 0, estimatedCycles = 0;
  /// [first, last) of the region's commands.
  uint32_t firstCommand = 0, lastCommand = 0;
};

/// A buffer that a kernel gets.
struct KernelArgument {
  enum Space : uint8_t { Constants, Scratch, Tensor };
  Space space = Constants;
  /// Bytes from the space's beginning; of a tensor its index among the region's
  /// inputs and then outputs, and no size.
  uint64_t offset = 0, size = 0;
};

/// One run of a kernel.
struct KernelLaunch {
  std::string kernel;
  std::array<uint32_t, 3> groups{1, 1, 1};
  /// Work-items of a group, along the first dimension.
  uint32_t items = 1;
  std::vector<KernelArgument> arguments;
};

/// Kernels of a region, which a device compiles for itself and runs one after
/// the other.
struct KernelParts {
  std::string source, options;
  uint64_t scratchSize = 0; // bytes
  std::vector<KernelLaunch> launches;
};

/// What a target puts in a package for one region: commands or kernels, on
/// constants.
struct RegionParts {
  std::vector<uint8_t> commands, constants;
  KernelParts kernels;
  /// What the commands ask of the device beyond the least, as its hardware's
  /// specification numbers features.
  uint32_t features = 0;
  /// Arena bytes the commands use beside inputs and outputs.
  uint64_t spillOffset = 0, spillSize = 0;
  uint64_t macs = 0, estimatedCycles = 0;
  /// The same with the board's own memory.
  uint64_t boardCycles = 0;
  std::vector<LayerParts> layers;
  /// For the report (docs/spec/report.md): an object of `timeline` and
  /// `memory`, as there, with times from the region's first cycle, layers
  /// counted from the region's first, and no arena buffers; and `layers`, an
  /// object by layer name of {bytes_loaded, bytes_stored, counters}.
  llvm::json::Value report = nullptr;
};

/// What a target takes of something that its board has only so much of.
struct Resource {
  std::string name;
  uint64_t used = 0, available = 0;
  /// Less of it is better, as long as it fits; else it only has to fit.
  bool isCost = false;
};

/// Targets for `sluice tune` to choose among: all pairs of the two lists.
struct TuneSpace {
  /// Specifications of what fits the board of the target, itself first.
  std::vector<std::string> devices;
  /// What may follow a specification to compile for that device in another way;
  /// the first is empty.
  std::vector<std::string> schedules;
  /// All else that an estimate depends on.
  std::string board;
};

/// Code of all regions of a module in one shared object, as cpu_abi.h has it.
struct LibraryParts {
  struct Region {
    std::string name;
    uint64_t scratchSize = 0; // bytes
  };
  std::string level;
  std::vector<uint8_t> elf;
  /// A region's place here is its index in the library.
  std::vector<Region> regions;
};

class Target {
public:
  virtual ~Target();

  /// What a region's `target` attribute says: "cpu", ...
  virtual llvm::StringRef name() const = 0;
  /// The full specification in canonical form; parses to an equal target.
  virtual std::string description() const = 0;
  /// The hardware that a package must name; none for a target without any.
  virtual std::optional<DeviceConfiguration> device() const {
    return std::nullopt;
  }

  /// What it takes of its board.
  virtual std::vector<Resource> resources() const { return {}; }
  /// What may be built instead of it; nothing where there is no choice.
  virtual TuneSpace getTuneSpace() const { return {}; }

  /// Whether the target can run `layer`, or why not.
  virtual Judgement judge(const Layer &layer) const = 0;
  /// What `layer`, a legal one, costs. It is a guess before tiling, good for
  /// comparing places.
  virtual Cost estimate(const Layer &layer) const = 0;

  /// Cycles that the host would take for `layer`, a legal one: a guess, in the
  /// unit of `estimate`.
  virtual int64_t estimateOnHost(const Layer &layer) const { return 0; }
  /// Cycles from the host to a region of this target and back, with `bytes` of
  /// inputs and results; 0 if regions may be as small as they come.
  virtual int64_t estimateHandover(int64_t bytes) const { return 0; }

  /// Adds the passes of phase `tile` to a pass manager on modules.
  virtual void addTilePasses(mlir::OpPassManager &manager) const {}
  /// Adds the passes of phase `codegen` to a pass manager on modules.
  virtual void addCodegenPasses(mlir::OpPassManager &manager) const {}

  /// Makes the package parts of `region`, one of this target's, after phase
  /// `codegen`. Fails with a diagnostic, as here for a target without commands.
  virtual llvm::LogicalResult emit(deploy::RegionOp region,
                                   RegionParts &parts) const;
  /// Compiles every region of `module`, whatever its target, in the order in
  /// which they stand there; `module` stays as it is. Fails with a diagnostic,
  /// as here for a target that is no processor.
  virtual llvm::LogicalResult emitLibrary(mlir::ModuleOp module,
                                          LibraryParts &parts) const;
};

/// A kind of target.
struct TargetKind {
  std::string name;
  /// One line for help texts.
  std::string summary;
  /// Makes a target from what follows "NAME:", empty if nothing does. An error
  /// is one clear line.
  std::function<llvm::Expected<std::unique_ptr<Target>>(llvm::StringRef)>
      create;
};

/// Makes `kind` known to createTarget, once.
void registerTarget(TargetKind kind);
/// All kinds, in the order they were registered.
llvm::ArrayRef<TargetKind> getTargetKinds();

/// The kind of target that is always there and takes what others do not: the
/// processor that runs the program.
llvm::StringRef getHostTarget();

/// The target that `spec` ("NAME" or "NAME:DETAILS") describes. An error is one
/// line that lists what is known.
llvm::Expected<std::unique_ptr<Target>> createTarget(llvm::StringRef spec);

} // namespace sluice

#endif // SLUICE_TARGETS_TARGET_H
