// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a package must be to be loaded, and what is said of one that is not.

#include "test/runtime/TestPackage.h"

#include <filesystem>
#include <functional>
#include <gtest/gtest.h>
#include <sys/stat.h>

using namespace sluice;
using namespace sluice::test;

static void expectRefused(const std::map<std::string, Bytes> &files,
                          sluice_status_t status, const char *text) {
  sluice_package_t *raw = reinterpret_cast<sluice_package_t *>(1);
  EXPECT_EQ(loadFiles(files, &raw), status) << text;
  EXPECT_EQ(raw, nullptr);
  EXPECT_NE(std::string(sluice_status_message()).find(text), std::string::npos)
      << sluice_status_message();
}

TEST(Package, LoadsWhatIsWhole) {
  sluice_package_t *raw;
  EXPECT_EQ(TestPackage().load(&raw), SLUICE_STATUS_OK)
      << sluice_status_message();
  PackagePtr package(raw);
  sluice_engine_info_t engine;
  EXPECT_EQ(sluice_package_engine(raw, &engine), SLUICE_STATUS_OK);
  EXPECT_STREQ(engine.board, "ulx3s-85f");
  EXPECT_EQ(engine.pc, 8u);
}

struct BadField {
  const char *message;
  std::function<void(TestPackage &)> plant;
};

class BadFields : public testing::TestWithParam<BadField> {};

TEST_P(BadFields, IsRefusedByName) {
  TestPackage package;
  GetParam().plant(package);
  expectRefused(package.build(), SLUICE_STATUS_INVALID_PACKAGE,
                GetParam().message);
}

