// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a planned module and the targets' parts to a package: a folder of plain
// files (runtime/package/program.fbs).

#ifndef SLUICE_COMPILER_PACKAGE_PACKAGE_H
#define SLUICE_COMPILER_PACKAGE_PACKAGE_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "targets/Target.h"
#include "llvm/ADT/MapVector.h"

namespace sluice {

struct PackageFile {
  std::string path; // relative, with '/'
  std::vector<uint8_t> bytes;
};

/// All that goes into a package's program.
struct PackageParts {
  std::string model;  // the model's file name, without its folder
  std::string target; // canonical description
  std::optional<DeviceConfiguration> device;
  /// CPU code of all regions, for one processor level after the other, best
  /// last.
  std::vector<LibraryParts> libraries;
  /// The device's parts, by region name.
  llvm::MapVector<llvm::StringRef, RegionParts> regions;
};

/// Makes the files of a package. `function` is a list of `deploy.region`s with
/// a memory plan. `extra` files go in as they are. The first file of the result
/// is program.fb. Fails with a diagnostic.
mlir::FailureOr<std::vector<PackageFile>>
makePackage(mlir::func::FuncOp function, const PackageParts &parts,
            std::vector<PackageFile> extra);

/// The name that the model gives an input or result of a function, or one made
/// from its place.
std::string getInputName(mlir::func::FuncOp function, unsigned index);
std::string getResultName(mlir::func::FuncOp function, unsigned index);

/// Writes the files to a temporary folder beside `path` and puts it in the
/// place of `path`, which may only be absent or a package. On failure nothing
/// is left behind; the error is one line with the reason.
llvm::Error writePackage(llvm::StringRef path,
                         llvm::ArrayRef<PackageFile> files);

} // namespace sluice

#endif // SLUICE_COMPILER_PACKAGE_PACKAGE_H
