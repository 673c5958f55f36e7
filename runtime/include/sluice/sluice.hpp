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
// Threads: an object belongs to one thread at a time; different sessions of one
// package may run in different threads.
// Allocation: run, and calls that take a tensor by index, allocate nothing
// unless they fail.

#ifndef SLUICE_SLUICE_HPP_
#define SLUICE_SLUICE_HPP_

#include "sluice/sluice.h"

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace sluice {
inline namespace v0 {

/// The outcome of a call: true in a condition when all went well.
class [[nodiscard]] Status {
public:
  Status() = default;
  /// `code` with its text; a code other than SLUICE_STATUS_OK is a failure.
  Status(sluice_status_t code, std::string text)
      : statusCode(code), text(std::move(text)) {}
  /// Of a C call that this thread has just made.
  explicit Status(sluice_status_t code) : statusCode(code) {
    if (code != SLUICE_STATUS_OK)
      text = sluice_status_message();
  }

  bool ok() const { return statusCode == SLUICE_STATUS_OK; }
  explicit operator bool() const { return ok(); }
  sluice_status_t code() const { return statusCode; }
  /// One line: what, where and what to do; empty when all went well.
  const std::string &message() const { return text; }

private:
  sluice_status_t statusCode = SLUICE_STATUS_OK;
  std::string text;
};

/// A value, or why there is none. `*` and `->` need a value, as those of
/// std::optional do.
template <typename T> class [[nodiscard]] Result {
public:
  Result(T value) : content(std::move(value)) {}
  /// `failure` is one.
  Result(Status failure) : failure(std::move(failure)) {}

  bool ok() const { return content.has_value(); }
  explicit operator bool() const { return ok(); }
  const Status &status() const { return failure; }
  sluice_status_t code() const { return failure.code(); }
  const std::string &message() const { return failure.message(); }

  T &operator*() & { return *content; }
  const T &operator*() const & { return *content; }
  T &&operator*() && { return *std::move(content); }
  T *operator->() { return &*content; }
  const T *operator->() const { return &*content; }

private:
  std::optional<T> content;
  Status failure;
};

/// What a tensor's element type is in C++. std::byte stands for any.
template <typename T>
concept Element = std::same_as<T, std::byte> || std::same_as<T, bool> ||
                  std::same_as<T, int8_t> || std::same_as<T, uint8_t> ||
                  std::same_as<T, int16_t> || std::same_as<T, int32_t> ||
                  std::same_as<T, int64_t> || std::same_as<T, float> ||
                  std::same_as<T, double>;

/// Whether elements of `type` are T. There is no T but std::byte for F16.
template <Element T> constexpr bool isType(sluice_type_t type) {
  if constexpr (std::same_as<T, std::byte>)
    return true;
  else if constexpr (std::same_as<T, bool>)
    return type == SLUICE_TYPE_BOOL;
  else if constexpr (std::same_as<T, int8_t>)
    return type == SLUICE_TYPE_I8;
  else if constexpr (std::same_as<T, uint8_t>)
    return type == SLUICE_TYPE_U8;
  else if constexpr (std::same_as<T, int16_t>)
    return type == SLUICE_TYPE_I16;
  else if constexpr (std::same_as<T, int32_t>)
    return type == SLUICE_TYPE_I32;
  else if constexpr (std::same_as<T, int64_t>)
    return type == SLUICE_TYPE_I64;
  else if constexpr (std::same_as<T, float>)
    return type == SLUICE_TYPE_F32;
  else
    return type == SLUICE_TYPE_F64;
}

/// real = scale * (q - zeroPoint)
struct Quantization {
  float scale;
  int32_t zeroPoint;
};

/// An input or output of a session; row-major, packed. Views live as long as
/// the session.
struct TensorInfo {
  std::string_view name;
  sluice_type_t type;
  std::span<const int64_t> shape;
  size_t size; // bytes
  std::optional<Quantization> quantization;
};

/// Which input or output is meant: its index, or its name in the model.
class TensorKey {
public:
  template <std::integral Index>
  TensorKey(Index index) : index(static_cast<size_t>(index)) {}
  template <std::convertible_to<std::string_view> Name>
  TensorKey(const Name &name) : name(std::string_view(name)) {}

private:
  friend class Session;
  size_t index = 0;
  std::optional<std::string_view> name;
};

/// The last run as a whole.
struct Profile {
  std::chrono::nanoseconds time; // the host's clock
  uint64_t cycles;               // of the device; 0 on the CPU
  uint64_t macs;                 // of all regions
  uint64_t deviceMacs;           // of those that the device ran
  uint32_t fallbacks;            // regions that the CPU took over
  uint32_t transitions;          // edges between device and CPU
};

/// The last run of one region. Views live as long as the session.
struct RegionProfile {
  std::string_view name;
  std::string_view target; // what it was compiled for
  std::string_view device; // what ran it
  std::chrono::nanoseconds time;
  uint64_t cycles;
  uint64_t macs;
  bool fallback; // the device failed and the CPU took over
  std::span<const sluice_counter_t> counters;

  /// The counter called `wanted`, as docs/spec/engine-isa.md names them.
  std::optional<uint64_t> counter(std::string_view wanted) const {
    for (const sluice_counter_t &counter : counters)
      if (counter.name == wanted)
        return counter.value;
    return std::nullopt;
  }
};

/// The engine that a package was compiled for.
struct EngineInfo {
  std::string_view board;
  uint32_t pc;
  uint32_t pk;
  uint64_t hash;
  float clockMhz;
};

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
  /// Profile::fallbacks and fault().
  Status run() { return Status(sluice_session_run(handle)); }

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

  /// For calls of sluice.h; still owned by this object.
  sluice_session_t *get() const { return handle; }

private:
  explicit Session(sluice_session_t *handle) : handle(handle) {}

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
  std::string_view name;
  std::string_view description;
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
