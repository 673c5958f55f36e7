// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The six counters tok[src][dst]. A unit's instruction may begin when ok_o of that unit is set; it takes
// its tokens by taken_i. Bit src of a mask is unit src. ok_o is a cycle late, and so is taken_i, which is safe: tokens
// of a unit are taken by itself alone, and its next instruction is not there in the cycles after one was taken.
module token_counters (
  input  logic        clk_i,
  input  logic        clear_i,
  input  logic [2:0]  wait_load_i, wait_compute_i, wait_store_i,
  input  logic [2:0]  taken_i,   // by unit: an instruction began a cycle ago
  input  logic [2:0]  signal_load_i, signal_compute_i, signal_store_i,
  input  logic [2:0]  give_i,    // by unit
  output logic [2:0]  ok_o,
  output logic        overflow_load_o, overflow_compute_o, overflow_store_o,  // by what was given a cycle ago
  output logic [31:0] tokens_o   // 4 bits each: [0][1], [0][2], [1][0], [1][2], [2][0], [2][1]
);
  localparam int Pairs = 6;
  logic [Pairs-1:0] inc, dec, some, over;

  assign inc = {signal_store_i[1] & give_i[2], signal_store_i[0] & give_i[2],
                signal_compute_i[2] & give_i[1], signal_compute_i[0] & give_i[1],
                signal_load_i[2] & give_i[0], signal_load_i[1] & give_i[0]};
  assign dec = {wait_compute_i[2] & taken_i[1], wait_load_i[2] & taken_i[0],
                wait_store_i[1] & taken_i[2], wait_load_i[1] & taken_i[0],
                wait_store_i[0] & taken_i[2], wait_compute_i[0] & taken_i[1]};

  always_ff @(posedge clk_i) begin
    ok_o[0] <= (some[2] | ~wait_load_i[1]) & (some[4] | ~wait_load_i[2]);
    ok_o[1] <= (some[0] | ~wait_compute_i[0]) & (some[5] | ~wait_compute_i[2]);
    ok_o[2] <= (some[1] | ~wait_store_i[0]) & (some[3] | ~wait_store_i[1]);
  end

  assign overflow_load_o    = |over[1:0];
  assign overflow_compute_o = |over[3:2];
  assign overflow_store_o   = |over[5:4];
  assign tokens_o[31:24]    = '0;

  for (genvar i = 0; i < Pairs; i++) begin : gen_pair
    // A sixteenth token is one too many unless another was taken as it came.
    logic [4:0] count_q;
    assign some[i] = count_q != 5'd0;
    assign over[i] = count_q[4] && !dec[i];
    assign tokens_o[4*i +: 4] = count_q[3:0] | {4{count_q[4]}};
    always_ff @(posedge clk_i) begin
      if (clear_i) count_q <= 5'd0;
      else count_q <= (over[i] ? 5'd15 : count_q) + 5'(inc[i]) - 5'(dec[i]);
    end
  end

`ifndef SYNTHESIS
  for (genvar i = 0; i < Pairs; i++) begin : gen_assert
    always @(posedge clk_i) begin
      if (!clear_i) assert (!(dec[i] && !some[i])) else $error("%m: a token is taken that is not there");
    end
  end
`endif
endmodule
