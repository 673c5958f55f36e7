// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/cpu/CpuTarget.h"

#include "compiler/Support/Layer.h"
#include "dialects/Deploy/Deploy.h"
#include "targets/Target.h"
#include "targets/cpu/Level.h"
#include "targets/cpu/Library.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"

using namespace mlir;
using namespace sluice;

namespace {

class CpuTarget : public Target {
public:
  explicit CpuTarget(const cpu::Level &level) : level(level) {}

  StringRef name() const override { return "cpu"; }
  std::string description() const override {
    return ("cpu:" + level.name).str();
  }
  Judgement judge(const Layer &layer) const override;
  Cost estimate(const Layer &layer) const override;
  llvm::LogicalResult emitLibrary(ModuleOp module,
                                  LibraryParts &parts) const override;

private:
  const cpu::Level &level;
};

} // namespace

/// Why code cannot be generated for a value of `type`, or nothing.
static std::string judgeType(Type type) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape()) {
    if (isa<ShapedType>(type))
      stream << "its shape is not static: " << type;
    return text;
  }
  Type element = tensor.getElementType();
  if (!isa<FloatType>(element) && !element.isSignlessInteger())
    stream << "there is no CPU code for elements of type " << element;
  return text;
}

Judgement CpuTarget::judge(const Layer &layer) const {
  for (Operation *op : layer.ops) {
    // All else in TOSA has a lowering.
    if (isa<tosa::CustomOp, tosa::WhileOp>(op))
      return Judgement::illegal(
          llvm::formatv("there is no CPU code for {0}", op->getName()));
    for (Type type : op->getResultTypes())
      if (std::string reason = judgeType(type); !reason.empty())
        return Judgement::illegal(reason);
  }
  return Judgement::legal();
}

Cost CpuTarget::estimate(const Layer &layer) const {
  Cost cost;
  auto bytes = [](Value value) {
    return deploy::getPackedBytes(value.getType());
  };
  for (Value input : layer.inputs)
    cost.bytesRead += bytes(input);
  cost.bytesWritten = bytes(layer.getOutput());
  // One vector of products and one of loads and stores a cycle.
  int64_t products = int64_t(level.lanes) * level.dot.quantum;
  cost.cycles = layer.macs / products +
                (cost.bytesRead + cost.bytesWritten) / (4 * level.lanes);
  return cost;
}

llvm::LogicalResult CpuTarget::emitLibrary(ModuleOp module,
                                           LibraryParts &parts) const {
  FailureOr<cpu::Library> library = cpu::compileLibrary(module, level);
  if (failed(library))
    return failure();
  parts.level = level.name.str();
  parts.elf = std::move(library->elf);
  for (cpu::RegionCode &region : library->regions)
    parts.regions.push_back({std::move(region.name), region.scratchSize});
  return success();
}

void cpu::registerCpuTarget() {
  registerTarget(
      {"cpu", "native code for a processor level: cpu[:LEVEL]",
       [](StringRef details) -> llvm::Expected<std::unique_ptr<Target>> {
         llvm::Expected<const Level *> level =
             findLevel(details.empty() ? "native" : details);
         if (!level)
           return level.takeError();
         return std::make_unique<CpuTarget>(**level);
       }});
}
