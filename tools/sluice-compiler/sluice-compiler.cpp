// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The verbs of `sluice` that need the compiler. `sluice` runs this executable,
// which stands beside it.

#include "compiler/Pipelines/RegisterAll.h"
#include "sluice/sluice.h"
#include "targets/RegisterTargets.h"
#include "tools/sluice-compiler/Verbs.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/CommandLine.h"

#include <csignal>
#include <sys/mman.h>
#include <unistd.h>

using namespace mlir;
using namespace sluice;

namespace cl = llvm::cl;

static cl::OptionCategory category("Options");
static cl::SubCommand checkVerb(
    "check",
    "Say where each node of a model would run, and why not on the device");
static cl::SubCommand compileVerb("compile", "Compile a model to a package");
static cl::SubCommand
    tuneVerb("tune",
             "Search a board's devices and schedules for a model's best");
static cl::SubCommand
    referenceVerb("reference",
                  "Run a package's model in the reference interpreter");

// What a verb needs is asked for in readModelOptions and runReferenceVerb, in
// plainer words than CommandLine's.
static cl::opt<std::string> model(cl::Positional, cl::desc("MODEL.onnx"),
                                  cl::sub(checkVerb), cl::sub(compileVerb),
                                  cl::sub(tuneVerb), cl::cat(category));
static cl::opt<std::string>
    target("target", cl::value_desc("T"), // described by describeTargets
           cl::sub(checkVerb), cl::sub(compileVerb), cl::sub(tuneVerb),
           cl::cat(category));
static cl::opt<std::string> calibrate(
    "calibrate", cl::value_desc("DATA.npz"),
    cl::desc(
        "Samples of the inputs, from which a float model gets its int8 scales"),
    cl::sub(checkVerb), cl::sub(compileVerb), cl::sub(tuneVerb),
    cl::cat(category));
static cl::opt<std::string> calibrator("calibrator",
                                       cl::value_desc("minmax|percentile:P"),
                                       cl::init("minmax"),
                                       cl::desc("How samples become ranges"),
                                       cl::sub(checkVerb), cl::sub(compileVerb),
                                       cl::sub(tuneVerb), cl::cat(category));
static cl::opt<std::string>
    quantizeMode("quantize", cl::value_desc("auto|none|int8"), cl::init("auto"),
                 cl::desc("auto and int8 use a model's own scales or the "
                          "calibration; none keeps float"),
                 cl::sub(checkVerb), cl::sub(compileVerb), cl::sub(tuneVerb),
                 cl::cat(category));
static cl::list<std::string>
    shapes("shape", cl::value_desc("NAME=1,3,224,224"),
           cl::desc("Shape of an input with free dimensions"),
           cl::sub(checkVerb), cl::sub(compileVerb), cl::sub(tuneVerb),
           cl::cat(category));
static cl::list<std::string> dims("dim", cl::value_desc("N=1"),
                                  cl::desc("Size of a symbolic dimension"),
                                  cl::sub(checkVerb), cl::sub(compileVerb),
                                  cl::sub(tuneVerb), cl::cat(category));
static cl::opt<bool> jsonOutput("json", cl::desc("Print JSON"),
                                cl::sub(checkVerb), cl::sub(compileVerb),
                                cl::sub(tuneVerb), cl::cat(category));
static cl::opt<std::string> output("o", cl::value_desc("PKG"),
                                   cl::desc("The package to make"),
                                   cl::sub(compileVerb), cl::sub(tuneVerb),
                                   cl::cat(category));
static cl::opt<std::string>
    maxLatency("max-latency", cl::value_desc("MS"),
               cl::desc("Choose the cheapest that takes at most so many "
                        "milliseconds, or 900us, 1.5ms, 2s"),
               cl::sub(tuneVerb), cl::cat(category));
static cl::opt<std::string>
    stateFolder("state", cl::value_desc("DIR"),
                cl::desc("Where estimates are kept, so that an interrupted "
                         "search goes on; by default the user's cache"),
                cl::sub(tuneVerb), cl::cat(category));
static cl::opt<std::string>
    compileTo("compile-to", cl::value_desc("PHASE"),
              cl::desc("Print the IR after import, quantize, legalize, "
                       "partition, tile or codegen, and stop"),
              cl::sub(compileVerb), cl::cat(category));
static cl::opt<std::string>
    dumpPhases("dump-phases", cl::value_desc("DIR"),
               cl::desc("Write the IR after every phase"), cl::sub(compileVerb),
               cl::cat(category));
static cl::opt<bool> separateLayers(
    "separate-layers",
    cl::desc("Give every layer a region of its own, to see what it makes; "
             "MODEL.onnx may be a package, to be compiled once more"),
    cl::sub(compileVerb), cl::cat(category));
static cl::list<std::string>
    hosts("host", cl::value_desc("LEVELS"), cl::CommaSeparated,
          cl::desc("CPU levels that a package for a device carries code for, "
                   "best last; by default " +
                   llvm::join(CompileOptions().hosts, ",")),
          cl::sub(compileVerb), cl::cat(category));
