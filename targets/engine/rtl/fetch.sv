// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads the program ahead, checks each instruction and hands it, beat by beat, to its unit's queue. The last
// beat of an illegal instruction is never handed on, so that it can not begin.
module fetch #(
  parameter int AXI_BYTES = 8,
  parameter int ADDR_BITS = 64,
  parameter bit WIDE_WORD = 1'b0,
  parameter int INT4      = 0,
  parameter int INT16     = 0
) (
  input  logic                             clk_i,
  input  logic                             rst_ni,
  input  logic [ADDR_BITS-1:0]             program_i,
  input  logic [31:0]                      size_i,
  // The bus.
  output logic                             burst_valid_o,
  input  logic                             burst_ready_i,
  output logic [ADDR_BITS-1:0]             burst_addr_o,
  output logic [7:0]                       burst_len_o,
  input  logic                             beat_valid_i,
  input  logic [AXI_BYTES*8-1:0]           beat_data_i,
  // Queues, by unit.
  output logic [2:0]                       push_o,
  output logic                             push_last_o,  // beat of an instruction
  input  logic [2:0]                       full_i,
  output logic [AXI_BYTES*8-1:0]           data_o,
  output logic [engine_pkg::IndexBits-1:0] index_o,
  output logic                             ended_o,      // END was met
  output logic                             illegal_o     // instruction index_o
);
  localparam int Ahead = 4;  // instructions asked for and not yet handed on

  logic [engine_pkg::IndexBits-1:0] count, ask_q;
  logic [engine_pkg::IndexBits-1:0] index_q;
  logic [2:0]           ahead_q, beat_q, arrived_q;
  logic                 ask, all_asked, unused, out_q, illegal_q, next_q, beat_empty, beat_full, take, last, legal, is_end, stopped;
  logic                 clean, in_range, checked_clean, checked_in_range, checked_end;
  logic [2:0]           valid_q;
  logic [63:0]          data, data_q, checked_data;
  logic [7:0]           opcode, opcode_q;
  logic [2:0]           unit, checked_unit;

  assign count         = size_i[31:6];
  assign burst_addr_o  = {program_i[ADDR_BITS-1:6] + (ADDR_BITS-6)'(ask_q), 6'd0};
  assign burst_len_o   = 8'(engine_pkg::InstrBytes / AXI_BYTES - 1);
  assign ask           = burst_valid_o && burst_ready_i;
  countdown #(.WIDTH(engine_pkg::IndexBits)) u_left (.clk_i(clk_i), .en_i(!rst_ni || ask), .load_i(!rst_ni),
    .count_i(count), .zero_i(count == '0), .zero_o(all_asked), .one_o(unused));

  // A beat is judged as it arrives, and handed on three cycles later.
  assign opcode = arrived_q == 3'd0 ? data_q[7:0] : opcode_q;
  instr_check #(.WIDE_WORD(WIDE_WORD), .INT4(INT4), .INT16(INT16)) u_check (
    .clk_i(clk_i), .opcode_i(opcode), .beat_i(arrived_q), .data_i(data_q), .clean_o(checked_clean),
    .in_range_o(checked_in_range), .end_o(checked_end), .unit_o(checked_unit), .data_o(checked_data));

  fifo #(.WIDTH(AXI_BYTES*8 + 6), .DEPTH(Ahead*8)) u_beats (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(valid_q[2]),
    .data_i({checked_unit, checked_end, checked_clean, checked_in_range, checked_data}),
    .pop_i(take), .data_o({unit, is_end, clean, in_range, data}), .empty_o(beat_empty), .full_o(beat_full));

  assign legal       = clean && in_range;
  logic blocked, may, stops;  // blocked: by one of two queues
  cut u_blocked (.d_i((full_i[0] && unit[0]) || (full_i[1] && unit[1])), .q_o(blocked));
  cut u_may (.d_i(!beat_empty && !stopped), .q_o(may));
  cut u_stops (.d_i(!legal || (last && is_end)), .q_o(stops));
  cut u_take (.d_i(may && !blocked && !(full_i[2] && unit[2])), .q_o(take));
  assign last        = beat_q == 3'd7;

  always_ff @(posedge clk_i) begin
    push_last_o <= last;
    data_o      <= data;
    index_o     <= index_q;
    data_q <= beat_data_i;
    if (valid_q[0]) opcode_q <= opcode;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      arrived_q <= '0;
      valid_q   <= '0;
      ahead_q   <= '0;
      beat_q    <= '0;
      index_q   <= '0;
      ask_q     <= '0;
      push_o    <= '0;
      burst_valid_o <= 1'b0;
      out_q     <= 1'b0;
      ended_o   <= 1'b0;
      illegal_q <= 1'b0;
      stopped   <= 1'b0;
      illegal_o <= 1'b0;
      next_q    <= 1'b0;
    end else begin
      valid_q <= {valid_q[1:0], beat_valid_i};
      if (valid_q[0]) arrived_q <= arrived_q + 3'd1;
      if (ask && !(take && last)) ahead_q <= ahead_q + 3'd1;
      else if (!ask && take && last) ahead_q <= ahead_q - 3'd1;
      if (take) beat_q <= beat_q + 3'd1;
      burst_valid_o <= !ask && !all_asked && ahead_q != 3'(Ahead) && !stopped;
      if (ask) ask_q <= ask_q + 1'b1;
      push_o <= take && legal ? unit : 3'b000;
      // A cycle late: its last beat is the first to want it, and an error is told as late.
      next_q    <= take && last && legal && !is_end;
      if (next_q) index_q <= index_q + 1'b1;
      illegal_o <= illegal_q;
      if (take && last && legal && is_end) ended_o <= 1'b1;
      stopped <= stopped || out_q || (take && stops);
      // A program that runs out before END is at fault where END should be.
      out_q <= index_q == count;
      if ((take && !legal) || (out_q && !stopped)) illegal_q <= 1'b1;
    end
  end
endmodule
