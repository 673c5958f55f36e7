// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Support/Files.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "gtest/gtest.h"

using namespace sluice;

namespace {

class Files : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("files", folder));
  }
  void TearDown() override { llvm::sys::fs::remove_directories(folder); }

  std::string at(llvm::StringRef name) const {
    llvm::SmallString<128> path(folder);
    llvm::sys::path::append(path, name);
    return path.str().str();
  }
  static std::string replace(llvm::StringRef path, llvm::StringRef text) {
    return llvm::toString(replaceFile(path, llvm::arrayRefFromStringRef(text)));
  }
  static std::string read(llvm::StringRef path) {
    auto buffer = llvm::MemoryBuffer::getFile(path);
    return buffer ? (*buffer)->getBuffer().str() : "";
  }
  size_t count() const {
    std::error_code code;
    llvm::sys::fs::directory_iterator it(folder, code), end;
    size_t files = 0;
    for (; !code && it != end; it.increment(code))
      ++files;
    return files;
  }

  llvm::SmallString<128> folder;
};

TEST_F(Files, AreReplacedWhole) {
  EXPECT_EQ(replace(at("a"), "long before"), "");
  EXPECT_EQ(replace(at("a"), "short"), "");
  EXPECT_EQ(read(at("a")), "short");
  EXPECT_EQ(count(), 1u);
}

TEST_F(Files, SayWhatIsWrongAndLeaveNothing) {
  EXPECT_EQ(replace(at("none/a"), ""),
            at("none/a") + ": No such file or directory");
  EXPECT_EQ(replace(folder, ""), folder.str().str() + ": Is a directory");
  EXPECT_EQ(count(), 0u);
}

/// By a link, which a file put in its place would replace.
TEST_F(Files, DevicesAreWrittenTo) {
  ASSERT_FALSE(llvm::sys::fs::create_link("/dev/full", at("full")));
  EXPECT_EQ(replace(at("full"), "text"),
            at("full") + ": No space left on device");
  EXPECT_EQ(count(), 1u);
  EXPECT_EQ(llvm::sys::fs::get_file_type(at("full")),
            llvm::sys::fs::file_type::character_file);
}

} // namespace
