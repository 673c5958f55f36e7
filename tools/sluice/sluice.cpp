// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The user's command: reads the command line, calls a verb, turns failures into
// one line and an exit code.

#include "runtime/base/Log.h"
#include "tools/sluice/Failure.h"
#include "tools/sluice/Output.h"
#include "tools/sluice/Verbs.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <csignal>
#include <fmt/format.h>
#include <functional>

using namespace sluice;

namespace {

/// Passes numbers from `least` to `most`. CLI::Range passes NaN too, and -1 as
/// an unsigned number.
template <typename T> CLI::Validator between(T least, T most) {
  return CLI::Validator(
      [least, most](std::string &text) {
        T value;
        const char *end = text.data() + text.size();
        auto [stop, error] = std::from_chars(text.data(), end, value);
        if (error == std::errc() && stop == end && value >= least &&
            value <= most)
          return std::string();
        return fmt::format("'{}' is not a number from {} to {}", text, least,
                           most);
      },
      fmt::format("{} to {}", least, most));
}

constexpr uint64_t kMostRuns = 1'000'000'000;

/// Declares every verb; `verb` becomes the one that the user chose.
class CommandLine {
public:
  CommandLine() {
    app.require_subcommand(1);
    app.set_version_flag(
        "--version", fmt::format("sluice {}.{}.{}", SLUICE_VERSION_MAJOR,
                                 SLUICE_VERSION_MINOR, SLUICE_VERSION_PATCH));
    app.footer("Exit codes: 0 done, 1 a check failed, 2 bad usage, 3 bad "
               "input, 4 device fault,\n5 file system, 70 a bug in Sluice, 130 "
               "interrupted.");
    addCompilerVerbs();
    addRun();
    addProfile();
    addInspect();
    addReport();
    addDiff();
    app.add_subcommand("bitstream", "build a board's bitstream");
    addDevice();
  }

  /// What is wrong with the words that were parsed, as `error` or better.
  std::string explain(const CLI::ParseError &error) const;

  CLI::App app{"Sluice puts a trained ONNX model on a tensor engine or a CPU, "
               "and runs it there.",
               "sluice"};
  std::function<int()> verb;

private:
  void addCompilerVerbs() {
    app.add_subcommand("check", "say where each node of a model would run, and "
                                "why not on the device");
    app.add_subcommand("compile", "compile a model to a package");
    app.add_subcommand("tune", "search a board's devices and schedules for a "
                               "model's best");
  }

  void addRun() {
    CLI::App *run = app.add_subcommand("run", "run a package on a device");
    run->add_option("PKG", runOptions.package, "the package")->required();
    run->add_option("--input", runOptions.input,
                    ".npz with an array for every input; N samples replace a "
                    "leading 1")
        ->required();
    run->add_option("--output", runOptions.output, ".npz to write outputs to");
    run->add_option("--device", runOptions.device,
                    "auto, or one of `sluice device list`")
        ->capture_default_str();
    run->add_flag("--or-cpu", runOptions.orCpu,
                  "run on the CPU where the device is not there or the package "
                  "does not fit it");
    run->add_flag("--profile", runOptions.profile,
                  "show what each region took");
    run->add_option("--trace", runOptions.trace,
                    "write a timeline in the Chrome trace format");
    run->add_flag("--json", runOptions.json, "print figures as JSON");
    run->callback(
        [this] { verb = [this] { return sluice::run(runOptions); }; });
  }

  void addProfile() {
    CLI::App *profile = app.add_subcommand(
        "profile", "run a package over and over and show what it takes");
    profile->add_option("PKG", profileOptions.package, "the package")
        ->required();
    profile->add_option("--input", profileOptions.input,
                        "as for run, sample after sample; random by default");
    profile->add_option("--device", profileOptions.device, "as for run")
        ->capture_default_str();
    profile
        ->add_option("--warm-up", profileOptions.warmUp,
                     "runs that do not count, before the others")
        ->check(between(uint64_t(0), kMostRuns))
        ->capture_default_str();
    profile
        ->add_option("--iterations", profileOptions.iterations,
                     "runs that count, in place of a duration")
        ->check(between(uint64_t(1), kMostRuns));
    profile->add_option("--duration", profileOptions.seconds, "seconds of runs")
        ->check(between(0.0, 1e6))
        ->capture_default_str();
    profile
        ->add_option("--rate", profileOptions.rate,
                     "runs a second; by default one after the other")
        ->check(between(1e-3, 1e6));
    profile->add_flag("--limits", profileOptions.limits,
                      "find the least processor time and memory under which "
                      "it is as fast, in a control group");
    profile->add_flag("--trial", profileOptions.isTrial)->group("");
    profile->add_option("--trace", profileOptions.trace,
                        "write a timeline of the first 100 runs, as for run");
    profile->add_flag("--json", profileOptions.json, "print figures as JSON");
    profile->callback(
        [this] { verb = [this] { return sluice::profile(profileOptions); }; });
  }

  void addInspect() {
    CLI::App *inspect =
        app.add_subcommand("inspect", "show what is in a package");
    inspect->add_option("PKG", inspectOptions.package, "the package")
        ->required();
    inspect->add_flag("--json", inspectOptions.json, "print it as JSON");
    inspect->callback(
        [this] { verb = [this] { return sluice::inspect(inspectOptions); }; });
  }

  void addReport() {
    CLI::App *report = app.add_subcommand(
        "report", "draw a package's report as one HTML file");
    report->add_option("PKG", reportOptions.package, "the package")->required();
    report->add_option("-o,--output", reportOptions.output, "the HTML file")
        ->required();
    report->callback(
        [this] { verb = [this] { return sluice::report(reportOptions); }; });
  }

