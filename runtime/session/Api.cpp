// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C API on top of Package and Session: checks arguments, hides the types.

#include "runtime/hal/Registry.h"
#include "runtime/session/Session.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string_view>

using namespace sluice;

static Package *unwrap(sluice_package_t *package) {
  return reinterpret_cast<Package *>(package);
}
static const Package *unwrap(const sluice_package_t *package) {
  return reinterpret_cast<const Package *>(package);
}
static Session *unwrap(sluice_session_t *session) {
  return reinterpret_cast<Session *>(session);
}
static const Session *unwrap(const sluice_session_t *session) {
  return reinterpret_cast<const Session *>(session);
}

static Status nullArgument(const char *function, const char *argument) {
  return fail(SLUICE_STATUS_INVALID_ARGUMENT, "%s: %s is null", function,
              argument);
}

#define REQUIRE(argument)                                                      \
  do {                                                                         \
    if (!(argument))                                                           \
      return nullArgument(__func__, #argument);                                \
  } while (false)

uint32_t sluice_version_number(void) { return SLUICE_VERSION_NUMBER; }

const char *sluice_status_string(sluice_status_t status) {
  switch (status) {
  case SLUICE_STATUS_OK:
    return "ok";
  case SLUICE_STATUS_INVALID_ARGUMENT:
    return "invalid argument";
  case SLUICE_STATUS_NOT_FOUND:
    return "not found";
  case SLUICE_STATUS_INVALID_PACKAGE:
    return "invalid package";
  case SLUICE_STATUS_UNSUPPORTED:
    return "unsupported";
  case SLUICE_STATUS_OUT_OF_MEMORY:
    return "out of memory";
  case SLUICE_STATUS_DEVICE_FAULT:
    return "device fault";
  case SLUICE_STATUS_IO:
    return "input or output failed";
  case SLUICE_STATUS_CANCELLED:
    return "cancelled";
  case SLUICE_STATUS_DEADLINE_EXCEEDED:
    return "deadline exceeded";
  }
  return "unknown status";
}

const char *sluice_status_message(void) { return lastMessage(); }

//===----------------------------------------------------------------------===//
// Package
//===----------------------------------------------------------------------===//

sluice_status_t sluice_package_load(const char *path,
                                    sluice_package_t **out_package) {
  REQUIRE(out_package);
  *out_package = nullptr;
  REQUIRE(path);
  Package *package = nullptr;
  SLUICE_RETURN_IF_ERROR(Package::load(path, package));
  *out_package = reinterpret_cast<sluice_package_t *>(package);
  return SLUICE_STATUS_OK;
}

sluice_status_t sluice_package_load_memory(const sluice_blob_t *blobs,
                                           size_t blob_count,
                                           sluice_package_t **out_package) {
  REQUIRE(out_package);
  *out_package = nullptr;
  REQUIRE(blobs);
  for (size_t i = 0; i < blob_count; ++i)
    if (!blobs[i].path || (!blobs[i].data && blobs[i].size))
      return fail(SLUICE_STATUS_INVALID_ARGUMENT,
                  "%s: blobs[%zu] has no path or no data", __func__, i);
  Package *package = nullptr;
  SLUICE_RETURN_IF_ERROR(Package::load({blobs, blob_count}, package));
  *out_package = reinterpret_cast<sluice_package_t *>(package);
  return SLUICE_STATUS_OK;
}

void sluice_package_release(sluice_package_t *package) {
  if (package)
    unwrap(package)->release();
}

sluice_status_t sluice_package_engine(const sluice_package_t *package,
                                      sluice_engine_info_t *out_info) {
  REQUIRE(out_info);
  *out_info = {};
  REQUIRE(package);
  if (const auto *engine = unwrap(package)->program().engine())
    *out_info = {engine->board()->c_str(), engine->pc(), engine->pk(),
                 engine->hash(), engine->clock_mhz()};
  return SLUICE_STATUS_OK;
}

//===----------------------------------------------------------------------===//
// Session
//===----------------------------------------------------------------------===//

sluice_status_t sluice_session_create(sluice_package_t *package,
                                      const sluice_session_options_t *options,
                                      sluice_session_t **out_session) {
  REQUIRE(out_session);
  *out_session = nullptr;
  REQUIRE(package);
  // A caller built against an older header knows fewer options.
  sluice_session_options_t all = {};
  if (options) {
    if (options->struct_size < sizeof(size_t))
      return fail(SLUICE_STATUS_INVALID_ARGUMENT,
                  "%s: options->struct_size is not set", __func__);
    memcpy(&all, options, std::min(options->struct_size, sizeof(all)));
  }
  Session *session = nullptr;
  SLUICE_RETURN_IF_ERROR(Session::create(*unwrap(package), all, session));
  *out_session = reinterpret_cast<sluice_session_t *>(session);
  return SLUICE_STATUS_OK;
}

void sluice_session_release(sluice_session_t *session) {
  delete unwrap(session);
}

size_t sluice_session_input_count(const sluice_session_t *session) {
  return session ? unwrap(session)->inputs().size() : 0;
}

size_t sluice_session_output_count(const sluice_session_t *session) {
  return session ? unwrap(session)->outputs().size() : 0;
}

using Indices = flatbuffers::Vector<uint32_t>;

/// The buffer that is tensor `index` of `indices`.
static Status findBuffer(const char *function, const Indices &indices,
                         size_t index, uint32_t &out) {
  if (index >= indices.size())
    return fail(SLUICE_STATUS_INVALID_ARGUMENT,
                "%s: there is no tensor %zu, there are %u", function, index,
                indices.size());
  out = indices[index];
  return SLUICE_STATUS_OK;
}

/// The index of the tensor called `name` among `indices`; `kind` is what those
/// are called.
static Status findName(const char *function, const Session &session,
                       const Indices &indices, const char *kind,
                       const char *name, size_t &out) {
  std::string_view wanted = name;
  for (uint32_t i = 0; i < indices.size(); ++i)
    if (session.buffer(indices[i]).name()->string_view() == wanted) {
      out = i;
      return SLUICE_STATUS_OK;
    }
  char names[1024] = "";
  size_t used = 0;
  for (uint32_t buffer : indices)
    if (used < sizeof(names))
      used +=
          snprintf(names + used, sizeof(names) - used, "%s'%s'",
                   used ? ", " : "", session.buffer(buffer).name()->c_str());
  return fail(SLUICE_STATUS_NOT_FOUND,
              "%s: the model has no %s '%.512s'; it has %s", function, kind,
              name, names);
}

static Status checkSize(const char *function, const program::Buffer &buffer,
                        size_t size) {
  if (size != buffer.size())
    return fail(SLUICE_STATUS_INVALID_ARGUMENT,
                "%s: tensor '%s' has %zu bytes, not %zu", function,
                buffer.name()->c_str(), size_t(buffer.size()), size);
  return SLUICE_STATUS_OK;
}

sluice_status_t sluice_session_input_info(const sluice_session_t *session,
                                          size_t index,
                                          sluice_tensor_info_t *out_info) {
  REQUIRE(out_info);
  *out_info = {};
  REQUIRE(session);
  const Session &self = *unwrap(session);
  uint32_t buffer;
  SLUICE_RETURN_IF_ERROR(findBuffer(__func__, self.inputs(), index, buffer));
  *out_info = describe(self.buffer(buffer));
  return SLUICE_STATUS_OK;
}

sluice_status_t sluice_session_output_info(const sluice_session_t *session,
                                           size_t index,
                                           sluice_tensor_info_t *out_info) {
  REQUIRE(out_info);
  *out_info = {};
  REQUIRE(session);
  const Session &self = *unwrap(session);
  uint32_t buffer;
  SLUICE_RETURN_IF_ERROR(findBuffer(__func__, self.outputs(), index, buffer));
  *out_info = describe(self.buffer(buffer));
  return SLUICE_STATUS_OK;
}

sluice_status_t sluice_session_find_input(const sluice_session_t *session,
                                          const char *name, size_t *out_index) {
  REQUIRE(out_index);
  *out_index = 0;
  REQUIRE(session);
  REQUIRE(name);
  const Session &self = *unwrap(session);
  return findName(__func__, self, self.inputs(), "input", name, *out_index);
}

sluice_status_t sluice_session_find_output(const sluice_session_t *session,
                                           const char *name,
                                           size_t *out_index) {
  REQUIRE(out_index);
  *out_index = 0;
  REQUIRE(session);
  REQUIRE(name);
  const Session &self = *unwrap(session);
  return findName(__func__, self, self.outputs(), "output", name, *out_index);
}

sluice_status_t sluice_session_set_input(sluice_session_t *session,
                                         size_t index, const void *data,
                                         size_t size) {
  REQUIRE(session);
  REQUIRE(data);
  Session &self = *unwrap(session);
  uint32_t buffer;
  SLUICE_RETURN_IF_ERROR(findBuffer(__func__, self.inputs(), index, buffer));
  SLUICE_RETURN_IF_ERROR(checkSize(__func__, self.buffer(buffer), size));
  self.bind(buffer, nullptr);
  memcpy(self.data(buffer), data, size);
  return SLUICE_STATUS_OK;
}

static Status bind(const char *function, Session &session,
                   const Indices &indices, size_t index, void *data,
                   size_t size) {
  uint32_t buffer;
  SLUICE_RETURN_IF_ERROR(findBuffer(function, indices, index, buffer));
  if (data) {
    SLUICE_RETURN_IF_ERROR(checkSize(function, session.buffer(buffer), size));
    if (reinterpret_cast<uintptr_t>(data) % 64 != 0)
      return fail(SLUICE_STATUS_INVALID_ARGUMENT,
                  "%s: memory for tensor '%s' is not 64-byte aligned", function,
                  session.buffer(buffer).name()->c_str());
  }
  session.bind(buffer, data);
  return SLUICE_STATUS_OK;
}

sluice_status_t sluice_session_bind_input(sluice_session_t *session,
                                          size_t index, const void *data,
                                          size_t size) {
  REQUIRE(session);
  Session &self = *unwrap(session);
  // Regions only read their inputs.
  return bind(__func__, self, self.inputs(), index, const_cast<void *>(data),
              size);
}

sluice_status_t sluice_session_bind_output(sluice_session_t *session,
                                           size_t index, void *data,
                                           size_t size) {
  REQUIRE(session);
  Session &self = *unwrap(session);
  return bind(__func__, self, self.outputs(), index, data, size);
}

sluice_status_t sluice_session_input_data(sluice_session_t *session,
                                          size_t index, void **out_data) {
  REQUIRE(out_data);
  *out_data = nullptr;
  REQUIRE(session);
  Session &self = *unwrap(session);
  uint32_t buffer;
  SLUICE_RETURN_IF_ERROR(findBuffer(__func__, self.inputs(), index, buffer));
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
  SLUICE_RETURN_IF_ERROR(findBuffer(__func__, self.outputs(), index, buffer));
  *out_data = self.data(buffer);
  return SLUICE_STATUS_OK;
}

sluice_status_t sluice_session_run(sluice_session_t *session) {
  REQUIRE(session);
  return unwrap(session)->run();
}

sluice_status_t sluice_session_observe(sluice_session_t *session,
                                       sluice_observer_fn observe,
                                       void *context) {
  REQUIRE(session);
  unwrap(session)->observe(observe, context);
  return SLUICE_STATUS_OK;
}

//===----------------------------------------------------------------------===//
// Profile
//===----------------------------------------------------------------------===//

sluice_status_t sluice_session_profile(const sluice_session_t *session,
                                       sluice_profile_t *out_profile) {
  REQUIRE(out_profile);
  *out_profile = {};
  REQUIRE(session);
  *out_profile = unwrap(session)->profile();
  return SLUICE_STATUS_OK;
}

size_t sluice_session_region_count(const sluice_session_t *session) {
  return session ? unwrap(session)->regionProfiles().size() : 0;
}

sluice_status_t
sluice_session_region_profile(const sluice_session_t *session, size_t index,
                              sluice_region_profile_t *out_profile) {
  REQUIRE(out_profile);
  *out_profile = {};
  REQUIRE(session);
  auto profiles = unwrap(session)->regionProfiles();
  if (index >= profiles.size())
    return fail(SLUICE_STATUS_INVALID_ARGUMENT,
                "%s: there is no region %zu, there are %zu", __func__, index,
                profiles.size());
  *out_profile = profiles[index];
  return SLUICE_STATUS_OK;
}

const char *sluice_session_fault(const sluice_session_t *session) {
  return session ? unwrap(session)->fault() : "";
}

const char *sluice_session_device(const sluice_session_t *session) {
  return session ? unwrap(session)->deviceName() : "";
}

void sluice_driver_enumerate(void (*visit)(void *context, const char *name,
                                           const char *description),
                             void *context) {
  if (!visit)
    return;
  for (const DriverEntry &entry : allDrivers())
    visit(context, entry.name.c_str(),
          entry.driver ? entry.driver->description() : entry.failure.c_str());
}