static cl::opt<std::string> package(cl::Positional, cl::desc("PKG"),
                                    cl::sub(referenceVerb), cl::cat(category));
static cl::opt<std::string> input("input", cl::value_desc("IN.npz"),
                                  cl::desc("Arrays named as the inputs"),
                                  cl::sub(referenceVerb), cl::cat(category));
static cl::opt<std::string> results("output", cl::value_desc("OUT.npz"),
                                    cl::desc("Where outputs go"),
                                    cl::sub(referenceVerb), cl::cat(category));
static cl::opt<bool>
    allTensors("all-tensors",
               cl::desc("Write every tensor of the model that the program "
                        "computes, under its name"),
               cl::sub(referenceVerb), cl::cat(category));

static cl::opt<bool> programOrder(
    "program-order",
    cl::desc("With --all-tensors: dimensions in the program's order (NHWC), "
             "not the model's"),
    cl::sub(referenceVerb), cl::cat(category));

/// Nothing is on the disk while a verb computes, and what writes lets signals
/// wait (SignalsWait), so there is nothing to clean up.
static void handleInterrupt(int) {
  static constexpr char message[] = "sluice: interrupted\n";
  (void)!write(STDERR_FILENO, message, sizeof(message) - 1);
  _exit(kInterrupted);
}

/// From here on Ctrl-C and SIGTERM are answered; `sluice` left them waiting.
static void answerInterrupts() {
  std::signal(SIGINT, handleInterrupt);
  std::signal(SIGTERM, handleInterrupt);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigprocmask(SIG_UNBLOCK, &signals, nullptr);
}

static std::optional<Stop> readCalibrator(double &percentile) {
  StringRef text = calibrator;
  if (text == "minmax")
    return std::nullopt;
  if (text.consume_front("percentile:") && !text.getAsDouble(percentile) &&
      percentile > 50 && percentile <= 100)
    return std::nullopt;
  return Stop{kBadUsage, "--calibrator '" + calibrator +
                             "' is neither minmax nor percentile:P with P "
                             "above 50 and at most 100"};
}

static std::optional<Stop> readModelOptions(StringRef verb,
                                            ModelOptions &options) {
  if (model.empty())
    return Stop{kBadUsage, (verb + " needs MODEL.onnx, the model").str()};
  if (target.empty()) {
    auto names = llvm::map_range(getTargetKinds(), [](const TargetKind &kind) {
      return StringRef(kind.name);
    });
    return Stop{kBadUsage, (verb + " needs --target T, with T one of " +
                            llvm::join(names, ", "))
                               .str()};
  }
  options.model = model;
  options.target = target;
  options.calibration = calibrate;
  if (quantizeMode != "auto" && quantizeMode != "int8" &&
      quantizeMode != "none")
    return Stop{kBadUsage, "--quantize '" + quantizeMode +
                               "' is none of auto, int8, none"};
  options.quantize = quantizeMode != "none";
  options.forceInt8 = quantizeMode == "int8";
  for (const std::string &shape : shapes)
    if (llvm::Error error = parseShapeOption(shape, options.import))
      return Stop{kBadUsage, "--shape " + llvm::toString(std::move(error))};
  for (const std::string &dim : dims)
    if (llvm::Error error = parseDimOption(dim, options.import))
      return Stop{kBadUsage, "--dim " + llvm::toString(std::move(error))};
  return readCalibrator(options.percentile);
}

static std::optional<Stop> runCompile(MLIRContext &context) {
  CompileOptions options;
  if (auto stop = readModelOptions("compile", options))
    return stop;
  options.output = output;
  options.dumpFolder = dumpPhases;
  options.separateLayers = separateLayers;
  options.json = jsonOutput;
  if (!hosts.empty())
    options.hosts.assign(hosts.begin(), hosts.end());
  if (!hosts.empty() && StringRef(target).split(':').first == getHostTarget())
    return Stop{kBadUsage, "--host goes with a device; for a CPU name its "
                           "level in --target cpu:LEVEL"};
  options.stopAfter = parsePhase(compileTo);
  if (!compileTo.empty() && !options.stopAfter)
    return Stop{kBadUsage, "--compile-to '" + compileTo +
                               "' is none of import, quantize, legalize, "
                               "partition, tile, codegen"};
  if (options.json && options.stopAfter)
    return Stop{kBadUsage, "--json says what package was made, and "
                           "--compile-to makes none; leave one of them out"};
  if (options.output.empty() && !options.stopAfter)
    return Stop{kBadUsage, "compile needs -o PKG, the package to make"};
  return compileModel(options, context);
}

static std::optional<Stop> runCheck(MLIRContext &context) {
  CheckOptions options;
  if (auto stop = readModelOptions("check", options))
    return stop;
  options.json = jsonOutput;
  return checkModel(options, context);
}

