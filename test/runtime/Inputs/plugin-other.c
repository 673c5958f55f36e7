// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A driver plug-in of another version of the driver interface.

void *sluice_driver_open(unsigned version, const void *host) {
  (void)version, (void)host;
  return 0;
}
