// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A unit's instruction queue. Instructions come and lie in beats; the oldest is laid out whole at instr_o.
module unit_queue #(
  parameter int AXI_BYTES = 8,
  parameter int DEPTH     = 8  // instructions
) (
  input  logic                             clk_i,
  input  logic                             rst_ni,
  input  logic                             push_i,
  input  logic                             push_last_i,  // beat of an instruction
  input  logic [AXI_BYTES*8-1:0]           data_i,
  input  logic [engine_pkg::IndexBits-1:0] index_i,
  output logic                             full_o,
  output logic                             empty_o,      // holds nothing at all
  output logic                             valid_o,
  input  logic                             take_i,
  output logic [engine_pkg::InstrBits-1:0] instr_o,
  output logic [engine_pkg::IndexBits-1:0] index_o
);
  localparam int Beats    = engine_pkg::InstrBytes / AXI_BYTES;
  localparam int BeatBits = $clog2(Beats);

  logic                   beat_empty, beat_take, index_empty, index_full, last;
  logic [AXI_BYTES*8-1:0] beat;
  logic [BeatBits-1:0]    beat_q;
  logic [engine_pkg::IndexBits-1:0]   index;

  fifo #(.WIDTH(AXI_BYTES*8), .DEPTH(DEPTH*Beats)) u_beats (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(push_i), .data_i(data_i),
    .pop_i(beat_take), .data_o(beat), .empty_o(beat_empty), .full_o(full_o));
  fifo #(.WIDTH(engine_pkg::IndexBits), .DEPTH(DEPTH)) u_index (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(push_i && push_last_i), .data_i(index_i),
    .pop_i(last), .data_o(index), .empty_o(index_empty), .full_o(index_full));

  assign beat_take = !beat_empty && (!valid_o || take_i);
  assign last      = beat_take && (&beat_q);
  assign empty_o   = beat_empty && !valid_o && beat_q == '0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_o <= 1'b0;
      beat_q  <= '0;
    end else begin
      if (last) valid_o <= 1'b1;
      else if (take_i) valid_o <= 1'b0;
      if (beat_take) beat_q <= beat_q + 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (last) index_o <= index;
  end
  for (genvar b = 0; b < Beats; b++) begin : gen_beat
    logic [AXI_BYTES*8-1:0] data_q;
    assign instr_o[b*AXI_BYTES*8 +: AXI_BYTES*8] = data_q;
    always_ff @(posedge clk_i) begin
      if (beat_take && beat_q == BeatBits'(b)) data_q <= beat;
    end
  end
endmodule