static const BadField kBadFields[] = {
    {"files[0].path: '../cpu.so' is not a relative path",
     [](TestPackage &p) { p.program.files[0]->path = "../cpu.so"; }},
    {"files[0].path: '/etc/passwd' is not",
     [](TestPackage &p) { p.program.files[0]->path = "/etc/passwd"; }},
    {"files[0].path: 'a//b' is not",
     [](TestPackage &p) { p.program.files[0]->path = "a//b"; }},
    {"files[1].path: 'cpu.so' stands there twice",
     [](TestPackage &p) { p.program.files[1]->path = "cpu.so"; }},
    {"files[0].sha256: has 3 bytes, not 32",
     [](TestPackage &p) {
       p.keepTable = true;
       p.program.files[0]->sha256 = {1, 2, 3};
     }},
    {"variants: empty", [](TestPackage &p) { p.program.variants.clear(); }},
    {"variants[0].outputs: empty",
     [](TestPackage &p) { p.variant().outputs.clear(); }},
    {"variants[0].inputs[0]: 9 is no buffer, there are 3",
     [](TestPackage &p) { p.variant().inputs = {9}; }},
    {"variants[0].inputs[1]: buffer 0 stands there twice",
     [](TestPackage &p) { p.variant().inputs = {0, 0}; }},
    {"variants[0].buffers[1].type: 99 is no element type",
     [](TestPackage &p) {
       p.variant().buffers[1]->type = program::ElementType(99);
     }},
    {"variants[0].buffers[1].shape: dimension -4 is out of range",
     [](TestPackage &p) { p.variant().buffers[1]->shape = {-4, -64}; }},
    {"variants[0].buffers[1].shape: dimension 4611686018427387904 is out",
     [](TestPackage &p) {
       p.variant().buffers[1]->shape = {1l << 62, 1l << 62};
     }},
    {"variants[0].buffers[1].size: 256 is not the shape's 255",
     [](TestPackage &p) { p.variant().buffers[1]->shape = {255}; }},
    {"variants[0].buffers[2].offset: 8 is not a multiple of 64",
     [](TestPackage &p) { p.variant().buffers[2]->offset = 8; }},
    {"variants[0].buffers[2].offset: 576 + 256 bytes leave the arena of 768",
     [](TestPackage &p) { p.variant().buffers[2]->offset = 576; }},
    {"variants[0].buffers[2].offset: 18446744073709551552 + 256 bytes leave",
     [](TestPackage &p) { p.variant().buffers[2]->offset = -64ull; }},
    {"variants[0].regions[1].inputs[0]: 3 is no buffer",
     [](TestPackage &p) { p.region(1).inputs = {3}; }},
    {"variants[0].regions[0].cpu: empty",
     [](TestPackage &p) { p.region(0).cpu.clear(); }},
    {"variants[0].regions[0].cpu[0].code.file: 7 is no file, there are 4",
     [](TestPackage &p) {
       *p.region(0).cpu[0]->code = program::Range(7, 0, 1);
     }},
    {"variants[0].regions[0].cpu[0].code: 18446744073709551615 + ",
     [](TestPackage &p) {
       *p.region(0).cpu[0]->code = program::Range(0, -1, 1);
     }},
    {"variants[0].regions[0].engine.commands.size: 100 is not a number of",
     [](TestPackage &p) {
       *p.region(0).engine->commands = program::Range(1, 0, 100);
     }},
    {"variants[0].regions[0].engine.spill_offset: 768 + 1 bytes leave",
     [](TestPackage &p) {
       p.region(0).engine->spill_offset = 768;
       p.region(0).engine->spill_size = 1;
     }},
    {"engine: missing, but variants[0].regions[0].engine is there",
     [](TestPackage &p) { p.program.engine.reset(); }},
    {"variants[0].regions[0].target: 'cpu' has commands of the engine",
     [](TestPackage &p) { p.region(0).target = "cpu"; }},
    {"variants[0].regions[0].engine: missing, but its target is",
     [](TestPackage &p) { p.region(0).engine.reset(); }},
    // Kernels stay in their buffers and their launches in bounds.
    {"variants[0].regions[0].kernels: missing, but its target is 'opencl'",
     [](TestPackage &p) {
       p.region(0).target = "opencl";
       p.region(0).engine.reset();
       p.region(0).kernels.reset();
     }},
    {"variants[0].regions[0].kernels.source: 0 + 9999 bytes leave copy.cl",
     [](TestPackage &p) {
       *p.region(0).kernels->source = program::Range(3, 0, 9999);
     }},
    {"variants[0].regions[0].kernels.launches: empty",
     [](TestPackage &p) { p.region(0).kernels->launches.clear(); }},
    {"kernels.launches[0].groups: has 2 dimensions, not 3",
     [](TestPackage &p) { p.launch().groups = {1, 1}; }},
    {"kernels.launches[0].groups: not 1 to 16777216 groups",
     [](TestPackage &p) { p.launch().groups = {4096, 4096, 2}; }},
    {"kernels.launches[0].groups: not 1 to",
     [](TestPackage &p) { p.launch().groups = {1, 0, 1}; }},
    {"kernels.launches[0].items: 1025 is not 1 to 1024",
     [](TestPackage &p) { p.launch().items = 1025; }},
    {"kernels.launches[0].arguments: 65 are more than 64",
     [](TestPackage &p) {
       p.launch().arguments.resize(65, p.launch().arguments[0]);
     }},
    {"kernels.launches[0].arguments[0].offset: 2 is no tensor of the region",
     [](TestPackage &p) {
       p.launch().arguments[0] = {2, 0, program::KernelSpace::tensor};
     }},
    {"kernels.launches[0].arguments[0].space: 7 is none",
     [](TestPackage &p) {
       p.launch().arguments[0] = {0, 1, program::KernelSpace(7)};
     }},
    {"kernels.launches[0].arguments[0].offset: 0 + 65 bytes: empty, not at",
     [](TestPackage &p) {
       *p.region(0).kernels->constants = program::Range(2, 0, 64);
       p.launch().arguments[0] = {0, 65, program::KernelSpace::constants};
     }},
    {"kernels.launches[0].arguments[1].offset: 64 + 8 bytes: empty, not at",
     [](TestPackage &p) {
       p.region(0).kernels->scratch_size = 4096;
       p.launch().arguments[1] = {64, 8, program::KernelSpace::scratch};
     }},
    // What runs must read what was written.
    {"variants[0].regions[0].inputs[0]: 'x' is not written before",
     [](TestPackage &p) { p.variant().inputs.clear(); }},
    {"variants[0].regions[0].outputs[0]: 'x' is written a second time",
     [](TestPackage &p) { p.region(0).outputs = {0}; }},
    {"variants[0].regions[0].inputs[0]: 'x' is not written before, or "
     "overwritten since",
     [](TestPackage &p) { p.variant().buffers[1]->offset = 128; }},
    {"variants[0].regions[0].outputs[0]: 'copied' is not written before, or",
     [](TestPackage &p) {
       p.region(0).engine->spill_offset = 300;
       p.region(0).engine->spill_size = 1;
     }},
    {"variants[0].outputs[0]: 'x' is not written before, or overwritten",
     [](TestPackage &p) {
       p.variant().outputs = {0};
       p.variant().buffers[2]->offset = 0;
     }},
    // The table of files and the files.
    {"cpu.so: has ",
     [](TestPackage &p) {
       TestPackage other;
       p.keepTable = true;
       for (size_t i = 0; i < 4; ++i)
         p.program.files[i]->sha256.resize(32);
       p.program.files[0]->size = p.files["cpu.so"].size() + 1;
       p.program.files[1]->size = 256;
       p.program.files[2]->size = 64;
       p.program.files[3]->size = p.files["copy.cl"].size();
     }},
};
INSTANTIATE_TEST_SUITE_P(Package, BadFields, testing::ValuesIn(kBadFields));

