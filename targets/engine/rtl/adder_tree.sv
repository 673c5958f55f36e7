// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Sums signed leaves, a register a level. Leaf 0 may be wider than the rest; its path keeps that width. With CARRIES
// a leaf has a bit beside it that counts one more: each adder takes one in as its carry, the last is left over.
module adder_tree #(
  parameter int LEAVES  = 8,
  parameter int BITS    = 16,
  parameter int TOP     = 24,  // bits of leaf 0 and of the sum
  parameter bit CARRIES = 1'b0
) (
  input  logic                  clk_i,
  input  logic                  en_i,
  input  logic [LEAVES*TOP-1:0] leaves_i,  // sign extended
  input  logic [LEAVES-1:0]     carries_i,
  output logic signed [TOP-1:0] sum_o,
  output logic                  carry_o
);
  localparam int Levels = $clog2(LEAVES);

  // Level l has LEAVES >> l sums. Only the path of leaf 0 is TOP bits wide; others are BITS + l.
  logic [(Levels+1)*LEAVES*TOP-1:0] sum /*verilator split_var*/;
  logic [(Levels+1)*LEAVES-1:0]     carry /*verilator split_var*/;
  assign sum[LEAVES*TOP-1:0] = leaves_i;
  assign carry[LEAVES-1:0]   = carries_i;
  assign sum_o   = sum[Levels*LEAVES*TOP +: TOP];
  assign carry_o = carry[Levels*LEAVES];

  for (genvar l = 0; l < Levels; l++) begin : gen_level
    for (genvar c = 0; c < (LEAVES >> (l + 1)); c++) begin : gen_sum
      localparam int In  = c == 0 ? TOP : BITS + l;
      localparam int Out = c == 0 ? TOP : BITS + l + 1;
      logic signed [In-1:0]     left;
      logic signed [BITS+l-1:0] right;
      logic signed [Out-1:0]    s, s_q;
      assign left  = sum[(l*LEAVES + 2*c)*TOP +: In];
      assign right = sum[(l*LEAVES + 2*c + 1)*TOP +: BITS + l];
      if (CARRIES) begin : gen_carry
        logic [Out:0] wide;
        logic         carry_q;
        // A place below the point, where the carry overflows into the sum.
        assign wide = {{(Out-In){left[In-1]}}, left, 1'b1}
                    + {{(Out-BITS-l){right[BITS+l-1]}}, right, carry[l*LEAVES + 2*c]};
        assign s    = wide[Out:1];
        always_ff @(posedge clk_i) begin
          if (en_i) carry_q <= carry[l*LEAVES + 2*c + 1];
        end
        assign carry[(l+1)*LEAVES + c] = carry_q;
      end else begin : gen_plain
        assign s = {{(Out-In){left[In-1]}}, left} + {{(Out-BITS-l){right[BITS+l-1]}}, right};
        assign carry[(l+1)*LEAVES + c] = 1'b0;
      end
      always_ff @(posedge clk_i) begin
        if (en_i) s_q <= s;
      end
      assign sum[((l+1)*LEAVES + c)*TOP +: TOP] = {{(TOP-Out){s_q[Out-1]}}, s_q};
    end
    for (genvar c = LEAVES >> (l + 1); c < LEAVES; c++) begin : gen_unused
      assign sum[((l+1)*LEAVES + c)*TOP +: TOP] = '0;
      assign carry[(l+1)*LEAVES + c]            = 1'b0;
    end
  end
endmodule
