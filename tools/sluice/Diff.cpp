// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `sluice diff`: every region's outputs on a device, byte by byte against
// another way to compute them; the first difference by layer and tile.

#include "tools/sluice/Compare.h"
#include "tools/sluice/Failure.h"
#include "tools/sluice/Output.h"
#include "tools/sluice/Package.h"
#include "tools/sluice/Verbs.h"

#include <fmt/format.h>

namespace sluice {
namespace {

using Json = nlohmann::ordered_json;

/// All tensors of the model by the reference interpreter.
std::vector<NpzArray> interpret(const DiffOptions &options,
                                const TemporaryFolder &folder) {
  std::string output = folder / "reference.npz";
  runCompiler({"reference", options.package, "--input", options.input,
               "--output", output, "--all-tensors", "--program-order"});
  std::vector<NpzArray> arrays;
  std::string error;
  if (readNpz(output, arrays, error) != NpzStatus::Ok)
    throw Failure{kFileSystem, error};
  return arrays;
}

/// Compiles the package's model once more with a region for every layer, so
/// that what each layer makes can be seen, and compares that.
Comparison compareLayers(const DiffOptions &options, const std::string &device,
                         const std::string &target,
                         const std::vector<NpzArray> *reference,
                         const TemporaryFolder &folder) {
  std::string separated = folder / "layers";
  runCompiler({"compile", options.package, "--target", target,
               "--separate-layers", "-o", separated});
  return compare(separated, device, options.input, reference);
}

std::string firstText(const Json &tensor, const std::string &device,
                      const std::string &against) {
  const Json &at = tensor["first"];
  std::string text = fmt::format(
      "region '{}', tensor '{}', sample {}, index {}: {} gives {}, {} {}",
      tensor["region"].get<std::string>(), tensor["tensor"].get<std::string>(),
      at["sample"].get<size_t>(), at["index"].dump(), device,
      at["got"].get<std::string>(), against, at["wanted"].get<std::string>());
  if (at.contains("layer"))
    text += fmt::format(
        "; layer '{}', tile {} of {}", at["layer"].get<std::string>(),
        at["tile"].get<size_t>() + 1, at["tiles"].get<size_t>());
  if (at.contains("command"))
    text += fmt::format(", stored by command {}", at["command"].get<size_t>());
  return text;
}

std::string toText(const Comparison &comparison, const std::string &device,
                   const std::string &against) {
  std::string text;
  for (const Json &tensor : comparison.tensors) {
    auto different = tensor["different"].get<size_t>();
    text +=
        fmt::format("{:<32} {}: {}\n",
                    different ? fmt::format("{} of {} values differ", different,
                                            tensor["values"].get<size_t>())
                              : "equal",
                    tensor["region"].get<std::string>(),
                    tensor["tensor"].get<std::string>());
  }
  if (!comparison.first())
    return text +
           fmt::format("{} and {} agree in every byte\n", device, against);
  return text + "first: " + firstText(*comparison.first(), device, against) +
         "\n";
}

std::string layersText(const Comparison &layers, const std::string &device,
                       const std::string &against) {
  if (layers.first())
    return "one layer at a time: " +
           firstText(*layers.first(), device, against) + "\n";
  return "one layer at a time, all agree: the fault lies in how layers share "
         "the scratchpads\n";
}

} // namespace

int diff(const DiffOptions &options) {
  if (options.against != "cpu" && options.against != "reference")
    return diffModel(options);
  std::string target, device = options.device;
  {
    InternalPackagePtr package = loadInternalPackage(options.package);
    target = package->program().target()->str();
    if (device.empty())
      device = package->program().engine() ? "sim" : "cpu";
  }
  TemporaryFolder folder;
  std::vector<NpzArray> arrays;
  if (options.against == "reference")
    arrays = interpret(options, folder);
  const auto *reference = options.against == "reference" ? &arrays : nullptr;

  Comparison whole = compare(options.package, device, options.input, reference);
  Json json = {{"device", device},
               {"against", options.against},
               {"equal", !whole.first()},
               {"tensors", whole.tensors}};
  std::string text = toText(whole, device, options.against);
  if (whole.isMixed) {
    Comparison layers =
        compareLayers(options, device, target, reference, folder);
    json["layers"] = layers.tensors;
    text += layersText(layers, device, options.against);
  }
  if (options.json)
    printJson(json);
  else
    print(text);
  return whole.first() ? kCheckFailed : kDone;
}

} // namespace sluice
