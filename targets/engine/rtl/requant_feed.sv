// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Hands the sums of an output to requantize, a chunk in RQ_CYCLES cycles, each slice of it with its entries of PRM. An
// output may complete the sums of two chunks at once, which follow each other. Whoever completes outputs leaves as
// many cycles between them. Where a chunk takes one cycle and comes alone nothing is held, and sums go on as they are.
// Maxima have no entries: they are to stay as they are.
module requant_feed #(
  parameter int PK            = 8,
  parameter int RQ_CYCLES     = 1,
  parameter int CHUNKS        = 1,  // that an output may complete at once
  parameter int PRM_ADDR_BITS = 8,
  parameter int LANES         = PK / RQ_CYCLES
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  logic                      start_i,  // p_i is new
  input  logic [PRM_ADDR_BITS-1:0]  p_i,
  input  logic                      max_i,    // stays put
  // An output's sums stand three cycles later, chunk by chunk.
  input  logic                      whole_i,
  input  logic                      pair_i,        // two chunks of them
  input  logic                      pixel_last_i,  // of an output pixel
  input  logic                      pass_last_i,   // of a pass over the input
  input  logic [CHUNKS*PK*32-1:0]   acc_i,
  output logic                      prm_re_o,
  output logic [PRM_ADDR_BITS-1:0]  prm_raddr_o,
  input  logic [PK*64-1:0]          prm_rdata_i,
  // To the lanes.
  output logic                      valid_o,
  output logic                      pixel_last_o,
  output logic [LANES*32-1:0]       acc_o,
  output logic [LANES*64-1:0]       prm_o
);
  // A chunk that is about to leave: its entries are read now, stand two cycles later, and leave in the third.
  logic chunk, pixel_last, pass_last;
  logic [LANES*64-1:0] entries;
  localparam logic [63:0] Through = {16'd2, 16'd4, 32'd0};  // a shift by 2 of 4 times the value
  always_ff @(posedge clk_i) prm_o <= max_i ? {LANES{Through}} : entries;

  // Addresses of PRM: once more for each output of a pass.
  logic [PRM_ADDR_BITS-1:0] addr_q, pass_q, next;
  assign next        = addr_q + 1'b1;
  assign prm_re_o    = chunk;
  assign prm_raddr_o = addr_q;
  always_ff @(posedge clk_i) begin
    if (start_i) begin
      addr_q <= p_i;
      pass_q <= p_i;
    end else if (chunk) begin
      addr_q <= pixel_last && !pass_last ? pass_q : next;
      if (pass_last) pass_q <= next;
    end
  end

  logic [3:1] chunk_q, pixel_last_q;
  assign pixel_last_o = pixel_last_q[3];
  always_ff @(posedge clk_i) begin
    if (!rst_ni) chunk_q <= '0;
    else chunk_q <= {chunk_q[2:1], chunk};
  end

  if (RQ_CYCLES * CHUNKS == 1) begin : gen_straight
    assign chunk      = whole_i;
    assign pixel_last = pixel_last_i;
    assign pass_last  = pass_last_i;
    assign valid_o    = chunk_q[3];
    assign acc_o      = acc_i;
    assign entries    = prm_rdata_i;
    always_ff @(posedge clk_i) pixel_last_q <= {pixel_last_q[2:1], pixel_last};
  end else begin : gen_held
    // One cycle later than the straight way. The second chunk of a pair follows when the first has left.
    logic                 whole_q, pair_q, pixel_end_q, pass_end_q, second;
    logic [RQ_CYCLES-1:0] second_q;
    assign chunk      = whole_q || second;
    assign second     = second_q[RQ_CYCLES-1];
    assign pixel_last = pixel_end_q && (second || !pair_q);
    assign pass_last  = pass_end_q && (second || !pair_q);
    always_ff @(posedge clk_i) begin
      if (!rst_ni) begin
        whole_q  <= 1'b0;
        second_q <= '0;
      end else begin
        whole_q  <= whole_i;
        second_q <= RQ_CYCLES'({second_q, whole_q && pair_q});
      end
    end
    always_ff @(posedge clk_i) begin
      if (whole_i) begin
        pair_q      <= CHUNKS == 2 && pair_i;
        pixel_end_q <= pixel_last_i;
        pass_end_q  <= pass_last_i;
      end
    end

    // Sums move down by a slice a cycle.
    logic [CHUNKS*PK*32-1:0] held_q;
    logic                    held, second1_q, second2_q;
    assign held  = chunk_q[2] && !second2_q;
    assign acc_o = held_q[LANES*32-1:0];
    always_ff @(posedge clk_i) begin
      second1_q <= second;
      second2_q <= second1_q;
      held_q    <= held ? acc_i : held_q >> LANES * 32;
      if (chunk) pixel_last_q[1] <= pixel_last;
      if (chunk_q[1]) pixel_last_q[2] <= pixel_last_q[1];
      if (chunk_q[2]) pixel_last_q[3] <= pixel_last_q[2];
    end

    if (RQ_CYCLES == 1) begin : gen_whole
      assign valid_o = chunk_q[3];
      assign entries = prm_rdata_i;
    end else begin : gen_slices
      localparam int SliceBits = $clog2(RQ_CYCLES);
      logic [SliceBits-1:0] slice, slice_q;  // that leaves in the next cycle, and in this one
      logic                 more_q;
      assign valid_o = chunk_q[3] || more_q;
      assign slice   = chunk_q[2] ? '0 : slice_q + 1'b1;
      assign entries = prm_rdata_i[slice*LANES*64 +: LANES*64];
      always_ff @(posedge clk_i) begin
        if (!rst_ni) more_q <= 1'b0;
        else if (valid_o) more_q <= slice_q != SliceBits'(RQ_CYCLES - 1);
        slice_q <= slice;
      end
    end
  end

`ifndef SYNTHESIS
  // Cycles until the next output's sums may be whole.
  int left_q = 0;
  always @(posedge clk_i) begin
    if (rst_ni && whole_i) begin
      assert (left_q == 0) else $error("%m: an output before the last one has left");
    end
    if (!rst_ni || start_i) left_q <= 0;
    else if (whole_i) left_q <= RQ_CYCLES * (CHUNKS == 2 && pair_i ? 2 : 1) - 1;
    else if (left_q != 0) left_q <= left_q - 1;
  end
`endif
endmodule
