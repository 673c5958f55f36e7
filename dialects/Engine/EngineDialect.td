// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SLUICE_DIALECTS_ENGINE_ENGINEDIALECT_TD
#define SLUICE_DIALECTS_ENGINE_ENGINEDIALECT_TD

include "mlir/IR/DialectBase.td"

def EngineDialect : Dialect {
  let name = "engine";
  let cppNamespace = "::sluice::engine";
  let summary = "The tensor engine's instructions";
  let description = [{
    One op is one binary instruction of the engine's instruction set, version 1
    (docs/spec/engine-isa.md), with explicit scratchpad addresses and tokens.
    An `engine.program` assembles to binary and disassembles without loss. The
    fields of an op bear the names of the ISA page.
  }];
  let useDefaultAttributePrinterParser = 1;
}

#endif // SLUICE_DIALECTS_ENGINE_ENGINEDIALECT_TD
