// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An adder_tree whose even and odd leaves meet at its last level only, where the odd ones' sum may count 256 times: they
// are then the products of high bytes, the even ones those of low bytes.
module parted_tree #(
  parameter int LEAVES = 8,
  parameter int BITS   = 16,
  parameter int TOP    = 24,  // bits of leaf 0 and of the even leaves' sum
  parameter int OUT    = TOP + 1 + $clog2(LEAVES)
) (
  input  logic                  clk_i,
  input  logic                  en_i,
  input  logic                  shift_i,
  input  logic [LEAVES*TOP-1:0] leaves_i,  // sign extended
  output logic signed [OUT-1:0] sum_o
);
  localparam int Half = LEAVES / 2;
  localparam int Odd  = BITS + $clog2(Half);

  logic [Half*TOP-1:0]   even_leaves;
  logic [Half*Odd-1:0]   odd_leaves;
  logic signed [TOP-1:0] even;
  logic signed [Odd-1:0] odd;
  for (genvar i = 0; i < Half; i++) begin : gen_leaf
    assign even_leaves[i*TOP +: TOP] = leaves_i[2*i*TOP +: TOP];
    assign odd_leaves[i*Odd +: Odd]  = leaves_i[(2*i+1)*TOP +: Odd];
  end
  if (Half == 1) begin : gen_leaves
    assign even = even_leaves;
    assign odd  = odd_leaves;
  end else begin : gen_trees
    logic unused_even, unused_odd;
    adder_tree #(.LEAVES(Half), .BITS(BITS), .TOP(TOP)) u_even (
      .clk_i(clk_i), .en_i(en_i), .leaves_i(even_leaves), .carries_i({Half{1'b0}}), .sum_o(even), .carry_o(unused_even));
    adder_tree #(.LEAVES(Half), .BITS(BITS), .TOP(Odd)) u_odd (
      .clk_i(clk_i), .en_i(en_i), .leaves_i(odd_leaves), .carries_i({Half{1'b0}}), .sum_o(odd), .carry_o(unused_odd));
  end

  logic [Odd+7:0] weighed;
  assign weighed = shift_i ? {odd, 8'd0} : {{8{odd[Odd-1]}}, odd};
  always_ff @(posedge clk_i) begin
    if (en_i) sum_o <= {{(OUT-TOP){even[TOP-1]}}, even} + {{(OUT-Odd-8){weighed[Odd+7]}}, weighed};
  end
endmodule
