// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/base/Cache.h"

#include <cstdlib>

namespace sluice {

std::string userCacheFolder() {
  if (const char *cache = getenv("XDG_CACHE_HOME"); cache && *cache == '/')
    return std::string(cache) + "/sluice";
  const char *home = getenv("HOME");
  return home && *home ? std::string(home) + "/.cache/sluice" : "";
}

} // namespace sluice
