// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// mul_pair of a technology beside two inferred multipliers, on all triples of operands; the enable comes and goes.
// Prints how many went by, or the first that differs.
module mul_pair_tb #(
  parameter int TECH   = 2,
  parameter int B_BITS = 8
) (
  input  logic clk_i,
  output logic done_o
);
  localparam int Bits = 16 + B_BITS;
  logic [Bits:0] count_q = '0;  // a0, a1, b
  logic [7:0]  noise_q = 8'd1;
  logic        en;
  logic [31:0] expected, got;

  for (genvar t = 0; t < 2; t++) begin : gen_technology
    logic [15:0] p0, p1;
    mul_pair #(.B_BITS(B_BITS), .TECH(t * TECH)) u_mul (
      .clk_i(clk_i), .en_i(en), .a0_i(count_q[7:0]), .a1_i(count_q[15:8]), .b_i(b), .p0_o(p0), .p1_o(p1));
  end
  // Nine bits are a byte, with its sign or unsigned.
  logic [B_BITS-1:0] b;
  if (B_BITS == 8) begin : gen_byte
    assign b = count_q[23:16];
  end else begin : gen_nine_bits
    assign b = {count_q[23] && count_q[24], count_q[23:16]};
  end
  assign expected = {gen_technology[0].p1, gen_technology[0].p0};
  assign got      = {gen_technology[1].p1, gen_technology[1].p0};

  assign en     = noise_q[2:0] != 3'd0;
  assign done_o = count_q == (Bits+1)'(2**Bits + 3);
  always_ff @(posedge clk_i) begin
    noise_q <= {noise_q[6:0], noise_q[7] ^ noise_q[5] ^ noise_q[4] ^ noise_q[3]};
    if (en && !done_o) count_q <= count_q + 1'b1;
    // Three triples fill the registers, and three that come again empty them.
    if (count_q > (Bits+1)'(3) && got !== expected) begin
      $display("FAILED pair after %0d triples: %h, expected %h", count_q, got, expected);
      $finish(0);
    end
    if (done_o) $display("pair: %0d triples equal", count_q - (Bits+1)'(3));
  end
endmodule
