// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs Sluice's and MLIR's passes on textual or bytecode IR.

#include "compiler/Pipelines/RegisterAll.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Debug.h"

#ifndef NDEBUG
/// A release LLVM has no --debug-only; this brings it back for Sluice's own
/// code, which is built with assertions and asks libLLVM's list of debug types.
static llvm::cl::list<std::string>
    debugOnly("debug-only", llvm::cl::CommaSeparated,
              llvm::cl::value_desc("pass,..."),
              llvm::cl::desc("Print the debug output of these passes"),
              llvm::cl::callback([](const std::string &) {
                llvm::DebugFlag = true;
                std::vector<const char *> types;
                for (const std::string &type : debugOnly)
                  types.push_back(type.c_str());
                llvm::setCurrentDebugTypes(types.data(), types.size());
              }));
#endif

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  sluice::registerAllSluiceDialects(registry);
  sluice::registerAllSluicePasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "Sluice optimizer driver\n", registry));
}
