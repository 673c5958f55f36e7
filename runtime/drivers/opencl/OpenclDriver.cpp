// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Driver `opencl`: regions as kernels, on any device of the ICD loader's.

#include "runtime/drivers/opencl/KernelRegion.h"
#include "runtime/hal/Plugin.h"

#include <algorithm>
#include <charconv>
#include <mutex>

namespace sluice {
namespace {

/// A device and how it is told from others.
struct Found {
  cl_device_id device;
  std::string platform;
};

std::string platformName(cl_platform_id platform) {
  size_t size = 0;
  if (clGetPlatformInfo(platform, CL_PLATFORM_NAME, 0, nullptr, &size) !=
          CL_SUCCESS ||
      !size)
    return "";
  std::string name(size, '\0');
  clGetPlatformInfo(platform, CL_PLATFORM_NAME, size, name.data(), nullptr);
  name.resize(size - 1);
  return name;
}

/// All devices of platforms whose name holds `wanted`, in the loader's order.
std::vector<Found> findDevices(const std::string &wanted) {
  cl_uint count = 0;
  std::vector<Found> found;
  if (clGetPlatformIDs(0, nullptr, &count) != CL_SUCCESS)
    return found;
  std::vector<cl_platform_id> platforms(count);
  clGetPlatformIDs(count, platforms.data(), nullptr);
  for (cl_platform_id platform : platforms) {
    std::string name = platformName(platform);
    if (name.find(wanted) == name.npos ||
        clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 0, nullptr, &count) !=
            CL_SUCCESS)
      continue;
    std::vector<cl_device_id> devices(count);
    clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, count, devices.data(),
                   nullptr);
    for (cl_device_id device : devices)
      found.push_back({device, name});
  }
  return found;
}

bool hasKernels(const program::Variant &variant) {
  for (const program::Region *region : *variant.regions())
    if (region->kernels())
      return true;
  return false;
}

using Regions = std::vector<std::unique_ptr<KernelRegion>>; // null: not ours

bool isBusy(const Regions &regions) {
  return std::any_of(regions.begin(), regions.end(), [](const auto &region) {
    return region && region->isBusy();
  });
}

/// What a device may still write to when nobody needs it any more: kept until
/// the device has ended, for good if it never does.
class Abandoned {
public:
  void add(std::shared_ptr<ClPlace> place, Regions regions) {
    std::lock_guard lock(mutex);
    entries.push_back({std::move(place), std::move(regions)});
  }
  /// Releases what is no longer in use.
  void sweep() {
    std::lock_guard lock(mutex);
    std::erase_if(entries,
                  [](const Entry &entry) { return !isBusy(entry.regions); });
  }
  /// Of the process; never destroyed, as a device may outlive main.
  static Abandoned &get() {
    static auto *abandoned = new Abandoned;
    return *abandoned;
  }

private:
  struct Entry {
    std::shared_ptr<ClPlace> place;
    Regions regions; ///< go before their place
  };
  std::mutex mutex;
  std::vector<Entry> entries;
};

class OpenclExecutable final : public Executable {
public:
  explicit OpenclExecutable(const std::shared_ptr<ClPlace> &place)
      : place(place) {}
  ~OpenclExecutable() override {
    if (isBusy(regions))
      Abandoned::get().add(place, std::move(regions));
  }

  Status load(const Package &package, const program::Variant &variant);

  bool accepts(uint32_t index) const override {
    return regions[index] != nullptr;
  }
  Status run(uint32_t index, void *const *tensors, const RunControl &control,
             RegionFigures &figures) override {
    last = index;
    return regions[index]->run(tensors, control);
  }
  const char *fault() const override { return regions[last]->fault(); }

private:
  const std::shared_ptr<ClPlace> place;
  Regions regions;
  uint32_t last = 0;
};

Status OpenclExecutable::load(const Package &package,
                              const program::Variant &variant) {
  if (!hasKernels(variant))
    return fail(SLUICE_STATUS_UNSUPPORTED,
                "%s: was compiled for %s and has no kernels; compile with "
                "--target opencl",
                package.name(), package.program().target()->c_str());
  for (const program::Region *region : *variant.regions()) {
    regions.push_back(nullptr);
    if (!region->kernels())
      continue;
    regions.back() = std::make_unique<KernelRegion>(*place);
    SLUICE_RETURN_IF_ERROR(regions.back()->load(package, variant, *region));
  }
  return SLUICE_STATUS_OK;
}

class OpenclDevice final : public Device {
public:
  explicit OpenclDevice(std::shared_ptr<ClPlace> place)
      : place(std::move(place)) {}

