// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/drivers/null/NullDriver.h"

#include <cstring>

namespace sluice {
namespace {

struct NullOptions {
  uint64_t fill = 0;
  uint64_t fail = 0;
  uint64_t host = 1;
};

class NullExecutable final : public Executable {
public:
  NullExecutable(const program::Variant &variant, NullOptions options)
      : variant(variant), options(options) {}

  bool accepts(uint32_t region) const override {
    return options.host || variant.regions()->Get(region)->engine();
  }

  Status run(uint32_t index, void *const *tensors, const RunControl &control,
             RegionFigures &figures) override {
    const program::Region &region = *variant.regions()->Get(index);
    if (++runs == options.fail)
      return fail(SLUICE_STATUS_DEVICE_FAULT, "region '%s': fails as asked for",
                  region.name()->c_str());
    void *const *outputs = tensors + region.inputs()->size();
    for (uint32_t i = 0; i < region.outputs()->size(); ++i)
      memset(outputs[i], int(options.fill),
             variant.buffers()->Get(region.outputs()->Get(i))->size());
    return SLUICE_STATUS_OK;
  }

  const char *fault() const override { return "null: no state to report\n"; }

private:
  const program::Variant &variant;
  const NullOptions options;
  uint64_t runs = 0;
};

class NullDevice final : public Device {
public:
  explicit NullDevice(NullOptions options) : options(options) {}

  Status describe(DeviceDescription &out) override {
    out = {};
    out.facts.push_back({"fill", std::to_string(options.fill)});
    return SLUICE_STATUS_OK;
  }

  Status load(const Package &package, uint32_t variant,
              std::unique_ptr<Executable> &out) override {
    out = std::make_unique<NullExecutable>(
        *package.program().variants()->Get(variant), options);
    return SLUICE_STATUS_OK;
  }

private:
  const NullOptions options;
};

class NullDriver final : public Driver {
public:
  const char *name() const override { return "null"; }
  const char *description() const override {
    return "computes nothing; fill=BYTE of outputs, fail=N: the N-th region "
           "fails, host=0: leaves the CPU's regions to it";
  }
  Status list(std::vector<DeviceListing> &out) const override {
    out.push_back({"null", "no hardware"});
    return SLUICE_STATUS_OK;
  }
  Status open(const DeviceSpec &spec, std::unique_ptr<Device> &out) override {
    NullOptions options;
    const DeviceOption known[] = {{"fill", &options.fill, 0, 255},
                                  {"fail", &options.fail, 1, UINT64_MAX},
                                  {"host", &options.host, 0, 1}};
    SLUICE_RETURN_IF_ERROR(spec.read(known));
    out = std::make_unique<NullDevice>(options);
    return SLUICE_STATUS_OK;
  }
};

} // namespace

Driver *nullDriver() {
  static NullDriver driver;
  return &driver;
}

} // namespace sluice
