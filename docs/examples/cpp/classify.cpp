// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// usage: classify PKG IMAGE...
// Prints the best class of each image. The package's first input and output are
// float32; an image file holds the input's bytes and nothing else.

#include <sluice/sluice.hpp>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <string>

static int complain(const std::string &message) {
  std::cerr << "classify: " << message << '\n';
  return 1;
}

/// Whether the file at `path` is as long as `pixels`, which it fills.
static bool readImage(const char *path, std::span<float> pixels) {
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char *>(pixels.data()),
            static_cast<std::streamsize>(pixels.size_bytes()));
  return file && file.peek() == std::ifstream::traits_type::eof();
}

int main(int argc, char **argv) {
  if (argc < 3) {
    std::cerr << "usage: classify PKG IMAGE...\n";
    return 2;
  }
  auto package = sluice::Package::load(argv[1]);
  if (!package)
    return complain(package.message());
  auto session = sluice::Session::create(*package);
  if (!session)
    return complain(session.message());

  for (const char *path : std::span(argv + 2, argv + argc)) {
    // The session's own buffer: no copy in between.
    auto pixels = session->input<float>(0);
    if (!pixels)
      return complain(pixels.message());
    if (!readImage(path, *pixels))
      return complain(std::string(path) + ": cannot be read, or is not " +
                      std::to_string(pixels->size_bytes()) + " bytes");
    if (auto status = session->run(); !status)
      return complain(status.message());
    auto scores = session->output<float>(0);
    if (!scores)
      return complain(scores.message());
    auto best = std::ranges::max_element(*scores) - scores->begin();
    std::cout << path << ": " << best << '\n';
  }
  return 0;
}
