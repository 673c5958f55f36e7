// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Driver `xrt`: an engine on a card that AMD's XRT drives, or on one that it
// emulates. libxrt is in a process of its own: XrtClient.h, Server.cpp.

#include "runtime/drivers/xrt/Xclbin.h"
#include "runtime/drivers/xrt/XrtClient.h"
#include "runtime/drivers/xrt/XrtExecutable.h"
#include "runtime/hal/EngineRegisters.h"
#include "runtime/hal/Plugin.h"

#include <cctype>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>

namespace sluice {
namespace {

constexpr char kXclbinVariable[] = "SLUICE_XCLBIN";

class XrtDevice final : public Device {
public:
  XrtDevice(std::shared_ptr<XrtClient> client, const XrtOptions &options)
      : client(std::move(client)), options(options) {}

  Status describe(DeviceDescription &out) override {
    uint32_t rom[EngineCapabilities::kWordCount];
    SLUICE_RETURN_IF_ERROR(
        client->readRegisters(engine_register::kCapabilities, rom));
    SLUICE_RETURN_IF_ERROR(client->submit());
    out.facts.push_back({"card", client->cardName()});
    out.facts.push_back({"xclbin", options.xclbin});
    out.facts.push_back({"emulated", client->isEmulated() ? "yes" : "no"});
    return EngineCapabilities::decode(rom, out.engines.emplace_back());
  }

  Status load(const Package &package, uint32_t variant,
              std::unique_ptr<Executable> &out) override {
    auto executable = std::make_unique<XrtExecutable>(
        client, package, *package.program().variants()->Get(variant));
    SLUICE_RETURN_IF_ERROR(executable->load(options));
    out = std::move(executable);
    return SLUICE_STATUS_OK;
  }

private:
  const std::shared_ptr<XrtClient> client;
  const XrtOptions options;
};

/// The cards that XRT's kernel drivers hold: xocl PCIe cards, zocl-drm the
/// fabric of a Zynq.
std::vector<std::string> presentCards() {
  std::vector<std::string> cards;
  for (const char *driver :
       {"/sys/bus/pci/drivers/xocl", "/sys/bus/platform/drivers/zocl-drm"}) {
    std::error_code none;
    for (const auto &entry : std::filesystem::directory_iterator(driver, none))
      if (std::string name = entry.path().filename();
          entry.is_symlink(none) && name != "module")
        cards.push_back(name);
  }
  std::sort(cards.begin(), cards.end());
  return cards;
}

class XrtDriver final : public Driver {
public:
  const char *name() const override { return "xrt"; }
  const char *description() const override {
    return "N: an engine on the N-th card that XRT knows; xclbin=FILE (or "
           "SLUICE_XCLBIN): what is on it, or an emulation; timeout=MS for an "
           "answer, watchdog=CYCLES, verify=0: trusts the link, else every "
           "transfer is read back; api=opencl: drives it through XRT's OpenCL";
  }

  Status list(std::vector<DeviceListing> &out) const override {
    auto cards = presentCards();
    if (cards.empty())
      return fail(SLUICE_STATUS_NOT_FOUND,
                  "no card: XRT's kernel drivers, xocl and zocl, hold none");
    for (size_t i = 0; i < cards.size(); ++i)
      out.push_back({"xrt:" + std::to_string(i), "XRT card at " + cards[i]});
    return SLUICE_STATUS_OK;
  }

  bool suits(const Package &package) const override {
    const char *xclbin = getenv(kXclbinVariable);
    XclbinHeader header;
    return package.program().engine() && xclbin && !presentCards().empty() &&
           readXclbinHeader(xclbin, header) == SLUICE_STATUS_OK &&
           !header.isEmulation;
  }

  Status open(const DeviceSpec &spec, std::unique_ptr<Device> &out) override {
    XrtOptions options;
    SLUICE_RETURN_IF_ERROR(parse(spec, options));
    std::lock_guard lock(mutex);
    std::shared_ptr<XrtClient> client = clients[spec.text()].lock();
    if (!client || !client->isAlive()) {
      SLUICE_RETURN_IF_ERROR(XrtClient::start(options, client));
      clients[spec.text()] = client;
    }
    out = std::make_unique<XrtDevice>(std::move(client), options);
    return SLUICE_STATUS_OK;
  }

private:
  static Status parse(const DeviceSpec &spec, XrtOptions &options) {
    if (const char *xclbin = getenv(kXclbinVariable))
      options.xclbin = xclbin;
    std::string api = "native";
    const DeviceOption known[] = {
        {.key = "xclbin", .text = &options.xclbin},
        {"timeout", &options.timeout, 1, 3'600'000},
        {"watchdog", &options.watchdog, 0, UINT32_MAX},
        {"verify", &options.verify, 0, 1},
        {.key = "api", .text = &api}};
    std::string card;
    SLUICE_RETURN_IF_ERROR(spec.read(known, &card));
    const char *end = card.data() + card.size();
    uint32_t number = 0; // as the server takes it
    auto [last, error] = std::from_chars(card.data(), end, number);
    options.card = number;
    if (!card.empty() && (last != end || error != std::errc()))
      return fail(SLUICE_STATUS_INVALID_ARGUMENT,
                  "device 'xrt': '%s' is not the number of a card",
                  card.c_str());
    options.throughOpencl = api == "opencl";
    if (api != "native" && api != "opencl")
      return fail(SLUICE_STATUS_INVALID_ARGUMENT,
                  "device 'xrt': option 'api' is '%s', not native or opencl",
                  api.c_str());
    if (options.xclbin.empty())
      return fail(SLUICE_STATUS_INVALID_ARGUMENT,
                  "device 'xrt': needs an xclbin, by xrt:xclbin=FILE or %s; "
                  "`sluice bitstream` makes one",
                  kXclbinVariable);
    return SLUICE_STATUS_OK;
  }

  std::mutex mutex;
  /// One process serves all devices of one device string.
  std::map<std::string, std::weak_ptr<XrtClient>> clients;
};

} // namespace
} // namespace sluice

SLUICE_DRIVER_PLUGIN(sluice::XrtDriver)
