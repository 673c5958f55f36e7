// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One output channel: PC products, a registered adder tree and the accumulator. Latency from operands to
// accumulator: 3 + log2(PC) + 1; weights and factors come a cycle earlier, from far away, and are decoded when they are
// here. The first multiplier takes a
// wider second operand, which stands in for the weight in ADD (the operand's factor) and in pooling (1). Products from
// OWN on come from outside.
//
// With INT4 a multiplier can make two products at once, for channels of two chunks: of the 18-bit operand
// high · 2^13 + low. Two such products are summed before they are parted, since a sum of two with low still fits 13
// bits; what low borrowed from high is given back on the way through high's adders.
//
// With INT16 a low byte of an activation is unsigned, and high bytes count 256 times: those of CONV at the last level
// of the tree, where an input channel has two multipliers; where each lane has its own channel's byte, in an even lane
// (LOW), which adds the sum of the next one. That takes a cycle more. A product of nine bits by a weight still fits 16.
module mac_lane #(
  parameter int PC    = 8,
  parameter int OWN   = PC,  // all of them with INT4
  parameter int INT4  = 0,
  parameter int INT16 = 0,
  parameter bit LOW   = 1'b0,
  parameter int TECH  = 0
) (
  input  logic               clk_i,
  input  logic               en_i,
  // Operands.
  input  logic [PC*8-1:0]    word_i,      // input channels, or …
  input  logic               single_i,
  input  logic [PC*8-1:0]    taps_i,      // … taps of this lane's own channel
  input  logic [PC*8-1:0]    wgt_i,
  input  logic               int4_i,      // weights are two of four bits, low first
  input  logic               int16_i,     // activations are of 16 bits
  input  logic               factor_en_i,
  input  logic signed [15:0] factor_i,    // in place of the first weight
  input  logic [PC*16-1:0]   shared_i,    // products of multipliers that lanes share
  // Of the tree, for the lane before this one.
  input  logic signed [23:0] next_sum_i,
  output logic signed [23:0] sum_o,
  // Accumulators, in step with the tree's sum: of low or of 8-bit weights first.
  input  logic               sum_valid_i,
  input  logic               sum_first_i,
  input  logic               max_i,
  output logic [(INT4+1)*32-1:0] acc_o
);
  localparam int Top     = 24;  // bits of the widest sum: an 8 × 16 bit product
  localparam int ABits   = 8 + INT16;
  localparam int SumBits = INT16 == 0 ? Top : Top + $clog2(PC);
  logic signed [SumBits-1:0] sum;

  logic [PC*8-1:0]    wgt_q;
  logic signed [15:0] factor_q;
  always_ff @(posedge clk_i) begin
    wgt_q    <= wgt_i;
    factor_q <= factor_i;
  end

  logic [PC*ABits-1:0] a;
  for (genvar c = 0; c < PC; c++) begin : gen_operand
    logic [7:0] x;
    assign x = single_i ? taps_i[c*8 +: 8] : word_i[c*8 +: 8];
    if (INT16 == 0) begin : gen_byte
      assign a[c*ABits +: ABits] = x;
    end else begin : gen_nine_bits
      logic is_low;
      assign is_low = int16_i && (single_i ? LOW : c % 2 == 0);
      assign a[c*ABits +: ABits] = {x[7] && !is_low, x};
    end
  end

  if (INT4 == 0) begin : gen_int8
    logic [PC*Top-1:0] product;
    for (genvar c = 0; c < PC; c++) begin : gen_product
      if (c == 0) begin : gen_wide
        logic signed [15:0] b;
        logic signed [ABits+15:0] p;
        assign b = factor_en_i ? factor_q : {{8{wgt_q[7]}}, wgt_q[7:0]};
        mul #(.A_BITS(ABits), .B_BITS(16), .TECH(TECH)) u_mul (
          .clk_i(clk_i), .en_i(en_i), .a_i(a[ABits-1:0]), .b_i(b), .p_o(p));
        assign product[Top-1:0] = p[Top-1:0];
      end else if (c >= OWN) begin : gen_shared
        assign product[c*Top +: Top] = {{(Top-16){shared_i[c*16+15]}}, shared_i[c*16 +: 16]};
      end else begin : gen_narrow
        logic signed [ABits+7:0] p;
        mul #(.A_BITS(ABits), .B_BITS(8), .TECH(TECH)) u_mul (
          .clk_i(clk_i), .en_i(en_i), .a_i(a[c*ABits +: ABits]), .b_i(wgt_q[c*8 +: 8]), .p_o(p));
        assign product[c*Top +: Top] = {{(Top-16){p[15]}}, p[15:0]};
      end
    end
    if (INT16 == 0) begin : gen_tree
      logic unused_carry;
      adder_tree #(.LEAVES(PC), .BITS(16), .TOP(Top)) u_tree (
        .clk_i(clk_i), .en_i(en_i), .leaves_i(product), .carries_i({PC{1'b0}}), .sum_o(sum), .carry_o(unused_carry));
    end else begin : gen_parted
      parted_tree #(.LEAVES(PC), .BITS(16), .TOP(Top), .OUT(SumBits)) u_tree (
        .clk_i(clk_i), .en_i(en_i), .shift_i(int16_i && !single_i), .leaves_i(product), .sum_o(sum));
    end
  end else begin : gen_int4
    localparam int Half    = 13;               // bits of low
    localparam int Pairs   = PC / 2;
    localparam int HighTop = Half + $clog2(Pairs);
    logic [PC*26-1:0]         product;
    logic [Pairs*Top-1:0]     low;
    logic [Pairs*HighTop-1:0] high;
    logic [Pairs-1:0]         borrow;

    for (genvar c = 0; c < PC; c++) begin : gen_product
      logic [7:0]         w;
      logic signed [17:0] weight, b;
      assign w      = wgt_q[c*8 +: 8];
      assign weight = int4_i ? {{w[7], w[7:4]} - {4'd0, w[3]}, {9{w[3]}}, w[3:0]} : {{10{w[7]}}, w};
      if (c == 0) begin : gen_wide
        assign b = factor_en_i ? {{2{factor_q[15]}}, factor_q} : weight;
      end else begin : gen_narrow
        assign b = weight;
      end
      logic signed [ABits+17:0] p;
      mul #(.A_BITS(ABits), .B_BITS(18), .TECH(TECH)) u_mul (
        .clk_i(clk_i), .en_i(en_i), .a_i(a[c*ABits +: ABits]), .b_i(b), .p_o(p));
      assign product[c*26 +: 26] = p[25:0];
    end

    for (genvar p = 0; p < Pairs; p++) begin : gen_pair
      localparam int Wide = p == 0 ? Top : 17;  // bits of a sum with 8-bit weights
      // Neighbours, or with INT16 bytes of one kind.
      localparam int Left  = INT16 == 0 ? 2 * p : p / 2 * 4 + p % 2;
      localparam int Right = INT16 == 0 ? Left + 1 : Left + 2;
      logic [25:0]     s_q;
      logic [Wide-1:0] own;
      always_ff @(posedge clk_i) begin
        if (en_i) s_q <= product[Left*26 +: 26] + product[Right*26 +: 26];
      end
      assign own = {int4_i ? {(Wide-Half){s_q[Half-1]}} : s_q[Wide-1:Half], s_q[Half-1:0]};
      assign low[p*Top +: Top]          = {{(Top-Wide){own[Wide-1]}}, own};
      assign high[p*HighTop +: HighTop] = {{(HighTop-13){s_q[25]}}, s_q[25:Half]};
      assign borrow[p]                  = s_q[Half-1];
    end

    logic                      carry;
    logic signed [HighTop-1:0] high_sum;
    logic signed [31:0]        acc_q, held;
    adder_tree #(.LEAVES(Pairs), .BITS(13), .TOP(HighTop), .CARRIES(1'b1)) u_high (
      .clk_i(clk_i), .en_i(en_i), .leaves_i(high), .carries_i(borrow), .sum_o(high_sum), .carry_o(carry));
    logic [HighTop:0] added;  // and its carry, in step with the total
    if (INT16 == 0) begin : gen_tree
      logic unused_carry;
      adder_tree #(.LEAVES(Pairs), .BITS(17), .TOP(Top)) u_low (
        .clk_i(clk_i), .en_i(en_i), .leaves_i(low), .carries_i({Pairs{1'b0}}), .sum_o(sum), .carry_o(unused_carry));
      assign added = {high_sum, carry};
    end else begin : gen_parted
      parted_tree #(.LEAVES(Pairs), .BITS(17), .TOP(Top), .OUT(SumBits)) u_low (
        .clk_i(clk_i), .en_i(en_i), .shift_i(int16_i && !single_i), .leaves_i(low), .sum_o(sum));
      always_ff @(posedge clk_i) begin
        if (en_i) added <= {high_sum, carry};
      end
    end
    assign held         = sum_first_i ? 32'sd0 : acc_q;
    assign acc_o[63:32] = acc_q;
    logic [32:0] next;
    assign next = {held, 1'b1} + {{(32-HighTop){added[HighTop]}}, added};
    always_ff @(posedge clk_i) begin
      if (sum_valid_i) acc_q <= next[32:1];
    end
  end

  localparam int MaxBits = 8 * (1 + INT16);
  logic signed [31:0] total, acc_q, summed;
  logic [MaxBits:0]   lead;  // of the accumulator over the total
  logic               greater;
  assign sum_o = sum[23:0];
  if (INT16 == 0) begin : gen_total
    assign total = {{(32-SumBits){sum[SumBits-1]}}, sum};
  end else begin : gen_pair_total
    logic signed [31:0] total_q, wide;
    assign wide  = {{(32-SumBits){sum[SumBits-1]}}, sum};
    assign total = total_q;
    always_ff @(posedge clk_i) begin
      if (en_i) total_q <= LOW && single_i && int16_i ? wide + {next_sum_i, 8'd0} : wide;
    end
  end
  assign summed      = acc_q + total;
  assign lead        = {acc_q[MaxBits-1], acc_q[MaxBits-1:0]} - {total[MaxBits-1], total[MaxBits-1:0]};
  assign greater     = lead[MaxBits];
  assign acc_o[31:0] = acc_q;
  // What MAXPOOL compares are MaxBits; all bits above are signs, and the greater of two is negative if both are.
  always_ff @(posedge clk_i) begin
    if (sum_valid_i && (sum_first_i || !max_i || greater))
      acc_q[MaxBits-1:0] <= sum_first_i || max_i ? total[MaxBits-1:0] : summed[MaxBits-1:0];
    if (sum_valid_i)
      acc_q[31:MaxBits] <= sum_first_i || max_i ? total[31:MaxBits] & {(32-MaxBits){sum_first_i || acc_q[31]}}
                                                : summed[31:MaxBits];
  end
endmodule
