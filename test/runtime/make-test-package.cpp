// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// usage: make-test-package DIR: writes the test package there, for tests of
// commands.

#include "test/runtime/TestPackage.h"

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

int main(int argc, char **argv) {
  bool isFlat = argc == 3 && strcmp(argv[2], "flat") == 0;
  if (argc != 2 && !isFlat) {
    fprintf(stderr, "usage: make-test-package DIR [flat]\n");
    return 2;
  }
  sluice::test::TestPackage package;
  if (isFlat)
    for (auto &buffer : package.variant().buffers)
      buffer->shape = {256};
  std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  for (const auto &[path, bytes] : package.build())
    std::ofstream(folder / path, std::ios::binary)
        .write(reinterpret_cast<const char *>(bytes.data()), bytes.size());
  return 0;
}
