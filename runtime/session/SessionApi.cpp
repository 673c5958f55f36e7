// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C API: sessions, their runs, what a run took.

#include "runtime/session/ApiSupport.h"

using namespace sluice;

sluice_status_t sluice_session_create(sluice_package_t *package,
                                      const sluice_session_options_t *options,
                                      sluice_session_t **out_session) {
  REQUIRE(out_session);
  *out_session = nullptr;
  REQUIRE(package);
  sluice_session_options_t all;
  SLUICE_RETURN_IF_ERROR(readOptions(__func__, options, all));
  Session *session = nullptr;
  SLUICE_RETURN_IF_ERROR(Session::create(*unwrap(package), all, session));
  *out_session = reinterpret_cast<sluice_session_t *>(session);
  return SLUICE_STATUS_OK;
}

void sluice_session_release(sluice_session_t *session) {
  delete unwrap(session);
}

//===----------------------------------------------------------------------===//
// Runs
//===----------------------------------------------------------------------===//

sluice_status_t sluice_session_run(sluice_session_t *session) {
  return sluice_session_run_with(session, nullptr);
}

sluice_status_t sluice_session_run_with(sluice_session_t *session,
                                        const sluice_run_options_t *options) {
  REQUIRE(session);
  sluice_run_options_t all;
  SLUICE_RETURN_IF_ERROR(readOptions(__func__, options, all));
  return unwrap(session)->run(all.deadline_ns);
}

sluice_status_t sluice_session_run_async(sluice_session_t *session,
                                         const sluice_run_options_t *options,
                                         sluice_done_fn done, void *context) {
  REQUIRE(session);
  sluice_run_options_t all;
  SLUICE_RETURN_IF_ERROR(readOptions(__func__, options, all));
  return unwrap(session)->runAsync({all.deadline_ns, done, context});
}

sluice_status_t sluice_session_wait(sluice_session_t *session,
                                    uint64_t deadline_ns,
                                    sluice_status_t *out_result) {
  REQUIRE(out_result);
  *out_result = SLUICE_STATUS_OK;
  REQUIRE(session);
  return unwrap(session)->wait(deadline_ns, *out_result);
}

sluice_status_t sluice_session_cancel(sluice_session_t *session) {
  REQUIRE(session);
  unwrap(session)->cancel();
  return SLUICE_STATUS_OK;
}

sluice_status_t sluice_session_observe(sluice_session_t *session,
                                       sluice_observer_fn observe,
                                       void *context) {
  REQUIRE(session);
  unwrap(session)->observe(observe, context);
  return SLUICE_STATUS_OK;
}

sluice_status_t sluice_session_trace(sluice_session_t *session,
                                     sluice_trace_fn trace, void *context) {
  REQUIRE(session);
  unwrap(session)->trace(trace, context);
  return SLUICE_STATUS_OK;
}

//===----------------------------------------------------------------------===//
// What a run took
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

//===----------------------------------------------------------------------===//
// The device
//===----------------------------------------------------------------------===//

const char *sluice_session_device(const sluice_session_t *session) {
  return session ? unwrap(session)->deviceName() : "";
}

const char *sluice_session_fault(const sluice_session_t *session) {
  return session ? unwrap(session)->fault().text : "";
}

const char *sluice_session_fault_json(const sluice_session_t *session) {
  return session ? unwrap(session)->fault().json : "";
}

sluice_status_t sluice_session_health(const sluice_session_t *session,
                                      sluice_device_health_t *out_health) {
  REQUIRE(out_health);
  *out_health = {};
  REQUIRE(session);
  *out_health = unwrap(session)->health();
  return SLUICE_STATUS_OK;
}
