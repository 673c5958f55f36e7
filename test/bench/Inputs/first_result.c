/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * usage: first_result PACKAGE INPUT
 *
 * The least program that gets a result: loads a package, runs it once on the
 * CPU on the bytes of a file. Prints CLOCK_MONOTONIC in nanoseconds when the
 * result is there, and the most memory that was resident.
 */
#include "sluice/sluice.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

/* The most memory that was ever resident, in KiB. Not getrusage's, which starts
 * from what the parent had. */
static long peakMemory(void) {
  char line[128];
  long peak = 0;
  FILE *file = fopen("/proc/self/status", "r");
  while (file && fgets(line, sizeof(line), file))
    if (sscanf(line, "VmHWM: %ld", &peak) == 1)
      break;
  if (file)
    fclose(file);
  return peak;
}

static int complain(void) {
  fprintf(stderr, "first_result: %s\n", sluice_status_message());
  return 1;
}

int main(int argc, char **argv) {
  if (argc != 3)
    return 2;
  sluice_session_options_t options = {sizeof(options), "cpu", 0, 0};
  sluice_package_t *package;
  sluice_session_t *session;
  sluice_tensor_info_t info;
  void *input;
  const void *result;
  if (sluice_package_load(argv[1], &package) ||
      sluice_session_create(package, &options, &session) ||
      sluice_session_input_info(session, 0, &info) ||
      sluice_session_input_data(session, 0, &input))
    return complain();
  FILE *file = fopen(argv[2], "rb");
  if (!file || fread(input, 1, info.size, file) != info.size) {
    fprintf(stderr, "first_result: %s: cannot read %zu bytes\n", argv[2],
            info.size);
    return 1;
  }
  fclose(file);
  if (sluice_session_run(session) ||
      sluice_session_output_data(session, 0, &result))
    return complain();

  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  printf("%" PRId64 " %ld\n",
         (int64_t)now.tv_sec * 1000000000 + (int64_t)now.tv_nsec, peakMemory());
  sluice_session_release(session);
  sluice_package_release(package);
  return 0;
}
