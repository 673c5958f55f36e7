// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Text in memory of a fixed size: lines and JSON made where nothing may be
// allocated. What does not fit is cut.

#ifndef SLUICE_RUNTIME_BASE_TEXT_H
#define SLUICE_RUNTIME_BASE_TEXT_H

#include <cstddef>

namespace sluice {

class Text {
public:
  /// Begins an empty text in `size` bytes at `data`, which outlive it.
  Text(char *data, size_t size) : data(data), size(size) { data[0] = 0; }
  template <size_t N> explicit Text(char (&data)[N]) : Text(data, N) {}

  [[gnu::format(printf, 2, 3)]] Text &print(const char *format, ...);

  /// A JSON string: `text` in quotes, with its escapes.
  Text &quote(const char *text);

private:
  char *const data;
  const size_t size;
  size_t used = 0;
};

} // namespace sluice

#endif // SLUICE_RUNTIME_BASE_TEXT_H