TEST(Package, RefusesAnotherVersion) {
  TestPackage package;
  package.program.version = 2;
  expectRefused(package.build(), SLUICE_STATUS_UNSUPPORTED,
                "version: 2, this runtime reads 1");
}

TEST(Package, RefusesAChangedFile) {
  auto files = TestPackage().build();
  files["commands.bin"][70] ^= 1;
  expectRefused(files, SLUICE_STATUS_INVALID_PACKAGE,
                "commands.bin: its sha256 is ");
}

TEST(Package, RefusesAMissingFile) {
  auto files = TestPackage().build();
  files.erase("constants.bin");
  expectRefused(files, SLUICE_STATUS_NOT_FOUND, "constants.bin");
  sluice_package_t *raw;
  EXPECT_EQ(sluice_package_load("/nonexistent/digits.slpk", &raw),
            SLUICE_STATUS_NOT_FOUND);
  EXPECT_STREQ(
      sluice_status_message(),
      "/nonexistent/digits.slpk/program.fb: No such file or directory; "
      "a package is a folder made by sluice compile");
}

/// Which nobody writes to, so that opening it would wait for ever.
TEST(Package, RefusesAFifo) {
  char folder[] = "/tmp/sluice-package-XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  std::string program = std::string(folder) + "/program.fb";
  ASSERT_EQ(mkfifo(program.c_str(), 0600), 0);
  sluice_package_t *raw;
  EXPECT_EQ(sluice_package_load(folder, &raw), SLUICE_STATUS_INVALID_PACKAGE);
  EXPECT_EQ(sluice_status_message(), program + ": not a regular file");
  std::filesystem::remove_all(folder);
}

TEST(Package, RefusesATruncatedProgram) {
  auto files = TestPackage().build();
  Bytes whole = files["program.fb"];
  for (size_t size = 0; size < whole.size(); size += 4) {
    files["program.fb"].assign(whole.begin(), whole.begin() + size);
    sluice_package_t *raw;
    EXPECT_NE(loadFiles(files, &raw), SLUICE_STATUS_OK) << size;
    sluice_package_release(raw);
    if (size >= whole.size() - 32)
      continue; // all but the old seal is there
    files["program.fb"] = seal(files["program.fb"]);
    EXPECT_NE(loadFiles(files, &raw), SLUICE_STATUS_OK) << "sealed, " << size;
    sluice_package_release(raw);
  }
}

TEST(Package, NoticesEveryFlippedByte) {
  auto files = TestPackage().build();
  Bytes &bytes = files["program.fb"];
  for (uint8_t &byte : bytes)
    for (uint8_t mask : {0x01, 0x80}) {
      byte ^= mask;
      expectRefused(files, SLUICE_STATUS_INVALID_PACKAGE,
                    "program.fb: is damaged: its sha256 is ");
      byte ^= mask;
    }
}

// Whatever byte is changed and sealed anew, the program is refused or its
// checks still hold: under the sanitizers this is a small fuzz test of the
// verifier and of session creation.
TEST(Package, SurvivesEveryFlippedByte) {
  auto files = TestPackage().build();
  Bytes bytes = files["program.fb"];
  bytes.resize(bytes.size() - 32);
  for (size_t i = 0; i < bytes.size(); ++i)
    for (uint8_t mask : {0x01, 0x80, 0xff}) {
      bytes[i] ^= mask;
      files["program.fb"] = seal(bytes);
      sluice_package_t *raw;
      loadFiles(files, &raw);
      PackagePtr package(raw);
      if (raw) {
        sluice_session_options_t options = {sizeof(options), "null"};
        sluice_session_t *session;
        sluice_session_create(raw, &options, &session);
        SessionPtr owner(session);
      }
      bytes[i] ^= mask;
    }
}
