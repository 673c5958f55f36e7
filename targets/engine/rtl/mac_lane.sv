// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One output channel: PC products, a registered adder tree and the accumulator. Latency from operands to
// accumulator: 3 + log2(PC) + 1. The first multiplier takes a wider second operand, which stands in for the
// weight in ADD (the operand's factor) and in pooling (1). Products from OWN on come from outside.
module mac_lane #(
  parameter int PC   = 8,
  parameter int OWN  = PC,
  parameter int TECH = 0
) (
  input  logic               clk_i,
  input  logic               en_i,
  // Operands.
  input  logic [PC*8-1:0]    word_i,      // input channels, or …
  input  logic               single_i,
  input  logic [PC*8-1:0]    taps_i,      // … taps of this lane's own channel
  input  logic [PC*8-1:0]    wgt_i,
  input  logic               factor_en_i,
  input  logic signed [15:0] factor_i,    // in place of the first weight
  input  logic [PC*16-1:0]   shared_i,    // products of multipliers that lanes share
  // Accumulator, in step with the tree's sum.
  input  logic               sum_valid_i,
  input  logic               sum_first_i,
  input  logic               max_i,
  output logic signed [31:0] acc_o
);
  localparam int Levels = $clog2(PC);
  localparam int Top    = 24;  // bits of the widest sum: an 8 × 16 bit product

  // Level l has PC >> l sums. Only the path of product 0 is Top bits wide; others are 16 + l.
  logic [(Levels+1)*PC*Top-1:0] sum /*verilator split_var*/;

  for (genvar c = 0; c < PC; c++) begin : gen_product
    logic signed [7:0] a;
    assign a = single_i ? taps_i[c*8 +: 8] : word_i[c*8 +: 8];
    if (c == 0) begin : gen_wide
      logic signed [15:0] b;
      logic signed [23:0] p;
      assign b = factor_en_i ? factor_i : {{8{wgt_i[7]}}, wgt_i[7:0]};
      mul #(.A_BITS(8), .B_BITS(16), .TECH(TECH)) u_mul (.clk_i(clk_i), .en_i(en_i), .a_i(a), .b_i(b), .p_o(p));
      assign sum[0 +: Top] = p;
    end else if (c >= OWN) begin : gen_shared
      assign sum[c*Top +: Top] = {{(Top-16){shared_i[c*16+15]}}, shared_i[c*16 +: 16]};
    end else begin : gen_narrow
      logic signed [15:0] p;
      mul #(.A_BITS(8), .B_BITS(8), .TECH(TECH)) u_mul (
        .clk_i(clk_i), .en_i(en_i), .a_i(a), .b_i(wgt_i[c*8 +: 8]), .p_o(p));
      assign sum[c*Top +: Top] = {{(Top-16){p[15]}}, p};
    end
  end

  for (genvar l = 0; l < Levels; l++) begin : gen_level
    for (genvar c = 0; c < (PC >> (l + 1)); c++) begin : gen_sum
      localparam int In  = c == 0 ? Top : 16 + l;
      localparam int Out = c == 0 ? Top : 17 + l;
      logic signed [In-1:0]  left;
      logic signed [15+l:0]  right;
      logic signed [Out-1:0] s_q;
      assign left  = sum[(l*PC + 2*c)*Top +: In];
      assign right = sum[(l*PC + 2*c + 1)*Top +: 16 + l];
      always_ff @(posedge clk_i) begin
        if (en_i) s_q <= {{(Out-In){left[In-1]}}, left} + {{(Out-16-l){right[15+l]}}, right};
      end
      assign sum[((l+1)*PC + c)*Top +: Top] = {{(Top-Out){s_q[Out-1]}}, s_q};
    end
    for (genvar c = PC >> (l + 1); c < PC; c++) begin : gen_unused
      assign sum[((l+1)*PC + c)*Top +: Top] = '0;
    end
  end

  logic signed [31:0] total;
  assign total = {{(32-Top){sum[Levels*PC*Top + Top-1]}}, sum[Levels*PC*Top +: Top]};

  always_ff @(posedge clk_i) begin
    if (sum_valid_i) begin
      if (sum_first_i) acc_o <= total;
      else if (max_i) acc_o <= $signed(total[7:0]) > $signed(acc_o[7:0]) ? total : acc_o;
      else acc_o <= acc_o + total;
    end
  end
endmodule
