// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SLUICE_DIALECTS_ENGINE_ENGINEATTRS_TD
#define SLUICE_DIALECTS_ENGINE_ENGINEATTRS_TD

include "dialects/Engine/EngineDialect.td"
include "mlir/IR/AttrTypeBase.td"

def Engine_ConfigAttr : AttrDef<EngineDialect, "Config"> {
  let mnemonic = "config";
  let summary = "the parameters of an engine";
  let description = [{
    The parameters of the ISA page:

    ```mlir
    #engine.config<PC = 8, PK = 8, ACT_BYTES = 131072, ACT_BANKS = 4,
                   WGT_WORDS = 1024, PRM_WORDS = 256, AXI_BYTES = 8>
    ```

    Those that not every engine has are left out where they change nothing.
  }];
  let parameters = (ins "uint32_t":$PC, "uint32_t":$PK, "uint32_t":$ACT_BYTES,
      "uint32_t":$ACT_BANKS, "uint32_t":$WGT_WORDS, "uint32_t":$PRM_WORDS,
      "uint32_t":$AXI_BYTES,
      DefaultValuedParameter<"uint32_t", "1">:$RQ_CYCLES,
      DefaultValuedParameter<"uint32_t", "0">:$INT4,
      DefaultValuedParameter<"uint32_t", "0">:$INT16);
  let builders = [AttrBuilder<(ins "const Parameters &":$p), [{
    return $_get($_ctxt, p.PC, p.PK, p.ACT_BYTES, p.ACT_BANKS, p.WGT_WORDS,
                 p.PRM_WORDS, p.AXI_BYTES, p.RQ_CYCLES, p.INT4, p.INT16);
  }]>];
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    Parameters getParameters() const {
      return {getPC(), getPK(), getACT_BYTES(), getACT_BANKS(), getWGT_WORDS(),
              getPRM_WORDS(), getAXI_BYTES(), getRQ_CYCLES(),
              getINT4(), getINT16()};
    }
  }];
}

#endif // SLUICE_DIALECTS_ENGINE_ENGINEATTRS_TD
