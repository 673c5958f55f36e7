/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The runtime's C API: load a compiled package, run it on a device.
 *
 *   sluice_package_t *package;
 *   sluice_session_t *session;
 *   sluice_package_load("digits.sluice", &package);
 *   sluice_session_create(package, NULL, &session);
 *   sluice_session_set_input(session, 0, image, image_size);
 *   sluice_session_run(session);
 *   sluice_session_output_data(session, 0, &scores);
 *
 * Errors: every function that can fail returns a status; then
 * sluice_status_message() says what, where and what to do, in one line.
 * Out-parameters come last and are null or zero after a failure. A null handle
 * is SLUICE_STATUS_INVALID_ARGUMENT.
 *
 * Versions: zero in an option struct is the default; set struct_size to its
 * sizeof, or pass NULL for all defaults. Options that this library does not
 * know are refused unless they are zero. Structs without struct_size never
 * change within a major version. See sluice_require_version.
 *
 * Ownership: what a create or load gives is the caller's, to be released; all
 * other pointers belong to the object they came from.
 *
 * Threads: a package may be used by several threads. A session belongs to one
 * thread at a time, but for the functions that say otherwise; different
 * sessions run at the same time, also of one package and on one device, where
 * they take turns in order. No function but the callbacks calls back.
 *
 * Units: sizes are bytes, times nanoseconds, moments those of
 * sluice_monotonic_ns().
 */
#ifndef SLUICE_SLUICE_H_
#define SLUICE_SLUICE_H_

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define SLUICE_API
#else
#define SLUICE_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_VERSION_MAJOR 0
#define SLUICE_VERSION_MINOR 1
#define SLUICE_VERSION_PATCH 0
#define SLUICE_VERSION_NUMBER                                                  \
  (SLUICE_VERSION_MAJOR * 10000 + SLUICE_VERSION_MINOR * 100 +                 \
   SLUICE_VERSION_PATCH)

/* SLUICE_VERSION_NUMBER of the library that is linked. Any thread. */
SLUICE_API uint32_t sluice_version_number(void);

/* ------------------------------------------------------------------ status */

typedef enum sluice_status {
  SLUICE_STATUS_OK = 0,
  SLUICE_STATUS_INVALID_ARGUMENT = 1, /* of the caller: index, size, option */
  SLUICE_STATUS_NOT_FOUND = 2, /* no such file, device, library or name */
  SLUICE_STATUS_INVALID_PACKAGE =
      3, /* a package's bytes are not as they must be */
  SLUICE_STATUS_UNSUPPORTED =
      4, /* made for other hardware or a newer runtime */
  SLUICE_STATUS_OUT_OF_MEMORY = 5,
  SLUICE_STATUS_DEVICE_FAULT = 6,      /* and no CPU twin could take over */
  SLUICE_STATUS_IO = 7,                /* the file system refused */
  SLUICE_STATUS_CANCELLED = 8,         /* by sluice_session_cancel */
  SLUICE_STATUS_DEADLINE_EXCEEDED = 9, /* no result in time */
  SLUICE_STATUS_BUSY = 10              /* a run is under way */
} sluice_status_t;

/* "invalid package", ...; never null. Any thread. */
SLUICE_API const char *sluice_status_string(sluice_status_t status);

/* One line about the last call of this thread that failed; valid until the
 * next. */
SLUICE_API const char *sluice_status_message(void);

/* Whether this library serves a program made with the header of version
 * `header_version`, its SLUICE_VERSION_NUMBER: it is no older, and of the same
 * major version; of the same minor version while the major one is 0. If not,
 * SLUICE_STATUS_UNSUPPORTED. To be called once, before all else. Any thread. */
SLUICE_API sluice_status_t sluice_require_version(uint32_t header_version);

/* Now, in nanoseconds of CLOCK_MONOTONIC: the clock of all deadlines. */
SLUICE_API uint64_t sluice_monotonic_ns(void);

/* --------------------------------------------------------------------- log */

/* As syslog's and the journal's levels. */
typedef enum sluice_log_level {
  SLUICE_LOG_WARNING = 4, /* a device failed and its work went to the CPU, or
                             there is no code for the CPU to take over by */
  SLUICE_LOG_NOTICE = 5   /* a device is well again, or why it is not yet */
} sluice_log_level_t;

/* Gets each event as one line without its end. Called by any thread, by one at
 * a time; calls nothing of the API, and returns soon. */
typedef void (*sluice_log_fn)(void *context, sluice_log_level_t level,
                              const char *line);

