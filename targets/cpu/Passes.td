// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes that turn deploy.regions into CPU code, in the order in which they run.

#ifndef SLUICE_TARGETS_CPU_PASSES_TD
#define SLUICE_TARGETS_CPU_PASSES_TD

include "mlir/Pass/PassBase.td"

def OutlineRegions : Pass<"cpu-outline-regions", "::mlir::ModuleOp"> {
  let summary = "Make a function of each region's body and drop the rest";
  let description = [{
    Replaces the module's contents by one function per `deploy.region`, in the
    order of the regions, whatever their target: every region has a CPU twin.
    The function is called `region_N`; `cpu.region` holds N and
    `cpu.name` the region's name.
  }];
  let dependentDialects = ["::mlir::func::FuncDialect"];
}

def LowerLayers : Pass<"cpu-lower-layers", "::mlir::ModuleOp"> {
  let summary = "Lower convolutions with their epilogues to calls of kernels";
  let description = [{
    `tosa.conv2d`, `tosa.depthwise_conv2d` with multiplier 1 and `tosa.matmul` of
    one entry, by a constant or in int8, each with the `tosa.rescale` and `tosa.clamp` that follow it,
    become calls of kernel functions on buffers, which this pass generates for
    the processor `level`. Weights are packed into constants in the order in
    which the kernel reads them. Ops that no kernel covers stay.

    Tensors and buffers meet in `bufferization.to_buffer` and `to_tensor`.
    A kernel's last two arguments are a range of units of its work, and
    `cpu.units` on the call is the number of all units.
  }];
  let options = [Option<"level", "level", "std::string", "\"x86-64-v3\"",
                        "Processor level, or native">];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::bufferization::BufferizationDialect",
                           "::mlir::func::FuncDialect",
                           "::mlir::LLVM::LLVMDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::tosa::TosaDialect",
                           "::mlir::vector::VectorDialect"];
}

def LegalizeTosa : Pass<"cpu-legalize-tosa", "::mlir::func::FuncOp"> {
  let summary = "Lower the TOSA ops whose upstream lowering is not exact enough";
  let description = [{
    Lowers to `linalg.generic`: `tosa.rescale` with a single rounding (exact in
    64 bits, in 32 where the operands are known to be small), `tosa.cast` from
    float to integer (NaN becomes 0, values outside saturate), `tosa.gather`
    (indices are clamped to the table) and `tosa.intdiv` (x / 0 is 0, the
    quotient of the least integer and -1 wraps). Clamps the indices of
    `tosa.scatter`. So no input makes the code leave its buffers or trap.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::tensor::TensorDialect",
                           "::mlir::tosa::TosaDialect"];
}

def BindBuffers : Pass<"cpu-bind-buffers", "::mlir::func::FuncOp"> {
  let summary = "Pass a region's inputs and outputs as buffers";
  let description = [{
    A function on tensors with `cpu.region` becomes one on buffers: first those
    of the inputs, then those of the outputs. `cpu.inputs` and `cpu.outputs`
    keep their numbers. The body still works on tensors.
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect",
                           "::mlir::memref::MemRefDialect"];
}

def LowerCopies : Pass<"cpu-lower-copies", "::mlir::func::FuncOp"> {
  let summary = "Lower copies between strided buffers to linalg.copy";
  let description = [{
    The LLVM lowering of `memref.copy` calls a library unless both buffers are
    contiguous. Others become `linalg.copy` here, which turns into loops.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def PlanScratch : Pass<"cpu-plan-scratch", "::mlir::func::FuncOp"> {
  let summary = "Place a region's allocations in one scratch buffer";
  let description = [{
    Replaces each `memref.alloc` of a function with `cpu.region` by a view of a
    last argument that it adds: the scratch buffer, whose size is its type's.
    Buffers that are in use at the same time do not overlap; each is aligned to
    64 bytes. An allocation whose only reader copies it to a function argument
    becomes that argument.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect"];
}

def SplitWork : Pass<"cpu-split-work", "::mlir::func::FuncOp"> {
  let summary = "Share a region's work between workers";
  let description = [{
    Adds the arguments worker index, worker count, barrier function and its
    context to a function with `cpu.region`. A call with `cpu.units` runs on all
    workers, each on its part of the units; the rest of the body is run by
    worker 0. Barriers stand between steps that touch the same buffers; with
    one worker none is entered.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::LLVM::LLVMDialect",
                           "::mlir::scf::SCFDialect"];
}

def LowerMath : Pass<"cpu-lower-math"> {
  let summary = "Lower math functions to arithmetic";
  let description = [{
    Replaces transcendental functions of f32 by polynomials, so that the code
    needs no libm and gives the same result on every machine of a level.
    Where the processor `level` has no fused multiply-add, `math.fma` becomes a
    product and a sum.
  }];
  let options = [Option<"level", "level", "std::string", "\"x86-64-v3\"",
                        "Processor level, or native">];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::vector::VectorDialect"];
}

def ExportLibrary : Pass<"cpu-export-library", "::mlir::ModuleOp"> {
  let summary = "Add the entries and tables that cpu_abi.h asks for";
  let description = [{
    Expects region functions in the `llvm` dialect. Adds for each the function
    that takes a `sluice_cpu_call`, the tables `sluice_cpu_region` and
    `sluice_cpu_library`, and the entry `sluice_cpu_query`.
  }];
  let options = [Option<"level", "level", "std::string", "\"x86-64-v3\"",
                        "Processor level, or native">];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

#endif // SLUICE_TARGETS_CPU_PASSES_TD
