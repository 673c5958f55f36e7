// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The performance counters: small sums that in turn are added to totals of two words in a block memory, a word a
// cycle. A read waits for its word's turn and has all that was counted before it was asked for.
module engine_counters #(
  parameter int WORD_BITS = 32,
  parameter int TECH      = 0  // as of mul
) (
  input  logic                                 clk_i,
  input  logic                                 rst_ni,
  input  logic                                 clear_i,
  input  logic [engine_pkg::NumCounters*4-1:0] add_i,   // 0 … 8 each
  input  logic                                 read_i,  // for one cycle; index_i stays put until valid_o
  input  logic [5:0]                           index_i, // counter, then 1 for the high word
  output logic                                 valid_o,
  output logic [WORD_BITS-1:0]                 value_o
);
  localparam int SumBits = 9;  // 36 turns of at most 8
  localparam logic [5:0] LastTurn = 6'(2 * engine_pkg::NumCounters - 1);

  // Stage 0: the turn, whose word is read and whose sum begins again.
  logic [5:0] turn_q;
  logic       fresh_q;  // the first round: the memory's words are stale
  logic       final_q;  // this is LastTurn
  logic       waits_q, waits1_q, match1_q, hit1;
  logic [engine_pkg::NumCounters-1:0] begins_q;  // whose turn is now, if it is a low word's
  logic [engine_pkg::NumCounters*SumBits-1:0] sums;
  logic [SumBits-1:0] sum;
  assign hit1 = waits1_q && match1_q;
  always_ff @(posedge clk_i) begin
    final_q <= !clear_i && turn_q == LastTurn - 1'b1;
    if (clear_i) begin
      turn_q  <= '0;
      fresh_q <= 1'b1;
    end else begin
      turn_q <= final_q ? '0 : turn_q + 1'b1;
      if (final_q) fresh_q <= 1'b0;
    end
    if (!rst_ni) waits_q <= 1'b0;
    else if (read_i) waits_q <= 1'b1;
    else if (hit1) waits_q <= 1'b0;
    waits1_q <= waits_q;
    match1_q <= turn_q == index_i;
  end
  for (genvar c = 0; c < engine_pkg::NumCounters; c++) begin : gen_sum
    localparam logic [5:0] Before = c == 0 ? LastTurn : 6'(2 * c - 1);
    logic [SumBits-1:0] sum_q;
    assign sums[c*SumBits +: SumBits] = sum_q;
    always_ff @(posedge clk_i) begin
      begins_q[c] <= clear_i ? c == 0 : turn_q == Before;
      if (clear_i) sum_q <= '0;
      else if (begins_q[c]) sum_q <= SumBits'(add_i[c*4 +: 4]);
      else sum_q <= sum_q + SumBits'(add_i[c*4 +: 4]);
    end
  end

  always_comb begin
    sum = '0;
    for (int c = 0; c < engine_pkg::NumCounters; c++) sum = sum | ({SumBits{begins_q[c]}} & sums[c*SumBits +: SumBits]);
  end

  // 1, 2: the word comes. 3: the sum, or the low word's carry, is added. 4: the new word is written.
  logic [5:0]           turn1_q, turn2_q, turn3_q, turn4_q;
  logic                 fresh1_q, fresh2_q, carry4_q;
  logic [3:2]           hit_q;
  logic [SumBits-1:0]   sum1_q, sum2_q, sum3_q;
  logic [WORD_BITS-1:0] word2, word3_q;
  ram_sdp #(.WIDTH(WORD_BITS), .DEPTH(64), .TECH(TECH)) u_totals (
    .clk_i(clk_i), .we_i(1'b1), .waddr_i(turn4_q), .wdata_i(value_o), .re_i(1'b1), .raddr_i(turn_q), .rdata_o(word2));
  always_ff @(posedge clk_i) begin
    turn1_q  <= turn_q;
    turn2_q  <= turn1_q;
    turn3_q  <= turn2_q;
    turn4_q  <= turn3_q;
    fresh1_q <= fresh_q;
    fresh2_q <= fresh1_q;
    sum1_q   <= sum;
    sum2_q   <= sum1_q;
    sum3_q   <= sum2_q;
    word3_q  <= fresh2_q ? '0 : word2;
    {carry4_q, value_o} <= {1'b0, word3_q}
                           + (WORD_BITS+1)'({sum3_q[SumBits-1:1], sum3_q[0] || (turn3_q[0] && carry4_q)});
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) {valid_o, hit_q} <= '0;
    else {valid_o, hit_q} <= {hit_q, hit1};
  end
endmodule
