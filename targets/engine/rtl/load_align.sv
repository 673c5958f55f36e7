// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The data side of LOAD: turns the bus beats of a run into blocks of AXI_BYTES bytes that begin at the run's
// first byte, with `fill` where a byte is outside the bytes wanted. One block or beat a cycle.
module load_align #(
  parameter int AXI_BYTES = 8,
  parameter int LANE_BITS = 3,
  parameter int BEAT_BITS = 22,
  parameter int TAG_BITS  = 1
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  // The run at the head of the queue; done_o takes it.
  input  logic                   run_valid_i,
  input  logic [LANE_BITS-1:0]   lane_i,         // of the first wanted byte in its beat …
  input  logic [LANE_BITS-1:0]   first_lane_i,   // … and in its block
  input  logic [LANE_BITS-1:0]   final_lane_i,   // of the last wanted byte in its block
  input  logic [BEAT_BITS-1:0]   first_block_i, final_block_i,  // with wanted bytes
  input  logic [BEAT_BITS-1:0]   beats_i,
  input  logic [BEAT_BITS-1:0]   last_block_i,   // of the run
  // The same numbers judged ahead of time.
  input  logic                   some_i,         // beats_i is not 0: a byte is wanted
  input  logic                   first_now_i, final_now_i, last_now_i,  // that block is block 0
  input  logic                   straddles_i,    // lane_i > first_lane_i
  input  logic [7:0]             fill_i,
  input  logic [TAG_BITS-1:0]    tag_i,          // goes with the run's blocks
  output logic                   done_o,
  output logic                   waits_o,        // for the bus
  input  logic                   beat_valid_i,
  output logic                   beat_ready_o,
  input  logic [AXI_BYTES*8-1:0] beat_data_i,
  output logic                   valid_o,
  input  logic                   ready_i,
  output logic [AXI_BYTES*8-1:0] data_o,
  output logic [TAG_BITS-1:0]    tag_o,
  output logic                   first_o,        // block of the run
  output logic                   last_o
);
  localparam int B = AXI_BYTES;

  // Blocks emitted and beats taken of this run, and what follows from the numbers but for the first of each.
  logic [BEAT_BITS-1:0] block_q, taken_q, block_d, taken_d;
  logic                 fresh_q, at_first_q, at_final_q, last_q, untaken_q, more_q;
  logic                 primed_q, begun_q, ended_q;
  logic [B*8-1:0]       hold_q;
  logic                 at_first, at_final, active, prime, more, need, take, emit, last;
  logic [LANE_BITS:0]   shift;  // bytes, 1 … B
  logic [2*B*8-1:0]     pair;
  logic [B-1:0]         mask;
  logic [B*8-1:0]       block;

  assign block_d  = block_q + 1'b1;
  assign taken_d  = taken_q + 1'b1;
  assign at_first = some_i && (fresh_q ? first_now_i : at_first_q);
  assign at_final = some_i && (fresh_q ? final_now_i : at_final_q);
  assign last     = fresh_q ? last_now_i : last_q;
  assign more     = untaken_q ? some_i : more_q;
  assign active   = (at_first || begun_q) && !ended_q;

  // The first block may begin in one beat and end in the next: then a beat is taken ahead of it.
  assign prime        = at_first && !primed_q && straddles_i;
  assign need         = run_valid_i && (prime || (active && more));
  assign waits_o      = need && !beat_valid_i;
  assign emit         = run_valid_i && !prime && !waits_o && (!valid_o || ready_i);
  assign take         = need && (prime ? beat_valid_i : emit);
  assign beat_ready_o = take;
  assign done_o       = emit && last;

  assign shift = {lane_i == first_lane_i, lane_i - first_lane_i};
  assign pair  = {beat_data_i, hold_q};

  always_comb begin
    for (int i = 0; i < B; i++) begin
      mask[i] = active && (!at_first || LANE_BITS'(i) >= first_lane_i)
                && (!at_final || LANE_BITS'(i) <= final_lane_i);
      block[i*8 +: 8] = mask[i] ? pair[((LANE_BITS+2)'(i) + (LANE_BITS+2)'(shift))*8 +: 8] : fill_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_o <= 1'b0;
    else if (emit) valid_o <= 1'b1;
    else if (ready_i) valid_o <= 1'b0;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || done_o) begin
      block_q   <= '0;
      taken_q   <= '0;
      fresh_q   <= 1'b1;
      untaken_q <= 1'b1;
      primed_q  <= 1'b0;
      begun_q   <= 1'b0;
      ended_q   <= 1'b0;
    end else begin
      if (emit) begin
        block_q <= block_d;
        fresh_q <= 1'b0;
        if (at_first) begun_q <= 1'b1;
        if (at_final) ended_q <= 1'b1;
      end
      if (take) begin
        taken_q   <= taken_d;
        untaken_q <= 1'b0;
        primed_q  <= 1'b1;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (take) begin
      hold_q <= beat_data_i;
      more_q <= taken_d != beats_i;
    end
    if (emit) begin
      at_first_q <= block_d == first_block_i;
      at_final_q <= block_d == final_block_i;
      last_q     <= block_d == last_block_i;
      data_o     <= block;
      tag_o      <= tag_i;
      first_o    <= fresh_q;
      last_o     <= last;
    end
  end
endmodule
