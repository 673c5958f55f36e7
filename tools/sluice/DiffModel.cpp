// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `sluice diff --against MODEL.onnx`: how far a package's outputs are from
// those of its model in float. There is no right and wrong here, only figures.

#include "tools/sluice/Failure.h"
#include "tools/sluice/Output.h"
#include "tools/sluice/Package.h"
#include "tools/sluice/Samples.h"
#include "tools/sluice/Verbs.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/format.h>

namespace sluice {
namespace {

using Json = nlohmann::ordered_json;

/// Which real numbers an output's integers stand for.
struct Scale {
  sluice_type_t type;
  bool known;
  double factor;
  int32_t zeroPoint;
};

/// An output over all samples, as real numbers.
struct RealOutput {
  std::string name;
  Scale scale;
  size_t perSample;
  std::vector<double> values;
};

template <typename T>
void append(const NpzArray &array, const Scale &scale,
            std::vector<double> &values) {
  for (size_t i = 0; i + sizeof(T) <= array.data.size(); i += sizeof(T)) {
    T value;
    memcpy(&value, array.data.data() + i, sizeof(T));
    values.push_back(scale.known
                         ? scale.factor * (double(value) - scale.zeroPoint)
                         : double(value));
  }
}

RealOutput toReal(const NpzArray &array, const Scale &scale, size_t perSample) {
  RealOutput real = {array.name, scale, perSample, {}};
  switch (scale.type) {
  case SLUICE_TYPE_I8:
    append<int8_t>(array, scale, real.values);
    break;
  case SLUICE_TYPE_U8:
  case SLUICE_TYPE_BOOL:
    append<uint8_t>(array, scale, real.values);
    break;
  case SLUICE_TYPE_I16:
    append<int16_t>(array, scale, real.values);
    break;
  case SLUICE_TYPE_I32:
    append<int32_t>(array, scale, real.values);
    break;
  case SLUICE_TYPE_I64:
    append<int64_t>(array, scale, real.values);
    break;
  case SLUICE_TYPE_F32:
    append<float>(array, scale, real.values);
    break;
  case SLUICE_TYPE_F64:
    append<double>(array, scale, real.values);
    break;
  case SLUICE_TYPE_F16:
    throw Failure{kBadInput, fmt::format("output '{}' is float16, which diff "
                                         "does not compare with a model",
                                         array.name)};
  }
  return real;
}

/// The scale of output `index`. A model that quantizes its outputs itself keeps
/// that in float too, but its package then has no scale for them: they have
/// that of `like`, the other package's outputs.
Scale scaleOf(const sluice_tensor_info_t &info, size_t index,
              const std::vector<RealOutput> &like) {
  if (!info.quantized && index < like.size() &&
      like[index].scale.type == info.type)
    return like[index].scale;
  return {info.type, info.quantized != 0, info.scale, info.zero_point};
}

std::vector<RealOutput> runAll(const std::string &path,
                               const std::string &device,
                               const std::string &input,
                               const std::vector<RealOutput> &like = {}) {
  PackagePtr package = loadPackage(path);
  SessionPtr session = openSession(package.get(), device, OnFault::Fail);
  Samples samples(input, session.get());
  Progress progress(device, samples.count());
  for (size_t i = 0; i < samples.count(); ++i) {
    samples.set(session.get(), i);
    check(sluice_session_run(session.get()));
    samples.collect(session.get());
    progress.update(i + 1);
  }
  std::vector<RealOutput> outputs;
  for (const NpzArray &array : samples.outputs(session.get())) {
    sluice_tensor_info_t info;
    check(sluice_session_output_info(session.get(), outputs.size(), &info));
    outputs.push_back(toReal(array, scaleOf(info, outputs.size(), like),
                             info.size / npzElementSize(array.type)));
  }
  return outputs;
}

size_t indexOfLargest(const RealOutput &output, size_t sample) {
  auto begin = output.values.begin() + sample * output.perSample;
  return std::max_element(begin, begin + output.perSample) - begin;
}

Json compareOutput(const RealOutput &got, const RealOutput &wanted) {
  if (got.values.size() != wanted.values.size() ||
      got.perSample != wanted.perSample)
    throw Failure{kBadInput,
                  fmt::format("output '{}' of the package has {} values, "
                              "output '{}' of the model {}: not its model",
                              got.name, got.perSample, wanted.name,
                              wanted.perSample)};
  double signal = 0, noise = 0, largest = 0;
  for (size_t i = 0; i < got.values.size(); ++i) {
    double error = got.values[i] - wanted.values[i];
    signal += wanted.values[i] * wanted.values[i];
    noise += error * error;
    largest = std::max(largest, std::abs(error));
  }
  size_t samples = got.values.size() / got.perSample, same = 0;
  for (size_t i = 0; i < samples; ++i)
    same += indexOfLargest(got, i) == indexOfLargest(wanted, i);
  Json json = {{"name", got.name}, {"samples", samples}};
  // Without noise the ratio has no number.
  json["snr_db"] =
      noise > 0 && signal > 0 ? Json(10 * std::log10(signal / noise)) : Json();
  json["largest_difference"] = largest;
  json["same_top1"] = same;
  return json;
}

} // namespace

int diffModel(const DiffOptions &options) {
  InternalPackagePtr package = loadInternalPackage(options.package);
  std::string device = options.device;
  if (device.empty())
    device = package->program().engine() ? "sim" : "cpu";
  TemporaryFolder folder;
  std::string model = folder / "float";
  runCompiler({"compile", options.against, "--target", "cpu", "--quantize",
               "none", "-o", model});
  auto got = runAll(options.package, device, options.input);
  auto wanted = runAll(model, "cpu", options.input, got);
  if (got.size() != wanted.size())
    throw Failure{kBadInput,
                  fmt::format("{} has {} outputs, {} has {}: not its model",
                              options.package, got.size(), options.against,
                              wanted.size())};
  Json json = {{"device", device},
               {"against", options.against},
               {"outputs", Json::array()}};
  std::string text;
  for (size_t i = 0; i < got.size(); ++i) {
    Json output = compareOutput(got[i], wanted[i]);
    text += fmt::format(
        "{}: signal to noise {}, largest difference {:.6g}, same top-1 in {} "
        "of {} samples\n",
        got[i].name,
        output["snr_db"].is_null()
            ? "without limit"
            : fmt::format("{:.1f} dB", output["snr_db"].get<double>()),
        output["largest_difference"].get<double>(),
        output["same_top1"].get<size_t>(), output["samples"].get<size_t>());
    json["outputs"].push_back(std::move(output));
  }
  if (options.json)
    printJson(json);
  else
    print(text);
  return kDone;
}

} // namespace sluice
