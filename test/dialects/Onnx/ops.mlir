// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt %s | sluice-opt | FileCheck %s
// RUN: sluice-opt %s --mlir-print-op-generic | sluice-opt | FileCheck %s

// CHECK-LABEL: func.func @elementwise
func.func @elementwise(%a: tensor<2x3xf32>, %b: tensor<3xf32>,
                       %s: tensor<f32>) -> tensor<2x3xf32> {
  // CHECK: onnx.Add %{{.*}}, %{{.*}} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %0 = onnx.Add %a, %b : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  // CHECK: onnx.Sub
  %1 = onnx.Sub %0, %b : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  // CHECK: onnx.Mul
  %2 = onnx.Mul %1, %s : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  // CHECK: onnx.Div
  %3 = onnx.Div %2, %s : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  // CHECK: onnx.Relu
  %4 = onnx.Relu %3 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: onnx.Sigmoid
  %5 = onnx.Sigmoid %4 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: onnx.Tanh
  %6 = onnx.Tanh %5 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: onnx.HardSwish
  %7 = onnx.HardSwish %6 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: onnx.LeakyRelu %{{.*}} {alpha = 2.000000e-01 : f32} :
  %8 = onnx.LeakyRelu %7 {alpha = 0.2 : f32} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: onnx.HardSigmoid %{{.*}} : (
  %9 = onnx.HardSigmoid %8 {alpha = 0.2 : f32} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: onnx.Clip %{{.*}} min(%{{.*}}) max(%{{.*}}) :
  %10 = onnx.Clip %9 min(%s) max(%s) : (tensor<2x3xf32>, tensor<f32>, tensor<f32>) -> tensor<2x3xf32>
  // CHECK: onnx.Clip %{{.*}} max(%{{.*}}) :
  %11 = onnx.Clip %10 max(%s) : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  // CHECK: onnx.Cast %{{.*}} -> tensor<2x3xi8>
  %12 = onnx.Cast %11 : (tensor<2x3xf32>) -> tensor<2x3xi8>
  // CHECK: onnx.Identity
  %13 = onnx.Identity %11 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: onnx.Dropout %{{.*}} -> (tensor<2x3xf32>, tensor<2x3xi1>)
  %14, %mask = onnx.Dropout %13 : (tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xi1>)
  return %14 : tensor<2x3xf32>
}

// CHECK-LABEL: func.func @quantization
func.func @quantization(%x: tensor<4x6xf32>, %scalar: tensor<f32>,
                        %vector: tensor<6xf32>, %blocks: tensor<4x3xf32>,
                        %zero: tensor<6xi8>) -> tensor<4x6xf32> {
  // CHECK: onnx.QuantizeLinear %{{.*}}, %{{.*}} : {{.*}} -> tensor<4x6xui8>
  %0 = onnx.QuantizeLinear %x, %scalar : (tensor<4x6xf32>, tensor<f32>) -> tensor<4x6xui8>
  // CHECK: onnx.QuantizeLinear %{{.*}}, %{{.*}}, %{{.*}} :
  %1 = onnx.QuantizeLinear %x, %vector, %zero : (tensor<4x6xf32>, tensor<6xf32>, tensor<6xi8>) -> tensor<4x6xi8>
  // CHECK: onnx.DequantizeLinear %{{.*}}, %{{.*}}, %{{.*}} {axis = -1 : i64} :
  %2 = onnx.DequantizeLinear %1, %vector, %zero {axis = -1 : i64} : (tensor<4x6xi8>, tensor<6xf32>, tensor<6xi8>) -> tensor<4x6xf32>
  // CHECK: onnx.DequantizeLinear %{{.*}}, %{{.*}} {block_size = 2 : i64} :
  %3 = onnx.DequantizeLinear %1, %blocks {block_size = 2 : i64} : (tensor<4x6xi8>, tensor<4x3xf32>) -> tensor<4x6xf32>
  return %3 : tensor<4x6xf32>
}

// Quantized element types stand beside float ones.
!act = !quant.uniform<i8:f32, 0.5:-3>
!weight = !quant.uniform<i8<-127:127>:f32:0, {0.1, 0.2}>
!bias = !quant.uniform<i32:f32:0, {0.05, 0.1}>
// CHECK-LABEL: func.func @quantized
func.func @quantized(%x: tensor<1x1x4x4x!act>) -> tensor<1x2x4x4x!act> {
  // CHECK: onnx.Constant dense<{{\[\[\[\[}}1]]], {{\[\[\[}}-2]]]]> : tensor<2x1x1x1xi8> as tensor<2x1x1x1x!quant.uniform<i8<-127:127>:f32:0, {{.*}}
  %w = onnx.Constant dense<[[[[1]]], [[[-2]]]]> : tensor<2x1x1x1xi8> as tensor<2x1x1x1x!weight>
  %b = onnx.Constant dense<7> : tensor<2xi32> as tensor<2x!bias>
  // CHECK: onnx.Conv {{.*}} -> tensor<1x2x4x4x!quant.uniform<i8:f32, 5.000000e-01:-3>>
  %y = onnx.Conv %x, %w, %b {
    kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>,
    pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>
  } : (tensor<1x1x4x4x!act>, tensor<2x1x1x1x!weight>, tensor<2x!bias>) -> tensor<1x2x4x4x!act>
  return %y : tensor<1x2x4x4x!act>
}

// CHECK-LABEL: func.func @window
func.func @window(%x: tensor<1x4x9x9xf32>, %w: tensor<8x2x3x3xf32>,
                  %b: tensor<8xf32>, %wt: tensor<8x1x2x2xf32>,
                  %c: tensor<8xf32>) -> tensor<1x8x1x1xf32> {
  // CHECK: onnx.Conv {{.*}}group = 2 : i64{{.*}} -> tensor<1x8x5x3xf32>
  %0 = onnx.Conv %x, %w, %b {
    kernel_shape = array<i64: 3, 3>, strides = array<i64: 2, 2>,
    pads = array<i64: 1, 0, 1, 1>, dilations = array<i64: 1, 2>, group = 2 : i64
  } : (tensor<1x4x9x9xf32>, tensor<8x2x3x3xf32>, tensor<8xf32>) -> tensor<1x8x5x3xf32>
  // CHECK: onnx.BatchNormalization
  %1 = onnx.BatchNormalization %0, %c, %c, %c, %c {epsilon = 1.0e-3 : f32}
    : (tensor<1x8x5x3xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<1x8x5x3xf32>
  // CHECK: onnx.ConvTranspose {{.*}} -> tensor<1x8x11x6xf32>
  %2 = onnx.ConvTranspose %1, %wt {
    kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>,
    pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>,
    output_padding = array<i64: 1, 0>, group = 8 : i64
  } : (tensor<1x8x5x3xf32>, tensor<8x1x2x2xf32>) -> tensor<1x8x11x6xf32>
  // CHECK: onnx.AveragePool {{.*}}ceil_mode = true, count_include_pad = true{{.*}} -> tensor<1x8x6x3xf32>
  %3 = onnx.AveragePool %2 {
    kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>,
    pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>,
    ceil_mode = true, count_include_pad = true
  } : (tensor<1x8x11x6xf32>) -> tensor<1x8x6x3xf32>
  // CHECK: onnx.MaxPool {{.*}} -> (tensor<1x8x4x3xf32>, tensor<1x8x4x3xi64>)
  %4, %indices = onnx.MaxPool %3 {
    kernel_shape = array<i64: 3, 1>, strides = array<i64: 1, 1>,
    pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>
  } : (tensor<1x8x6x3xf32>) -> (tensor<1x8x4x3xf32>, tensor<1x8x4x3xi64>)
  // CHECK: onnx.GlobalAveragePool
  %5 = onnx.GlobalAveragePool %4 : (tensor<1x8x4x3xf32>) -> tensor<1x8x1x1xf32>
  // CHECK: onnx.GlobalMaxPool
  %6 = onnx.GlobalMaxPool %5 : (tensor<1x8x1x1xf32>) -> tensor<1x8x1x1xf32>
  %scales = onnx.Constant dense<[1.0, 1.0, 2.0, 2.5]> : tensor<4xf32>
  %sizes = onnx.Constant dense<[1, 8, 4, 5]> : tensor<4xi64>
  // CHECK: onnx.Swish %{{.*}} {alpha = 5.000000e-01 : f32}
  %s0 = onnx.Swish %6 {alpha = 0.5 : f32} : (tensor<1x8x1x1xf32>) -> tensor<1x8x1x1xf32>
  // CHECK: onnx.Elu
  %s1 = onnx.Elu %s0 : (tensor<1x8x1x1xf32>) -> tensor<1x8x1x1xf32>
  // CHECK: onnx.Erf
  %s2 = onnx.Erf %s1 : (tensor<1x8x1x1xf32>) -> tensor<1x8x1x1xf32>
  // CHECK: onnx.Gelu %{{.*}} {tanh = true}
  %s3 = onnx.Gelu %s2 {tanh = true} : (tensor<1x8x1x1xf32>) -> tensor<1x8x1x1xf32>
  // CHECK: onnx.Resize %{{.*}} scales(%{{.*}}) {{.*}} -> tensor<1x8x2x2xf32>
  %7 = onnx.Resize %6 scales(%scales) {mode = "nearest", coordinates = "asymmetric", nearest_mode = "floor"} : (tensor<1x8x1x1xf32>, tensor<4xf32>) -> tensor<1x8x2x2xf32>
  // CHECK: onnx.Resize %{{.*}} sizes(%{{.*}}) {{.*}} -> tensor<1x8x4x5xf32>
  %8 = onnx.Resize %7 sizes(%sizes) {mode = "linear", coordinates = "half_pixel", nearest_mode = "floor"} : (tensor<1x8x2x2xf32>, tensor<4xi64>) -> tensor<1x8x4x5xf32>
  return %6 : tensor<1x8x1x1xf32>
}

// CHECK-LABEL: func.func @linear
func.func @linear(%x: tensor<2x3xf32>, %w: tensor<4x3xf32>, %c: tensor<4xf32>,
                  %m: tensor<5x4x6xf32>, %v: tensor<6xf32>) -> tensor<5x2xf32> {
  // CHECK: onnx.Gemm {{.*}} {alpha = 5.000000e-01 : f32, transB = true}
  %0 = onnx.Gemm %x, %w, %c {alpha = 0.5 : f32, transB = true} : (tensor<2x3xf32>, tensor<4x3xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  // CHECK: onnx.MatMul {{.*}} -> tensor<5x2x6xf32>
  %1 = onnx.MatMul %0, %m : (tensor<2x4xf32>, tensor<5x4x6xf32>) -> tensor<5x2x6xf32>
  // CHECK: onnx.MatMul {{.*}} -> tensor<5x2xf32>
  %2 = onnx.MatMul %1, %v : (tensor<5x2x6xf32>, tensor<6xf32>) -> tensor<5x2xf32>
  // CHECK: onnx.Softmax %{{.*}} {axis = 0 : i64}
  %3 = onnx.Softmax %2 {axis = 0 : i64} : (tensor<5x2xf32>) -> tensor<5x2xf32>
  %axes = onnx.Constant dense<[-1]> : tensor<1xi64>
  // CHECK: onnx.ReduceMean %{{.*}}, %{{.*}} {keepdims = false}
  %4 = onnx.ReduceMean %1, %axes {keepdims = false} : (tensor<5x2x6xf32>, tensor<1xi64>) -> tensor<5x2xf32>
  return %4 : tensor<5x2xf32>
}

// CHECK-LABEL: func.func @layout
func.func @layout(%x: tensor<2x3x4xf32>, %value: tensor<f32>,
                  %indices: tensor<2x2xi64>) -> tensor<3xi64> {
  %pads = onnx.Constant dense<[1, 0]> : tensor<2xi64>
  %one = onnx.Constant dense<1> : tensor<1xi64>
  %two = onnx.Constant dense<2> : tensor<1xi64>
  // CHECK: onnx.Pad %{{.*}}, %{{.*}} value(%{{.*}}) axes(%{{.*}}) :
  %0 = onnx.Pad %x, %pads value(%value) axes(%one) : (tensor<2x3x4xf32>, tensor<2xi64>, tensor<f32>, tensor<1xi64>) -> tensor<2x4x4xf32>
  // CHECK: onnx.Flatten %{{.*}} {axis = 2 : i64}
  %1 = onnx.Flatten %0 {axis = 2 : i64} : (tensor<2x4x4xf32>) -> tensor<8x4xf32>
  %shape = onnx.Constant dense<[0, 1, -1, 2]> : tensor<4xi64>
  // CHECK: onnx.Reshape
  %2 = onnx.Reshape %1, %shape : (tensor<8x4xf32>, tensor<4xi64>) -> tensor<8x1x2x2xf32>
  // CHECK: onnx.Transpose %{{.*}} {perm = array<i64: 0, 2, 3, 1>}
  %3 = onnx.Transpose %2 {perm = array<i64: 0, 2, 3, 1>} : (tensor<8x1x2x2xf32>) -> tensor<8x2x2x1xf32>
  // CHECK: onnx.Squeeze %{{.*}} : (tensor<8x2x2x1xf32>)
  %4 = onnx.Squeeze %3 : (tensor<8x2x2x1xf32>) -> tensor<8x2x2xf32>
  // CHECK: onnx.Unsqueeze
  %5 = onnx.Unsqueeze %4, %two : (tensor<8x2x2xf32>, tensor<1xi64>) -> tensor<8x2x1x2xf32>
  // CHECK: onnx.Concat %{{.*}}, %{{.*}} {axis = 1 : i64}
  %6 = onnx.Concat %5, %5 {axis = 1 : i64} : (tensor<8x2x1x2xf32>, tensor<8x2x1x2xf32>) -> tensor<8x4x1x2xf32>
  // CHECK: onnx.Split %{{.*}} -> (tensor<3x4x1x2xf32>, tensor<3x4x1x2xf32>, tensor<2x4x1x2xf32>)
  %7:3 = onnx.Split %6 : (tensor<8x4x1x2xf32>) -> (tensor<3x4x1x2xf32>, tensor<3x4x1x2xf32>, tensor<2x4x1x2xf32>)
  // CHECK: onnx.Slice %{{.*}}, %{{.*}}, %{{.*}} axes(%{{.*}}) steps(%{{.*}}) :
  %8 = onnx.Slice %6, %one, %two axes(%one) steps(%two) : (tensor<8x4x1x2xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<8x1x1x2xf32>
  // CHECK: onnx.Gather %{{.*}} {axis = 1 : i64} : {{.*}} -> tensor<8x2x2x1x2xf32>
  %9 = onnx.Gather %8, %indices {axis = 1 : i64} : (tensor<8x1x1x2xf32>, tensor<2x2xi64>) -> tensor<8x2x2x1x2xf32>
  // CHECK: onnx.Shape %{{.*}} {end = -1 : i64, start = 1 : i64} : {{.*}} -> tensor<3xi64>
  %10 = onnx.Shape %9 {start = 1 : i64, end = -1 : i64} : (tensor<8x2x2x1x2xf32>) -> tensor<3xi64>
  return %10 : tensor<3xi64>
}

// CHECK-LABEL: func.func @node
func.func @node(%x: tensor<2xf32>, %c: tensor<i1>) -> none {
  // CHECK: onnx.Node "Erf"(%{{.*}}) : (tensor<2xf32>) -> tensor<2xf32>
  %0 = onnx.Node "Erf"(%x) : (tensor<2xf32>) -> tensor<2xf32>
  // CHECK: onnx.Node "Fancy"(%{{.*}}) {absent_inputs = array<i64: 1>, domain = "x.y", node_attributes = {k = 1 : i64}}
  %1 = onnx.Node "Fancy"(%x) {domain = "x.y", absent_inputs = array<i64: 1>, node_attributes = {k = 1 : i64}} : (tensor<2xf32>) -> none
  // CHECK: onnx.Node "If"(%{{.*}}) graphs {
  // CHECK:   onnx.Yield %{{.*}} : tensor<2xf32>
  // CHECK: }, {
  // CHECK:   onnx.Yield
  // CHECK: } {subgraph_names = ["then_branch", "else_branch"]} : (tensor<i1>) -> none
  %2 = onnx.Node "If"(%c) graphs {
    onnx.Yield %0 : tensor<2xf32>
  }, {
    onnx.Yield
  } {subgraph_names = ["then_branch", "else_branch"]} : (tensor<i1>) -> none
  return %1 : none
}
