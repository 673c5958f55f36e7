// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/drivers/xrt/Xclbin.h"

#include <cerrno>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>

namespace sluice {

constexpr size_t kLength = 304, kMode = 332, kPlatform = 352,
                 kPlatformSize = 64;
constexpr size_t kHeaderSize = 456;
constexpr char kMagic[] = "xclbin2"; // with its zero
constexpr uint16_t kHardwareEmulation = 4;

Status readXclbinHeader(const std::string &file, XclbinHeader &out) {
  std::unique_ptr<FILE, int (*)(FILE *)> stream(fopen(file.c_str(), "rbe"),
                                                fclose);
  if (!stream)
    return fail(SLUICE_STATUS_NOT_FOUND, "%s: %s", file.c_str(),
                strerror(errno));
  char header[kHeaderSize] = {};
  if (fread(header, 1, kHeaderSize, stream.get()) != kHeaderSize ||
      memcmp(header, kMagic, sizeof(kMagic)) != 0)
    return fail(SLUICE_STATUS_INVALID_ARGUMENT,
                "%s: is no xclbin; `sluice bitstream` makes one", file.c_str());
  // libxrt may wait for ever for what is not there.
  uint64_t length;
  memcpy(&length, header + kLength, sizeof(length));
  if (fseek(stream.get(), 0, SEEK_END) ||
      uint64_t(ftell(stream.get())) != length)
    return fail(SLUICE_STATUS_INVALID_ARGUMENT,
                "%s: is not whole: its header says %" PRIu64 " bytes",
                file.c_str(), length);
  uint16_t mode;
  memcpy(&mode, header + kMode, sizeof(mode));
  out.isEmulation = mode == kHardwareEmulation;
  out.platform.assign(header + kPlatform,
                      strnlen(header + kPlatform, kPlatformSize));
  return SLUICE_STATUS_OK;
}

} // namespace sluice
