// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Files that appear whole or not at all.

#ifndef SLUICE_COMPILER_SUPPORT_FILES_H
#define SLUICE_COMPILER_SUPPORT_FILES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <csignal>

namespace sluice {

/// Keeps Ctrl-C and SIGTERM waiting: writing is short, and then there is either
/// all of it or none.
class SignalsWait {
public:
  SignalsWait();
  ~SignalsWait();

private:
  sigset_t before;
};

/// `PATH: REASON`, with the code.
llvm::Error makeFileError(llvm::StringRef path, std::error_code code);

/// Writes a file; what a failure leaves is the caller's to remove.
llvm::Error writeFile(llvm::StringRef path, llvm::ArrayRef<uint8_t> bytes);

/// Puts a file of `bytes` in the place of `path`; a failure leaves what was
/// there. A device or a pipe is written to, not replaced.
llvm::Error replaceFile(llvm::StringRef path, llvm::ArrayRef<uint8_t> bytes);

} // namespace sluice

#endif // SLUICE_COMPILER_SUPPORT_FILES_H
