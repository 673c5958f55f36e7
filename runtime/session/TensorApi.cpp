// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C API: a session's inputs and outputs.

#include "runtime/base/Text.h"
#include "runtime/session/ApiSupport.h"

#include <string_view>

using namespace sluice;

namespace {

enum class Kind { Input, Output };

using Indices = flatbuffers::Vector<uint32_t>;

const Indices &tensorsOf(const Session &session, Kind kind) {
  return kind == Kind::Input ? session.inputs() : session.outputs();
}

/// The buffer of input or output `index`.
Status findBuffer(const char *function, const Session &session, Kind kind,
                  size_t index, uint32_t &out) {
  const Indices &indices = tensorsOf(session, kind);
  if (index >= indices.size())
    return fail(SLUICE_STATUS_INVALID_ARGUMENT,
                "%s: there is no tensor %zu, there are %u", function, index,
                indices.size());
  out = indices[index];
  return SLUICE_STATUS_OK;
}

/// The same of a session that is not running, for what a run reads or writes.
Status findIdleBuffer(const char *function, const Session &session, Kind kind,
                      size_t index, uint32_t &out) {
  if (session.isBusy())
    return fail(SLUICE_STATUS_BUSY,
                "%s: the session's run is under way; wait for it", function);
  return findBuffer(function, session, kind, index, out);
}

Status checkSize(const char *function, const program::Buffer &buffer,
                 size_t size) {
  if (size != buffer.size())
    return fail(SLUICE_STATUS_INVALID_ARGUMENT,
                "%s: tensor '%s' has %zu bytes, not %zu", function,
                buffer.name()->c_str(), size_t(buffer.size()), size);
  return SLUICE_STATUS_OK;
}

Status describeTensor(const char *function, const sluice_session_t *session,
                      Kind kind, size_t index, sluice_tensor_info_t &out) {
  out = {};
  if (!session)
    return nullArgument(function, "session");
  const Session &self = *unwrap(session);
  uint32_t buffer;
  SLUICE_RETURN_IF_ERROR(findBuffer(function, self, kind, index, buffer));
  out = describe(self.buffer(buffer));
  return SLUICE_STATUS_OK;
}

Status findName(const char *function, const sluice_session_t *session,
                Kind kind, const char *name, size_t &out) {
  out = 0;
  if (!session || !name)
    return nullArgument(function, session ? "name" : "session");
  const Session &self = *unwrap(session);
  const Indices &indices = tensorsOf(self, kind);
  std::string_view wanted = name;
  for (uint32_t i = 0; i < indices.size(); ++i)
    if (self.buffer(indices[i]).name()->string_view() == wanted) {
      out = i;
      return SLUICE_STATUS_OK;
    }
  char names[1024];
  Text list(names);
  const char *separator = "";
  for (uint32_t buffer : indices) {
    list.print("%s'%s'", separator, self.buffer(buffer).name()->c_str());
    separator = ", ";
  }
  return fail(SLUICE_STATUS_NOT_FOUND,
              "%s: the model has no %s '%.512s'; it has %s", function,
              kind == Kind::Input ? "input" : "output", name, names);
}

Status bind(const char *function, sluice_session_t *session, Kind kind,
            size_t index, void *data, size_t size) {
  if (!session)
    return nullArgument(function, "session");
  Session &self = *unwrap(session);
  uint32_t buffer;
  SLUICE_RETURN_IF_ERROR(findIdleBuffer(function, self, kind, index, buffer));
  if (data) {
    SLUICE_RETURN_IF_ERROR(checkSize(function, self.buffer(buffer), size));
    if (reinterpret_cast<uintptr_t>(data) % 64 != 0)
      return fail(SLUICE_STATUS_INVALID_ARGUMENT,
                  "%s: memory for tensor '%s' is not 64-byte aligned", function,
                  self.buffer(buffer).name()->c_str());
  }
  self.bind(buffer, data);
  return SLUICE_STATUS_OK;
}

} // namespace

size_t sluice_session_input_count(const sluice_session_t *session) {
  return session ? unwrap(session)->inputs().size() : 0;
}

size_t sluice_session_output_count(const sluice_session_t *session) {
  return session ? unwrap(session)->outputs().size() : 0;
}

sluice_status_t sluice_session_input_info(const sluice_session_t *session,
                                          size_t index,
                                          sluice_tensor_info_t *out_info) {
  REQUIRE(out_info);
  return describeTensor(__func__, session, Kind::Input, index, *out_info);
}

sluice_status_t sluice_session_output_info(const sluice_session_t *session,
                                           size_t index,
                                           sluice_tensor_info_t *out_info) {
  REQUIRE(out_info);
  return describeTensor(__func__, session, Kind::Output, index, *out_info);
}

sluice_status_t sluice_session_find_input(const sluice_session_t *session,
                                          const char *name, size_t *out_index) {
  REQUIRE(out_index);
  return findName(__func__, session, Kind::Input, name, *out_index);
}

sluice_status_t sluice_session_find_output(const sluice_session_t *session,
                                           const char *name,
                                           size_t *out_index) {
  REQUIRE(out_index);
  return findName(__func__, session, Kind::Output, name, *out_index);
}

sluice_status_t sluice_session_set_input(sluice_session_t *session,
                                         size_t index, const void *data,
                                         size_t size) {
  REQUIRE(session);
  REQUIRE(data);
  Session &self = *unwrap(session);
  uint32_t buffer;
  SLUICE_RETURN_IF_ERROR(
      findIdleBuffer(__func__, self, Kind::Input, index, buffer));
  SLUICE_RETURN_IF_ERROR(checkSize(__func__, self.buffer(buffer), size));
  self.bind(buffer, nullptr);
  memcpy(self.data(buffer), data, size);
  return SLUICE_STATUS_OK;
}

sluice_status_t sluice_session_bind_input(sluice_session_t *session,
                                          size_t index, const void *data,
                                          size_t size) {
  // Regions only read their inputs.
  return bind(__func__, session, Kind::Input, index, const_cast<void *>(data),
              size);
}

sluice_status_t sluice_session_bind_output(sluice_session_t *session,
                                           size_t index, void *data,
                                           size_t size) {
  return bind(__func__, session, Kind::Output, index, data, size);
}

sluice_status_t sluice_session_input_data(sluice_session_t *session,
                                          size_t index, void **out_data) {
  REQUIRE(out_data);
  *out_data = nullptr;
  REQUIRE(session);
  Session &self = *unwrap(session);
  uint32_t buffer;
  SLUICE_RETURN_IF_ERROR(
      findIdleBuffer(__func__, self, Kind::Input, index, buffer));
  self.bind(buffer, nullptr);
  *out_data = self.data(buffer);
  return SLUICE_STATUS_OK;
}

sluice_status_t sluice_session_output_data(sluice_session_t *session,
                                           size_t index,
                                           const void **out_data) {
  REQUIRE(out_data);
  *out_data = nullptr;
  REQUIRE(session);
  Session &self = *unwrap(session);
  uint32_t buffer;
  SLUICE_RETURN_IF_ERROR(
      findIdleBuffer(__func__, self, Kind::Output, index, buffer));
  *out_data = self.data(buffer);
  return SLUICE_STATUS_OK;
}
