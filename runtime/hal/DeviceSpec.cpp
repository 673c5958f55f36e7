// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/hal/DeviceSpec.h"

#include <algorithm>
#include <charconv>
#include <cinttypes>
#include <utility>

namespace sluice {

Status DeviceSpec::parse(std::string_view text, DeviceSpec &out) {
  out = DeviceSpec();
  size_t colon = text.find(':');
  out.driver_ = text.substr(0, colon);
  if (out.driver_.empty())
    return fail(SLUICE_STATUS_INVALID_ARGUMENT,
                "device '%.*s': begins with no driver's name", int(text.size()),
                text.data());
  if (colon == text.npos)
    return SLUICE_STATUS_OK;
  std::string_view rest = text.substr(colon + 1);
  while (true) {
    size_t comma = rest.find(',');
    std::string_view setting = rest.substr(0, comma);
    size_t equals = setting.find('=');
    bool isFirst = setting.data() == text.data() + colon + 1;
    if (isFirst && equals == setting.npos && !setting.empty())
      out.argument_ = setting;
    else if (equals == setting.npos || equals == 0)
      return fail(SLUICE_STATUS_INVALID_ARGUMENT,
                  "device '%.*s': '%.*s' is not of the form KEY=VALUE",
                  int(text.size()), text.data(), int(setting.size()),
                  setting.data());
    else
      out.settings_.push_back({std::string(setting.substr(0, equals)),
                               std::string(setting.substr(equals + 1))});
    if (comma == rest.npos)
      return SLUICE_STATUS_OK;
    rest.remove_prefix(comma + 1);
  }
}

std::string DeviceSpec::text() const {
  std::string text = driver_;
  char separator = ':';
  if (!argument_.empty())
    text += std::exchange(separator, ',') + argument_;
  for (const Setting &setting : settings_)
    text += std::exchange(separator, ',') + setting.key + "=" + setting.value;
  return text;
}

Status DeviceSpec::takeInner(std::initializer_list<std::string_view> own,
                             DeviceSpec &out) {
  out = DeviceSpec();
  if (argument_.empty())
    return fail(SLUICE_STATUS_INVALID_ARGUMENT,
                "device '%s': stands in front of another; name that one, as in "
                "'%s:cpu'",
                driver_.c_str(), driver_.c_str());
  out.driver_ = std::exchange(argument_, {});
  for (Setting &setting : std::exchange(settings_, {})) {
    bool isOwn = std::find(own.begin(), own.end(), setting.key) != own.end();
    (isOwn ? settings_ : out.settings_).push_back(std::move(setting));
  }
  return SLUICE_STATUS_OK;
}

Status DeviceSpec::read(std::span<const DeviceOption> options,
                        std::string *argument) const {
  if (argument)
    *argument = argument_;
  else if (!argument_.empty())
    return fail(SLUICE_STATUS_INVALID_ARGUMENT,
                "device '%s': '%s' is not of the form KEY=VALUE",
                driver_.c_str(), argument_.c_str());
  for (const Setting &setting : settings_) {
    const DeviceOption *found = nullptr;
    std::string known;
    for (const DeviceOption &option : options) {
      known += (known.empty() ? "" : ", ") + std::string(option.key);
      if (option.key == setting.key)
        found = &option;
    }
    if (!found)
      return fail(SLUICE_STATUS_INVALID_ARGUMENT,
                  "device '%s': unknown option '%s'; it has %s",
                  driver_.c_str(), setting.key.c_str(),
                  known.empty() ? "none" : known.c_str());
    if (found->text) {
      *found->text = setting.value;
      continue;
    }
    const char *end = setting.value.data() + setting.value.size();
    auto [stop, error] =
        std::from_chars(setting.value.data(), end, *found->value);
    if (error != std::errc() || stop != end || *found->value < found->min ||
        *found->value > found->max)
      return fail(SLUICE_STATUS_INVALID_ARGUMENT,
                  "device '%s': option '%s' is '%s', not a number from %" PRIu64
                  " to %" PRIu64,
                  driver_.c_str(), setting.key.c_str(), setting.value.c_str(),
                  found->min, found->max);
  }
  return SLUICE_STATUS_OK;
}

} // namespace sluice
