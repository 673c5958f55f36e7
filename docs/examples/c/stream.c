// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// usage: stream PKG MILLISECONDS IMAGE...
// Prints the best class of each image, as classify does, but reads the next
// image while one is being run, and gives each run that many milliseconds. Two
// sessions share the device and take turns.

#include <sluice/sluice.h>

#include <stdio.h>
#include <stdlib.h>

struct Slot {
  sluice_session_t *session;
  sluice_tensor_info_t image, classes;
  const char *path; // what it runs; NULL for nothing
};

static int complain(void) {
  fprintf(stderr, "stream: %s\n", sluice_status_message());
  return 1;
}

static int openSlot(sluice_package_t *package, struct Slot *slot) {
  sluice_session_options_t options = {.struct_size = sizeof(options)};
  slot->path = NULL;
  if (sluice_session_create(package, &options, &slot->session) ||
      sluice_session_input_info(slot->session, 0, &slot->image) ||
      sluice_session_output_info(slot->session, 0, &slot->classes))
    return complain();
  return 0;
}

// Called by a thread of the session's. The session may be used here; this one
// only tells of runs that failed.
static void onDone(void *context, sluice_status_t status, const char *message) {
  const struct Slot *slot = context;
  if (status)
    fprintf(stderr, "%s: %s\n", slot->path, message);
}

static int start(struct Slot *slot, const char *path, uint64_t nanoseconds) {
  void *pixels;
  if (sluice_session_input_data(slot->session, 0, &pixels))
    return complain();
  FILE *file = fopen(path, "rb");
  if (!file || fread(pixels, 1, slot->image.size, file) != slot->image.size) {
    fprintf(stderr, "%s: has no %zu bytes\n", path, slot->image.size);
    if (file)
      fclose(file);
    return 1;
  }
  fclose(file);
  slot->path = path;
  sluice_run_options_t options = {.struct_size = sizeof(options),
                                  .deadline_ns =
                                      sluice_monotonic_ns() + nanoseconds};
  return sluice_session_run_async(slot->session, &options, onDone, slot)
             ? complain()
             : 0;
}

// Waits for the slot's run, if there is one, and prints its result.
static int finish(struct Slot *slot) {
  sluice_status_t result;
  const void *data;
  if (!slot->path)
    return 0;
  if (sluice_session_wait(slot->session, 0, &result))
    return complain();
  if (result)
    return 1; // onDone has told
  if (sluice_session_output_data(slot->session, 0, &data))
    return complain();
  const float *scores = data;
  size_t best = 0;
  for (size_t i = 1; i < slot->classes.size / sizeof(float); ++i)
    if (scores[i] > scores[best])
      best = i;
  printf("%s: %zu\n", slot->path, best);
  slot->path = NULL;
  return 0;
}

int main(int argc, char **argv) {
  sluice_package_t *package = NULL;
  struct Slot slots[2] = {0};
  if (argc < 4) {
    fprintf(stderr, "usage: stream PKG MILLISECONDS IMAGE...\n");
    return 2;
  }
  uint64_t nanoseconds = strtoull(argv[2], NULL, 10) * 1000000;
  int failed = 0;
  if (sluice_require_version(SLUICE_VERSION_NUMBER) ||
      sluice_package_load(argv[1], &package))
    failed = complain();
  else
    failed = openSlot(package, &slots[0]) || openSlot(package, &slots[1]);
  for (int i = 3; i < argc && !failed; ++i) {
    struct Slot *slot = &slots[i % 2];
    failed = finish(slot) || start(slot, argv[i], nanoseconds);
  }
  for (int i = argc; i < argc + 2 && !failed; ++i)
    failed = finish(&slots[i % 2]);
  sluice_session_release(slots[0].session); // waits for a run under way
  sluice_session_release(slots[1].session);
  sluice_package_release(package);
  return failed;
}
