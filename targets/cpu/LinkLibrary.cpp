// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/cpu/Object.h"

#include "lld/Common/Driver.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"

LLD_HAS_DRIVER(elf)

using namespace sluice;

static llvm::Error makeError(llvm::StringRef path, std::error_code code) {
  return llvm::createStringError(code, path + ": " + code.message());
}

/// The linker reads and writes files only.
static llvm::Error writeFile(llvm::StringRef path,
                             llvm::ArrayRef<char> contents) {
  std::error_code code;
  llvm::raw_fd_ostream stream(path, code);
  if (!code) {
    stream.write(contents.data(), contents.size());
    stream.close();
    code = stream.error();
    stream.clear_error();
  }
  return code ? makeError(path, code) : llvm::Error::success();
}

llvm::Expected<std::vector<uint8_t>>
cpu::linkLibrary(llvm::ArrayRef<char> object) {
  llvm::SmallString<128> input, output;
  llvm::scope_exit remove([&] {
    for (llvm::StringRef path : {input.str(), output.str()})
      if (!path.empty())
        (void)llvm::sys::fs::remove(path);
  });
  if (std::error_code code =
          llvm::sys::fs::createTemporaryFile("sluice-cpu", "o", input))
    return makeError("temporary file", code);
  if (std::error_code code =
          llvm::sys::fs::createTemporaryFile("sluice-cpu", "so", output))
    return makeError("temporary file", code);
  if (llvm::Error error = writeFile(input, object))
    return std::move(error);

  const char *arguments[] = {
      "ld.lld",         "-shared",         "--entry=sluice_cpu_query",
      "--no-undefined", "-Bsymbolic",      "--exclude-libs=ALL",
      "--gc-sections",  "--build-id=none", "--hash-style=gnu",
      "--strip-all",    "-znognustack",    "-zseparate-code",
      "-znow",          input.c_str(),     "-o",
      output.c_str()};
  std::string text;
  llvm::raw_string_ostream errors(text);
  lld::Result result = lld::lldMain(arguments, llvm::nulls(), errors,
                                    {{lld::Gnu, &lld::elf::link}});
  if (result.retCode != 0)
    return llvm::createStringError("linking CPU code failed: " +
                                   llvm::StringRef(text).rtrim());
  auto buffer = llvm::MemoryBuffer::getFile(output, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer)
    return makeError(output, buffer.getError());
  llvm::StringRef bytes = (*buffer)->getBuffer();
  return std::vector<uint8_t>(bytes.bytes_begin(), bytes.bytes_end());
}
