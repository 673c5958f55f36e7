// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/sluice/Compare.h"

#include "runtime/package/Package.h"
#include "tools/sluice/Failure.h"
#include "tools/sluice/Locate.h"
#include "tools/sluice/Output.h"
#include "tools/sluice/Package.h"
#include "tools/sluice/Samples.h"

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

/// The place in one sample of a value counted over all samples.
std::vector<int64_t> indexOf(const sluice_tensor_info_t &info, size_t value) {
  std::vector<int64_t> index(info.rank);
  for (uint32_t i = info.rank; i-- > 0; value /= info.shape[i])
    index[i] = value % info.shape[i];
  return index;
}

/// Where value `value` of `got` lies, what it is and should be, and what stored
/// it.
Json describe(const Trace &got, const std::vector<uint8_t> &wanted,
              size_t value, const Package &package) {
  const sluice_tensor_info_t &info = got.info;
  size_t size = npzElementSize(typeName(info.type));
  size_t byte = value * size;
  Json json = {{"sample", byte / info.size},
               {"index", indexOf(info, value)},
               {"got", valueText(info.type, got.bytes.data() + byte)},
               {"wanted", valueText(info.type, wanted.data() + byte)}};
  auto origin = locate(package, got.region, info.name, byte % info.size);
  if (!origin)
    return json;
  json["command"] = origin->command;
  if (!origin->layer.empty()) {
    json["layer"] = origin->layer;
    json["tile"] = origin->tile;
    json["tiles"] = origin->tiles;
  }
  return json;
}

Json compareTensor(const Trace &got, const std::vector<uint8_t> &wanted,
                   const Package &package) {
  size_t size = npzElementSize(typeName(got.info.type));
  size_t values = got.bytes.size() / size, different = 0, first = 0;
  for (size_t i = values; i-- > 0;)
    if (memcmp(got.bytes.data() + i * size, wanted.data() + i * size, size)) {
      ++different;
      first = i;
    }
  const program::Variant &variant = *package.program().variants()->Get(0);
  Json json = {{"tensor", got.info.name},
               {"region", variant.regions()->Get(got.region)->name()->str()},
               {"values", values},
               {"different", different}};
  if (different)
    json["first"] = describe(got, wanted, first, package);
  return json;
}

/// The reference's bytes of a tensor; null where it has none, which is right
/// for tensors that are not the model's.
const std::vector<uint8_t> *findBytes(const std::vector<NpzArray> &reference,
                                      const Trace &got,
                                      const program::Variant &variant) {
  for (const NpzArray &array : reference) {
    if (array.name != got.info.name)
      continue;
    if (array.type == typeName(got.info.type) &&
        array.data.size() == got.bytes.size())
      return &array.data;
    throw Failure{
        kBug, fmt::format("the reference's tensor '{}' is {} {}", array.name,
                          array.type,
                          shapeText(array.shape.data(), array.shape.size()))};
  }
  for (uint32_t output : *variant.outputs())
    if (variant.buffers()->Get(output)->name()->str() == got.info.name)
      throw Failure{
          kBug, fmt::format("the reference has no output '{}'", got.info.name)};
  return nullptr;
}

bool hasSeveralLayers(const program::Region &region) {
  return region.layers() && region.layers()->size() > 1;
}

} // namespace

const Json *Comparison::first() const {
  for (const Json &tensor : tensors)
    if (tensor["different"].get<size_t>())
      return &tensor;
  return nullptr;
}

Comparison compare(const std::string &path, const std::string &device,
                   const std::string &input,
                   const std::vector<NpzArray> *reference) {
  PackagePtr handle = loadPackage(path);
  InternalPackagePtr package = loadInternalPackage(path);
  const program::Variant &variant = *package->program().variants()->Get(0);
  Traced got = trace(handle.get(), device, input), cpu;
  if (!reference)
    cpu = trace(handle.get(), "cpu", input);

  Comparison comparison;
  for (size_t i = 0; i < got.traces.size(); ++i) {
    const Trace &tensor = got.traces[i];
    const auto *wanted = reference ? findBytes(*reference, tensor, variant)
                                   : &cpu.traces[i].bytes;
    if (!wanted)
      continue;
    comparison.tensors.push_back(compareTensor(tensor, *wanted, *package));
  }
  if (const Json *first = comparison.first())
    for (const program::Region *region : *variant.regions())
      if (region->name()->str() == (*first)["region"].get<std::string>())
        comparison.isMixed = hasSeveralLayers(*region);
  return comparison;
}

} // namespace sluice
