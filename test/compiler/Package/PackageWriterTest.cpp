// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Package/Package.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"

#include <csignal>
#include <sys/resource.h>

using namespace llvm;
using namespace sluice;

namespace {

/// Files may not grow beyond `limit` bytes while it lives: writing fails
/// half-way, as on a full disk.
class FileSizeLimit {
public:
  explicit FileSizeLimit(rlim_t limit) {
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    rlimit lower = before;
    lower.rlim_cur = limit;
    setrlimit(RLIMIT_FSIZE, &lower);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before); }

private:
  rlimit before;
};

class PackageWriterTest : public testing::Test {
protected:
  PackageWriterTest() {
    EXPECT_FALSE(sys::fs::createUniqueDirectory("package-writer", folder));
  }
  ~PackageWriterTest() override { sys::fs::remove_directories(folder); }

  std::string at(const Twine &name) {
    SmallString<128> path(folder);
    sys::path::append(path, name);
    return path.str().str();
  }

  /// What stands in the folder, files of sub-folders too.
  std::vector<std::string> list() {
    std::vector<std::string> names;
    std::error_code code;
    for (sys::fs::recursive_directory_iterator it(folder, code), end;
         it != end && !code; it.increment(code))
      names.push_back(it->path().substr(folder.size() + 1));
    llvm::sort(names);
    return names;
  }

  std::string read(const Twine &name) {
    auto buffer = MemoryBuffer::getFile(at(name));
    return buffer ? (*buffer)->getBuffer().str() : "(none)";
  }

  void write(const Twine &name, StringRef text) {
    std::error_code code;
    raw_fd_ostream(at(name), code) << text;
  }

  static std::vector<PackageFile> files(StringRef text) {
    std::vector<uint8_t> bytes(text.begin(), text.end());
    return {{"program.fb", bytes}, {"data.bin", {1, 2, 3}}};
  }

  using Names = std::vector<std::string>;
  const Names whole{"pkg", "pkg/data.bin", "pkg/program.fb"};
  SmallString<128> folder;
};

TEST_F(PackageWriterTest, WritesAPackage) {
  EXPECT_FALSE(errorToBool(writePackage(at("pkg"), files("one"))));
  EXPECT_EQ(list(), whole);
  EXPECT_EQ(read("pkg/program.fb"), "one");
  EXPECT_EQ(read("pkg/data.bin"), "\1\2\3");
}

TEST_F(PackageWriterTest, ReplacesAPackage) {
  ASSERT_FALSE(errorToBool(writePackage(at("pkg"), files("one"))));
  write("pkg/old.bin", "of the old one");
  EXPECT_FALSE(errorToBool(writePackage(at("pkg/"), files("two"))));
  EXPECT_EQ(list(), whole);
  EXPECT_EQ(read("pkg/program.fb"), "two");
}

TEST_F(PackageWriterTest, ReplacesNothingElse) {
  write("file", "precious");
  sys::fs::create_directory(at("folder"));
  write("folder/notes", "precious");
  for (const char *name : {"file", "folder"}) {
    Error error = writePackage(at(name), files("one"));
    ASSERT_TRUE(static_cast<bool>(error));
    EXPECT_EQ(toString(std::move(error)),
              at(name) + ": exists and is not a package; remove it or give "
                         "another name");
  }
  EXPECT_EQ(list(), Names({"file", "folder", "folder/notes"}));
  EXPECT_EQ(read("file"), "precious");
}

TEST_F(PackageWriterTest, LeavesNothingBehindOnAFullDisk) {
  std::string message;
  {
    FileSizeLimit limit(4096);
    message =
        toString(writePackage(at("pkg"), files(std::string(1 << 20, 'x'))));
  }
  EXPECT_NE(message.find("program.fb: File too large"), message.npos)
      << message;
  EXPECT_EQ(list(), Names());
}

TEST_F(PackageWriterTest, KeepsTheOldPackageOnAFullDisk) {
  ASSERT_FALSE(errorToBool(writePackage(at("pkg"), files("one"))));
  {
    FileSizeLimit limit(4096);
    EXPECT_TRUE(
        errorToBool(writePackage(at("pkg"), files(std::string(1 << 20, 'x')))));
  }
  EXPECT_EQ(list(), whole);
  EXPECT_EQ(read("pkg/program.fb"), "one");
}

TEST_F(PackageWriterTest, SaysWhereItCannotWrite) {
  std::string message = toString(writePackage(at("no/pkg"), files("one")));
  EXPECT_NE(message.find("no/pkg"), message.npos) << message;
  EXPECT_NE(message.find("No such file or directory"), message.npos) << message;
  write("file", "");
  message = toString(writePackage(at("file/pkg"), files("one")));
  EXPECT_NE(message.find("Not a directory"), message.npos) << message;
  EXPECT_EQ(list(), Names({"file"}));
}

TEST_F(PackageWriterTest, AnInterruptWaitsForTheWholePackage) {
  // Blocked signals are pending until the writer has finished.
  sigset_t set, before;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set, &before);
  raise(SIGTERM);
  EXPECT_FALSE(errorToBool(writePackage(at("pkg"), files("one"))));
  EXPECT_EQ(list(), whole);
  int taken;
  sigwait(&set, &taken);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

} // namespace
