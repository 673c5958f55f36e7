// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `sluice inspect`: a package's program, for people and scripts. It sees the
// program itself, which the runtime's C API hides.

#include "tools/sluice/Failure.h"
#include "tools/sluice/Output.h"
#include "tools/sluice/Package.h"
#include "tools/sluice/Samples.h"
#include "tools/sluice/Verbs.h"

#include <fmt/format.h>

namespace sluice {
namespace {

using Json = nlohmann::ordered_json;

Json describe(const program::Buffer &buffer) {
  Json json = {{"name", buffer.name()->str()},
               {"type", typeName(sluice_type_t(buffer.type()))},
               {"shape", std::vector<int64_t>(buffer.shape()->begin(),
                                              buffer.shape()->end())}};
  if (const auto *quantization = buffer.quantization()) {
    json["scale"] = quantization->scale();
    json["zero_point"] = quantization->zero_point();
  }
  return json;
}

Json describe(const program::Variant &variant,
              const flatbuffers::Vector<uint32_t> &indices) {
  Json json = Json::array();
  for (uint32_t index : indices)
    json.push_back(describe(*variant.buffers()->Get(index)));
  return json;
}

Json describe(const program::Range &range, const program::Program &program) {
  return {{"path", program.files()->Get(range.file())->path()->str()},
          {"offset", range.offset()},
          {"size", range.size()}};
}

Json describe(const program::Region &region, const program::Program &program) {
  Json json = {{"name", region.name()->str()},
               {"target", region.target()->str()},
               {"macs", region.macs()},
               {"estimated_cycles", region.estimated_cycles()}};
  if (const program::EngineCode *code = region.engine()) {
    json["commands"] = code->commands()->size() / 64;
    json["code"] = {{"commands", describe(*code->commands(), program)},
                    {"constants", describe(*code->constants(), program)}};
  }
  json["layers"] = Json::array();
  if (region.layers())
    for (const program::Layer *layer : *region.layers())
      json["layers"].push_back(
          {{"name", layer->name()->str()},
           {"kind", layer->kind()->str()},
           {"macs", layer->macs()},
           {"estimated_cycles", layer->estimated_cycles()},
           {"commands", {layer->first_command(), layer->last_command()}}});
  return json;
}

Json describe(const program::Variant &variant,
              const program::Program &program) {
  Json json = {{"inputs", describe(variant, *variant.inputs())},
               {"outputs", describe(variant, *variant.outputs())},
               {"arena_size", variant.arena_size()},
               {"regions", Json::array()}};
  for (const program::Region *region : *variant.regions())
    json["regions"].push_back(describe(*region, program));
  return json;
}

Json describe(const program::Program &program) {
  Json json = {{"model", program.model()->str()},
               {"target", program.target()->str()},
               {"compiler", program.compiler()->str()},
               {"version", program.version()}};
  if (const auto *engine = program.engine())
    json["engine"] = {{"board", engine->board()->str()},
                      {"pc", engine->pc()},
                      {"pk", engine->pk()},
                      {"hash", fmt::format("{:016x}", engine->hash())},
                      {"clock_mhz", engine->clock_mhz()}};
  json["variants"] = Json::array();
  for (const program::Variant *variant : *program.variants())
    json["variants"].push_back(describe(*variant, program));
  json["files"] = Json::array();
  for (const program::File *file : *program.files())
    json["files"].push_back(
        {{"path", file->path()->str()}, {"size", file->size()}});
  return json;
}

std::string tensorText(const char *role, const Json &tensor) {
  auto shape = tensor["shape"].get<std::vector<int64_t>>();
  std::string text = fmt::format(
      "  {} {}: {} {}", role, tensor["name"].get<std::string>(),
      tensor["type"].get<std::string>(), shapeText(shape.data(), shape.size()));
  if (tensor.contains("scale"))
    text += fmt::format(", {} * (q - {})", tensor["scale"].get<float>(),
                        tensor["zero_point"].get<int>());
  return text + "\n";
}

std::string regionText(const Json &region) {
  std::string text = fmt::format(
      "  region {} on {}: {} MACs", region["name"].get<std::string>(),
      region["target"].get<std::string>(), region["macs"].get<uint64_t>());
  if (region.contains("commands"))
    text += fmt::format(", {} commands, about {} cycles",
                        region["commands"].get<uint64_t>(),
                        region["estimated_cycles"].get<uint64_t>());
  text += "\n";
  for (const Json &layer : region["layers"])
    text += fmt::format(
        "    {:<12} {:<32} {:>12} MACs\n", layer["kind"].get<std::string>(),
        layer["name"].get<std::string>(), layer["macs"].get<uint64_t>());
  return text;
}

std::string toText(const Json &json) {
  std::string text = fmt::format(
      "{} for {}, by {}\n", json["model"].get<std::string>(),
      json["target"].get<std::string>(), json["compiler"].get<std::string>());
  for (const Json &variant : json["variants"]) {
    for (const Json &input : variant["inputs"])
      text += tensorText("input", input);
    for (const Json &output : variant["outputs"])
      text += tensorText("output", output);
    for (const Json &region : variant["regions"])
      text += regionText(region);
    text += fmt::format("  arena {} bytes\n",
                        variant["arena_size"].get<uint64_t>());
  }
  for (const Json &file : json["files"])
    text += fmt::format("  {:>10} {}\n", file["size"].get<uint64_t>(),
                        file["path"].get<std::string>());
  return text;
}

} // namespace

int inspect(const InspectOptions &options) {
  Json json = describe(loadInternalPackage(options.package)->program());
  if (options.json)
    printJson(json);
  else
    print(toText(json));
  return kDone;
}

} // namespace sluice
