// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// usage: example PKG: runs a package of one input and one output on bytes 0, 1,
// 2, ... and prints the output's bytes. The C API from C, through libsluice.so.

#include "sluice/sluice.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  sluice_package_t *package = NULL;
  sluice_session_t *session = NULL;
  sluice_tensor_info_t input, output;
  const void *result = NULL;
  if (argc != 2)
    return 2;
  if (sluice_package_load(argv[1], &package) ||
      sluice_session_create(package, NULL, &session) ||
      sluice_session_input_info(session, 0, &input) ||
      sluice_session_output_info(session, 0, &output))
    goto failed;
  void *data;
  if (sluice_session_input_data(session, 0, &data))
    goto failed;
  for (size_t i = 0; i < input.size; ++i)
    ((unsigned char *)data)[i] = (unsigned char)i;
  if (sluice_session_run(session) ||
      sluice_session_output_data(session, 0, &result))
    goto failed;
  for (size_t i = 0; i < output.size; ++i)
    printf("%d ", ((const unsigned char *)result)[i]);
  printf("\n");
  sluice_session_release(session);
  sluice_package_release(package);
  return 0;

failed:
  fprintf(stderr, "example: %s\n", sluice_status_message());
  sluice_session_release(session);
  sluice_package_release(package);
  return 1;
}
