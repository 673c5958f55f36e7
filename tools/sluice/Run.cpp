// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `sluice run`: samples in, outputs and figures out.

#include "runtime/base/Sha256.h"
#include "tools/sluice/Failure.h"
#include "tools/sluice/Figures.h"
#include "tools/sluice/Output.h"
#include "tools/sluice/Package.h"
#include "tools/sluice/Samples.h"
#include "tools/sluice/Trace.h"
#include "tools/sluice/Verbs.h"

#include <fmt/format.h>

namespace sluice {
namespace {

using Json = nlohmann::ordered_json;

Json describe(const NpzArray &array) {
  return {
      {"name", array.name},
      {"shape", array.shape},
      {"type", array.type},
      {"sha256", toHex(sha256(array.data.data(), array.data.size())).data()}};
}

} // namespace

int run(const RunOptions &options) {
  PackagePtr package = loadPackage(options.package);
  SessionPtr session =
      openSession(package.get(), options.device, OnFault::FallBack,
                  options.orCpu ? OnMisfit::UseCpu : OnMisfit::Refuse);
  Samples samples(options.input, session.get());
  Figures figures(package.get(), session.get());
  Trace trace(package.get(), session.get(), !options.trace.empty());
  {
    Progress progress("samples", samples.count());
    for (size_t i = 0; i < samples.count(); ++i) {
      samples.set(session.get(), i);
      check(sluice_session_run(session.get()));
      samples.collect(session.get());
      figures.add();
      trace.endRun();
      progress.update(i + 1);
    }
  }
  if (figures.fallbacks)
    fmt::print(stderr, "sluice: the CPU took over {} regions: {}",
               figures.fallbacks, sluice_session_fault(session.get()));
  std::vector<NpzArray> outputs = samples.outputs(session.get());
  if (!options.output.empty())
    writeFile(options.output, encodeNpz(outputs));
  if (!options.trace.empty())
    writeFile(options.trace, trace.text());
  if (options.json) {
    Json json = figures.toJson(options.profile);
    if (const char *fault = sluice_session_fault_json(session.get()); *fault)
      json["fault"] = Json::parse(fault, nullptr, false);
    json["outputs"] = Json::array();
    for (const NpzArray &array : outputs)
      json["outputs"].push_back(describe(array));
    printJson(json);
    return kDone;
  }
  std::string text = figures.totalText();
  if (options.profile)
    text += figures.regionText();
  for (const NpzArray &array : outputs)
    text += fmt::format("{}: {} {}\n", array.name, array.type,
                        shapeText(array.shape.data(), array.shape.size()));
  print(text);
  return kDone;
}

} // namespace sluice
