// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/base/Buffer.h"

#include <cerrno>
#include <cinttypes>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sluice {

Buffer::~Buffer() {
  if (data_)
    munmap(data_, size_ ? size_ : 1);
}

Status Buffer::allocate(uint64_t size, const char *purpose, Buffer &out) {
  void *data = MAP_FAILED;
  if (size <= SIZE_MAX / 2)
    data = mmap(nullptr, size ? size : 1, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED)
    return fail(SLUICE_STATUS_OUT_OF_MEMORY,
                "no memory for %s of %" PRIu64 " bytes", purpose, size);
  Buffer buffer;
  buffer.data_ = static_cast<uint8_t *>(data);
  buffer.size_ = size;
  out = std::move(buffer);
  return SLUICE_STATUS_OK;
}

void Buffer::clear() {
  if (data_)
    madvise(data_, size_ ? size_ : 1, MADV_DONTNEED);
}

static Status systemError(const char *path) {
  Status status = errno == ENOENT || errno == ENOTDIR ? SLUICE_STATUS_NOT_FOUND
                                                      : SLUICE_STATUS_IO;
  return fail(status, "%s: %s", path, strerror(errno));
}

static Status readOpenFile(int file, const char *path, uint64_t limit,
                           Buffer &out) {
  struct stat info;
  if (fstat(file, &info) != 0)
    return systemError(path);
  if (!S_ISREG(info.st_mode))
    return fail(SLUICE_STATUS_INVALID_PACKAGE, "%s: not a regular file", path);
  if (uint64_t(info.st_size) > limit)
    return fail(SLUICE_STATUS_INVALID_PACKAGE,
                "%s: has %lld bytes, at most %" PRIu64 " are expected", path,
                static_cast<long long>(info.st_size), limit);
  SLUICE_RETURN_IF_ERROR(Buffer::allocate(info.st_size, path, out));
  for (size_t done = 0; done < out.size();) {
    ssize_t count = read(file, out.data() + done, out.size() - done);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return systemError(path);
    if (count == 0)
      return fail(SLUICE_STATUS_IO, "%s: became shorter while it was read",
                  path);
    done += count;
  }
  return SLUICE_STATUS_OK;
}

Status readFile(const char *path, uint64_t limit, Buffer &out) {
  // Opening a FIFO that nobody writes to would not return.
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0)
    return systemError(path);
  Status status = readOpenFile(file, path, limit, out);
  close(file);
  return status;
}

} // namespace sluice
