// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/sluice/report/Resources.h"

namespace sluice::resources {

// #embed is C23's; clang has it in C++ as an extension.
#pragma clang diagnostic ignored "-Wc23-extensions"

static constexpr char kPage[] = {
#embed "report.html"
};
static constexpr char kStyle[] = {
#embed "report.css"
};
static constexpr char kScript[] = {
#embed "report.js"
};
static constexpr char kEcharts[] = {
#embed "echarts.min.js"
};

// Clang writes a dependency file without a word about a file that it did not
// find.
static_assert(sizeof(kEcharts) > 100000);

std::string_view page() { return {kPage, sizeof(kPage)}; }
std::string_view style() { return {kStyle, sizeof(kStyle)}; }
std::string_view script() { return {kScript, sizeof(kScript)}; }
std::string_view echarts() { return {kEcharts, sizeof(kEcharts)}; }

} // namespace sluice::resources
