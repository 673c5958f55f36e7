// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A unit's instruction queue. Instructions come and lie in beats; the oldest is laid out whole at instr_o.
// No other stands there in the cycles right after take_i.
module unit_queue #(
  parameter int AXI_BYTES = 8,
  parameter int DEPTH     = 8,  // instructions
  parameter int TECH      = 0
) (
  input  logic                             clk_i,
  input  logic                             rst_ni,
  input  logic                             push_i,
  input  logic                             push_last_i,  // beat of an instruction
  input  logic [AXI_BYTES*8-1:0]           data_i,
  input  logic [engine_pkg::IndexBits-1:0] index_i,
  output logic                             full_o,       // but for two beats that are under way
  output logic                             empty_o,      // holds nothing at all, told a cycle late
  output logic                             valid_o,
  input  logic                             take_i,
  output logic [engine_pkg::InstrBits-1:0] instr_o,
  output logic [engine_pkg::IndexBits-1:0] index_o
);
  localparam int Beats    = engine_pkg::InstrBytes / AXI_BYTES;
  localparam int BeatBits = $clog2(Beats);
  localparam int PtrBits  = $clog2(DEPTH * Beats);

  // Beats that lie in memory: asked for in order, eight for the instruction at hand once the last one is taken, and
  // laid out as they come two cycles later.
  logic                   open_q, some_q, ask, ask_last, last;
  logic [1:0]             asked_q;  // cycles ago
  logic [PtrBits-1:0]     wptr_q, rptr_q;
  logic [PtrBits:0]       count_q, count_d;
  logic [BeatBits-1:0]    beat_q;
  logic [AXI_BYTES*8-1:0] beat;
  logic                   index_empty, index_full;
  logic [engine_pkg::IndexBits-1:0] index;

  ram_sdp #(.WIDTH(AXI_BYTES*8), .DEPTH(DEPTH*Beats), .TECH(TECH)) u_beats (
    .clk_i(clk_i), .we_i(push_i), .waddr_i(wptr_q), .wdata_i(data_i), .re_i(ask), .raddr_i(rptr_q), .rdata_o(beat));
  fifo #(.WIDTH(engine_pkg::IndexBits), .DEPTH(DEPTH)) u_index (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(push_i && push_last_i), .data_i(index_i),
    .pop_i(last), .data_o(index), .empty_o(index_empty), .full_o(index_full));

  assign ask      = open_q && some_q;
  assign ask_last = ask && (&rptr_q[BeatBits-1:0]);
  assign last     = asked_q[1] && (&beat_q);
  assign count_d  = count_q + (PtrBits+1)'(push_i) - (PtrBits+1)'(ask);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      open_q  <= 1'b1;
      some_q  <= 1'b0;
      asked_q <= '0;
      wptr_q  <= '0;
      rptr_q  <= '0;
      count_q <= '0;
      full_o  <= 1'b0;
      empty_o <= 1'b1;
      beat_q  <= '0;
      valid_o <= 1'b0;
    end else begin
      if (ask_last) open_q <= 1'b0;
      else if (take_i) open_q <= 1'b1;
      asked_q <= {asked_q[0], ask};
      if (push_i) wptr_q <= wptr_q + 1'b1;
      if (ask) rptr_q <= rptr_q + 1'b1;
      count_q <= count_d;
      some_q  <= count_d != '0;
      full_o  <= count_d >= (PtrBits+1)'(DEPTH*Beats - 2);
      if (asked_q[1]) beat_q <= beat_q + 1'b1;
      if (last) valid_o <= 1'b1;
      else if (take_i) valid_o <= 1'b0;
      empty_o <= !some_q && !push_i && asked_q == '0 && beat_q == '0 && !valid_o;
    end
  end

  always_ff @(posedge clk_i) begin
    if (last) index_o <= index;
  end
  for (genvar b = 0; b < Beats; b++) begin : gen_beat
    logic [AXI_BYTES*8-1:0] data_q;
    assign instr_o[b*AXI_BYTES*8 +: AXI_BYTES*8] = data_q;
    always_ff @(posedge clk_i) begin
      if (asked_q[1] && beat_q == BeatBits'(b)) data_q <= beat;
    end
  end

`ifndef SYNTHESIS
  always @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!(take_i && !valid_o)) else $error("%m: an instruction is taken that is not there");
      assert (!(push_i && !ask && count_q == (PtrBits+1)'(DEPTH*Beats))) else $error("%m: a beat is lost");
    end
  end
`endif
endmodule
