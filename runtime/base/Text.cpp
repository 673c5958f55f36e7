// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/base/Text.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>

namespace sluice {

Text &Text::print(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int count = vsnprintf(data + used, size - used, format, arguments);
  va_end(arguments);
  used = std::min(used + size_t(count > 0 ? count : 0), size - 1);
  return *this;
}

Text &Text::quote(const char *text) {
  print("\"");
  for (; *text; ++text) {
    auto c = static_cast<unsigned char>(*text);
    if (c == '\n')
      print("\\n");
    else if (c < 0x20)
      print("\\u%04x", c);
    else
      print(c == '"' || c == '\\' ? "\\%c" : "%c", c);
  }
  return print("\"");
}

} // namespace sluice