  void addDiff() {
    CLI::App *diff = app.add_subcommand(
        "diff", "compare a device's bytes with the CPU's, or with the "
                "reference interpreter's");
    diff->add_option("PKG", diffOptions.package, "the package")->required();
    diff->add_option("--input", diffOptions.input, "as for run")->required();
    diff->add_option("--against", diffOptions.against,
                     "cpu or reference: byte by byte; MODEL.onnx: how far from "
                     "the model in float")
        ->capture_default_str();
    diff->add_option("--device", diffOptions.device,
                     "what to compare; by default the package's engine, "
                     "simulated");
    diff->add_flag("--json", diffOptions.json, "print it as JSON");
    diff->callback(
        [this] { verb = [this] { return sluice::diff(diffOptions); }; });
  }

  void addDevice() {
    CLI::App *device = app.add_subcommand("device", "devices of this machine");
    device->require_subcommand(1);
    CLI::App *list = device->add_subcommand(
        "list", "list drivers and the devices that are there");
    list->add_flag("--json", deviceOptions.json, "print it as JSON");
    list->callback(
        [this] { verb = [this] { return listDevices(deviceOptions); }; });
    CLI::App *probe = device->add_subcommand(
        "probe", "ask a device what it is: its engine's capability ROM");
    probe->add_option("DEVICE", deviceOptions.device, "as for run --device")
        ->required();
    probe->add_flag("--json", deviceOptions.json, "print it as JSON");
    probe->callback(
        [this] { verb = [this] { return probeDevice(deviceOptions); }; });
    CLI::App *program = device->add_subcommand(
        "program", "put a bitstream on a board or a card that it fits");
    program
        ->add_option("DEVICE", programOptions.device,
                     "uart:PORT, the serial port of an ECP5 board, which is "
                     "programmed by openFPGALoader; xrt:N, a card")
        ->required();
    program
        ->add_option("BITSTREAM", programOptions.bitstream, ".bit or .xclbin")
        ->required();
    program->add_flag("--flash", programOptions.flash,
                      "a board keeps it when its power goes");
    program->add_flag("--json", programOptions.json, "print it as JSON");
    program->callback(
        [this] { verb = [this] { return programDevice(programOptions); }; });
  }

  RunOptions runOptions;
  ProfileOptions profileOptions;
  InspectOptions inspectOptions;
  ReportOptions reportOptions;
  DiffOptions diffOptions;
  DeviceOptions deviceOptions;
  ProgramOptions programOptions;
};

/// CLI11 says that a subcommand is required where a wrong one is there, too.
std::string CommandLine::explain(const CLI::ParseError &error) const {
  const CLI::App *last = &app;
  while (!last->get_subcommands().empty())
    last = last->get_subcommands().front();
  if (error.get_name() != "RequiredError" ||
      last->get_require_subcommand_min() == 0)
    return error.what();
  std::vector<std::string> verbs;
  for (const CLI::App *verb : last->get_subcommands({}))
    verbs.push_back(verb->get_name());
  std::string problem = "a verb is missing";
  if (auto words = last->remaining(); !words.empty())
    problem =
        fmt::format("there is no {} '{}'",
                    words[0].starts_with('-') ? "option" : "verb", words[0]);
  return fmt::format("{}{}; the verbs are {}",
                     last == &app ? "" : last->get_name() + ": ", problem,
                     fmt::join(verbs, ", "));
}

constexpr int kErrorLevel = 3; // syslog's

int fail(ExitCode code, const std::string &message) {
  if (!message.empty()) // else someone else has said it
    fmt::print(stderr, "{}sluice: {}\n", journalPrefix(kErrorLevel).data(),
               message);
  return code;
}

int parseAndRun(int argc, char **argv) {
  if (argc > 1 && isCompilerVerb(argv[1]))
    becomeCompiler(argv);
  if (argc > 1 && argv[1] == std::string_view("bitstream"))
    becomeBitstream(argv);
  CommandLine line;
  try {
    line.app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    if (error.get_exit_code() == 0)
      return line.app.exit(error); // --help, --version
    return fail(kBadUsage,
                fmt::format("{}; see sluice --help", line.explain(error)));
  }
  return line.verb();
}

} // namespace

void sluice::check(sluice_status_t status) {
  switch (status) {
  case SLUICE_STATUS_OK:
    return;
  case SLUICE_STATUS_INVALID_ARGUMENT:
    throw Failure{kBadUsage, sluice_status_message()};
  case SLUICE_STATUS_DEVICE_FAULT:
  case SLUICE_STATUS_CANCELLED:
  case SLUICE_STATUS_DEADLINE_EXCEEDED:
    throw Failure{kDeviceFault, sluice_status_message()};
  case SLUICE_STATUS_IO:
    throw Failure{kFileSystem, sluice_status_message()};
  case SLUICE_STATUS_NOT_FOUND:
  case SLUICE_STATUS_INVALID_PACKAGE:
  case SLUICE_STATUS_BUSY:
  case SLUICE_STATUS_UNSUPPORTED:
  case SLUICE_STATUS_OUT_OF_MEMORY:
    throw Failure{kBadInput, sluice_status_message()};
  }
}

int main(int argc, char **argv) {
  handleInterrupts();
  // At the limit of a file's size, writing fails as on a full disk.
  signal(SIGXFSZ, SIG_IGN);
  try {
    return parseAndRun(argc, argv);
  } catch (const Failure &failure) {
    return fail(failure.code, failure.message);
  } catch (const std::exception &error) {
    return fail(kBug, fmt::format("internal error: {}; please report it",
                                  error.what()));
  }
}