  Status describe(DeviceDescription &out) override {
    out = {};
    const std::pair<const char *, cl_device_info> facts[] = {
        {"name", CL_DEVICE_NAME},
        {"vendor", CL_DEVICE_VENDOR},
        {"version", CL_DEVICE_VERSION},
        {"driver", CL_DRIVER_VERSION}};
    for (const auto &[name, what] : facts)
      out.facts.push_back({name, clDeviceString(place->device, what)});
    cl_uint units = 0;
    clGetDeviceInfo(place->device, CL_DEVICE_MAX_COMPUTE_UNITS, sizeof(units),
                    &units, nullptr);
    out.facts.push_back({"compute units", std::to_string(units)});
    return SLUICE_STATUS_OK;
  }

  Status load(const Package &package, uint32_t variant,
              std::unique_ptr<Executable> &out) override {
    auto executable = std::make_unique<OpenclExecutable>(place);
    SLUICE_RETURN_IF_ERROR(
        executable->load(package, *package.program().variants()->Get(variant)));
    out = std::move(executable);
    return SLUICE_STATUS_OK;
  }

private:
  const std::shared_ptr<ClPlace> place;
};

class OpenclDriver final : public Driver {
public:
  const char *name() const override { return "opencl"; }
  const char *description() const override {
    return "an OpenCL device: opencl:N, the N-th (0) of those listed; "
           "platform=TEXT: only of platforms whose name holds it; "
           "timeout=MS: a region that takes longer has hung (30000); "
           "xclbin=FILE: an engine on a card, through XRT's OpenCL";
  }
  Status list(std::vector<DeviceListing> &out) const override {
    std::vector<Found> found = findDevices("");
    for (size_t i = 0; i < found.size(); ++i)
      out.push_back({"opencl:" + std::to_string(i),
                     clDeviceString(found[i].device, CL_DEVICE_NAME) + " (" +
                         found[i].platform + ")"});
    if (found.empty())
      return fail(SLUICE_STATUS_NOT_FOUND,
                  "no OpenCL device; install an ICD such as pocl-opencl-icd");
    return SLUICE_STATUS_OK;
  }
  bool suits(const Package &package) const override {
    for (const program::Region *region :
         *package.program().variants()->Get(0)->regions())
      if (region->target()->string_view() == name())
        return !findDevices("").empty();
    return false;
  }
  Status open(const DeviceSpec &spec, std::unique_ptr<Device> &out) override;
};

/// An xclbin holds an engine, which driver `xrt` knows how to use. XRT's OpenCL
/// aborts programs that it does not like, so that driver keeps it in a process
/// of its own.
static Status openEngine(const std::string &card, const std::string &xclbin,
                         std::unique_ptr<Device> &out) {
  DeviceSpec engine;
  SLUICE_RETURN_IF_ERROR(
      DeviceSpec::parse("xrt:" + (card.empty() ? "0" : card) +
                            ",xclbin=" + xclbin + ",api=opencl",
                        engine));
  return pluginHost->openDevice(engine, out);
}

Status OpenclDriver::open(const DeviceSpec &spec,
                          std::unique_ptr<Device> &out) {
  std::string argument, platform, xclbin;
  uint64_t timeout = 30'000;
  const DeviceOption known[] = {{.key = "platform", .text = &platform},
                                {.key = "xclbin", .text = &xclbin},
                                {"timeout", &timeout, 1, 3'600'000}};
  SLUICE_RETURN_IF_ERROR(spec.read(known, &argument));
  if (!xclbin.empty())
    return openEngine(argument, xclbin, out);
  size_t index = 0;
  const char *end = argument.data() + argument.size();
  if (!argument.empty()) {
    auto [stop, error] = std::from_chars(argument.data(), end, index);
    if (error != std::errc() || stop != end)
      return fail(SLUICE_STATUS_INVALID_ARGUMENT,
                  "device '%s': '%s' is not the number of a device",
                  spec.text().c_str(), argument.c_str());
  }
  std::vector<Found> found = findDevices(platform);
  if (index >= found.size())
    return fail(SLUICE_STATUS_NOT_FOUND,
                "device '%s': there are %zu such OpenCL devices; see "
                "sluice device list",
                spec.text().c_str(), found.size());
  Abandoned::get().sweep();
  auto place = std::make_shared<ClPlace>();
  place->timeout = timeout * 1'000'000;
  place->device = found[index].device;
  cl_int code;
  place->context = ClContext(
      clCreateContext(nullptr, 1, &place->device, nullptr, nullptr, &code));
  SLUICE_RETURN_IF_ERROR(clCheck(code, SLUICE_STATUS_DEVICE_FAULT, "context"));
  place->queue = ClQueue(
      clCreateCommandQueue(place->context.get(), place->device, 0, &code));
  SLUICE_RETURN_IF_ERROR(clCheck(code, SLUICE_STATUS_DEVICE_FAULT, "queue"));
  out = std::make_unique<OpenclDevice>(std::move(place));
  return SLUICE_STATUS_OK;
}

} // namespace
} // namespace sluice

SLUICE_DRIVER_PLUGIN(sluice::OpenclDriver)
