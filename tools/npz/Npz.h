// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// NumPy's .npz files: named arrays, each a .npy in a zip, stored or deflated.
// Without exceptions and without MLIR, for the user's command and the compiler
// alike.

#ifndef SLUICE_TOOLS_NPZ_NPZ_H
#define SLUICE_TOOLS_NPZ_NPZ_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// An array in C order, little endian.
struct NpzArray {
  std::string name;
  /// NumPy's name: "int8", "uint8", "int16", ... "float16", "float32",
  /// "float64", "bool".
  std::string type;
  std::vector<int64_t> shape;
  std::vector<uint8_t> data; ///< packed, row-major

  int64_t elementCount() const;
};

/// Bytes of one element of a type that NpzArray may have; 0 for any other name.
size_t npzElementSize(std::string_view type);

enum class NpzStatus { Ok, Missing, Malformed, SystemError };

/// Reads all arrays, in the file's order. On failure `error` is one line that
/// names the file, and the array where it is at fault.
NpzStatus readNpz(const std::string &path, std::vector<NpzArray> &arrays,
                  std::string &error);

/// The bytes of a .npz of these arrays, stored, without times: the same arrays
/// give the same bytes.
std::vector<uint8_t> encodeNpz(const std::vector<NpzArray> &arrays);

} // namespace sluice

#endif // SLUICE_TOOLS_NPZ_NPZ_H
