// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `sluice profile`: what a package takes here, over many runs.

#include "tools/sluice/Failure.h"
#include "tools/sluice/Figures.h"
#include "tools/sluice/Limits.h"
#include "tools/sluice/Output.h"
#include "tools/sluice/Package.h"
#include "tools/sluice/Process.h"
#include "tools/sluice/Samples.h"
#include "tools/sluice/Trace.h"
#include "tools/sluice/Verbs.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>
#include <optional>
#include <random>
#include <thread>

namespace sluice {
namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

/// The most memory that this process ever had resident.
uint64_t peakMemory() {
  char line[128];
  unsigned long long kib = 0;
  if (FILE *file = fopen("/proc/self/status", "re")) {
    while (fgets(line, sizeof(line), file))
      if (sscanf(line, "VmHWM: %llu", &kib) == 1)
        break;
    fclose(file);
  }
  return kib * 1024;
}

/// Bytes for an input that no file is there for: floats in [0, 1), small
/// integers as they come, zeros for what may stand for indices and truths. The
/// same in every process.
std::vector<uint8_t> makeInput(const sluice_tensor_info_t &info) {
  std::mt19937 random(1);
  std::vector<uint8_t> bytes(info.size);
  if (info.type == SLUICE_TYPE_F32)
    for (size_t at = 0; at < bytes.size(); at += sizeof(float)) {
      float value = float(random() >> 8) / float(1 << 24);
      memcpy(&bytes[at], &value, sizeof(value));
    }
  else if (info.type == SLUICE_TYPE_I8 || info.type == SLUICE_TYPE_U8)
    for (uint8_t &byte : bytes)
      byte = uint8_t(random());
  return bytes;
}

/// Runs over and over and keeps what each took.
class Series {
public:
  Series(const ProfileOptions &options, sluice_package_t *package,
         sluice_session_t *session)
      : options(options), package(package), session(session),
        figures(package, session) {
    if (!options.input.empty()) {
      samples.emplace(options.input, session);
      return;
    }
    for (size_t i = 0; i < sluice_session_input_count(session); ++i) {
      sluice_tensor_info_t info;
      check(sluice_session_input_info(session, i, &info));
      inputs.push_back(makeInput(info));
    }
  }

  void run();
  Json toJson() const;
  double meanMs() const { return sum() / double(times.size()); }
  const Figures &totals() const { return figures; }
  std::string timeline() const { return trace->text(); }

private:
  bool isDone(Clock::time_point begin) const {
    return options.iterations
               ? times.size() >= options.iterations
               : !times.empty() &&
                     Seconds(Clock::now() - begin).count() >= options.seconds;
  }
  void setInputs();
  double sum() const {
    double all = 0;
    for (double time : times)
      all += time;
    return all;
  }

