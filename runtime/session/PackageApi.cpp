// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C API: versions, statuses, the log, packages, drivers.

#include "runtime/base/Log.h"
#include "runtime/hal/Registry.h"
#include "runtime/session/ApiSupport.h"

using namespace sluice;

uint32_t sluice_version_number(void) { return SLUICE_VERSION_NUMBER; }

sluice_status_t sluice_require_version(uint32_t header_version) {
  uint32_t major = header_version / 10000, minor = header_version / 100 % 100;
  bool isSame = major == SLUICE_VERSION_MAJOR &&
                (major != 0 || minor == SLUICE_VERSION_MINOR);
  if (isSame && header_version <= SLUICE_VERSION_NUMBER)
    return SLUICE_STATUS_OK;
  return fail(SLUICE_STATUS_UNSUPPORTED,
              "the program was made for libsluice %u.%u.%u, this is %d.%d.%d; "
              "install that version",
              major, minor, header_version % 100, SLUICE_VERSION_MAJOR,
              SLUICE_VERSION_MINOR, SLUICE_VERSION_PATCH);
}

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
  case SLUICE_STATUS_BUSY:
    return "busy";
  }
  return "unknown status";
}

const char *sluice_status_message(void) { return lastMessage(); }

uint64_t sluice_monotonic_ns(void) { return monotonicNow(); }

void sluice_log_set(sluice_log_fn log, void *context) { setLog(log, context); }

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

sluice_status_t sluice_package_info(const sluice_package_t *package,
                                    sluice_package_info_t *out_info) {
  REQUIRE(out_info);
  *out_info = {};
  REQUIRE(package);
  const program::Program &program = unwrap(package)->program();
  *out_info = {program.version(), program.variants()->size(),
               program.compiler()->c_str(), program.model()->c_str(),
               program.target()->c_str()};
  return SLUICE_STATUS_OK;
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

void sluice_driver_enumerate(void (*visit)(void *context, const char *name,
                                           const char *description),
                             void *context) {
  if (!visit)
    return;
  for (const DriverEntry &entry : allDrivers())
    visit(context, entry.name.c_str(),
          entry.driver ? entry.driver->description() : entry.failure.c_str());
}
