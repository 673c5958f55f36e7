// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The data side of LOAD: turns the bus beats of a run into blocks of AXI_BYTES bytes that begin at the run's
// first byte, with `fill` where a byte is outside [first, end). One block or beat a cycle.
module load_align #(
  parameter int LEN_BITS  = 24,
  parameter int AXI_BYTES = 8,
  parameter int LANE_BITS = 3,
  parameter int BEAT_BITS = 22,
  parameter int TAG_BITS  = 1
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  // The run at the head of the queue; done_o takes it.
  input  logic                   run_valid_i,
  input  logic [LANE_BITS-1:0]   lane_i,
  input  logic [LEN_BITS-1:0]    first_i, end_i,
  input  logic [BEAT_BITS-1:0]   beats_i,
  input  logic [BEAT_BITS-1:0]   blocks_i,  // at least 1
  input  logic [7:0]             fill_i,
  input  logic [TAG_BITS-1:0]    tag_i,     // goes with the run's blocks
  output logic                   done_o,
  output logic                   waits_o,   // for the bus
  input  logic                   beat_valid_i,
  output logic                   beat_ready_o,
  input  logic [AXI_BYTES*8-1:0] beat_data_i,
  output logic                   valid_o,
  input  logic                   ready_i,
  output logic [AXI_BYTES*8-1:0] data_o,
  output logic [TAG_BITS-1:0]    tag_o,
  output logic                   first_o,   // block of the run
  output logic                   last_o
);
  localparam int B = AXI_BYTES;

  logic [BEAT_BITS-1:0] block_q, taken_q;
  logic                 primed_q, begun_q, ended_q;
  logic [B*8-1:0]       hold_q;
  logic [LEN_BITS-1:0]  final_byte;
  logic [LANE_BITS-1:0] first_lane, final_lane;
  logic                 some, at_first, at_final, active, prime, more, need, take, emit, last;
  logic [LANE_BITS:0]   shift;  // bytes, 1 … B
  logic [2*B*8-1:0]     pair;
  logic [B-1:0]         mask;
  logic [B*8-1:0]       block;

  assign final_byte = end_i - 1'b1;
  assign first_lane = first_i[LANE_BITS-1:0];
  assign final_lane = final_byte[LANE_BITS-1:0];
  assign some       = beats_i != '0;
  assign at_first   = some && block_q == BEAT_BITS'(first_i >> LANE_BITS);
  assign at_final   = some && block_q == BEAT_BITS'(final_byte >> LANE_BITS);
  assign active     = (at_first || begun_q) && !ended_q;

  // The first block may begin in one beat and end in the next: then a beat is taken ahead of it.
  assign prime        = at_first && !primed_q && lane_i > first_lane;
  assign more         = taken_q != beats_i;
  assign need         = run_valid_i && (prime || (active && more));
  assign waits_o      = need && !beat_valid_i;
  assign emit         = run_valid_i && !prime && !waits_o && (!valid_o || ready_i);
  assign take         = need && (prime ? beat_valid_i : emit);
  assign beat_ready_o = take;
  assign last         = block_q == blocks_i - 1'b1;
  assign done_o       = emit && last;

  assign shift = {lane_i == first_lane, lane_i - first_lane};
  assign pair  = {beat_data_i, hold_q};

  always_comb begin
    for (int i = 0; i < B; i++) begin
      mask[i] = active && (!at_first || LANE_BITS'(i) >= first_lane)
                && (!at_final || LANE_BITS'(i) <= final_lane);
      block[i*8 +: 8] = mask[i] ? pair[((LANE_BITS+2)'(i) + (LANE_BITS+2)'(shift))*8 +: 8] : fill_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_o  <= 1'b0;
      block_q  <= '0;
      taken_q  <= '0;
      primed_q <= 1'b0;
      begun_q  <= 1'b0;
      ended_q  <= 1'b0;
    end else begin
      if (emit) valid_o <= 1'b1;
      else if (ready_i) valid_o <= 1'b0;
      if (done_o) begin
        block_q  <= '0;
        taken_q  <= '0;
        primed_q <= 1'b0;
        begun_q  <= 1'b0;
        ended_q  <= 1'b0;
      end else begin
        if (emit) block_q <= block_q + 1'b1;
        if (take) taken_q <= taken_q + 1'b1;
        if (take && prime) primed_q <= 1'b1;
        if (emit && at_first) begun_q <= 1'b1;
        if (emit && at_final) ended_q <= 1'b1;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (take) hold_q <= beat_data_i;
    if (emit) begin
      data_o  <= block;
      tag_o   <= tag_i;
      first_o <= block_q == '0;
      last_o  <= last;
    end
  end
endmodule