  const ProfileOptions &options;
  sluice_package_t *package;
  sluice_session_t *session;
  Figures figures;
  std::optional<Trace> trace; // from the first run that counts
  std::optional<Samples> samples;
  size_t next = 0;                          // sample
  std::vector<std::vector<uint8_t>> inputs; // where there are no samples
  std::vector<double> times;                // ms
  double wholeSeconds = 0;
};

void Series::setInputs() {
  if (samples)
    samples->set(session, next++ % samples->count());
  for (size_t i = 0; i < inputs.size(); ++i)
    check(sluice_session_set_input(session, i, inputs[i].data(),
                                   inputs[i].size()));
}

void Series::run() {
  for (uint64_t i = 0; i < options.warmUp; ++i) {
    setInputs();
    check(sluice_session_run(session));
  }
  trace.emplace(package, session, !options.trace.empty());
  Progress progress("runs", options.iterations);
  Clock::time_point begin = Clock::now(), due = begin;
  while (!isDone(begin)) {
    setInputs();
    if (options.rate > 0) {
      due += std::chrono::duration_cast<Clock::duration>(
          Seconds(1 / options.rate));
      std::this_thread::sleep_until(due);
    }
    Clock::time_point start = Clock::now();
    check(sluice_session_run(session));
    times.push_back(Seconds(Clock::now() - start).count() * 1e3);
    figures.add();
    trace->endRun();
    progress.update(times.size());
  }
  wholeSeconds = Seconds(Clock::now() - begin).count();
  check(sluice_session_trace(session, nullptr, nullptr));
}

/// The value below or at which `share` of all lie.
double percentile(const std::vector<double> &sorted, double share) {
  auto rank = size_t(std::ceil(share * double(sorted.size())));
  return sorted[std::max<size_t>(rank, 1) - 1];
}

Json Series::toJson() const {
  std::vector<double> sorted = times;
  std::sort(sorted.begin(), sorted.end());
  Json json = figures.toJson(true);
  Json latency = {
      {"least", sorted.front()},         {"mean", meanMs()},
      {"p50", percentile(sorted, 0.5)},  {"p95", percentile(sorted, 0.95)},
      {"p99", percentile(sorted, 0.99)}, {"most", sorted.back()}};
  json["latency_ms"] = latency;
  json["throughput"] = double(times.size()) / wholeSeconds;
  json["peak_memory"] = peakMemory();
  return json;
}

/// This command once more, with one figure for its result.
std::vector<std::string> trialCommand(const ProfileOptions &options) {
  std::vector<std::string> words = {executableFolder() + "sluice",
                                    "profile",
                                    options.package,
                                    "--device",
                                    options.device,
                                    "--trial",
                                    "--warm-up",
                                    std::to_string(options.warmUp),
                                    "--duration",
                                    "0.3"};
  if (!options.input.empty())
    words.insert(words.end(), {"--input", options.input});
  if (options.rate > 0)
    words.insert(words.end(), {"--rate", std::to_string(options.rate)});
  return words;
}

Json toJson(const Knees &knees) {
  if (!knees.missing.empty())
    return {{"missing", knees.missing}};
  return {{"cpu_max_percent", knees.processorPercent},
          {"memory_max", knees.memoryBytes}};
}

std::string toText(const Json &json) {
  const Json &latency = json["latency_ms"];
  std::string text = fmt::format(
      "latency ms: least {:.4f}, p50 {:.4f}, p95 {:.4f}, p99 {:.4f}, most "
      "{:.4f}\n{:.1f} runs a second; {:.1f} MB of memory at most\n",
      latency["least"].get<double>(), latency["p50"].get<double>(),
      latency["p95"].get<double>(), latency["p99"].get<double>(),
      latency["most"].get<double>(), json["throughput"].get<double>(),
      double(json["peak_memory"].get<uint64_t>()) / 1e6);
  if (!json.contains("limits"))
    return text;
  const Json &limits = json["limits"];
  if (limits.contains("missing"))
    return text + fmt::format("no limits found: {}\n",
                              limits["missing"].get<std::string>());
  return text +
         fmt::format("as fast, to a tenth, with {} % of a processor or with "
                     "{:.2f} MB; not with less\n",
                     limits["cpu_max_percent"].get<uint64_t>(),
                     double(limits["memory_max"].get<uint64_t>()) / 1e6);
}

} // namespace

int profile(const ProfileOptions &options) {
  PackagePtr package = loadPackage(options.package);
  SessionPtr session =
      openSession(package.get(), options.device, OnFault::FallBack);
  Series series(options, package.get(), session.get());
  series.run();
  if (options.isTrial) {
    print(fmt::format("{}\n", series.meanMs()));
    return kDone;
  }
  Json json = series.toJson();
  if (options.limits)
    json["limits"] = toJson(findKnees(trialCommand(options)));
  if (!options.trace.empty())
    writeFile(options.trace, series.timeline());
  if (options.json)
    printJson(json);
  else
    print(series.totals().totalText() + toText(json) +
          series.totals().regionText());
  return kDone;
}

} // namespace sluice
