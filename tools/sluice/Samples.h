// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Arrays of a .npz as samples for a session's inputs, and outputs as arrays.

#ifndef SLUICE_TOOLS_SLUICE_SAMPLES_H
#define SLUICE_TOOLS_SLUICE_SAMPLES_H

#include "sluice/sluice.h"
#include "tools/npz/Npz.h"

#include <string>
#include <vector>

namespace sluice {

/// NumPy's name of a type: "int8", ...
const char *typeName(sluice_type_t type);

/// "1x4x4x16", or "scalar".
std::string shapeText(const int64_t *shape, size_t rank);

/// A data set for a session. N samples replace an input's leading dimension of
/// 1; an input without one gains a leading axis.
class Samples {
public:
  /// Reads `path` and checks that every input has its array, of its type and
  /// shape, and all equally many samples. Arrays that are no input (labels) are
  /// left alone.
  Samples(const std::string &path, sluice_session_t *session);

  size_t count() const { return sampleCount; }
  /// Gives sample `index` to the session.
  void set(sluice_session_t *session, size_t index) const;
  /// Appends the session's outputs to `outputs()`.
  void collect(sluice_session_t *session);
  /// One array an output, of the samples collected so far.
  std::vector<NpzArray> outputs(sluice_session_t *session) const;

private:
  size_t samplesOf(const NpzArray &array, const sluice_tensor_info_t &input);

  std::string path;
  std::vector<NpzArray> inputs; // in the session's order
  size_t sampleCount = 0;
  bool hasSampleAxis = false; // as opposed to one sample of the very shape
  std::vector<std::vector<uint8_t>> collected;
};

} // namespace sluice

#endif // SLUICE_TOOLS_SLUICE_SAMPLES_H
