// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The model that a package holds, to be compiled once more or interpreted.

#include "tools/sluice-compiler/Model.h"

#include "compiler/Support/ParseModule.h"
#include "runtime/base/Sha256.h"
#include "runtime/base/Status.h"
#include "runtime/package/Package.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace sluice {

static constexpr const char *kModelFile = "model.mlirbc";

/// Whether the package in `folder` was written with this model.
static std::optional<Stop> checkDigest(StringRef folder, StringRef model) {
  struct Release {
    void operator()(Package *package) const { package->release(); }
  };
  Package *loaded = nullptr;
  Status status = Package::load(folder.str().c_str(), loaded);
  if (status != SLUICE_STATUS_OK)
    return Stop{status == SLUICE_STATUS_IO ? kFileSystem : kBadInput,
                lastMessage()};
  std::unique_ptr<Package, Release> package(loaded);
  Sha256Digest digest = sha256(model.data(), model.size());
  for (const program::File *file : *package->program().files())
    if (file->path()->string_view() == kModelFile &&
        ArrayRef(file->sha256()->data(), file->sha256()->size()) ==
            ArrayRef(digest.data(), digest.size()))
      return std::nullopt;
  return Stop{kBadInput, (folder + "/" + kModelFile +
                          ": its sha256 is not the one in program.fb; compile "
                          "the package again")
                             .str()};
}

std::optional<Stop> readPackageModel(StringRef given, MLIRContext &context,
                                     OwningOpRef<ModuleOp> &module) {
  SmallString<128> path(given);
  if (llvm::sys::fs::is_directory(path))
    llvm::sys::path::append(path, kModelFile);
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (std::error_code code = buffer.getError())
    return Stop{getReadCode(code), (path + ": " + code.message()).str()};
  // IR that is no package's, for trying the compiler, has no program beside it.
  SmallString<128> program(llvm::sys::path::parent_path(path));
  StringRef folder = llvm::sys::path::parent_path(path);
  llvm::sys::path::append(program, "program.fb");
  if (llvm::sys::path::filename(path) == kModelFile &&
      llvm::sys::fs::exists(program))
    if (auto stop =
            checkDigest(folder.empty() ? "." : folder, (*buffer)->getBuffer()))
      return stop;
  // What a parser expects is of no use to a user.
  ScopedDiagnosticHandler silence(&context,
                                  [](Diagnostic &) { return success(); });
  module = parseModule((*buffer)->getBuffer(), context);
  if (module && getMain(*module))
    return std::nullopt;
  return Stop{kBadInput, (path + ": holds no model of the compiler's, or is "
                                 "damaged; compile the package again")
                             .str()};
}

} // namespace sluice
