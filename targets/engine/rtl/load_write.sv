// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Puts the blocks of LOAD into the scratchpads: words of ACT at the pace of its write port, slices of WGT or
// PRM one a cycle.
module load_write #(
  parameter int PC         = 8,
  parameter int PK         = 8,
  parameter int AXI_BYTES  = 8,
  parameter int LOCAL_BITS = 16,
  parameter int WORD_BITS  = 14
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   valid_i,
  output logic                   ready_o,
  input  logic [AXI_BYTES*8-1:0] data_i,
  input  logic                   first_i, last_i,  // block of a run
  input  logic [1:0]             target_i,         // 0 ACT, 1 WGT, 2 PRM
  input  logic [LOCAL_BITS-1:0]  local_i,          // where the run begins: chunk of ACT, word of WGT or PRM
  input  logic                   odd_i,            // the run has an odd number of ACT words
  output logic                   act_valid_o,
  input  logic                   act_ready_i,
  output logic [WORD_BITS-1:0]   act_addr_o,
  output logic [PC*8-1:0]        act_data_o,
  output logic                   wgt_we_o, prm_we_o,
  output logic [LOCAL_BITS-1:0]  word_o,
  output logic [7:0]             slice_o,
  output logic [AXI_BYTES*8-1:0] slice_data_o
);
  localparam int B          = AXI_BYTES;
  localparam int WgtSlices  = PK * PC / B;
  localparam int PrmSlices  = PK * 8 / B;
  localparam int ChunkShift = $clog2(PC / PK);

  logic                  to_act, to_wgt, act_done;
  logic [WORD_BITS-1:0]  act_next_q;
  logic [LOCAL_BITS-1:0] word_q;
  logic [7:0]            slice_q;

  assign to_act  = target_i == 2'd0;
  assign to_wgt  = target_i == 2'd1;
  assign ready_o = !to_act || act_done;

  // ACT.
  if (PC == B) begin : gen_equal
    assign act_valid_o = valid_i && to_act;
    assign act_done    = act_ready_i;
    assign act_data_o  = data_i;
    assign act_addr_o  = first_i ? WORD_BITS'(local_i >> ChunkShift) : act_next_q;
  end else if (PC > B) begin : gen_gather
    localparam int Parts = PC / B;
    logic [$clog2(Parts)-1:0] part_q;
    logic [(Parts-1)*B*8-1:0] low_q;
    logic                     full;
    assign full        = &part_q;
    assign act_valid_o = valid_i && to_act && full;
    assign act_done    = !full || act_ready_i;
    assign act_data_o  = {data_i, low_q};
    assign act_addr_o  = act_next_q;
    always_ff @(posedge clk_i) begin
      if (!rst_ni) part_q <= '0;
      else if (valid_i && to_act && act_done) part_q <= part_q + 1'b1;
    end
    always_ff @(posedge clk_i) begin
      for (int p = 0; p < Parts - 1; p++) begin
        if (part_q == $bits(part_q)'(p)) low_q[p*B*8 +: B*8] <= data_i;
      end
    end
  end else begin : gen_split
    localparam int Parts = B / PC;
    logic [$clog2(Parts)-1:0] part_q;
    logic                     final_part;
    // The last block of an odd number of words has one word only.
    assign final_part  = (&part_q) || (last_i && odd_i);
    assign act_valid_o = valid_i && to_act;
    assign act_done    = act_ready_i && final_part;
    assign act_data_o  = data_i[part_q*PC*8 +: PC*8];
    assign act_addr_o  = first_i && part_q == '0 ? WORD_BITS'(local_i >> ChunkShift) : act_next_q;
    always_ff @(posedge clk_i) begin
      if (!rst_ni) part_q <= '0;
      else if (act_valid_o && act_ready_i) part_q <= final_part ? '0 : part_q + 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (act_valid_o && act_ready_i) act_next_q <= act_addr_o + 1'b1;
    else if (PC > B && valid_i && first_i) act_next_q <= WORD_BITS'(local_i >> ChunkShift);
  end

  // WGT and PRM.
  assign wgt_we_o     = valid_i && to_wgt;
  assign prm_we_o     = valid_i && target_i == 2'd2;
  assign word_o       = first_i ? local_i : word_q;
  assign slice_o      = first_i ? 8'd0 : slice_q;
  assign slice_data_o = data_i;

  always_ff @(posedge clk_i) begin
    if (wgt_we_o || prm_we_o) begin
      if (slice_o == (to_wgt ? 8'(WgtSlices - 1) : 8'(PrmSlices - 1))) begin
        slice_q <= 8'd0;
        word_q  <= word_o + 1'b1;
      end else begin
        slice_q <= slice_o + 8'd1;
        word_q  <= word_o;
      end
    end
  end
endmodule
