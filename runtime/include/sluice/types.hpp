// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What sluice.hpp takes and gives: results, tensors, figures.

#ifndef SLUICE_TYPES_HPP_
#define SLUICE_TYPES_HPP_

#include "sluice/sluice.h"

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

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

/// Of a device, for all sessions that share it.
struct Health {
  bool quarantined; // nothing runs on it now
  uint64_t faults;  // since it was opened first, each counted once
  uint64_t probes;  // tries to bring it back
};

/// What a package says of itself. Views live as long as the package.
struct PackageInfo {
  uint32_t format;   // version of its format
  uint32_t variants; // sets of input shapes
  std::string_view compiler;
  std::string_view model;
  std::string_view target;
};

/// The engine that a package was compiled for.
struct EngineInfo {
  std::string_view board;
  uint32_t pc;
  uint32_t pk;
  uint64_t hash;
  float clockMhz;
};

} // namespace v0
} // namespace sluice

#endif // SLUICE_TYPES_HPP_