static std::optional<Stop> readMaxLatency(std::optional<double> &latency) {
  StringRef text = maxLatency;
  if (text.empty())
    return std::nullopt;
  double value = 0, unit = 1;
  if (text.consume_back("us"))
    unit = 1e-3;
  else if (!text.consume_back("ms") && text.consume_back("s"))
    unit = 1e3;
  if (text.getAsDouble(value) || !(value > 0))
    return Stop{kBadUsage, "--max-latency '" + maxLatency +
                               "' is no time, such as 1.5, 1.5ms or 900us"};
  latency = value * unit;
  return std::nullopt;
}

static std::optional<Stop> runTune(MLIRContext &context) {
  TuneOptions options;
  if (auto stop = readModelOptions("tune", options))
    return stop;
  options.output = output;
  options.stateFolder = stateFolder;
  options.json = jsonOutput;
  if (auto stop = readMaxLatency(options.maxMilliseconds))
    return stop;
  return tuneModel(options, context);
}

static std::optional<Stop> runReferenceVerb(MLIRContext &context) {
  if (package.empty() || input.empty() || results.empty())
    return Stop{kBadUsage, "reference needs PKG, --input IN.npz and --output "
                           "OUT.npz"};
  return runReference({package, input, results, allTensors, programOrder},
                      context);
}

static std::optional<Stop> runVerb(MLIRContext &context) {
  if (compileVerb)
    return runCompile(context);
  if (checkVerb)
    return runCheck(context);
  if (tuneVerb)
    return runTune(context);
  if (referenceVerb)
    return runReferenceVerb(context);
  return Stop{kBadUsage,
              "needs a verb: check, compile, tune or reference; see --help"};
}

/// Whether all that was printed has arrived. A reader that has seen enough and
/// gone, as `head` does, is no failure.
static std::optional<Stop> closeOutput() {
  llvm::outs().flush();
  std::error_code code = llvm::outs().error();
  llvm::outs().clear_error();
  if (!code || code == std::errc::broken_pipe)
    return std::nullopt;
  return Stop{kFileSystem, "standard output: " + code.message()};
}

namespace {
/// Keeps standard error for a while: some of what is wrong in a command line
/// LLVM says there, whatever stream it is given.
class ErrorCapture {
public:
  ErrorCapture()
      : file(memfd_create("errors", MFD_CLOEXEC)), before(dup(STDERR_FILENO)) {
    if (file >= 0)
      dup2(file, STDERR_FILENO);
  }

  ~ErrorCapture() {
    dup2(before, STDERR_FILENO);
    close(before);
    close(file);
  }

  std::string getText() const {
    std::string text;
    char block[4096];
    for (ssize_t count;
         (count = pread(file, block, sizeof(block), off_t(text.size()))) > 0;)
      text.append(block, count);
    return text;
  }

private:
  int file, before;
};
} // namespace

static std::optional<ErrorCapture> capture;

/// At exit, also by --help and --version, which end the program themselves.
static void reportLostOutput() {
  capture.reset();
  if (std::optional<Stop> lost = closeOutput()) {
    printLine(lost->message);
    _exit(lost->code);
  }
}

/// The help of --target, from the targets that are there.
static void describeTargets() {
  static std::string text = "What to compile for, one of";
  for (const TargetKind &kind : getTargetKinds())
    text += "\n" + kind.name + ": " + kind.summary;
  target.setDescription(text);
}

/// What is wrong with the command line, or nothing.
static std::optional<Stop> parseCommandLine(int argc, char **argv) {
  std::string errors;
  llvm::raw_string_ostream os(errors);
  capture.emplace();
  bool parsed =
      cl::ParseCommandLineOptions(argc, argv, "Sluice's compiler\n", &os);
  errors = capture->getText() + errors;
  capture.reset();
  if (parsed)
    return std::nullopt;
  StringRef line = StringRef(errors).split('\n').first;
  line.consume_front(argv[0]);
  return Stop{kBadUsage, (line.ltrim(": ").rtrim('!') + "; see sluice " +
                          (argc > 1 ? argv[1] : "") + " --help")
                             .str()};
}

int main(int argc, char **argv) {
  answerInterrupts();
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN); // a write then fails
  llvm::outs();                  // made before, it is there at exit
  std::atexit(reportLostOutput);
  cl::HideUnrelatedOptions(category);
  for (cl::SubCommand *verb :
       {&checkVerb, &compileVerb, &tuneVerb, &referenceVerb})
    cl::HideUnrelatedOptions(category, *verb);
  cl::SetVersionPrinter([](llvm::raw_ostream &os) {
    os << "sluice " << SLUICE_VERSION_MAJOR << '.' << SLUICE_VERSION_MINOR
       << '.' << SLUICE_VERSION_PATCH << "\n";
  });
  registerAllTargets();
  describeTargets();
  std::optional<Stop> stop = parseCommandLine(argc, argv);
  if (!stop) {
    DialectRegistry registry;
    registerAllSluiceDialects(registry);
    MLIRContext context(registry);
    context.loadAllAvailableDialects();
    stop = runVerb(context);
  }
  if (std::optional<Stop> lost = closeOutput(); lost && !stop)
    stop = lost;
  if (!stop)
    return kDone;
  if (!stop->message.empty())
    printLine(stop->message);
  return stop->code;
}
