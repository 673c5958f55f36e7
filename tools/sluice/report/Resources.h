// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The parts of a report's page, inside the executable.

#ifndef SLUICE_TOOLS_SLUICE_REPORT_RESOURCES_H
#define SLUICE_TOOLS_SLUICE_REPORT_RESOURCES_H

#include <string_view>

namespace sluice::resources {

/// The page, with @STYLE@, @DATA@, @ECHARTS@ and @SCRIPT@ to be filled in.
std::string_view page();
std::string_view style();
std::string_view script();
/// Apache ECharts, minified; its licence is in its first lines.
std::string_view echarts();

} // namespace sluice::resources

#endif // SLUICE_TOOLS_SLUICE_REPORT_RESOURCES_H
