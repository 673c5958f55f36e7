// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// usage: make-test-package DIR [flat | REPORT.json]: writes the test package
// there, for tests of commands; with tensors of shape 256, or with a report.

#include "test/runtime/TestPackage.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace sluice::test;

static void addReport(TestPackage &package, const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  package.files["report.json"].assign(std::istreambuf_iterator<char>(file), {});
  auto entry = std::make_unique<sluice::program::FileT>();
  entry->path = "report.json";
  package.program.files.push_back(std::move(entry));
}

int main(int argc, char **argv) {
  if (argc != 2 && argc != 3) {
    fprintf(stderr,
            "usage: make-test-package DIR [flat | planted | REPORT.json]\n");
    return 2;
  }
  TestPackage package;
  std::string extra = argc == 3 ? argv[2] : "";
  if (extra == "flat")
    for (auto &buffer : package.variant().buffers)
      buffer->shape = {256};
  else if (extra == "planted")
    package.files["commands.bin"][2 * 64 + 4] = 0; // the STORE's source
  else if (!extra.empty())
    addReport(package, extra);
  std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  for (const auto &[path, bytes] : package.build())
    std::ofstream(folder / path, std::ios::binary)
        .write(reinterpret_cast<const char *>(bytes.data()), bytes.size());
  return 0;
}
