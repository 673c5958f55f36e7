// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The data side of LOAD: turns the bus beats of a run into blocks of AXI_BYTES bytes that begin at the run's
// first byte, with `fill` where a byte is outside the bytes wanted. One block or beat a cycle. What a step does
// is decided a step ahead, so that room and a beat are all that it waits for; the bytes follow a cycle behind it.
module load_align #(
  parameter int AXI_BYTES = 8,
  parameter int LANE_BITS = 3,
  parameter int BEAT_BITS = 22,
  parameter int FIRST_BITS = 13,
  parameter int TAG_BITS  = 1
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  // The run at the head of the queue.
  input  logic                   run_valid_i,
  output logic                   run_take_o,
  input  logic [LANE_BITS-1:0]   lane_i,         // of the first wanted byte in its beat …
  input  logic [LANE_BITS-1:0]   first_lane_i,   // … and in its block
  input  logic [LANE_BITS-1:0]   final_lane_i,   // of the last wanted byte in its block
  input  logic [FIRST_BITS-1:0]  first_block_i,  // with wanted bytes
  input  logic [BEAT_BITS-1:0]   final_block_i,
  input  logic [BEAT_BITS-1:0]   last_block_i,   // of the run
  // The same numbers judged ahead of time.
  input  logic                   some_i,         // a byte is wanted
  input  logic                   first_now_i, final_now_i, last_now_i,  // that block is block 0
  input  logic                   straddles_i,    // lane_i > first_lane_i: the first block begins in one beat and ends in the next
  input  logic                   dry_i,          // the final block has no beat of its own
  input  logic [7:0]             fill_i,
  input  logic [TAG_BITS-1:0]    tag_i,          // goes with the run's blocks
  output logic                   waits_o,        // for the bus
  input  logic                   beat_valid_i,
  output logic                   beat_take_o,
  input  logic [AXI_BYTES*8-1:0] beat_data_i,
  // Blocks; room_i promises that the next one is taken.
  input  logic                   room_i,
  output logic                   emit_o,         // a block stands at the outputs in the next cycle but one
  output logic                   valid_o,
  output logic [AXI_BYTES*8-1:0] data_o,
  output logic [TAG_BITS-1:0]    tag_o,
  output logic                   first_o,        // block of the run
  output logic                   last_o
);
  localparam int B = AXI_BYTES;

  // The run at work, and what its next step does.
  logic                 active_q, some_q, straddles_q, dry_q, fresh_q;
  logic                 prime_q;   // takes a beat ahead: the first block begins in one and ends in the next
  logic                 need_q;    // takes a beat
  logic                 within_q;  // from the first to the final block
  logic                 at_first, at_final, at_last, next_first, next_final;
  logic                 step, moves, ends, emit, free, next_begins, next_within, next_prime, next_dry, begins;
  logic                 unused_last;

  // Each from registers and one other, so that a run's end is three LUTs from the beat that it needs.
  logic beat_valid, takes_idle, takes_last;
  cut u_step (.d_i(active_q && room_i && (!need_q || beat_valid_i)), .q_o(step));
  cut u_valid (.d_i(beat_valid_i), .q_o(beat_valid));
  cut u_idle (.d_i(run_valid_i && !active_q), .q_o(takes_idle));
  cut u_last_step (.d_i(run_valid_i && !prime_q && at_last), .q_o(takes_last));
  cut u_emit (.d_i(step && !prime_q), .q_o(emit));
  assign emit_o      = emit;
  assign beat_take_o = step && need_q;
  assign waits_o     = active_q && need_q && !beat_valid;
  // As long as none is at work, whatever stands there is taken along. Where anything moves, registers alone say whether
  // it is to the next run.
  assign ends        = !active_q || (!prime_q && at_last);
  cut u_moves (.d_i(!active_q || step), .q_o(moves));
  assign free        = moves && ends;
  assign run_take_o  = takes_idle || (step && takes_last);

  assign begins      = some_i && first_now_i;
  assign next_begins = some_q && next_first && !prime_q;
  assign next_within = prime_q || next_begins || (within_q && !at_final);
  // Each block of those within takes a beat, but for the final one where it is dry.
  assign next_prime  = next_begins && straddles_q;
  assign next_dry    = dry_q && (prime_q ? at_final : next_final);

  logic counts;
  cut u_counts (.d_i(!active_q || (step && !prime_q)), .q_o(counts));
  countdown #(.WIDTH(FIRST_BITS)) u_first (.clk_i(clk_i), .en_i(counts), .load_i(ends),
    .count_i(first_block_i), .zero_i(first_now_i), .zero_o(at_first), .one_o(next_first));
  countdown #(.WIDTH(BEAT_BITS)) u_final (.clk_i(clk_i), .en_i(counts), .load_i(ends),
    .count_i(final_block_i), .zero_i(final_now_i), .zero_o(at_final), .one_o(next_final));
  countdown #(.WIDTH(BEAT_BITS)) u_last (.clk_i(clk_i), .en_i(counts), .load_i(ends),
    .count_i(last_block_i), .zero_i(last_now_i), .zero_o(at_last), .one_o(unused_last));

  always_ff @(posedge clk_i) begin
    if (!rst_ni) active_q <= 1'b0;
    else if (free) active_q <= run_valid_i;
  end

  always_ff @(posedge clk_i) begin
    if (free) begin
      some_q      <= some_i;
      straddles_q <= straddles_i;
      dry_q       <= dry_i;
    end
    if (moves) begin
      fresh_q  <= ends || (fresh_q && prime_q);
      prime_q  <= ends ? begins && straddles_i : next_prime;
      need_q   <= ends ? begins : next_prime || (next_within && !next_dry);
      within_q <= ends ? begins : next_within;
    end
  end

  // The step, a cycle later, and what its bytes need to know of the run.
  localparam int HeadBits = 3*LANE_BITS + 8 + TAG_BITS;
  logic                 begun1_q, emit1_q, take1_q, within1_q, first1_q, final1_q, last1_q, fresh1_q;
  logic [B*8-1:0]       beat1_q;
  logic [HeadBits-1:0]  head1_q;
  logic [LANE_BITS-1:0] lane1, first_lane1, final_lane1, skip1, first_lane_q, final_lane_q;
  logic [7:0]           fill1, fill_q;
  logic [TAG_BITS-1:0]  tag1, tag_q;
  assign {lane1, first_lane1, final_lane1, fill1, tag1} = head1_q;
  always_ff @(posedge clk_i) begin
    begun1_q  <= run_take_o;
    take1_q   <= beat_take_o;
    within1_q <= within_q;
    first1_q  <= at_first;
    final1_q  <= at_final;
    last1_q   <= at_last;
    fresh1_q  <= fresh_q;
    beat1_q   <= beat_data_i;
    head1_q   <= {lane_i, first_lane_i, final_lane_i, fill_i, tag_i};
    if (begun1_q) begin
      first_lane_q <= first_lane1;
      final_lane_q <= final_lane1;
      fill_q       <= fill1;
      tag_q        <= tag1;
    end
  end

  logic [B*8-1:0]   hold_q, block, moved;
  assign skip1 = lane1 - first_lane1 - 1'b1;
  byte_shift #(.BYTES(B)) u_shift (
    .clk_i(clk_i), .load_i(begun1_q), .skip_i(skip1), .pair_i({beat1_q, hold_q}), .data_o(moved));

  logic [B-1:0]     mask;
  always_comb begin
    for (int i = 0; i < B; i++) begin
      mask[i] = within1_q && (!first1_q || LANE_BITS'(i) >= first_lane_q)
                && (!final1_q || LANE_BITS'(i) <= final_lane_q);
      block[i*8 +: 8] = mask[i] ? moved[i*8 +: 8] : fill_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) {valid_o, emit1_q} <= '0;
    else {valid_o, emit1_q} <= {emit1_q, emit};
  end
  always_ff @(posedge clk_i) begin
    if (take1_q) hold_q <= beat1_q;
    data_o  <= block;
    tag_o   <= tag_q;
    first_o <= fresh1_q;
    last_o  <= last1_q;
  end
endmodule
