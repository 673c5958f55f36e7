// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The performance counters: small sums that are added, one counter a cycle in turn, to a memory of 64-bit
// totals. What is read is always exact.
module engine_counters (
  input  logic                                clk_i,
  input  logic                                clear_i,
  input  logic [engine_pkg::NumCounters*4-1:0] add_i,   // 0 … 8 each
  input  logic [4:0]                          index_i,
  output logic [63:0]                         value_o  // of index_i two cycles before
);
  localparam int SumBits = 8;  // 18 turns of at most 8

  logic [63:0]                  total_q [0:engine_pkg::NumCounters-1];
  logic [engine_pkg::NumCounters-1:0] live_q;  // totals that are not stale
  logic [4:0]                   turn_q;
  logic [engine_pkg::NumCounters*SumBits-1:0] sums;

  // The turn before: its sum is not in its total yet.
  logic [4:0]         late_q;
  logic               late_live_q;
  logic [SumBits-1:0] late_sum_q, index_sum_q, index_late_q;
  logic [SumBits:0]   index_small_q;
  logic               index_live_q;
  logic [63:0]        late_total_q, index_total_q, index_total2_q;
  always_ff @(posedge clk_i) begin
    late_q          <= turn_q;
    late_live_q     <= live_q[turn_q] && !clear_i;
    late_sum_q      <= clear_i ? '0 : sums[turn_q*SumBits +: SumBits];
    late_total_q    <= total_q[turn_q];
    total_q[late_q] <= (late_live_q ? late_total_q : 64'd0) + 64'(late_sum_q);
  end

  assign value_o = index_total2_q + 64'(index_small_q);
  always_ff @(posedge clk_i) begin
    index_sum_q   <= sums[index_i*SumBits +: SumBits];
    index_late_q  <= late_q == index_i ? late_sum_q : '0;
    index_total_q <= total_q[index_i];
    index_live_q  <= live_q[index_i];
    index_small_q  <= {1'b0, index_sum_q} + {1'b0, index_late_q};
    index_total2_q <= index_live_q ? index_total_q : 64'd0;
  end

  for (genvar c = 0; c < engine_pkg::NumCounters; c++) begin : gen_sum
    logic [SumBits-1:0] sum_q;
    assign sums[c*SumBits +: SumBits] = sum_q;
    always_ff @(posedge clk_i) begin
      if (clear_i) sum_q <= '0;
      else if (turn_q == 5'(c)) sum_q <= SumBits'(add_i[c*4 +: 4]);
      else sum_q <= sum_q + SumBits'(add_i[c*4 +: 4]);
    end
  end

  always_ff @(posedge clk_i) begin
    if (clear_i) begin
      turn_q <= '0;
      live_q <= '0;
    end else begin
      turn_q         <= turn_q == 5'(engine_pkg::NumCounters - 1) ? '0 : turn_q + 5'd1;
      live_q[late_q] <= 1'b1;
    end
  end
endmodule
