// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A driver plug-in that `auto` chooses, with one device, which can be opened
// once at a time.

#include "runtime/hal/Plugin.h"

namespace sluice {
namespace {

std::atomic<bool> isOpen = false;

class CardExecutable final : public Executable {
public:
  bool accepts(uint32_t region) const override { return region == 0; }
  Status run(uint32_t, void *const *, const RunControl &,
             RegionFigures &) override {
    return SLUICE_STATUS_OK;
  }
};

class CardDevice final : public Device {
public:
  ~CardDevice() override { isOpen = false; }
  Status load(const Package &, uint32_t,
              std::unique_ptr<Executable> &out) override {
    out = std::make_unique<CardExecutable>();
    return SLUICE_STATUS_OK;
  }
};

class CardDriver final : public Driver {
public:
  const char *name() const override { return "card"; }
  const char *description() const override { return "for tests"; }
  Status list(std::vector<DeviceListing> &out) const override {
    out.push_back({"card", "no hardware"});
    return SLUICE_STATUS_OK;
  }
  bool suits(const Package &package) const override {
    return package.program().engine();
  }
  Status open(const DeviceSpec &, std::unique_ptr<Device> &out) override {
    if (isOpen.exchange(true))
      return fail(SLUICE_STATUS_IO, "device 'card': is in use already");
    out = std::make_unique<CardDevice>();
    return SLUICE_STATUS_OK;
  }
};

} // namespace
} // namespace sluice

SLUICE_DRIVER_PLUGIN(sluice::CardDriver)
