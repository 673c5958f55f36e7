// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/sluice/Samples.h"

#include "tools/sluice/Failure.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>

namespace sluice {

const char *typeName(sluice_type_t type) {
  switch (type) {
  case SLUICE_TYPE_I8:
    return "int8";
  case SLUICE_TYPE_U8:
    return "uint8";
  case SLUICE_TYPE_I16:
    return "int16";
  case SLUICE_TYPE_I32:
    return "int32";
  case SLUICE_TYPE_I64:
    return "int64";
  case SLUICE_TYPE_F16:
    return "float16";
  case SLUICE_TYPE_F32:
    return "float32";
  case SLUICE_TYPE_F64:
    return "float64";
  case SLUICE_TYPE_BOOL:
    return "bool";
  }
  return "unknown";
}

std::string shapeText(const int64_t *shape, size_t rank) {
  if (rank == 0)
    return "scalar";
  return fmt::format("{}", fmt::join(shape, shape + rank, "x"));
}

static NpzArray &find(std::vector<NpzArray> &arrays, const std::string &path,
                      const char *name) {
  std::string names;
  for (NpzArray &array : arrays) {
    if (array.name == name)
      return array;
    names += (names.empty() ? "" : ", ") + array.name;
  }
  throw Failure{
      kBadInput,
      fmt::format("{}: no array '{}', which the model takes; it has {}", path,
                  name, names.empty() ? "none" : names)};
}

/// How `array` becomes what the input takes, as far as the package knows.
static std::string remedy(const NpzArray &array,
                          const sluice_tensor_info_t &input) {
  const char *type = typeName(input.type);
  // Wider integers without a scale are indices and the like.
  bool standsForReal = input.quantized || input.type == SLUICE_TYPE_I8 ||
                       input.type == SLUICE_TYPE_U8 ||
                       input.type == SLUICE_TYPE_I16;
  if (!array.type.starts_with("float") || !standsForReal)
    return fmt::format("convert it by .astype('{}')", type);
  if (!input.quantized)
    return "quantize it by the scale and zero point that the model has for it";
  return fmt::format("quantize it: round(x / {}) {} {}, clipped to {}",
                     input.scale, input.zero_point < 0 ? '-' : '+',
                     std::abs(int64_t(input.zero_point)), type);
}

Samples::Samples(const std::string &path, sluice_session_t *session)
    : path(path) {
  std::vector<NpzArray> arrays;
  std::string error;
  NpzStatus status = readNpz(path, arrays, error);
  if (status != NpzStatus::Ok)
    throw Failure{status == NpzStatus::SystemError ? kFileSystem : kBadInput,
                  error};
  for (size_t i = 0; i < sluice_session_input_count(session); ++i) {
    sluice_tensor_info_t info;
    check(sluice_session_input_info(session, i, &info));
    NpzArray &array = find(arrays, path, info.name);
    size_t samples = samplesOf(array, info);
    if (i > 0 && samples != sampleCount)
      throw Failure{kBadInput,
                    fmt::format("{}: array '{}' has {} samples, '{}' has {}",
                                path, info.name, samples, inputs[0].name,
                                sampleCount)};
    sampleCount = samples;
    inputs.push_back(std::move(array));
  }
  if (inputs.empty())
    sampleCount = 1;
  collected.resize(sluice_session_output_count(session));
}

/// How many samples `array` holds; throws where it does not fit the input.
size_t Samples::samplesOf(const NpzArray &array,
                          const sluice_tensor_info_t &input) {
  const char *type = typeName(input.type);
  if (array.type != type)
    throw Failure{kBadInput,
                  fmt::format("{}: array '{}' is {}, the model takes {}; {}",
                              path, array.name, array.type, type,
                              remedy(array, input))};
  const auto &shape = array.shape;
  const int64_t *wanted = input.shape, *end = input.shape + input.rank;
  if (std::equal(shape.begin(), shape.end(), wanted, end))
    return 1;
  bool replaces = input.rank > 0 && wanted[0] == 1;
  const int64_t *tail = replaces ? wanted + 1 : wanted;
  if (!shape.empty() && shape[0] > 0 &&
      std::equal(shape.begin() + 1, shape.end(), tail, end)) {
    hasSampleAxis = true;
    return shape[0];
  }
  throw Failure{kBadInput,
                fmt::format("{}: array '{}' has shape {}, the model takes {}{}",
                            path, array.name,
                            shapeText(shape.data(), shape.size()),
                            shapeText(wanted, input.rank),
                            replaces ? ", or N in place of the 1"
                                     : ", or a leading axis of N before it")};
}

void Samples::set(sluice_session_t *session, size_t index) const {
  for (size_t i = 0; i < inputs.size(); ++i) {
    size_t size = inputs[i].data.size() / sampleCount;
    check(sluice_session_set_input(session, i,
                                   inputs[i].data.data() + index * size, size));
  }
}

void Samples::collect(sluice_session_t *session) {
  for (size_t i = 0; i < collected.size(); ++i) {
    sluice_tensor_info_t info;
    const void *data;
    check(sluice_session_output_info(session, i, &info));
    check(sluice_session_output_data(session, i, &data));
    const auto *bytes = static_cast<const uint8_t *>(data);
    collected[i].insert(collected[i].end(), bytes, bytes + info.size);
  }
}

std::vector<NpzArray> Samples::outputs(sluice_session_t *session) const {
  std::vector<NpzArray> arrays;
  for (size_t i = 0; i < collected.size(); ++i) {
    sluice_tensor_info_t info;
    check(sluice_session_output_info(session, i, &info));
    NpzArray array = {info.name, typeName(info.type), {}, collected[i]};
    array.shape.assign(info.shape, info.shape + info.rank);
    if (hasSampleAxis) {
      if (info.rank > 0 && info.shape[0] == 1)
        array.shape[0] = sampleCount;
      else
        array.shape.insert(array.shape.begin(), sampleCount);
    }
    arrays.push_back(std::move(array));
  }
  return arrays;
}

} // namespace sluice
