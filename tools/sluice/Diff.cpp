// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `sluice diff`: every region's outputs on a device, byte by byte against
// another way to compute them; the first difference by layer and tile.

#include "runtime/package/Package.h"
#include "tools/sluice/Failure.h"
#include "tools/sluice/Locate.h"
#include "tools/sluice/Output.h"
#include "tools/sluice/Package.h"
#include "tools/sluice/Samples.h"
#include "tools/sluice/Verbs.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

namespace sluice {
namespace {

using Json = nlohmann::ordered_json;

/// A region's output over all samples, packed one after the other.
struct Trace {
  size_t region;
  sluice_tensor_info_t info;
  std::vector<uint8_t> bytes;
};

/// What a session computed, in the order of the program. Keeps the session,
/// whose memory the infos point into.
struct Traced {
  SessionPtr session;
  std::vector<Trace> traces;
};

void record(void *context, size_t region, size_t output,
            const sluice_tensor_info_t *info, const void *data) {
  auto &traces = *static_cast<std::vector<Trace> *>(context);
  auto found = std::find_if(traces.begin(), traces.end(), [&](const Trace &t) {
    return t.info.name == info->name; // the same string of the program
  });
  if (found == traces.end())
    found = traces.insert(found, Trace{region, *info, {}});
  const auto *bytes = static_cast<const uint8_t *>(data);
  found->bytes.insert(found->bytes.end(), bytes, bytes + info->size);
}

Traced trace(sluice_package_t *package, const std::string &device,
             const std::string &input) {
  // A region that the CPU took over would be compared with itself.
  Traced traced = {openSession(package, device, OnFault::Fail), {}};
  sluice_session_t *session = traced.session.get();
  Samples samples(input, session);
  check(sluice_session_observe(session, record, &traced.traces));
  Progress progress(device, samples.count());
  for (size_t i = 0; i < samples.count(); ++i) {
    samples.set(session, i);
    check(sluice_session_run(session));
    progress.update(i + 1);
  }
  return traced;
}

/// The tensors of the reference interpreter, under the program's names.
std::vector<NpzArray> interpret(const DiffOptions &options) {
  TemporaryFile output;
  runCompiler({"reference", options.package, "--input", options.input,
               "--output", output.path(), "--all-tensors"});
  std::vector<NpzArray> arrays;
  std::string error;
  if (readNpz(output.path(), arrays, error) != NpzStatus::Ok)
    throw Failure{kFileSystem, error};
  return arrays;
}

/// How a tensor differs from what it should be.
struct Difference {
  const Trace *trace;
  size_t values = 0, different = 0;
  size_t first = 0; ///< value of all samples' where it begins
  std::string got, wanted;
};

std::string valueText(sluice_type_t type, const uint8_t *bytes) {
  auto read = [&](auto zero) {
    memcpy(&zero, bytes, sizeof(zero));
    return fmt::format("{}", zero);
  };
  switch (type) {
  case SLUICE_TYPE_I8:
    return fmt::format("{}", int(int8_t(*bytes)));
  case SLUICE_TYPE_U8:
  case SLUICE_TYPE_BOOL:
    return fmt::format("{}", int(*bytes));
  case SLUICE_TYPE_I16:
    return read(int16_t());
  case SLUICE_TYPE_I32:
    return read(int32_t());
  case SLUICE_TYPE_I64:
    return read(int64_t());
  case SLUICE_TYPE_F16:
    return fmt::format("0x{:02x}{:02x}", bytes[1], bytes[0]);
  case SLUICE_TYPE_F32:
    return read(float());
  case SLUICE_TYPE_F64:
    return read(double());
  }
  return "?";
}

Difference compare(const Trace &got, const std::vector<uint8_t> &wanted) {
  Difference difference = {&got};
  size_t size = npzElementSize(typeName(got.info.type));
  difference.values = got.bytes.size() / size;
  for (size_t i = difference.values; i-- > 0;) {
    const uint8_t *a = got.bytes.data() + i * size,
                  *b = wanted.data() + i * size;
    if (memcmp(a, b, size) == 0)
      continue;
    ++difference.different;
    difference.first = i;
    difference.got = valueText(got.info.type, a);
    difference.wanted = valueText(got.info.type, b);
  }
  return difference;
}

/// The place in one sample of a value counted over all samples.
std::vector<int64_t> indexOf(const sluice_tensor_info_t &info, size_t value) {
  std::vector<int64_t> index(info.rank);
  for (uint32_t i = info.rank; i-- > 0; value /= info.shape[i])
    index[i] = value % info.shape[i];
  return index;
}

Json toJson(const Difference &difference, const Package &package) {
  const sluice_tensor_info_t &info = difference.trace->info;
  const auto *variant = package.program().variants()->Get(0);
  Json json = {
      {"tensor", info.name},
      {"region",
       variant->regions()->Get(difference.trace->region)->name()->str()},
      {"values", difference.values},
      {"different", difference.different}};
  if (!difference.different)
    return json;
  size_t element = npzElementSize(typeName(info.type));
  size_t perSample = info.size / element;
  json["first"] = {{"sample", difference.first / perSample},
                   {"index", indexOf(info, difference.first)},
                   {"got", difference.got},
                   {"wanted", difference.wanted}};
  if (auto origin = locate(package, difference.trace->region, info.name,
                           difference.first % perSample * element)) {
    json["first"]["command"] = origin->command;
    if (!origin->layer.empty()) {
      json["first"]["layer"] = origin->layer;
      json["first"]["tile"] = origin->tile;
      json["first"]["tiles"] = origin->tiles;
    }
  }
  return json;
}

std::string toText(const Json &json, const std::string &device,
                   const std::string &against) {
  std::string text;
  for (const Json &tensor : json["tensors"]) {
    auto different = tensor["different"].get<size_t>();
    text +=
        fmt::format("{:<24} {:<24} {}\n", tensor["region"].get<std::string>(),
                    tensor["tensor"].get<std::string>(),
                    different ? fmt::format("{} of {} values differ", different,
                                            tensor["values"].get<size_t>())
                              : "equal");
  }
  if (json["equal"].get<bool>())
    return text +
           fmt::format("{} and {} agree in every byte\n", device, against);
  const Json &first = *std::find_if(
      json["tensors"].begin(), json["tensors"].end(),
      [](const Json &tensor) { return tensor["different"] != 0; });
  const Json &at = first["first"];
  text += fmt::format(
      "first: region '{}', tensor '{}', sample {}, index {}: {} gives {}, {} "
      "{}",
      first["region"].get<std::string>(), first["tensor"].get<std::string>(),
      at["sample"].get<size_t>(), at["index"].dump(), device,
      at["got"].get<std::string>(), against, at["wanted"].get<std::string>());
  if (at.contains("layer"))
    text += fmt::format("; layer '{}', tile {} of {}",
                        at["layer"].get<std::string>(),
                        at["tile"].get<size_t>(), at["tiles"].get<size_t>());
  if (at.contains("command"))
    text += fmt::format(", stored by command {}", at["command"].get<size_t>());
  return text + "\n";
}

/// Pairs what the device computed with the bytes it should have.
std::vector<Difference> compareAll(const DiffOptions &options,
                                   sluice_package_t *package,
                                   const Traced &got) {
  std::vector<Difference> differences;
  if (options.against == "cpu") {
    Traced wanted = trace(package, "cpu", options.input);
    for (size_t i = 0; i < got.traces.size(); ++i)
      differences.push_back(compare(got.traces[i], wanted.traces[i].bytes));
    return differences;
  }
  std::vector<NpzArray> arrays = interpret(options);
  for (const Trace &tensor : got.traces) {
    auto found =
        std::find_if(arrays.begin(), arrays.end(), [&](const NpzArray &array) {
          return array.name == tensor.info.name;
        });
    if (found == arrays.end())
      throw Failure{kBug, fmt::format("the reference has no tensor '{}'",
                                      tensor.info.name)};
    if (found->type != typeName(tensor.info.type) ||
        found->data.size() != tensor.bytes.size())
      throw Failure{kBug, fmt::format("the reference's tensor '{}' is {} {}",
                                      tensor.info.name, found->type,
                                      shapeText(found->shape.data(),
                                                found->shape.size()))};
    differences.push_back(compare(tensor, found->data));
  }
  return differences;
}

} // namespace

int diff(const DiffOptions &options) {
  Package *raw = nullptr;
  check(Package::load(options.package.c_str(), raw));
  auto release = [](Package *package) { package->release(); };
  std::unique_ptr<Package, decltype(release)> package(raw, release);
  PackagePtr handle = loadPackage(options.package);
  std::string device = options.device;
  if (device.empty())
    device = package->program().engine() ? "sim" : "cpu";

  Traced got = trace(handle.get(), device, options.input);
  std::vector<Difference> differences = compareAll(options, handle.get(), got);
  bool equal = std::all_of(
      differences.begin(), differences.end(),
      [](const Difference &difference) { return difference.different == 0; });
  Json json = {{"device", device},
               {"against", options.against},
               {"equal", equal},
               {"tensors", Json::array()}};
  for (const Difference &difference : differences)
    json["tensors"].push_back(toJson(difference, *package));
  if (options.json)
    printJson(json);
  else
    print(toText(json, device, options.against));
  return equal ? kDone : kCheckFailed;
}

} // namespace sluice
