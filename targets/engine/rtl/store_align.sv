// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The data side of STORE: blocks of AXI_BYTES bytes become bus beats. A run's first byte goes to byte `lane` of
// its first beat. One beat a cycle, as far as blocks come. What a step does is decided a step ahead, so that room
// and a block are all that it waits for; the bytes follow a cycle behind it.
module store_align #(
  parameter int AXI_BYTES = 8,
  parameter int LANE_BITS = 3,
  parameter int BEAT_BITS = 14
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  // The run at the head of the queue.
  input  logic                   run_valid_i,
  output logic                   run_take_o,
  input  logic [LANE_BITS-1:0]   lane_i,
  input  logic [LANE_BITS-1:0]   final_lane_i,  // of the last byte in the last beat
  input  logic [BEAT_BITS-1:0]   last_beat_i,
  input  logic [BEAT_BITS-1:0]   last_block_i,  // blocks begin at the run's first byte
  input  logic                   one_beat_i, one_block_i,
  input  logic                   final_i,       // the run is the last of an instruction
  input  logic                   block_valid_i,
  output logic                   block_take_o,
  output logic                   block_last_o,  // the block at hand is the run's last
  input  logic [AXI_BYTES*8-1:0] block_i,
  // Beats; room_i promises that the next one is taken.
  input  logic                   room_i,
  output logic                   emit_o,        // a beat stands at the outputs in the next cycle but one
  output logic                   valid_o,
  output logic [AXI_BYTES*8-1:0] data_o,
  output logic [AXI_BYTES-1:0]   strb_o,
  output logic                   final_o        // the last beat of an instruction
);
  localparam int B = AXI_BYTES;

  logic takes_idle, takes_last;
  logic active_q, fresh_q, need_q, at_last, step, moves, ends, unused_beat, unused_block;

  cut u_step (.d_i(active_q && room_i && (!need_q || block_valid_i)), .q_o(step));
  assign emit_o       = step;
  assign block_take_o = step && need_q;
  // As long as none is at work, whatever stands there is taken along. Where anything moves, registers alone say whether
  // it is to the next run.
  assign ends         = !active_q || at_last;
  cut u_moves (.d_i(!active_q || step), .q_o(moves));
  cut u_idle (.d_i(run_valid_i && !active_q), .q_o(takes_idle));
  cut u_last_step (.d_i(run_valid_i && at_last), .q_o(takes_last));
  assign run_take_o   = takes_idle || (step && takes_last);

  countdown #(.WIDTH(BEAT_BITS)) u_beats (.clk_i(clk_i), .en_i(moves), .load_i(ends), .count_i(last_beat_i),
    .zero_i(one_beat_i), .zero_o(at_last), .one_o(unused_beat));
  // After its last block a run has one beat at most, and what is counted then is not used.
  countdown #(.WIDTH(BEAT_BITS)) u_blocks (.clk_i(clk_i), .en_i(moves), .load_i(ends), .count_i(last_block_i),
    .zero_i(one_block_i), .zero_o(block_last_o), .one_o(unused_block));

  always_ff @(posedge clk_i) begin
    if (!rst_ni) active_q <= 1'b0;
    else if (moves && ends) active_q <= run_valid_i;
  end

  always_ff @(posedge clk_i) begin
    if (moves) begin
      fresh_q <= ends;
      need_q  <= ends || (need_q && !block_last_o);
    end
  end

  // The step, a cycle later, and what its bytes need to know of the run.
  logic                 begun1_q, step1_q, take1_q, fresh1_q, last1_q, final1_q, final_q;
  logic [B*8-1:0]       block1_q;
  logic [LANE_BITS-1:0] lane1_q, final_lane1_q, lane_q, final_lane_q;
  always_ff @(posedge clk_i) begin
    begun1_q      <= run_take_o;
    take1_q       <= block_take_o;
    fresh1_q      <= fresh_q;
    last1_q       <= at_last;
    block1_q      <= block_i;
    lane1_q       <= lane_i;
    final_lane1_q <= final_lane_i;
    final1_q      <= final_i;
    if (begun1_q) begin
      lane_q       <= lane1_q;
      final_lane_q <= final_lane1_q;
      final_q      <= final1_q;
    end
  end

  logic [B*8-1:0]   hold_q, beat;
  logic [B-1:0]     strb;
  byte_shift #(.BYTES(B)) u_shift (
    .clk_i(clk_i), .load_i(begun1_q), .skip_i(~lane1_q), .pair_i({block1_q, hold_q}), .data_o(beat));
  always_comb begin
    for (int i = 0; i < B; i++) begin
      strb[i] = (!fresh1_q || LANE_BITS'(i) >= lane_q) && (!last1_q || LANE_BITS'(i) <= final_lane_q);
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) {valid_o, step1_q} <= '0;
    else {valid_o, step1_q} <= {step1_q, step};
  end
  always_ff @(posedge clk_i) begin
    if (take1_q) hold_q <= block1_q;
    data_o  <= beat;
    strb_o  <= strb;
    final_o <= final_q && last1_q;
  end
endmodule
