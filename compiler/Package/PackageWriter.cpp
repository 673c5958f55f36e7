// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Package/Package.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"

#include <csignal>

using namespace llvm;

namespace sluice {

static Error makeError(StringRef path, std::error_code code) {
  return createStringError(code, path + ": " + code.message());
}

static Error writeFile(StringRef path, ArrayRef<uint8_t> bytes) {
  std::error_code code;
  raw_fd_ostream os(path, code);
  if (code)
    return makeError(path, code);
  os.write(reinterpret_cast<const char *>(bytes.data()), bytes.size());
  os.close();
  code = os.error();
  os.clear_error();
  return code ? makeError(path, code) : Error::success();
}

/// Whether `path` may be replaced: it is not there, or is a package.
static Error checkPlace(StringRef path) {
  sys::fs::file_status status;
  if (sys::fs::status(path, status))
    return Error::success();
  SmallString<128> program(path);
  sys::path::append(program, "program.fb");
  if (sys::fs::is_directory(status) && sys::fs::exists(program))
    return Error::success();
  return createStringError(
      std::make_error_code(std::errc::file_exists),
      path + ": exists and is not a package; remove it or give another name");
}

static Error writeFiles(StringRef folder, ArrayRef<PackageFile> files) {
  for (const PackageFile &file : files) {
    SmallString<128> path(folder);
    sys::path::append(path, file.path);
    if (Error error = writeFile(path, file.bytes))
      return error;
  }
  return Error::success();
}

/// Puts the finished folder `from` in the place of `path`.
static Error moveInto(StringRef from, StringRef path) {
  SmallString<128> old;
  if (sys::fs::exists(path)) {
    old = (from + ".old").str();
    if (std::error_code code = sys::fs::rename(path, old))
      return makeError(path, code);
  }
  if (std::error_code code = sys::fs::rename(from, path)) {
    if (!old.empty())
      sys::fs::rename(old, path);
    return makeError(path, code);
  }
  if (!old.empty())
    sys::fs::remove_directories(old);
  return Error::success();
}

namespace {
/// Keeps Ctrl-C and SIGTERM waiting: writing is short, and then there is either
/// a whole package or none.
class SignalsWait {
public:
  SignalsWait() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, &before);
  }
  ~SignalsWait() { pthread_sigmask(SIG_SETMASK, &before, nullptr); }

private:
  sigset_t before;
};
} // namespace

Error writePackage(StringRef given, ArrayRef<PackageFile> files) {
  StringRef path = given.rtrim('/');
  if (Error error = checkPlace(path))
    return error;
  SignalsWait wait;
  std::string folder =
      (path + ".tmp" + Twine(sys::Process::getProcessId())).str();
  if (std::error_code code = sys::fs::create_directory(
          folder, /*IgnoreExisting=*/false, sys::fs::all_all))
    return makeError(path, code);
  Error error = writeFiles(folder, files);
  if (!error)
    error = moveInto(folder, path);
  if (error)
    sys::fs::remove_directories(folder);
  return error;
}

} // namespace sluice
