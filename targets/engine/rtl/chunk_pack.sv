// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Puts the results of LANES lanes together to chunks of PK bytes, each written with its last results. With INT16 results
// may have two bytes. Those of CONV fill two chunks, of which a last one may not be wanted; the second one of results
// that come all at once is written a cycle later, so that whoever makes them leaves a cycle between them. Those of
// others stand in every other lane, and fill a chunk as bytes do.
module chunk_pack #(
  parameter int PK        = 8,
  parameter int RQ_CYCLES = 1,
  parameter int INT16     = 0,
  parameter int LANES     = PK / RQ_CYCLES
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               start_i,  // how results are is new
  input  logic               wide_i,   // results fill two chunks …
  input  logic               alone_i,  // … and the second one is not wanted, of the chunk told by next_o
  input  logic               pairs_i,  // results stand in every other lane
  input  logic               next_i,   // there are results in the next cycle …
  input  logic               valid_i,  // … in this one
  input  logic [LANES*8-1:0] y_i,
  input  logic [LANES*8-1:0] high_i,   // upper bytes
  output logic               next_o,   // a chunk is complete in the next cycle, …
  output logic               last_o,   // … the last one of its results
  output logic               we_o,
  output logic [PK*8-1:0]    data_o
);
  // Bytes in their lanes, or two of each.
  logic [LANES*8-1:0]  single;
  logic [LANES*16-1:0] both;
  for (genvar k = 0; k < LANES; k++) begin : gen_lane
    assign both[k*16 +: 16] = {high_i[k*8 +: 8], y_i[k*8 +: 8]};
    if (INT16 != 0 && k % 2 == 1) begin : gen_odd
      assign single[k*8 +: 8] = pairs_i ? high_i[(k-1)*8 +: 8] : y_i[k*8 +: 8];
    end else begin : gen_even
      assign single[k*8 +: 8] = y_i[k*8 +: 8];
    end
  end

  if (RQ_CYCLES == 1 && INT16 == 0) begin : gen_straight
    assign next_o = next_i;
    assign last_o = 1'b1;
    assign we_o   = valid_i;
    assign data_o = single;
  end else if (RQ_CYCLES == 1) begin : gen_two
    logic            more_q, second_q;
    logic [PK*8-1:0] upper_q;
    assign next_o = next_i || more_q;
    assign last_o = !wide_i || more_q;
    assign data_o = second_q ? upper_q : wide_i ? both[PK*8-1:0] : single;
    always_ff @(posedge clk_i) begin
      more_q   <= rst_ni && next_i && wide_i;
      second_q <= more_q;
      we_o     <= rst_ni && next_o && !(more_q && alone_i);
      if (valid_i) upper_q <= both[PK*16-1:PK*8];
    end
  end else begin : gen_slices
    localparam int SliceBits = $clog2(RQ_CYCLES) + 1;
    localparam logic [SliceBits-1:0] Slices = SliceBits'(RQ_CYCLES);
    localparam logic [SliceBits-1:0] Half   = SliceBits'(RQ_CYCLES / 2);
    logic                    last_slice, second;
    logic [(PK-LANES)*8-1:0] held_q;
    loop_counter #(.WIDTH(SliceBits)) u_slice (.clk_i(clk_i), .load_i(start_i), .step_i(next_i),
      .count_i(INT16 != 0 && wide_i ? Half : Slices), .last_o(last_slice));
    assign next_o = next_i && last_slice;
    always_ff @(posedge clk_i) we_o <= rst_ni && next_o && !(second && alone_i);
    always_ff @(posedge clk_i) begin
      if (valid_i) held_q <= data_o[PK*8-1:LANES*8];
    end

    if (INT16 == 0) begin : gen_bytes
      assign second = 1'b0;
      assign last_o = 1'b1;
      assign data_o = {single, held_q};
    end else begin : gen_wide
      logic            second_q;
      logic [PK*8-1:0] twice;
      assign second = second_q;
      assign last_o = !wide_i || second_q;
      assign data_o = wide_i ? twice : {single, held_q};
      if (RQ_CYCLES == 2) begin : gen_all
        assign twice = both;
      end else begin : gen_part
        assign twice = {both, held_q[(PK-LANES)*8-1:LANES*8]};
      end
      always_ff @(posedge clk_i) begin
        if (start_i) second_q <= 1'b0;
        else if (next_o) second_q <= wide_i && !second_q;
      end
    end
  end
endmodule
