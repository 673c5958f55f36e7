// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two signed 8-bit products of one operand, in the cycles of mul: one multiplier block where the technology has one
// wide enough.
module mul_pair #(
  parameter int B_BITS = 8,  // 8, or 9 for products that fit 16 bits
  parameter int TECH   = 0   // as of mul
) (
  input  logic               clk_i,
  input  logic               en_i,
  input  logic signed [7:0]  a0_i, a1_i,
  input  logic signed [B_BITS-1:0] b_i,
  output logic signed [15:0] p0_o, p1_o
);
  if (TECH == 2) begin : gen_dsp48e2
    logic signed [47:0] p;
    mul_dsp48e2 #(.PAIR(1)) u_mul (
      .clk_i(clk_i), .en_i(en_i), .a_i({a1_i[7], a1_i, 18'd0}), .d_i({{19{a0_i[7]}}, a0_i}),
      .b_i({{(18-B_BITS){b_i[B_BITS-1]}}, b_i}), .p_o(p));
    assign p0_o = p[15:0];
    assign p1_o = p[33:18];
  end else begin : gen_two
    logic signed [B_BITS+7:0] p0, p1;
    mul #(.B_BITS(B_BITS), .TECH(TECH)) u_mul0 (.clk_i(clk_i), .en_i(en_i), .a_i(a0_i), .b_i(b_i), .p_o(p0));
    mul #(.B_BITS(B_BITS), .TECH(TECH)) u_mul1 (.clk_i(clk_i), .en_i(en_i), .a_i(a1_i), .b_i(b_i), .p_o(p1));
    assign p0_o = p0[15:0];
    assign p1_o = p1[15:0];
  end
endmodule
