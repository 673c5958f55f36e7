// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A signed product after three cycles: registers at the inputs, in the middle and at the output, the
// three rows that FPGA multiplier blocks have. en_i stops all rows. test/rtl/leaves.py holds each technology's
// primitive to the inferred form.
module mul #(
  parameter int A_BITS = 8,
  parameter int B_BITS = 8,
  parameter int TECH   = 0  // 0: inferred, 1: ECP5, 2: UltraScale+
) (
  input  logic                            clk_i,
  input  logic                            en_i,
  input  logic signed [A_BITS-1:0]        a_i,
  input  logic signed [B_BITS-1:0]        b_i,
  output logic signed [A_BITS+B_BITS-1:0] p_o
);
  if (TECH == 1) begin : gen_ecp5
    mul_ecp5 #(.A_BITS(A_BITS), .B_BITS(B_BITS)) u_mul (
      .clk_i(clk_i), .en_i(en_i), .a_i(a_i), .b_i(b_i), .p_o(p_o));
  end else if (TECH == 2) begin : gen_dsp48e2
    logic signed [47:0] p;
    mul_dsp48e2 u_mul (
      .clk_i(clk_i), .en_i(en_i), .a_i({{(27-A_BITS){a_i[A_BITS-1]}}, a_i}), .d_i(27'sd0),
      .b_i({{(18-B_BITS){b_i[B_BITS-1]}}, b_i}), .p_o(p));
    assign p_o = p[A_BITS+B_BITS-1:0];
  end else begin : gen_inferred
    logic signed [A_BITS-1:0]        a_q;
    logic signed [B_BITS-1:0]        b_q;
    logic signed [A_BITS+B_BITS-1:0] m_q, p_q;
    always_ff @(posedge clk_i) begin
      if (en_i) begin
        a_q <= a_i;
        b_q <= b_i;
        m_q <= a_q * b_q;
        p_q <= m_q;
      end
    end
    assign p_o = p_q;
  end
endmodule
