// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/package/Package.h"

#include "runtime/base/Sha256.h"
#include "runtime/package/Verify.h"

#include <cinttypes>
#include <cstring>

namespace sluice {

static constexpr char kManifest[] = "program.fb";
static constexpr uint64_t kMaxManifestSize = 64 << 20;

size_t elementSize(program::ElementType type) {
  switch (type) {
  case program::ElementType::i8:
  case program::ElementType::u8:
  case program::ElementType::boolean:
    return 1;
  case program::ElementType::i16:
  case program::ElementType::f16:
    return 2;
  case program::ElementType::i32:
  case program::ElementType::f32:
    return 4;
  case program::ElementType::i64:
  case program::ElementType::f64:
    return 8;
  }
  return 0;
}

/// Takes the seal off the manifest's end: the sha256 of all before it.
static Status unseal(const Buffer &manifest, const char *where,
                     std::span<const uint8_t> &out) {
  constexpr size_t sealSize = sizeof(Sha256Digest);
  size_t size = manifest.size() < sealSize ? 0 : manifest.size() - sealSize;
  Sha256Digest digest = sha256(manifest.data(), size);
  if (manifest.size() < sealSize ||
      memcmp(digest.data(), manifest.data() + size, sealSize) != 0)
    return fail(SLUICE_STATUS_INVALID_PACKAGE,
                "%s: is damaged: its sha256 is %s, not the one at its end; "
                "fetch or compile the package again",
                where, toHex(digest).data());
  out = manifest.bytes().first(size);
  return SLUICE_STATUS_OK;
}

Status Package::load(const char *path, Package *&out) {
  return load(
      path,
      [path](const char *file, uint64_t limit, Buffer &buffer) {
        return readFile((std::string(path) + "/" + file).c_str(), limit,
                        buffer);
      },
      out);
}

Status Package::load(std::span<const sluice_blob_t> blobs, Package *&out) {
  return load(
      "package in memory",
      [blobs](const char *file, uint64_t limit, Buffer &buffer) {
        for (const sluice_blob_t &blob : blobs) {
          if (strcmp(blob.path, file) != 0)
            continue;
          if (blob.size > limit)
            return fail(SLUICE_STATUS_INVALID_PACKAGE,
                        "%s: has %zu bytes, at most %" PRIu64 " are expected",
                        file, blob.size, limit);
          SLUICE_RETURN_IF_ERROR(Buffer::allocate(blob.size, file, buffer));
          if (blob.size)
            memcpy(buffer.data(), blob.data, blob.size);
          return SLUICE_STATUS_OK;
        }
        return fail(SLUICE_STATUS_NOT_FOUND, "package in memory: no file '%s'",
                    file);
      },
      out);
}

Status Package::load(const char *name, const Source &source, Package *&out) {
  auto *package = new Package(name);
  auto read = [&]() -> Status {
    Status status = source(kManifest, kMaxManifestSize, package->manifest_);
    if (status == SLUICE_STATUS_NOT_FOUND)
      return fail(status, "%s; a package is a folder made by sluice compile",
                  lastMessage());
    SLUICE_RETURN_IF_ERROR(status);
    std::string where = package->name_ + "/" + kManifest;
    std::span<const uint8_t> program;
    SLUICE_RETURN_IF_ERROR(unseal(package->manifest_, where.c_str(), program));
    std::vector<bool> used;
    SLUICE_RETURN_IF_ERROR(verifyProgram(program, where.c_str(), used));
    return package->loadFiles(source, used);
  };
  Status status = read();
  if (status != SLUICE_STATUS_OK)
    package->release();
  else
    out = package;
  return status;
}

Status Package::loadFiles(const Source &source, const std::vector<bool> &used) {
  const auto &entries = *program().files();
  files_.resize(entries.size());
  for (uint32_t i = 0; i < entries.size(); ++i) {
    if (!used[i])
      continue;
    const program::File &entry = *entries[i];
    SLUICE_RETURN_IF_ERROR(
        source(entry.path()->c_str(), entry.size(), files_[i]));
    if (files_[i].size() != entry.size())
      return fail(SLUICE_STATUS_INVALID_PACKAGE,
                  "%s/%s: has %zu bytes, %s says %" PRIu64
                  "; fetch or compile the package again",
                  name(), entry.path()->c_str(), files_[i].size(), kManifest,
                  entry.size());
    Sha256Digest digest = sha256(files_[i].data(), files_[i].size());
    if (memcmp(digest.data(), entry.sha256()->data(), digest.size()) != 0)
      return fail(SLUICE_STATUS_INVALID_PACKAGE,
                  "%s/%s: its sha256 is %s, not the one in %s; fetch or "
                  "compile the package again",
                  name(), entry.path()->c_str(), toHex(digest).data(),
                  kManifest);
  }
  return SLUICE_STATUS_OK;
}

void Package::release() {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
    delete this;
}

} // namespace sluice
