// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// mul of a technology beside the inferred one, on all pairs of operands, or with every STEPth group of LANES second ones;
// the enable comes and goes. Prints how many pairs went by, or the first that differs.
module mul_tb #(
  parameter int A_BITS = 8,
  parameter int B_BITS = 8,
  parameter int STEP   = 1,  // odd
  parameter int LANES  = 16,  // pairs a cycle
  parameter int TECH   = 1
) (
  input  logic clk_i,
  output logic done_o
);
  localparam int LaneBits = $clog2(LANES);
  localparam int Groups   = B_BITS - LaneBits;

  logic [A_BITS-1:0] a_q = '0;
  logic [Groups:0]   group_q = '0;
  logic [63:0]       count_q = '0;  // groups of pairs
  logic [7:0]        noise_q = 8'd1;
  logic              en;

  assign en     = noise_q[2:0] != 3'd0;
  assign done_o = group_q[Groups];
  for (genvar lane = 0; lane < LANES; lane++) begin : gen_lane
    logic [B_BITS-1:0]        b;
    logic [A_BITS+B_BITS-1:0] expected, got;
    assign b = {group_q[Groups-1:0], LaneBits'(lane)};
    mul #(.A_BITS(A_BITS), .B_BITS(B_BITS), .TECH(0)) u_inferred (
      .clk_i(clk_i), .en_i(en), .a_i(a_q), .b_i(b), .p_o(expected));
    mul #(.A_BITS(A_BITS), .B_BITS(B_BITS), .TECH(TECH)) u_dut (
      .clk_i(clk_i), .en_i(en), .a_i(a_q), .b_i(b), .p_o(got));
    // Three pairs fill the registers.
    always_ff @(posedge clk_i)
      if (count_q > 64'd3 && got !== expected) begin
        $display("FAILED %0d x %0d bits in lane %0d after %0d pairs: %h, expected %h", A_BITS, B_BITS, lane, count_q,
                 got, expected);
        $finish(0);
      end
  end
  always_ff @(posedge clk_i) begin
    noise_q <= {noise_q[6:0], noise_q[7] ^ noise_q[5] ^ noise_q[4] ^ noise_q[3]};
    if (en && !done_o) begin
      a_q     <= a_q + 1'b1;
      count_q <= count_q + 1'b1;
      if (&a_q) group_q <= group_q + (Groups+1)'(STEP);
    end
    if (done_o) $display("%0d x %0d bits: %0d pairs equal", A_BITS, B_BITS, count_q * 64'(LANES));
  end
endmodule
