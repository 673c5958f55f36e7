// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Support/Files.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace sluice {

SignalsWait::SignalsWait() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set, &before);
}

SignalsWait::~SignalsWait() { pthread_sigmask(SIG_SETMASK, &before, nullptr); }

Error makeFileError(StringRef path, std::error_code code) {
  return createStringError(code, path + ": " + code.message());
}

Error writeFile(StringRef path, ArrayRef<uint8_t> bytes) {
  std::error_code code;
  raw_fd_ostream os(path, code);
  if (code)
    return makeFileError(path, code);
  os.write(reinterpret_cast<const char *>(bytes.data()), bytes.size());
  os.close();
  code = os.error();
  os.clear_error();
  return code ? makeFileError(path, code) : Error::success();
}

/// Whether `path` is there and no regular file.
static bool isSpecial(StringRef path) {
  sys::fs::file_status status;
  return !sys::fs::status(path, status) && !sys::fs::is_regular_file(status);
}

Error replaceFile(StringRef path, ArrayRef<uint8_t> bytes) {
  if (isSpecial(path))
    return writeFile(path, bytes);
  SignalsWait wait;
  std::string temporary =
      (path + ".tmp" + Twine(sys::Process::getProcessId())).str();
  std::error_code code;
  if (Error error = writeFile(temporary, bytes))
    code = errorToErrorCode(std::move(error));
  else
    code = sys::fs::rename(temporary, path);
  if (!code)
    return Error::success();
  sys::fs::remove(temporary);
  return makeFileError(path, code);
}

} // namespace sluice
