// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a device computes, region by region, beside what it should.

#ifndef SLUICE_TOOLS_SLUICE_COMPARE_H
#define SLUICE_TOOLS_SLUICE_COMPARE_H

#include "tools/npz/Npz.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace sluice {

struct Comparison {
  /// One object a region's output, in the program's order: `tensor`, `region`,
  /// `values`, `different`; where they differ `first`, with `sample`, `index`,
  /// `got`, `wanted`, and where the engine stored it `command`, `layer`,
  /// `tile`, `tiles`.
  nlohmann::ordered_json tensors = nlohmann::ordered_json::array();
  /// The first difference is in a region of several layers.
  bool isMixed = false;

  /// The first of `tensors` that differs; null when none does.
  const nlohmann::ordered_json *first() const;
};

/// Runs the samples of `input` on `device` and compares every region's outputs
/// with those arrays of `reference` that go by the same names, among them the
/// model's outputs; without a reference, with the CPU's.
Comparison compare(const std::string &package, const std::string &device,
                   const std::string &input,
                   const std::vector<NpzArray> *reference);

} // namespace sluice

#endif // SLUICE_TOOLS_SLUICE_COMPARE_H
