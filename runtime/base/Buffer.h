// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Page-aligned zeroed memory, and files read into it.

#ifndef SLUICE_RUNTIME_BASE_BUFFER_H
#define SLUICE_RUNTIME_BASE_BUFFER_H

#include "runtime/base/Status.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace sluice {

/// Owns a private mapping. Empty until allocated.
class Buffer {
public:
  Buffer() = default;
  Buffer(Buffer &&other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)) {}
  Buffer &operator=(Buffer &&other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~Buffer();

  /// `size` bytes of zeros. OUT_OF_MEMORY names `purpose`.
  static Status allocate(uint64_t size, const char *purpose, Buffer &out);

  /// Makes every byte zero, and costs no memory until it is written.
  void clear();

  uint8_t *data() const { return data_; }
  size_t size() const { return size_; }
  std::span<const uint8_t> bytes() const { return {data_, size_}; }

private:
  uint8_t *data_ = nullptr;
  size_t size_ = 0;
};

/// Reads the regular file `path` of at most `limit` bytes.
Status readFile(const char *path, uint64_t limit, Buffer &out);

} // namespace sluice

#endif // SLUICE_RUNTIME_BASE_BUFFER_H
