// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The user's cache folder, by the XDG Base Directory Specification.

#include "runtime/base/Cache.h"

#include <cstdlib>
#include <gtest/gtest.h>
#include <optional>

using namespace sluice;

namespace {

class Variable {
public:
  Variable(const char *name, const char *value) : name(name) {
    if (const char *old = getenv(name))
      before = old;
    value ? setenv(name, value, 1) : unsetenv(name);
  }
  ~Variable() { before ? setenv(name, before->c_str(), 1) : unsetenv(name); }

private:
  const char *name;
  std::optional<std::string> before;
};

std::string folder(const char *cache, const char *home) {
  Variable cacheVariable("XDG_CACHE_HOME", cache), homeVariable("HOME", home);
  return userCacheFolder();
}

TEST(UserCache, IsWhereTheVariableSays) {
  EXPECT_EQ(folder("/kept", "/house"), "/kept/sluice");
  EXPECT_EQ(folder("/kept", nullptr), "/kept/sluice");
}

TEST(UserCache, IsAtHomeWhereTheVariableNamesNoAbsolutePath) {
  for (const char *cache : {(const char *)nullptr, "", "kept"})
    EXPECT_EQ(folder(cache, "/house"), "/house/.cache/sluice");
}

TEST(UserCache, IsNowhereWithoutAHome) {
  EXPECT_EQ(folder("", ""), "");
  EXPECT_EQ(folder(nullptr, nullptr), "");
}

} // namespace
