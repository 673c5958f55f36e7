// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Support/Diagnostics.h"

#include "dialects/Onnx/Names.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace sluice {

std::string escapeControls(StringRef text) {
  std::string escaped;
  for (unsigned char c : text) {
    if (c >= 0x20 && c != 0x7f)
      escaped += c;
    else
      escaped += {'\\', llvm::hexdigit(c >> 4), llvm::hexdigit(c & 0xf)};
  }
  return escaped;
}

StringRef consumeOpName(StringRef &message) {
  StringRef rest = message;
  if (!rest.consume_front("'"))
    return {};
  auto [name, after] = rest.split("' op ");
  if (after.empty())
    return {};
  message = after;
  return name.split('.').second;
}

std::string describe(StringRef file, const Diagnostic &diagnostic) {
  std::string text = diagnostic.str(), line = file.str() + ": ";
  StringRef message(text), op = consumeOpName(message);
  StringRef node = onnx::getNodeName(diagnostic.getLocation());
  if (!node.empty())
    line += "node '" + node.str() + "'" +
            (op.empty() ? "" : " (" + op.str() + ")") + ": ";
  return escapeControls(line + message.str());
}

bool isSystemError(std::error_code code) {
  return code != std::errc::no_such_file_or_directory &&
         code != std::errc::not_a_directory &&
         code != std::errc::is_a_directory;
}

/// What an error of the system carries.
static constexpr llvm::StringLiteral systemMark = "system";

void setSystemError(Diagnostic &diagnostic) {
  diagnostic.getMetadata().emplace_back(systemMark);
}

bool isSystemError(const Diagnostic &diagnostic) {
  auto isMark = [](const DiagnosticArgument &argument) {
    return argument.getKind() ==
               DiagnosticArgument::DiagnosticArgumentKind::String &&
           argument.getAsString() == systemMark;
  };
  return llvm::any_of(const_cast<Diagnostic &>(diagnostic).getMetadata(),
                      isMark);
}

} // namespace sluice
