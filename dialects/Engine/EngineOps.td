// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SLUICE_DIALECTS_ENGINE_ENGINEOPS_TD
#define SLUICE_DIALECTS_ENGINE_ENGINEOPS_TD

include "dialects/Engine/EngineAttrs.td"
include "dialects/Engine/EngineDialect.td"
include "dialects/Engine/EngineInterfaces.td"
include "mlir/IR/OpBase.td"
include "mlir/IR/Properties.td"
include "mlir/IR/SymbolInterfaces.td"

//===----------------------------------------------------------------------===//
// Programs
//===----------------------------------------------------------------------===//

def Engine_ProgramOp : Op<EngineDialect, "program", [
    IsolatedFromAbove, NoRegionArguments, SingleBlock, Symbol]> {
  let summary = "a program of the tensor engine";
  let description = [{
    A straight list of instructions ended by `engine.end`, in program order, for
    an engine with the parameters `config`. `arena_bytes` is the size of the
    memory behind base register 1. `constants`, bytes, is what base register 0
    shows. Either may be left out; what is there bounds the program's reads and
    writes.

    The program is well formed: read in program order, no token counter falls
    below 0 or passes 15, and all are 0 at the end.

    ```mlir
    engine.program @add #engine.config<PC = 8, ...> arena 256 {
      engine.load_act signal(compute) {offset = 0, base = 1, len = 64, row_len = 64}
      ...
      engine.end
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, Engine_ConfigAttr:$config,
      OptionalAttr<I64Attr>:$arena_bytes,
      OptionalAttr<ElementsAttr>:$constants);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $sym_name $config (`arena` $arena_bytes^)? (`constants` $constants^)?
    attr-dict-with-keyword $body
  }];
  let builders = [OpBuilder<(ins "::llvm::StringRef":$name,
                                 "const Parameters &":$parameters)>];
  let extraClassDeclaration = [{
    Parameters getParameters() { return getConfig().getParameters(); }
  }];
  let skipDefaultBuilders = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Instructions
//===----------------------------------------------------------------------===//

/// A structure of dialects/Engine/Isa.h as an op's property. As an attribute,
/// it is a dictionary of integers.
class Engine_StructProp<string struct, string summaryText>
    : Property<"::sluice::engine::" # struct> {
  let summary = summaryText;
}

def Engine_TokensProp
    : Engine_StructProp<"Tokens", "units waited for and signalled">;

/// An instruction of opcode `opcode` whose fields are those of `struct`.
class Engine_Instruction<string mnemonic, string opcode, string struct,
                         list<Trait> traits = []>
    : Op<EngineDialect, mnemonic,
         !listconcat([HasParent<"ProgramOp">,
                      DeclareOpInterfaceMethods<InstructionOpInterface>],
                     traits)> {
  let arguments = (ins Engine_TokensProp:$tokens,
      Engine_StructProp<struct, "the instruction's fields">:$fields);
  let assemblyFormat = "custom<Instruction>($tokens, $fields) attr-dict";
  let hasVerifier = 1;
  let extraClassDefinition = [{
    ::sluice::engine::Instruction $cppClass::getInstruction() {
      return {Opcode::}] # opcode # [{, getTokens(), getFields()};
    }
    ::llvm::LogicalResult $cppClass::verify() {
      return verifyInstruction(*this);
    }
  }];
}

def Engine_LoadActOp
    : Engine_Instruction<"load_act", "LoadAct", "LoadActFields"> {
  let summary = "loads runs of bytes from DRAM into ACT";
  let description = [{
    `ny` · `nx` runs of `len` bytes; positions outside [0, `row_len`) of a row
    read as `fill`, and each run is filled up to whole words.
  }];
}

def Engine_LoadWgtOp
    : Engine_Instruction<"load_wgt", "LoadWgt", "LoadWordsFields"> {
  let summary = "loads `count` words from DRAM into WGT";
}

def Engine_LoadPrmOp
    : Engine_Instruction<"load_prm", "LoadPrm", "LoadWordsFields"> {
  let summary = "loads `count` words from DRAM into PRM";
}

def Engine_LoadLutOp
    : Engine_Instruction<"load_lut", "LoadLut", "LoadWordsFields"> {
  let summary = "loads `count` lookup tables of 256 bytes from DRAM";
  let description = [{
    An instruction of COMPUTE whose `t` is not 0 sends its results through table
    `t` - 1: the byte `y` becomes the table's byte number `y` mod 256.
  }];
}

def Engine_ConvOp : Engine_Instruction<"conv", "Conv", "WindowFields"> {
  let summary = "convolves words of all input channels and requantizes";
}

def Engine_DepthwiseOp
    : Engine_Instruction<"depthwise", "Depthwise", "WindowFields"> {
  let summary = "convolves each channel with its own taps and requantizes";
  let description = [{With `flags` = 1 every weight is 1 and WGT is not read.}];
}

def Engine_AddOp : Engine_Instruction<"add", "Add", "AddFields"> {
  let summary = "adds two tensors at fixed fractions and requantizes";
}

def Engine_MaxPoolOp
    : Engine_Instruction<"maxpool", "MaxPool", "WindowFields"> {
  let summary = "takes the maximum over taps inside the input and clamps";
}

def Engine_StoreOp : Engine_Instruction<"store", "Store", "StoreFields"> {
  let summary = "stores runs of bytes from ACT into DRAM";
}

def Engine_EndOp
    : Engine_Instruction<"end", "End", "EndFields", [Terminator]> {
  let summary = "ends the program";
  let arguments = (ins);
  let assemblyFormat = "attr-dict";
  let extraClassDefinition = [{
    ::sluice::engine::Instruction $cppClass::getInstruction() { return {}; }
    void $cppClass::setTokens(::sluice::engine::Tokens) {}
    ::llvm::LogicalResult $cppClass::verify() { return success(); }
  }];
}

#endif // SLUICE_DIALECTS_ENGINE_ENGINEOPS_TD
