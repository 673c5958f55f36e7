// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The `deploy` dialect: the program that the host runs, region by region.

#ifndef SLUICE_DIALECTS_DEPLOY_DEPLOYOPS_TD
#define SLUICE_DIALECTS_DEPLOY_DEPLOYOPS_TD

include "mlir/IR/OpBase.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Deploy_Dialect : Dialect {
  let name = "deploy";
  let cppNamespace = "::sluice::deploy";
  let summary = "The host's program: regions, their targets, their memory";
  let description = [{
    After partitioning, a model is a function whose body is a list of
    `deploy.region` operations and a return. Each region runs as a whole on one
    target. See `docs/dialects/deploy.md` for why it is so.

    Attributes of the dialect on other operations, put there by
    `deploy-plan-memory`:

    | attribute           | on                | meaning                         |
    |---------------------|-------------------|---------------------------------|
    | `deploy.offset`     | function argument | arena bytes, multiple of 64     |
    | `deploy.arena_size` | function          | bytes of the whole arena        |
  }];
}

class Deploy_Op<string mnemonic, list<Trait> traits = []>
    : Op<Deploy_Dialect, mnemonic, traits>;

def Deploy_RegionOp : Deploy_Op<"region",
    [IsolatedFromAbove, RecursiveMemoryEffects,
     SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "A part of the model that runs on one target";
  let description = [{
    Its meaning is its body's: the block arguments are the operands, the yielded
    values the results. The CPU twin of an accelerator's region is made by
    inlining or outlining the body.

    1. Operands and results are ranked tensors of static shape: canonical,
       packed, in the order of the type's dimensions.
    2. Block arguments have the types of the operands, yielded values those of
       the results.
    3. `name` and `target` are not empty; `name` differs from that of every
       other region in the block.
    4. `offsets`, if present, has one entry a result, each a multiple of 64.
    5. `scratch_offset`, if present, is a multiple of 64; `scratch_size` is then
       present too. Neither is negative.

    `scratch_size` is the arena memory that the region uses beside operands and
    results while it runs (an accelerator's spills), in bytes. `offsets` and
    `scratch_offset` are arena bytes, put there by `deploy-plan-memory`.

    ```mlir
    %y = deploy.region "stem" on "engine" (%in = %x)
        : (tensor<1x8x8x4xi8>) -> tensor<1x4x4x4xi8> {
      %0 = tosa.max_pool2d %in {...} : ...
      deploy.yield %0 : tensor<1x4x4x4xi8>
    }
    ```
  }];
  let arguments = (ins
    Variadic<AnyRankedTensor>:$inputs,
    StrAttr:$name,
    StrAttr:$target,
    OptionalAttr<DenseI64ArrayAttr>:$offsets,
    OptionalAttr<ConfinedAttr<I64Attr, [IntNonNegative]>>:$scratch_size,
    OptionalAttr<ConfinedAttr<I64Attr, [IntNonNegative]>>:$scratch_offset);
  let results = (outs Variadic<AnyRankedTensor>:$outputs);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let skipDefaultBuilders = 1;
  let builders = [
    OpBuilder<(ins "::llvm::StringRef":$name, "::llvm::StringRef":$target,
                   "::mlir::ValueRange":$inputs,
                   "::mlir::TypeRange":$results)>];
  let extraClassDeclaration = [{
    /// The single block of the body; its arguments stand for the inputs.
    ::mlir::Block &getBodyBlock() { return getBody().front(); }

    /// The terminator of the body.
    YieldOp getYield();

    /// Checks `offsets`, `scratch_size` and `scratch_offset`.
    ::llvm::LogicalResult verifyMemory();
  }];
}

def Deploy_YieldOp : Deploy_Op<"yield",
    [Pure, Terminator, ReturnLike, HasParent<"RegionOp">]> {
  let summary = "The results of a region";
  let description = [{ Ends the body of a `deploy.region`. }];
  let arguments = (ins Variadic<AnyType>:$values);
  let builders = [OpBuilder<(ins), [{ /* no values */ }]>];
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
}

#endif // SLUICE_DIALECTS_DEPLOY_DEPLOYOPS_TD