/* Where events go from now on; null for standard error, with the journal's
 * "<LEVEL>" in front where that is the journal. Any thread. */
SLUICE_API void sluice_log_set(sluice_log_fn log, void *context);

/* ----------------------------------------------------------------- package */

typedef struct sluice_package sluice_package_t;

/* A file of a package held in memory. */
typedef struct sluice_blob {
  const char *path; /* inside the package: "program.fb", ... */
  const void *data;
  size_t size;
} sluice_blob_t;

/* Loads and verifies the package in directory `path`: structure, bounds, and
 * the sha256 of every file that the runtime uses. NOT_FOUND, IO,
 * INVALID_PACKAGE, UNSUPPORTED (a newer format), OUT_OF_MEMORY. Any thread. */
SLUICE_API sluice_status_t sluice_package_load(const char *path,
                                               sluice_package_t **out_package);

/* The same from memory. The bytes are copied. */
SLUICE_API sluice_status_t
sluice_package_load_memory(const sluice_blob_t *blobs, size_t blob_count,
                           sluice_package_t **out_package);

/* Sessions keep their package alive, so it may be released before them. Null is
 * nothing. */
SLUICE_API void sluice_package_release(sluice_package_t *package);

/* What a package says of itself. Strings live as long as the package. */
typedef struct sluice_package_info {
  uint32_t format;      /* version of its format */
  uint32_t variants;    /* sets of input shapes */
  const char *compiler; /* that made it */
  const char *model;    /* the model's file name */
  const char *target;   /* "engine:ulx3s-85f", ... */
} sluice_package_info_t;

SLUICE_API sluice_status_t sluice_package_info(const sluice_package_t *package,
                                               sluice_package_info_t *out_info);

/* The engine that a package was compiled for; all zero when for none. */
typedef struct sluice_engine_info {
  const char *board;
  uint32_t pc;
  uint32_t pk;
  uint64_t hash;
  float clock_mhz;
} sluice_engine_info_t;

SLUICE_API sluice_status_t sluice_package_engine(
    const sluice_package_t *package, sluice_engine_info_t *out_info);

/* ----------------------------------------------------------------- session */

typedef struct sluice_session sluice_session_t;

typedef struct sluice_session_options {
  size_t struct_size;
  const char *device;    /* "auto" (default), "cpu", "sim:latency=20", ...; read
                            during the call only */
  uint32_t variant;      /* set of input shapes, in the package's order */
  uint32_t no_fallback;  /* not 0: a device fault fails the run */
  uint32_t cpu_if_unfit; /* not 0: where the device is not there or the package
                            does not fit it, the session is made on the CPU,
                            and that is logged; else it is refused */
} sluice_session_options_t;

/* Opens the device, places the program on it and allocates all that runs need.
 * NOT_FOUND: no such device; UNSUPPORTED: package and hardware do not fit, said
 * with each parameter that differs, before anything is written to the device.
 * With a device beside the CPU, each region's CPU twin is run once, on zeros,
 * to know its time. A device in quarantine takes the program when it is well
 * again, or leaves it to the CPU if the two do not fit. Any thread. */
SLUICE_API sluice_status_t sluice_session_create(
    sluice_package_t *package, const sluice_session_options_t *options,
    sluice_session_t **out_session);

/* Cancels a run that is under way and waits for its end. A device that is being
 * opened anew is not waited for: it is closed in the background. Not to be
 * called by the session's own callback. Null is nothing. */
SLUICE_API void sluice_session_release(sluice_session_t *session);

typedef enum sluice_type {
  SLUICE_TYPE_I8 = 0,
  SLUICE_TYPE_U8 = 1,
  SLUICE_TYPE_I16 = 2,
  SLUICE_TYPE_I32 = 3,
  SLUICE_TYPE_I64 = 4,
  SLUICE_TYPE_F16 = 5,
  SLUICE_TYPE_F32 = 6,
  SLUICE_TYPE_F64 = 7,
  SLUICE_TYPE_BOOL = 8
} sluice_type_t;

/* An input or output. Pointers live as long as the session. */
typedef struct sluice_tensor_info {
  const char *name; /* the model's */
  sluice_type_t type;
  uint32_t rank;
  const int64_t *shape;
  size_t size;       /* bytes, packed, row-major */
  int32_t quantized; /* not 0: real = scale * (q - zero_point) */
  int32_t zero_point;
  float scale;
} sluice_tensor_info_t;

/* In the model's order; 0 for a null session. */
SLUICE_API size_t sluice_session_input_count(const sluice_session_t *session);
SLUICE_API size_t sluice_session_output_count(const sluice_session_t *session);
SLUICE_API sluice_status_t
sluice_session_input_info(const sluice_session_t *session, size_t index,
                          sluice_tensor_info_t *out_info);
