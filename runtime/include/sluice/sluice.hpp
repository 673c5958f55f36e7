// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The runtime from C++20: sluice.h with owners, spans and results.
//
//   auto package = sluice::Package::load("digits.sluice");
//   if (!package)
//     return complain(package.message());
//   auto session = sluice::Session::create(*package);
//   ...
//   if (auto status = session->setInput<float>("image", pixels); !status)
//     return complain(status.message());
//   if (auto status = session->run(); !status)
//     return complain(status.message());
//   auto scores = session->output<float>("scores");
//
// Ownership: Package and Session are movable owners; a session keeps what it
// needs of its package, so either may go first. Spans and string views point
// into the object that they came from, or into bound memory of the caller's.
// Errors: nothing here throws. What can fail returns a Status or a Result, with
// the line that sluice_status_message() had. An object that was moved from
// fails every call with SLUICE_STATUS_INVALID_ARGUMENT.
// Threads: an object belongs to one thread at a time, but for wait, waitUntil,
// cancel and health of a session, which any thread may call; different sessions
// run at the same time, also of one package and on one device.
// Allocation: run, and calls that take a tensor by index, allocate nothing
// unless they fail.

#ifndef SLUICE_SLUICE_HPP_
#define SLUICE_SLUICE_HPP_

#include "sluice/types.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace sluice {
inline namespace v0 {

/// A compiled model, verified.
class Package {
public:
  /// Loads the package in folder `path`.
  static Result<Package> load(std::string_view path) {
    sluice_package_t *package;
    Status status(sluice_package_load(std::string(path).c_str(), &package));
    return adopt(package, std::move(status));
  }

  /// The same from memory, which is copied.
  static Result<Package> load(std::span<const sluice_blob_t> blobs) {
    sluice_package_t *package;
    Status status(
        sluice_package_load_memory(blobs.data(), blobs.size(), &package));
    return adopt(package, std::move(status));
  }

  Package(Package &&other) noexcept
      : handle(std::exchange(other.handle, nullptr)) {}
  Package &operator=(Package &&other) noexcept {
    Package taken(std::move(other));
    std::swap(handle, taken.handle);
    return *this;
  }
  ~Package() { sluice_package_release(handle); }

  /// Nothing when the package was compiled for the CPU alone. The view of the
  /// board's name lives as long as the package.
  std::optional<EngineInfo> engine() const {
    sluice_engine_info_t info;
    if (sluice_package_engine(handle, &info) != SLUICE_STATUS_OK || !info.board)
      return std::nullopt;
    return EngineInfo{info.board, info.pc, info.pk, info.hash, info.clock_mhz};
  }

  PackageInfo info() const {
    sluice_package_info_t raw;
    if (sluice_package_info(handle, &raw) != SLUICE_STATUS_OK)
      return {};
    return {raw.format, raw.variants, raw.compiler, raw.model, raw.target};
  }

  /// For calls of sluice.h; still owned by this object.
  sluice_package_t *get() const { return handle; }

private:
  explicit Package(sluice_package_t *handle) : handle(handle) {}
  static Result<Package> adopt(sluice_package_t *package, Status status) {
    if (!status)
      return status;
    return Package(package);
  }

  sluice_package_t *handle;
};

struct SessionOptions {
  std::string device = "auto"; // "cpu", "sim:latency=20", ...
  uint32_t variant = 0;        // set of input shapes, in the package's order
  bool fallback = true;        // whether the CPU takes over after a fault
  bool cpuIfUnfit = false; // whether the CPU stands in for a device that is not
                           // there or that the package does not fit
};

struct RunOptions {
  /// When the result must be there.
  std::optional<std::chrono::steady_clock::time_point> deadline;
};

/// A package on a device, ready to run.
class Session {
public:
  /// Opens the device and allocates all that runs need.
  static Result<Session> create(const Package &package,
                                const SessionOptions &options = {}) {
    sluice_session_options_t raw = {};
    raw.struct_size = sizeof(raw);
    raw.device = options.device.c_str();
    raw.variant = options.variant;
    raw.no_fallback = !options.fallback;
    raw.cpu_if_unfit = options.cpuIfUnfit;
    sluice_session_t *session;
    Status status(sluice_session_create(package.get(), &raw, &session));
    if (!status)
      return status;
    return Session(session);
  }

  Session(Session &&other) noexcept
      : handle(std::exchange(other.handle, nullptr)) {}
  Session &operator=(Session &&other) noexcept {
    Session taken(std::move(other));
    std::swap(handle, taken.handle);
    return *this;
  }
  ~Session() { sluice_session_release(handle); }

  //===--------------------------------------------------------------------===//
  // What there is
  //===--------------------------------------------------------------------===//

  size_t inputCount() const { return sluice_session_input_count(handle); }
  size_t outputCount() const { return sluice_session_output_count(handle); }

  /// The index of the tensor `key`; SLUICE_STATUS_NOT_FOUND for a name that
  /// there is not. An index is not looked at.
  Result<size_t> findInput(TensorKey key) const {
    return find(sluice_session_find_input, key);
  }
  Result<size_t> findOutput(TensorKey key) const {
    return find(sluice_session_find_output, key);
  }

  Result<TensorInfo> inputInfo(TensorKey key) const {
    return info(findInput(key), sluice_session_input_info);
  }
  Result<TensorInfo> outputInfo(TensorKey key) const {
    return info(findOutput(key), sluice_session_output_info);
  }

  /// What the session runs on: "cpu", "sim", ...
  std::string_view device() const { return sluice_session_device(handle); }

  //===--------------------------------------------------------------------===//
  // A run
  //===--------------------------------------------------------------------===//

  /// Copies `data`, the input's whole size, into the session. Inputs are set
  /// anew before each run.
  template <Element T> Status setInput(TensorKey key, std::span<const T> data) {
    return put<T>(key, data, sluice_session_set_input);
  }

  /// Without a copy: `data`, 64-byte aligned, is read by every run until the
  /// input is bound, set or asked for again. It outlives that use.
  template <Element T>
  Status bindInput(TensorKey key, std::span<const T> data) {
    return put<T>(key, data, sluice_session_bind_input);
  }

  /// Without a copy: `data`, 64-byte aligned, is written by every run until the
  /// output is bound again. It outlives that use.
  template <Element T> Status bindOutput(TensorKey key, std::span<T> data) {
    auto index = findOutput(key);
    if (Status status = checkType<T>(index, sluice_session_output_info);
        !status)
      return status;
    return Status(sluice_session_bind_output(handle, *index, data.data(),
                                             data.size_bytes()));
  }

  /// Gives an input or output the session's own memory back.
  Status unbindInput(TensorKey key) {
    auto index = findInput(key);
    if (!index)
      return index.status();
    return Status(sluice_session_bind_input(handle, *index, nullptr, 0));
  }
  Status unbindOutput(TensorKey key) {
    auto index = findOutput(key);
    if (!index)
      return index.status();
    return Status(sluice_session_bind_output(handle, *index, nullptr, 0));
  }

  /// The session's memory of an input, to be filled in place before a run.
  template <Element T> Result<std::span<T>> input(TensorKey key) {
    auto index = findInput(key);
    if (Status status = checkType<T>(index, sluice_session_input_info); !status)
      return status;
    sluice_tensor_info_t info;
    void *data;
    if (Status status(sluice_session_input_data(handle, *index, &data));
        !status)
      return status;
    sluice_session_input_info(handle, *index, &info);
    return std::span<T>(static_cast<T *>(data), info.size / sizeof(T));
  }

  /// Where an output lies; holds the last run's result until an input is set.
  template <Element T> Result<std::span<const T>> output(TensorKey key) {
    auto index = findOutput(key);
    if (Status status = checkType<T>(index, sluice_session_output_info);
        !status)
      return status;
    sluice_tensor_info_t info;
    const void *data;
    if (Status status(sluice_session_output_data(handle, *index, &data));
        !status)
      return status;
    sluice_session_output_info(handle, *index, &info);
    return std::span<const T>(static_cast<const T *>(data),
                              info.size / sizeof(T));
  }

  /// Runs the model once. Where a device fails, the CPU takes over: see
  /// Profile::fallbacks and fault(). SLUICE_STATUS_DEADLINE_EXCEEDED: there was
  /// no result in time; SLUICE_STATUS_CANCELLED: by cancel().
  Status run(const RunOptions &options = {}) {
    sluice_run_options_t raw = makeRaw(options);
    return Status(sluice_session_run_with(handle, &raw));
  }

  /// Starts a run and returns. `done` is called once, by a thread of the
  /// session's, when the run is over: it may read outputs, set inputs and run
  /// again, and may not end the session. While the run is under way all that
  /// touches inputs and outputs is SLUICE_STATUS_BUSY.
  using Done = std::function<void(Status)>;
  Status runAsync(const RunOptions &options = {}, Done done = {}) {
    sluice_run_options_t raw = makeRaw(options);
    if (!done)
      return Status(sluice_session_run_async(handle, &raw, nullptr, nullptr));
    auto call = std::make_unique<Done>(std::move(done));
    Status status(sluice_session_run_async(handle, &raw, callDone, call.get()));
    if (status)
      call.release(); // callDone owns it
    return status;
  }

  /// Waits for the run started last and gives its status.
  Status wait() {
    sluice_status_t result;
    if (Status status(sluice_session_wait(handle, 0, &result)); !status)
      return status;
    return Status(result);
  }

  /// The same until `moment`; nothing when the run is still under way then.
  std::optional<Status>
  waitUntil(std::chrono::steady_clock::time_point moment) {
    sluice_status_t result;
    Status status(sluice_session_wait(handle, toRaw(moment), &result));
    if (status.code() == SLUICE_STATUS_DEADLINE_EXCEEDED)
      return std::nullopt;
    return status ? Status(result) : status;
  }

  /// Ends the run that is under way, if there is one, as soon as may be.
  void cancel() { sluice_session_cancel(handle); }

  //===--------------------------------------------------------------------===//
  // What it took
  //===--------------------------------------------------------------------===//

  Profile profile() const {
    sluice_profile_t raw;
    sluice_session_profile(handle, &raw);
    return {std::chrono::nanoseconds(raw.time_ns),
            raw.cycles,
            raw.macs,
            raw.device_macs,
            raw.fallbacks,
            raw.transitions};
  }

  size_t regionCount() const { return sluice_session_region_count(handle); }
  Result<RegionProfile> regionProfile(size_t index) const {
    sluice_region_profile_t raw;
    if (Status status(sluice_session_region_profile(handle, index, &raw));
        !status)
      return status;
    return RegionProfile{
        raw.name,          raw.target,
        raw.device,        std::chrono::nanoseconds(raw.time_ns),
        raw.cycles,        raw.macs,
        raw.fallback != 0, {raw.counters, raw.counter_count}};
  }

  /// The device's state at its last fault, in lines; empty when there was none.
  std::string_view fault() const { return sluice_session_fault(handle); }

  /// The same as a JSON object.
  std::string_view faultJson() const {
    return sluice_session_fault_json(handle);
  }

  /// Of the device, for all sessions that share it.
  Health health() const {
    sluice_device_health_t raw;
    sluice_session_health(handle, &raw);
    return {raw.quarantined != 0, raw.faults, raw.probes};
  }

  /// For calls of sluice.h; still owned by this object.
  sluice_session_t *get() const { return handle; }

private:
  explicit Session(sluice_session_t *handle) : handle(handle) {}

  static uint64_t toRaw(std::chrono::steady_clock::time_point moment) {
    using namespace std::chrono;
    return duration_cast<nanoseconds>(moment.time_since_epoch()).count();
  }
  static sluice_run_options_t makeRaw(const RunOptions &options) {
    sluice_run_options_t raw = {};
    raw.struct_size = sizeof(raw);
    if (options.deadline)
      raw.deadline_ns = toRaw(*options.deadline);
    return raw;
  }
  static void callDone(void *context, sluice_status_t status,
                       const char *message) {
    std::unique_ptr<Done> done(static_cast<Done *>(context));
    (*done)(Status(status, message));
  }

  template <typename Find> Result<size_t> find(Find find, TensorKey key) const {
    if (!key.name)
      return key.index;
    size_t index;
    if (Status status(find(handle, std::string(*key.name).c_str(), &index));
        !status)
      return status;
    return index;
  }

  template <typename GetInfo>
  Result<TensorInfo> info(const Result<size_t> &index, GetInfo get) const {
    if (!index)
      return index.status();
    sluice_tensor_info_t raw;
    if (Status status(get(handle, *index, &raw)); !status)
      return status;
    TensorInfo info = {
        raw.name, raw.type, {raw.shape, raw.rank}, raw.size, std::nullopt};
    if (raw.quantized)
      info.quantization = {raw.scale, raw.zero_point};
    return info;
  }

  /// That there is the tensor and its elements are T.
  template <Element T, typename GetInfo>
  Status checkType(const Result<size_t> &index, GetInfo get) const {
    auto found = info(index, get);
    if (!found)
      return found.status();
    if (!isType<T>(found->type))
      return {SLUICE_STATUS_INVALID_ARGUMENT,
              "tensor '" + std::string(found->name) +
                  "' is not of the element type asked for; see "
                  "TensorInfo::type, or ask for std::byte"};
    return {};
  }

  template <Element T, typename Put>
  Status put(TensorKey key, std::span<const T> data, Put put) {
    auto index = findInput(key);
    if (Status status = checkType<T>(index, sluice_session_input_info); !status)
      return status;
    return Status(put(handle, *index, data.data(), data.size_bytes()));
  }

  sluice_session_t *handle;
};

/// A kind of device that this library drives.
struct Driver {
  std::string name;
  std::string description; // of a plug-in that cannot be opened: why not
};

inline std::vector<Driver> drivers() {
  std::vector<Driver> all;
  sluice_driver_enumerate(
      [](void *context, const char *name, const char *description) {
        static_cast<std::vector<Driver> *>(context)->push_back(
            {name, description});
      },
      &all);
  return all;
}

} // namespace v0
} // namespace sluice

#endif // SLUICE_SLUICE_HPP_
