// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `sluice report`: report.json as one page that needs nothing else.

#include "runtime/base/Sha256.h"
#include "tools/sluice/Failure.h"
#include "tools/sluice/Output.h"
#include "tools/sluice/Package.h"
#include "tools/sluice/Verbs.h"
#include "tools/sluice/report/Resources.h"

#include <cstring>
#include <fmt/format.h>

namespace sluice {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;
constexpr uint64_t kMaxReportSize = 256 << 20;

/// The bytes of the package's report.json, which the program's table must list.
std::string readReport(const std::string &path) {
  InternalPackagePtr package = loadInternalPackage(path);
  for (const program::File *file : *package->program().files()) {
    if (file->path()->string_view() != "report.json")
      continue;
    Buffer buffer;
    std::string where = path + "/report.json";
    check(readFile(where.c_str(), kMaxReportSize, buffer));
    Sha256Digest digest = sha256(buffer.data(), buffer.size());
    if (memcmp(digest.data(), file->sha256()->data(), digest.size()) != 0)
      throw Failure{kBadInput, where + ": its sha256 is not the one in "
                                       "program.fb; compile the model again"};
    return std::string(reinterpret_cast<const char *>(buffer.data()),
                       buffer.size());
  }
  throw Failure{kBadInput,
                path + ": has no report.json; compile the model again"};
}

/// Checks what the page relies on to draw at all.
Json parseReport(const std::string &text, const std::string &path) {
  std::string where = path + "/report.json";
  Json report = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!report.is_object())
    throw Failure{kBadInput, where + ": is not a JSON object"};
  if (report.value("version", Json()) != kVersion)
    throw Failure{kBadInput,
                  fmt::format("{}: is of version {}, this sluice draws {}",
                              where, report.value("version", Json()).dump(),
                              kVersion)};
  for (const char *key : {"layers", "edges", "timeline", "memory"})
    if (!report.contains(key) || !report[key].is_array())
      throw Failure{kBadInput, fmt::format("{}: '{}' is no array", where, key)};
  if (!report.contains("totals") || !report["totals"].is_object())
    throw Failure{kBadInput, where + ": 'totals' is no object"};
  return report;
}

/// `data` as text inside a script element, which nothing in it can end.
std::string escapeForScript(const Json &data) {
  std::string text;
  for (char c :
       data.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)) {
    if (c == '<')
      text += "\\u003c";
    else
      text += c;
  }
  return text;
}

std::string fillPage(std::string_view data) {
  const std::pair<std::string_view, std::string_view> parts[] = {
      {"@STYLE@", resources::style()},
      {"@DATA@", data},
      {"@ECHARTS@", resources::echarts()},
      {"@SCRIPT@", resources::script()}};
  std::string html;
  std::string_view rest = resources::page();
  for (const auto &[mark, text] : parts) {
    size_t at = rest.find(mark);
    html += rest.substr(0, at);
    html += text;
    rest.remove_prefix(at + mark.size());
  }
  html += rest;
  return html;
}

} // namespace

int report(const ReportOptions &options) {
  Json data = parseReport(readReport(options.package), options.package);
  writeFile(options.output, fillPage(escapeForScript(data)));
  return kDone;
}

} // namespace sluice
