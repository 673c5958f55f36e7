// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `sluice device program`: puts a bitstream on a device that it fits.

#include "tools/sluice/Bitstream.h"
#include "tools/sluice/Boards.h"
#include "tools/sluice/Device.h"
#include "tools/sluice/Failure.h"
#include "tools/sluice/Output.h"
#include "tools/sluice/Process.h"
#include "tools/sluice/Verbs.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>

namespace sluice {
namespace {

constexpr char kLoader[] = "openFPGALoader";

/// Runs openFPGALoader; with `output` its output goes there, else to standard
/// error.
void runLoader(std::vector<std::string> words, std::string *output = nullptr) {
  words.insert(words.begin(), kLoader);
  int code = 0;
  if (int error = runProgram(words, code, output))
    throw Failure{kBadInput, fmt::format("{}: {}; it programs boards: install "
                                         "Debian's package openfpgaloader",
                                         kLoader, strerror(error))};
  if (code)
    throw Failure{kDeviceFault,
                  fmt::format("{} ended with exit code {}{}", kLoader, code,
                              output
                                  ? ": " + output->substr(0, output->find('\n'))
                                  : "; see the lines above")};
}

/// The serial number of the USB device behind a port, by which JTAG goes too;
/// empty where the port is none of USB.
std::string usbSerial(const std::string &port) {
  std::error_code error;
  auto name = std::filesystem::canonical(port, error).filename();
  auto folder =
      std::filesystem::canonical("/sys/class/tty" / name / "device", error);
  // Above the port and its interface stands the device.
  for (; !error && folder.has_relative_path(); folder = folder.parent_path()) {
    std::ifstream stream(folder / "serial");
    if (std::string serial; std::getline(stream, serial))
      return serial;
  }
  return "";
}

/// The IDCODE in what `openFPGALoader --detect` prints: "idcode 0x41113043".
uint32_t detectedIdcode(const std::string &output) {
  constexpr std::string_view kKey = "idcode 0x";
  uint32_t idcode = 0;
  size_t at = output.find(kKey);
  const char *end = output.data() + output.size();
  if (at == output.npos ||
      std::from_chars(output.data() + at + kKey.size(), end, idcode, 16).ec !=
          std::errc())
    throw Failure{kDeviceFault,
                  fmt::format("{} --detect found no FPGA", kLoader)};
  return idcode;
}

/// Which board openFPGALoader is told: the shell of the one with this part that
/// `name` is, or where none is, as that is a user's own, the shell of all.
std::string shellOf(const std::string &part, const std::string &name,
                    const std::string &file) {
  std::vector<Board> boards = readBoards();
  std::erase_if(boards, [&](const Board &b) { return b.device != part; });
  if (boards.empty())
    throw Failure{kBadInput,
                  fmt::format("{}: is for {}, which is on no board that comes "
                              "with Sluice",
                              file, part)};
  auto named = std::find_if(boards.begin(), boards.end(),
                            [&](const Board &b) { return b.name == name; });
  if (named != boards.end())
    return named->shell;
  auto other = std::find_if(boards.begin(), boards.end(), [&](const Board &b) {
    return b.shell != boards[0].shell;
  });
  if (other != boards.end())
    throw Failure{kBadInput,
                  fmt::format("{}: is for {}, which boards '{}' and '{}' both "
                              "have; {}.json, which `sluice bitstream` writes, "
                              "tells for which of them it is",
                              file, part, boards[0].name, other->name, file)};
  return boards[0].shell;
}

/// Throws where another engine answers than the one that the bitstream is known
/// to hold.
void checkEngine(const DeviceDescription &description,
                 const ProgramOptions &options, const Bitstream &bitstream) {
  for (const EngineCapabilities &engine : description.engines)
    if (bitstream.engineHash && engine.hash != *bitstream.engineHash)
      throw Failure{kDeviceFault,
                    fmt::format("device '{}': engine {:016x} answers, {} holds "
                                "{:016x}",
                                options.device, engine.hash, options.bitstream,
                                *bitstream.engineHash)};
}

void programOverJtag(const std::string &port, const ProgramOptions &options,
                     const Bitstream &bitstream) {
  std::string part = ecp5PartName(bitstream.idcode);
  std::vector<std::string> words = {
      "--board", shellOf(part, bitstream.board, options.bitstream)};
  if (!std::filesystem::exists(port))
    throw Failure{kDeviceFault, fmt::format("device '{}': there is no {}",
                                            options.device, port)};
  if (std::string serial = usbSerial(port); !serial.empty())
    words.insert(words.end(), {"--ftdi-serial", serial});
  auto with = [&](const std::string &word) {
    std::vector<std::string> all = words;
    all.push_back(word);
    return all;
  };
  std::string output;
  runLoader(with("--detect"), &output);
  if (uint32_t found = detectedIdcode(output); found != bitstream.idcode)
    throw Failure{kBadInput,
                  fmt::format("{}: is for {}, the device is {}",
                              options.bitstream, part, ecp5PartName(found))};
  if (options.flash)
    words.push_back("--write-flash");
  runLoader(with(options.bitstream));
  if (bitstream.engineHash)
    checkEngine(describeDevice(options.device), options, bitstream);
}

/// Opening a card with an xclbin puts that on it. XRT refuses one that was
/// linked for another platform; the capability ROM tells that the engine is the
/// one asked for.
void programCard(const ProgramOptions &options, const Bitstream &bitstream) {
  if (bitstream.isEmulation)
    throw Failure{kBadInput,
                  fmt::format("{}: is for XRT's emulation, which takes it by "
                              "--device xrt:xclbin={}",
                              options.bitstream, options.bitstream)};
  std::string device = options.device;
  device += device.find(':') == device.npos ? ':' : ',';
  device += "xclbin=" + options.bitstream;
  checkEngine(describeDevice(device), options, bitstream);
}

} // namespace

int programDevice(const ProgramOptions &options) {
  DeviceSpec spec;
  check(DeviceSpec::parse(options.device, spec));
  bool isCard = spec.driver() == "xrt", isBoard = spec.driver() == "uart";
  if (!isCard && !isBoard)
    throw Failure{kBadUsage,
                  fmt::format("device '{}': takes no bitstream; uart:PORT and "
                              "xrt:N do",
                              options.device)};
  Bitstream bitstream = readBitstream(options.bitstream);
  if (isCard != (bitstream.kind == Bitstream::Xclbin))
    throw Failure{
        kBadInput,
        fmt::format("{}: is {}, device '{}' takes {}", options.bitstream,
                    isCard ? "a bitstream of an ECP5" : "an xclbin",
                    options.device, isCard ? "an xclbin" : "one of an ECP5")};
  if (isCard) {
    programCard(options, bitstream);
  } else {
    std::string port;
    uint64_t ofTheLink;
    const DeviceOption known[] = {{"baud", &ofTheLink},
                                  {"timeout", &ofTheLink},
                                  {"watchdog", &ofTheLink}};
    check(spec.read(known, &port));
    programOverJtag(port, options, bitstream);
  }
  if (options.json)
    printJson({{"device", options.device}, {"bitstream", options.bitstream}});
  else
    print(fmt::format("{} is on {}\n", options.bitstream, options.device));
  return kDone;
}

} // namespace sluice
