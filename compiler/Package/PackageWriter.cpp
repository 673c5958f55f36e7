// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Package/Package.h"
#include "compiler/Support/Files.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"

using namespace llvm;

namespace sluice {

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
      return makeFileError(path, code);
  }
  if (std::error_code code = sys::fs::rename(from, path)) {
    if (!old.empty())
      sys::fs::rename(old, path);
    return makeFileError(path, code);
  }
  if (!old.empty())
    sys::fs::remove_directories(old);
  return Error::success();
}

Error writePackage(StringRef given, ArrayRef<PackageFile> files) {
  StringRef path = given.rtrim('/');
  if (Error error = checkPlace(path))
    return error;
  SignalsWait wait;
  std::string folder =
      (path + ".tmp" + Twine(sys::Process::getProcessId())).str();
  if (std::error_code code = sys::fs::create_directory(
          folder, /*IgnoreExisting=*/false, sys::fs::all_all))
    return makeFileError(path, code);
  Error error = writeFiles(folder, files);
  if (!error)
    error = moveInto(folder, path);
  if (error)
    sys::fs::remove_directories(folder);
  return error;
}

} // namespace sluice
