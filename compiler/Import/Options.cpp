// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/Import.h"
#include "dialects/Onnx/ShapeInference.h"

using namespace llvm;

/// `NAME=REST`, split at the last `=`: names of tensors may hold others.
static Expected<std::pair<StringRef, StringRef>> splitName(StringRef text,
                                                           StringRef form) {
  auto [name, rest] = text.rsplit('=');
  if (name.empty() || rest.empty())
    return createStringError("'" + text + "' is not of the form " + form);
  return std::pair(name, rest);
}

static Expected<int64_t> parseSize(StringRef text) {
  int64_t size;
  if (text.trim().getAsInteger(10, size) || size < 1 ||
      size > sluice::onnx::maxElements)
    return createStringError("'" + text + "' is not a size of 1 to " +
                             Twine(sluice::onnx::maxElements));
  return size;
}

Error sluice::parseShapeOption(StringRef text, ImportOptions &options) {
  auto named = splitName(text, "NAME=SIZE,SIZE,...");
  if (!named)
    return named.takeError();
  SmallVector<StringRef> parts;
  named->second.split(parts, ',');
  SmallVector<int64_t> shape;
  for (StringRef part : parts) {
    Expected<int64_t> size = parseSize(part);
    if (!size)
      return size.takeError();
    shape.push_back(*size);
  }
  if (!options.shapes.try_emplace(named->first, shape).second)
    return createStringError("the shape of '" + named->first +
                             "' is given twice");
  return Error::success();
}

Error sluice::parseDimOption(StringRef text, ImportOptions &options) {
  auto named = splitName(text, "NAME=SIZE");
  if (!named)
    return named.takeError();
  Expected<int64_t> size = parseSize(named->second);
  if (!size)
    return size.takeError();
  if (!options.dims.try_emplace(named->first, *size).second)
    return createStringError("dimension '" + named->first + "' is given twice");
  return Error::success();
}
