// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What driver `xrt` reads of an xclbin itself.

#ifndef SLUICE_RUNTIME_DRIVERS_XRT_XCLBIN_H
#define SLUICE_RUNTIME_DRIVERS_XRT_XCLBIN_H

#include "runtime/base/Status.h"

#include <string>

namespace sluice {

struct XclbinHeader {
  bool isEmulation = false;
  std::string platform; ///< that it was linked for
};

/// Layout: struct axlf of XRT's public header xclbin.h.
Status readXclbinHeader(const std::string &file, XclbinHeader &out);

} // namespace sluice

#endif // SLUICE_RUNTIME_DRIVERS_XRT_XCLBIN_H
