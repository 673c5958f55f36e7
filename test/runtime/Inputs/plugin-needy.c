// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A driver plug-in that needs a vendor's library.

int vendor_open(void);

void *sluice_driver_open(unsigned version, const void *host) {
  (void)version, (void)host;
  return vendor_open() ? (void *)host : 0;
}
