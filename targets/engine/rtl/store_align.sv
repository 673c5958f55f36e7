// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The data side of STORE: words of ACT become bus beats. A run's first byte goes to byte `lane` of its first
// beat. One beat a cycle, as far as words come.
module store_align #(
  parameter int PC        = 8,
  parameter int AXI_BYTES = 8,
  parameter int LANE_BITS = 3,
  parameter int BEAT_BITS = 14
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  // The run at the head of the queue; done_o takes it.
  input  logic                   run_valid_i,
  input  logic [LANE_BITS-1:0]   lane_i,
  input  logic [LANE_BITS-1:0]   final_lane_i,  // of the last byte in the last beat
  input  logic [BEAT_BITS-1:0]   last_beat_i,
  input  logic [BEAT_BITS-1:0]   last_block_i,  // blocks are AXI_BYTES long and begin at the run's first byte
  input  logic [7:0]             last_part_i,   // word of the last block, where a block has several
  output logic                   done_o,
  input  logic                   word_valid_i,
  output logic                   word_take_o,
  input  logic [PC*8-1:0]        word_i,
  output logic                   beat_valid_o,
  input  logic                   beat_ready_i,
  output logic [AXI_BYTES*8-1:0] beat_data_o,
  output logic [AXI_BYTES-1:0]   beat_strb_o
);
  localparam int B = AXI_BYTES;

  // Beats sent and blocks taken of this run, and what follows from the numbers but for the first of each.
  logic [BEAT_BITS-1:0] beat_q, block_q, beat_d, block_d;
  logic                 at_first, at_final_q, untaken_q, need_q, block_last_q;
  logic                 need, at_final, block_valid, block_take, block_last, send;
  logic [B*8-1:0]       block, hold_q;
  logic [2*B*8-1:0]     pair;
  logic [LANE_BITS:0]   shift;

  assign beat_d     = beat_q + 1'b1;
  assign block_d    = block_q + 1'b1;
  assign at_final   = at_first ? last_beat_i == '0 : at_final_q;
  assign need       = untaken_q || need_q;
  assign block_last = untaken_q ? last_block_i == '0 : block_last_q;

  assign beat_valid_o = run_valid_i && (!need || block_valid);
  assign send         = beat_valid_o && beat_ready_i;
  assign block_take   = need && send;
  assign done_o       = send && at_final;

  assign pair  = {block, hold_q};
  assign shift = (LANE_BITS+1)'(B) - (LANE_BITS+1)'(lane_i);
  always_comb begin
    for (int i = 0; i < B; i++) begin
      beat_data_o[i*8 +: 8] = pair[((LANE_BITS+2)'(i) + (LANE_BITS+2)'(shift))*8 +: 8];
      beat_strb_o[i] = (!at_first || LANE_BITS'(i) >= lane_i) && (!at_final || LANE_BITS'(i) <= final_lane_i);
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || done_o) begin
      beat_q    <= '0;
      block_q   <= '0;
      at_first  <= 1'b1;
      untaken_q <= 1'b1;
    end else begin
      if (send) begin
        beat_q   <= beat_d;
        at_first <= 1'b0;
      end
      if (block_take) begin
        block_q   <= block_d;
        untaken_q <= 1'b0;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (send) at_final_q <= beat_d == last_beat_i;
    if (block_take) begin
      hold_q       <= block;
      need_q       <= !block_last;
      block_last_q <= block_d == last_block_i;
    end
  end

  // Blocks of AXI_BYTES from words of PC bytes.
  if (PC == B) begin : gen_equal
    assign block       = word_i;
    assign block_valid = word_valid_i;
    assign word_take_o = block_take;
  end else if (PC > B) begin : gen_split
    localparam int PartBits = $clog2(PC / B);
    logic [PartBits-1:0] part_q;
    assign block       = word_i[part_q*B*8 +: B*8];
    assign block_valid = word_valid_i;
    assign word_take_o = block_take && ((&part_q) || block_last);
    always_ff @(posedge clk_i) begin
      if (!rst_ni) part_q <= '0;
      else if (block_take) part_q <= word_take_o ? '0 : part_q + 1'b1;
    end
  end else begin : gen_gather
    // The run's last block may lack words at its end.
    localparam int Parts     = B / PC;
    localparam int PartBits  = $clog2(Parts);
    logic [PartBits-1:0]   part_q;
    logic [(Parts-1)*PC*8-1:0] low_q;
    logic                  whole;
    assign whole       = (&part_q) || (block_last && part_q == last_part_i[PartBits-1:0]);
    assign block_valid = word_valid_i && whole;
    assign word_take_o = word_valid_i && run_valid_i && need && (!whole || block_take);
    always_comb begin
      block = {word_i, low_q};
      for (int p = 0; p < Parts - 1; p++) begin
        if (part_q == PartBits'(p)) block[p*PC*8 +: PC*8] = word_i;
      end
    end
    always_ff @(posedge clk_i) begin
      if (!rst_ni) part_q <= '0;
      else if (word_take_o) part_q <= whole ? '0 : part_q + 1'b1;
    end
    always_ff @(posedge clk_i) begin
      for (int p = 0; p < Parts - 1; p++) begin
        if (word_take_o && part_q == PartBits'(p)) low_q[p*PC*8 +: PC*8] <= word_i;
      end
    end
  end
endmodule
