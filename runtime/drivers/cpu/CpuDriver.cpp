// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/drivers/cpu/CpuDriver.h"

#include "runtime/drivers/cpu/CpuLevel.h"
#include "runtime/drivers/cpu/WorkerPool.h"
#include "runtime/package/Elf.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <tuple>

namespace sluice {
namespace {

/// The last, and so best, code that this processor runs; null if there is none.
const program::CpuCode *chooseCode(const program::Region &region) {
  for (uint32_t i = region.cpu()->size(); i-- > 0;)
    if (runsLevel(region.cpu()->Get(i)->level()->string_view()))
      return region.cpu()->Get(i);
  return nullptr;
}

std::string levelsOf(const program::Region &region) {
  std::string levels;
  for (const program::CpuCode *code : *region.cpu())
    levels += (levels.empty() ? "" : ", ") + code->level()->str();
  return levels;
}

class CpuExecutable final : public Executable {
public:
  /// `pool` is null for one thread.
  explicit CpuExecutable(WorkerPool *pool) : pool(pool) {}

  Status load(const Package &package, const program::Variant &variant);

  bool accepts(uint32_t region) const override { return true; }

  Status run(uint32_t index, void *const *tensors, const RunControl &control,
             RegionFigures &figures) override {
    const sluice_cpu_region &region = *regions[index];
    sluice_cpu_call call = {};
    call.worker_count = 1;
    call.scratch = scratch.data();
    call.tensors = tensors;
    if (int32_t code = pool ? pool->run(region.run, call) : region.run(&call))
      return fail(SLUICE_STATUS_DEVICE_FAULT,
                  "region '%s': its CPU code gave up with code %d", region.name,
                  code);
    return SLUICE_STATUS_OK;
  }

private:
  using ImageKey = std::tuple<uint32_t, uint64_t, uint64_t>;
  Status loadRegion(const Package &package, const program::Region &region);

  WorkerPool *const pool;
  std::map<ImageKey, ElfImage> images;
  std::vector<const sluice_cpu_region *> regions;
  Buffer scratch;
};

Status CpuExecutable::loadRegion(const Package &package,
                                 const program::Region &region) {
  const program::CpuCode *code = chooseCode(region);
  const char *name = region.name()->c_str();
  if (!code)
    return fail(SLUICE_STATUS_UNSUPPORTED,
                "%s: region '%s': has CPU code for %s, and this processor is "
                "%s; compile with a --target cpu:LEVEL, or for a device a "
                "--host, that it is",
                package.name(), name, levelsOf(region).c_str(),
                processorLevel().c_str());
  const program::Range &range = *code->code();
  std::string where =
      std::string(package.name()) + "/" +
      package.program().files()->Get(range.file())->path()->c_str();
  auto [image, isNew] =
      images.try_emplace({range.file(), range.offset(), range.size()});
  if (isNew)
    SLUICE_RETURN_IF_ERROR(
        ElfImage::load(package.bytes(range), where.c_str(), image->second));
  const sluice_cpu_library &library = image->second.library();
  if (code->index() >= library.region_count)
    return fail(SLUICE_STATUS_INVALID_PACKAGE,
                "%s: region '%s' has index %u in CPU code of %u regions",
                where.c_str(), name, code->index(), library.region_count);
  const sluice_cpu_region &found = library.regions[code->index()];
  if (strcmp(found.name, name) != 0 ||
      found.input_count != region.inputs()->size() ||
      found.output_count != region.outputs()->size())
    return fail(SLUICE_STATUS_INVALID_PACKAGE,
                "%s: CPU code %u is region '%.100s' of %u inputs and %u "
                "outputs, the program wants '%s' of %u and %u",
                where.c_str(), code->index(), found.name, found.input_count,
                found.output_count, name, region.inputs()->size(),
                region.outputs()->size());
  regions.push_back(&found);
  return SLUICE_STATUS_OK;
}

Status CpuExecutable::load(const Package &package,
                           const program::Variant &variant) {
  uint64_t scratchSize = 0;
  for (const program::Region *region : *variant.regions()) {
    SLUICE_RETURN_IF_ERROR(loadRegion(package, *region));
    scratchSize = std::max(scratchSize, regions.back()->scratch_size);
  }
  return Buffer::allocate(scratchSize, "the CPU code's scratch", scratch);
}

class CpuDevice final : public Device {
public:
  CpuDevice(uint64_t threads, std::unique_ptr<WorkerPool> pool)
      : threads(threads), pool(std::move(pool)) {}

  Status describe(DeviceDescription &out) override {
    out = {{{"processor", processorName()},
            {"level", processorLevel()},
            {"processors", std::to_string(usableProcessors().size())},
            {"threads", std::to_string(threads)}},
           {}};
    return SLUICE_STATUS_OK;
  }

  Status load(const Package &package, uint32_t variant,
              std::unique_ptr<Executable> &out) override {
    auto executable = std::make_unique<CpuExecutable>(pool.get());
    SLUICE_RETURN_IF_ERROR(
        executable->load(package, *package.program().variants()->Get(variant)));
    out = std::move(executable);
    return SLUICE_STATUS_OK;
  }

private:
  const uint64_t threads;
  const std::unique_ptr<WorkerPool> pool; // null for one thread
};

class CpuDriver final : public Driver {
public:
  const char *name() const override { return "cpu"; }
  const char *description() const override {
    return "this processor; threads=N share each region's work (1), pin=1: "
           "each on a processor of its own";
  }
  Status list(std::vector<DeviceListing> &out) const override {
    out.push_back({"cpu", processorName() + ", " + processorLevel()});
    return SLUICE_STATUS_OK;
  }
  /// Each session has its own threads.
  bool isExclusive() const override { return false; }
  Status open(const DeviceSpec &spec, std::unique_ptr<Device> &out) override {
    uint64_t threads = 1, pin = 0;
    const DeviceOption known[] = {
        {"threads", &threads, 1, WorkerPool::kMostThreads},
        {"pin", &pin, 0, 1}};
    SLUICE_RETURN_IF_ERROR(spec.read(known));
    std::unique_ptr<WorkerPool> pool;
    if (threads > 1)
      SLUICE_RETURN_IF_ERROR(WorkerPool::create(threads, pin, pool));
    out = std::make_unique<CpuDevice>(threads, std::move(pool));
    return SLUICE_STATUS_OK;
  }
};

} // namespace

Driver *cpuDriver() {
  static CpuDriver driver;
  return &driver;
}

} // namespace sluice
