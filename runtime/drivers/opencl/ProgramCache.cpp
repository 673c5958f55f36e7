// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/drivers/opencl/ProgramCache.h"

#include "runtime/base/Buffer.h"
#include "runtime/base/Cache.h"
#include "runtime/base/Sha256.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace sluice {
namespace {

constexpr uint64_t kMaxEntry = 1 << 30;

/// SLUICE_CACHE, or the user's cache; empty where there is none.
std::string cacheFolder() {
  const char *folder = getenv("SLUICE_CACHE");
  return folder ? folder : userCacheFolder();
}

/// Makes a folder and those above it.
bool makeFolders(const std::string &path) {
  for (size_t end = path.find('/', 1); end != path.npos;
       end = path.find('/', end + 1))
    mkdir(path.substr(0, end).c_str(), 0700);
  return mkdir(path.c_str(), 0700) == 0 || access(path.c_str(), W_OK) == 0;
}

/// What a binary depends on, as a file name.
std::string entryPath(cl_device_id device, std::string_view source,
                      const std::string &options) {
  std::string folder = cacheFolder();
  if (folder.empty())
    return "";
  std::string key;
  for (cl_device_info what :
       {CL_DEVICE_NAME, CL_DEVICE_VENDOR, CL_DEVICE_VERSION, CL_DRIVER_VERSION})
    key += clDeviceString(device, what) + '\0';
  key += options + '\0';
  key += source;
  return folder + "/opencl/" + toHex(sha256(key.data(), key.size())).data();
}

/// An entry is the digest of a binary, then the binary. Anything else there
/// counts as nothing.
bool loadEntry(const std::string &path, cl_context context, cl_device_id device,
               ClProgram &out) {
  Buffer entry;
  if (path.empty() ||
      readFile(path.c_str(), kMaxEntry, entry) != SLUICE_STATUS_OK)
    return false;
  constexpr size_t kDigest = sizeof(Sha256Digest);
  if (entry.size() <= kDigest)
    return false;
  std::span<const uint8_t> binary = entry.bytes().subspan(kDigest);
  Sha256Digest digest = sha256(binary.data(), binary.size());
  return memcmp(digest.data(), entry.data(), kDigest) == 0 &&
         programFromBinary(context, device, binary, out) == SLUICE_STATUS_OK;
}

bool writeAll(int file, const void *data, size_t size) {
  const char *from = static_cast<const char *>(data);
  while (size) {
    ssize_t written = write(file, from, size);
    if (written <= 0)
      return false;
    from += written;
    size -= written;
  }
  return true;
}

/// Puts the binary into the cache as a whole, or leaves the cache alone: it
/// only saves time.
void storeEntry(const std::string &path, std::span<const uint8_t> binary) {
  if (path.empty() || !makeFolders(path.substr(0, path.rfind('/'))))
    return;
  std::string temporary = path + ".XXXXXX";
  int file = mkstemp(temporary.data());
  if (file < 0)
    return;
  Sha256Digest digest = sha256(binary.data(), binary.size());
  bool isWhole = writeAll(file, digest.data(), digest.size()) &&
                 writeAll(file, binary.data(), binary.size());
  isWhole &= close(file) == 0;
  if (!isWhole || rename(temporary.c_str(), path.c_str()) != 0)
    unlink(temporary.c_str());
}

/// The first line of the build log that tells an error, or the first at all.
std::string firstError(cl_program program, cl_device_id device) {
  size_t size = 0;
  clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, 0, nullptr,
                        &size);
  std::string log(size, '\0');
  clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, size, log.data(),
                        nullptr);
  log = log.c_str();
  size_t at = log.find("error"); // then a colon, after spaces in ptxas
  size_t begin = at == log.npos ? 0 : log.rfind('\n', at) + 1;
  return log.substr(begin, log.find('\n', begin) - begin);
}

std::vector<uint8_t> getBinary(cl_program program) {
  size_t size = 0;
  if (clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, sizeof(size), &size,
                       nullptr) != CL_SUCCESS)
    return {};
  std::vector<uint8_t> binary(size);
  uint8_t *bytes = binary.data();
  if (clGetProgramInfo(program, CL_PROGRAM_BINARIES, sizeof(bytes),
                       static_cast<void *>(&bytes), nullptr) != CL_SUCCESS)
    return {};
  return binary;
}

} // namespace

Status programFromBinary(cl_context context, cl_device_id device,
                         std::span<const uint8_t> binary, ClProgram &out) {
  const uint8_t *bytes = binary.data();
  size_t size = binary.size();
  cl_int status, code;
  out = ClProgram(clCreateProgramWithBinary(context, 1, &device, &size, &bytes,
                                            &status, &code));
  SLUICE_RETURN_IF_ERROR(
      clCheck(code, SLUICE_STATUS_INVALID_PACKAGE, "program from its binary"));
  return clCheck(clBuildProgram(out.get(), 1, &device, "", nullptr, nullptr),
                 SLUICE_STATUS_INVALID_PACKAGE, "program from its binary");
}

Status programFromSource(cl_context context, cl_device_id device,
                         const char *name, std::string_view source,
                         const std::string &options, ClProgram &out) {
  std::string path = entryPath(device, source, options);
  if (loadEntry(path, context, device, out))
    return SLUICE_STATUS_OK;
  const char *text = source.data();
  size_t size = source.size();
  cl_int code;
  ClProgram built(clCreateProgramWithSource(context, 1, &text, &size, &code));
  SLUICE_RETURN_IF_ERROR(
      clCheck(code, SLUICE_STATUS_DEVICE_FAULT, "program from source"));
  code = clBuildProgram(built.get(), 1, &device, options.c_str(), nullptr,
                        nullptr);
  if (code != CL_SUCCESS)
    return fail(SLUICE_STATUS_UNSUPPORTED,
                "%s: %s does not build its kernels (%s): %.300s", name,
                clDeviceString(device, CL_DEVICE_NAME).c_str(),
                clErrorName(code).c_str(),
                firstError(built.get(), device).c_str());
  // A device may compile a kernel when it first runs; a binary is compiled.
  std::vector<uint8_t> binary = getBinary(built.get());
  if (binary.empty() ||
      programFromBinary(context, device, binary, out) != SLUICE_STATUS_OK)
    out = std::move(built);
  else
    storeEntry(path, binary);
  return SLUICE_STATUS_OK;
}

} // namespace sluice
