// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// usage: stream PKG MILLISECONDS IMAGE...
// Prints the best class of each image, as classify does, but reads the next
// image while one is being run, and gives each run that many milliseconds. Two
// sessions share the device and take turns.

#include <sluice/sluice.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

static int complain(const std::string &message) {
  std::cerr << "stream: " << message << '\n';
  return 1;
}

/// A session, and the image that it runs; null for none.
struct Slot {
  sluice::Session session;
  const char *path = nullptr;
};

static sluice::Status start(Slot &slot, const char *path,
                            std::chrono::milliseconds limit) {
  auto pixels = slot.session.input<float>(0);
  if (!pixels)
    return pixels.status();
  std::ifstream file(path, std::ios::binary);
  if (!file.read(reinterpret_cast<char *>(pixels->data()),
                 static_cast<std::streamsize>(pixels->size_bytes())))
    return {SLUICE_STATUS_IO, std::string(path) + ": has no " +
                                  std::to_string(pixels->size_bytes()) +
                                  " bytes"};
  slot.path = path;
  // Called by a thread of the session's; this one only tells of failures.
  auto done = [path](const sluice::Status &status) {
    if (!status)
      std::cerr << path << ": " << status.message() << '\n';
  };
  return slot.session.runAsync({std::chrono::steady_clock::now() + limit},
                               done);
}

/// Waits for the slot's run, if there is one, and prints its result.
static sluice::Status finish(Slot &slot) {
  if (!slot.path)
    return {};
  if (auto status = slot.session.wait(); !status)
    return status;
  auto scores = slot.session.output<float>(0);
  if (!scores)
    return scores.status();
  std::cout << std::exchange(slot.path, nullptr) << ": "
            << std::ranges::max_element(*scores) - scores->begin() << '\n';
  return {};
}

int main(int argc, char **argv) {
  if (argc < 4) {
    std::cerr << "usage: stream PKG MILLISECONDS IMAGE...\n";
    return 2;
  }
  std::chrono::milliseconds limit(std::strtoul(argv[2], nullptr, 10));
  auto package = sluice::Package::load(argv[1]);
  if (!package)
    return complain(package.message());
  std::vector<Slot> slots;
  for (int i = 0; i < 2; ++i) {
    auto session = sluice::Session::create(*package);
    if (!session)
      return complain(session.message());
    slots.push_back({*std::move(session)});
  }
  for (int i = 3; i < argc + 2; ++i) {
    Slot &slot = slots[static_cast<size_t>(i % 2)];
    auto status = finish(slot);
    if (status && i < argc)
      status = start(slot, argv[i], limit);
    if (!status)
      return complain(status.message());
  }
  return 0;
}
