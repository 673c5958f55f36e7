// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A vendor's library, which is away when the plug-in is opened.

int vendor_open(void) { return 0; }
