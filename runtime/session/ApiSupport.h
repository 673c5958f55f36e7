// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the files of the C API have in common: handles and arguments.

#ifndef SLUICE_RUNTIME_SESSION_APISUPPORT_H
#define SLUICE_RUNTIME_SESSION_APISUPPORT_H

#include "runtime/session/Session.h"

#include <algorithm>
#include <cstring>

namespace sluice {

inline Package *unwrap(sluice_package_t *package) {
  return reinterpret_cast<Package *>(package);
}
inline const Package *unwrap(const sluice_package_t *package) {
  return reinterpret_cast<const Package *>(package);
}
inline Session *unwrap(sluice_session_t *session) {
  return reinterpret_cast<Session *>(session);
}
inline const Session *unwrap(const sluice_session_t *session) {
  return reinterpret_cast<const Session *>(session);
}

inline Status nullArgument(const char *function, const char *argument) {
  return fail(SLUICE_STATUS_INVALID_ARGUMENT, "%s: %s is null", function,
              argument);
}

/// Copies an option struct of the caller's. One made with an older header is
/// shorter, and knows fewer options; one made with a newer header is longer,
/// and may ask for nothing that is not known here.
template <typename Options>
Status readOptions(const char *function, const Options *options, Options &out) {
  out = {};
  if (!options)
    return SLUICE_STATUS_OK;
  size_t size = options->struct_size;
  if (size < sizeof(size_t))
    return fail(SLUICE_STATUS_INVALID_ARGUMENT,
                "%s: options->struct_size is not set", function);
  const auto *bytes = reinterpret_cast<const uint8_t *>(options);
  for (size_t i = sizeof(Options); i < size; ++i)
    if (bytes[i])
      return fail(SLUICE_STATUS_UNSUPPORTED,
                  "%s: an option is set that libsluice %d.%d.%d does not know; "
                  "install a newer one",
                  function, SLUICE_VERSION_MAJOR, SLUICE_VERSION_MINOR,
                  SLUICE_VERSION_PATCH);
  memcpy(&out, options, std::min(size, sizeof(Options)));
  return SLUICE_STATUS_OK;
}

} // namespace sluice

#define REQUIRE(argument)                                                      \
  do {                                                                         \
    if (!(argument))                                                           \
      return ::sluice::nullArgument(__func__, #argument);                      \
  } while (false)

#endif // SLUICE_RUNTIME_SESSION_APISUPPORT_H
