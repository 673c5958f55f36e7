// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/cpu/Object.h"

#include "lld/Common/Driver.h"
#include "llvm/ADT/ScopeExit.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

LLD_HAS_DRIVER(elf)

using namespace sluice;

// The linker reads and writes files only. These have no place on a disk, where
// a folder may be missing or full, and an interrupt would leave them.

static llvm::Error makeError(const char *what) {
  std::error_code code(errno, std::generic_category());
  return llvm::createStringError(code,
                                 llvm::Twine(what) + ": " + code.message());
}

/// By which this process opens its own descriptor as a file.
static std::string getPath(int file) {
  return "/proc/self/fd/" + std::to_string(file);
}

static bool writeAll(int file, llvm::ArrayRef<char> bytes) {
  while (!bytes.empty()) {
    ssize_t count = write(file, bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR)
      return false;
    bytes = bytes.drop_front(std::max<ssize_t>(count, 0));
  }
  return true;
}

static std::vector<uint8_t> readAll(int pipe) {
  std::vector<uint8_t> bytes;
  uint8_t block[1 << 16];
  ssize_t count;
  while ((count = read(pipe, block, sizeof(block))) != 0)
    if (count > 0)
      bytes.insert(bytes.end(), block, block + count);
    else if (errno != EINTR)
      break;
  return bytes;
}

static llvm::Error link(const std::string &input, const std::string &output) {
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
  if (result.retCode == 0)
    return llvm::Error::success();
  return llvm::createStringError("linking CPU code failed: " +
                                 llvm::StringRef(text).split('\n').first);
}

llvm::Expected<std::vector<uint8_t>>
cpu::linkLibrary(llvm::ArrayRef<char> object) {
  int input = memfd_create("sluice-cpu.o", MFD_CLOEXEC);
  llvm::scope_exit closeInput([&] { close(input); });
  if (input < 0 || !writeAll(input, object))
    return makeError("memory for linking CPU code");
  int output[2];
  if (pipe2(output, O_CLOEXEC) != 0)
    return makeError("pipe for linking CPU code");
  std::vector<uint8_t> library;
  std::thread reader([&] { library = readAll(output[0]); });
  llvm::Error error = link(getPath(input), getPath(output[1]));
  close(output[1]); // ends the reader
  reader.join();
  close(output[0]);
  if (error)
    return std::move(error);
  return library;
}