SLUICE_API sluice_status_t
sluice_session_output_info(const sluice_session_t *session, size_t index,
                           sluice_tensor_info_t *out_info);

/* The index of the input or output of this name, for all calls below. An
 * unknown name is SLUICE_STATUS_NOT_FOUND, and the message lists those that
 * there are. */
SLUICE_API sluice_status_t sluice_session_find_input(
    const sluice_session_t *session, const char *name, size_t *out_index);
SLUICE_API sluice_status_t sluice_session_find_output(
    const sluice_session_t *session, const char *name, size_t *out_index);

/* Copies `size` bytes, which must be the input's, into the session's own
 * buffer. Inputs are set anew before each run: a run may use their place for
 * something else. BUSY while a run is under way, as are all that follow. */
SLUICE_API sluice_status_t sluice_session_set_input(sluice_session_t *session,
                                                    size_t index,
                                                    const void *data,
                                                    size_t size);

/* Without a copy: uses the caller's memory, 64-byte aligned, in place of the
 * session's own, in every run until called again; it stays the caller's, and
 * must live that long. NULL gives the session's own buffer back. A bound input
 * is not written. */
SLUICE_API sluice_status_t sluice_session_bind_input(sluice_session_t *session,
                                                     size_t index,
                                                     const void *data,
                                                     size_t size);
SLUICE_API sluice_status_t sluice_session_bind_output(sluice_session_t *session,
                                                      size_t index, void *data,
                                                      size_t size);

/* The session's buffer of an input, to be written in place before a run. */
SLUICE_API sluice_status_t sluice_session_input_data(sluice_session_t *session,
                                                     size_t index,
                                                     void **out_data);
/* Where an output lies; holds the last run's result until an input is set. */
SLUICE_API sluice_status_t sluice_session_output_data(sluice_session_t *session,
                                                      size_t index,
                                                      const void **out_data);

/* -------------------------------------------------------------------- runs */

typedef struct sluice_run_options {
  size_t struct_size;
  uint64_t deadline_ns; /* a moment; 0 for none */
} sluice_run_options_t;

/* Runs the program once; the outputs hold its result after OK alone.
 *
 * A device that errs, hangs, is gone or late is put in quarantine for all
 * sessions, and tried again in the background after a wait that grows; the
 * region is run on the CPU, with the same bytes: see sluice_profile_t.fallbacks
 * and sluice_session_fault. With a deadline the device gets as much time as
 * leaves enough for the CPU to do the rest; DEADLINE_EXCEEDED when there is no
 * result by then, which is seen between regions on the CPU. CANCELLED by
 * sluice_session_cancel. DEVICE_FAULT when no_fallback was asked for. After any
 * of these the session can run again.
 *
 * From the second run on, nothing is allocated and no lock is taken, unless a
 * device fails or others wait for it. */
SLUICE_API sluice_status_t sluice_session_run(sluice_session_t *session);
SLUICE_API sluice_status_t sluice_session_run_with(
    sluice_session_t *session, const sluice_run_options_t *options);

/* Gets a run's status and, when that is not OK, its message, which lives during
 * the call. Called by a thread of the session's, when the run is over: it may
 * read outputs, set inputs and run again, and may not release the session. */
typedef void (*sluice_done_fn)(void *context, sluice_status_t status,
                               const char *message);

/* Starts a run and returns. `done` may be null. The first call of a session
 * starts its thread. BUSY while a run is under way. */
SLUICE_API sluice_status_t sluice_session_run_async(
    sluice_session_t *session, const sluice_run_options_t *options,
    sluice_done_fn done, void *context);

/* Waits for the end of the run started last, until the moment `deadline_ns` (0
 * for no limit). OK: it is over, and `out_result` has its status, with its
 * message as this thread's. DEADLINE_EXCEEDED: it is still under way.
 * INVALID_ARGUMENT: none was started. Any thread. */
SLUICE_API sluice_status_t sluice_session_wait(sluice_session_t *session,
                                               uint64_t deadline_ns,
                                               sluice_status_t *out_result);

/* Ends the run that is under way, if there is one, as soon as its device stops
 * or its region on the CPU is over. Returns at once. Any thread. */
SLUICE_API sluice_status_t sluice_session_cancel(sluice_session_t *session);

/* -------------------------------------------------------- what a run took */

typedef struct sluice_counter {
  const char *name; /* "load_token", ... as in docs/spec/engine-isa.md */
  uint64_t value;
} sluice_counter_t;

