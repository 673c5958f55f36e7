// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A loaded package: its program, checked, and the bytes of the files that the
// program uses, each equal to its sha256.

#ifndef SLUICE_RUNTIME_PACKAGE_PACKAGE_H
#define SLUICE_RUNTIME_PACKAGE_PACKAGE_H

#include "runtime/base/Buffer.h"
#include "runtime/package/program_generated.h"

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace sluice {

/// Bytes of one element.
size_t elementSize(program::ElementType type);

/// Shared by sessions; lives until the last `release`.
class Package {
public:
  /// The package in directory `path`, with one reference for the caller.
  static Status load(const char *path, Package *&out);
  /// The same from memory; copies the bytes.
  static Status load(std::span<const sluice_blob_t> blobs, Package *&out);

  void retain() { references_.fetch_add(1, std::memory_order_relaxed); }
  void release();

  const program::Program &program() const {
    return *program::GetProgram(manifest_.data());
  }
  /// The bytes of a range that verification has passed.
  std::span<const uint8_t> bytes(const program::Range &range) const {
    return files_[range.file()].bytes().subspan(range.offset(), range.size());
  }
  /// The package's path, for messages.
  const char *name() const { return name_.c_str(); }

private:
  /// Reads the file at a path inside the package, of at most `limit` bytes.
  using Source =
      std::function<Status(const char *path, uint64_t limit, Buffer &out)>;

  explicit Package(const char *name) : name_(name) {}
  ~Package() = default;
  static Status load(const char *name, const Source &source, Package *&out);
  Status loadFiles(const Source &source, const std::vector<bool> &used);

  std::atomic<uint32_t> references_ = 1;
  std::string name_;
  Buffer manifest_;
  std::vector<Buffer> files_;
};

/// A reference, which it gives back.
struct ReleasePackage {
  void operator()(Package *package) const { package->release(); }
};
using PackageReference = std::unique_ptr<Package, ReleasePackage>;

} // namespace sluice

#endif // SLUICE_RUNTIME_PACKAGE_PACKAGE_H
