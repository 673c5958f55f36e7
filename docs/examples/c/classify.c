// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// usage: classify PKG IMAGE...
// Prints the best class of each image. The package's first input and output are
// float32; an image file holds the input's bytes and nothing else.

#include <sluice/sluice.h>

#include <stdio.h>

// Fills the session's own buffer of input 0 from a file: no copy in between.
static int readImage(sluice_session_t *session, size_t size, const char *path) {
  void *pixels;
  if (sluice_session_input_data(session, 0, &pixels)) {
    fprintf(stderr, "classify: %s\n", sluice_status_message());
    return 1;
  }
  FILE *file = fopen(path, "rb");
  if (!file) {
    perror(path);
    return 1;
  }
  int whole = fread(pixels, 1, size, file) == size && fgetc(file) == EOF;
  fclose(file);
  if (!whole)
    fprintf(stderr, "%s: is not %zu bytes\n", path, size);
  return !whole;
}

static size_t bestOf(const float *scores, size_t count) {
  size_t best = 0;
  for (size_t i = 1; i < count; ++i)
    if (scores[i] > scores[best])
      best = i;
  return best;
}

static int classify(sluice_session_t *session, int count, char **paths) {
  sluice_tensor_info_t image, classes;
  if (sluice_session_input_info(session, 0, &image) ||
      sluice_session_output_info(session, 0, &classes)) {
    fprintf(stderr, "classify: %s\n", sluice_status_message());
    return 1;
  }
  if (image.type != SLUICE_TYPE_F32 || classes.type != SLUICE_TYPE_F32) {
    fprintf(stderr, "classify: '%s' and '%s' are not both float32\n",
            image.name, classes.name);
    return 1;
  }
  for (int i = 0; i < count; ++i) {
    const void *scores;
    if (readImage(session, image.size, paths[i]))
      return 1;
    if (sluice_session_run(session) ||
        sluice_session_output_data(session, 0, &scores)) {
      fprintf(stderr, "classify: %s\n", sluice_status_message());
      return 1;
    }
    printf("%s: %zu\n", paths[i], bestOf(scores, classes.size / sizeof(float)));
  }
  return 0;
}

int main(int argc, char **argv) {
  sluice_package_t *package = NULL;
  sluice_session_t *session = NULL;
  int failed;
  if (argc < 3) {
    fprintf(stderr, "usage: classify PKG IMAGE...\n");
    return 2;
  }
  if (sluice_package_load(argv[1], &package) ||
      sluice_session_create(package, NULL, &session)) {
    fprintf(stderr, "classify: %s\n", sluice_status_message());
    failed = 1;
  } else {
    failed = classify(session, argc - 2, argv + 2);
  }
  sluice_session_release(session);
  sluice_package_release(package);
  return failed;
}