/* The last run as a whole. */
typedef struct sluice_profile {
  uint64_t time_ns; /* host wall time */
  uint64_t cycles;  /* of the device, first start to last done; 0 on the CPU */
  uint64_t macs;    /* of all regions */
  uint64_t device_macs; /* of those that the device ran */
  uint32_t fallbacks;   /* regions that the CPU took over */
  uint32_t
      transitions; /* edges between a region on the device and one on the CPU */
} sluice_profile_t;

/* The last run of one region. Pointers live as long as the session. */
typedef struct sluice_region_profile {
  const char *name;
  const char *target; /* what it was compiled for */
  const char *device; /* what ran it: "cpu", "sim", ... */
  uint64_t time_ns;
  uint64_t cycles;
  uint64_t macs;
  uint32_t fallback; /* not 0: the device failed and the CPU took over */
  uint32_t counter_count;
  const sluice_counter_t *counters;
} sluice_region_profile_t;

SLUICE_API sluice_status_t sluice_session_profile(
    const sluice_session_t *session, sluice_profile_t *out_profile);
SLUICE_API size_t sluice_session_region_count(const sluice_session_t *session);
SLUICE_API sluice_status_t
sluice_session_region_profile(const sluice_session_t *session, size_t index,
                              sluice_region_profile_t *out_profile);

/* --------------------------------------------------------------- the device */

/* What the session runs on: "cpu", "sim", ... Lives as long as the session. */
SLUICE_API const char *sluice_session_device(const sluice_session_t *session);

/* The device's state at the last fault that a run of this session met, in
 * lines: message, last command, tokens, bus, counters. Empty when there was
 * none. Lives until the next run. */
SLUICE_API const char *sluice_session_fault(const sluice_session_t *session);
/* The same as a JSON object. */
SLUICE_API const char *
sluice_session_fault_json(const sluice_session_t *session);

/* Of a device, for all sessions that share it. */
typedef struct sluice_device_health {
  uint32_t quarantined;   /* not 0: nothing runs on it now */
  uint64_t faults;        /* since it was opened first, each counted once */
  uint64_t probes;        /* tries to bring it back */
  uint64_t next_probe_ns; /* a moment; 0 when it is well */
} sluice_device_health_t;

/* Any thread. */
SLUICE_API sluice_status_t sluice_session_health(
    const sluice_session_t *session, sluice_device_health_t *out_health);

/* Calls `visit` with the name and a description of every driver; for a plug-in
 * that cannot be opened, with the reason. Strings live during the call. */
SLUICE_API void sluice_driver_enumerate(void (*visit)(void *context,
                                                      const char *name,
                                                      const char *description),
                                        void *context);

/* ---------------------------------------------------------------- unstable */

#ifdef SLUICE_ENABLE_UNSTABLE

/* Sees output `output` of region `region` right after the region has run. */
typedef void (*sluice_observer_fn)(void *context, size_t region, size_t output,
                                   const sluice_tensor_info_t *info,
                                   const void *data);

/* Calls `observe` for every output of every region from the next run on; null
 * for none. */
SLUICE_API sluice_status_t sluice_session_observe(sluice_session_t *session,
                                                  sluice_observer_fn observe,
                                                  void *context);

/* One command of a region's at work, in cycles of the device since the region's
 * start. Units of an engine: 0 LOAD, 1 COMPUTE, 2 STORE. */
typedef struct sluice_command_time {
  uint32_t unit;
  uint32_t command; /* index in the region's program */
  uint64_t begin, end;
} sluice_command_time_t;

/* A region that has run. Valid during the call only. */
typedef struct sluice_region_event {
  size_t region;
  uint64_t begin_ns, end_ns; /* of CLOCK_MONOTONIC */
  uint64_t start_cycle;      /* of the device's clock */
  uint64_t cycles;           /* start to done; 0 where nothing counts them */
  size_t command_count;      /* 0 where the device does not tell them apart */
  const sluice_command_time_t *commands; /* in the order in which they ended */
} sluice_region_event_t;

typedef void (*sluice_trace_fn)(void *context,
                                const sluice_region_event_t *event);

/* Calls `trace` after every region from the next run on; null for none. A run
 * that is traced may allocate. */
SLUICE_API sluice_status_t sluice_session_trace(sluice_session_t *session,
                                                sluice_trace_fn trace,
                                                void *context);

#endif /* SLUICE_ENABLE_UNSTABLE */

#ifdef __cplusplus
}
#endif

#endif /* SLUICE_SLUICE_H_ */
