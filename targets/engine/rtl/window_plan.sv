// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Decides whether a COMPUTE instruction slides a window, and registers how its loops then run. Passes are half as many
// as groups where each serves two of them: with a window, if SPAN is 2, with weights of four bits, and in a CONV whose
// results are int16. It does if it is a 3 × 3 DEPTHWISE with weights whose next output reads the same columns but one
// or two, and whose chunks lie alike in their words. Otherwise the loops are those of the fields. instr_i stands for a
// cycle before it is taken, but for its last eight bytes.
module window_plan #(
  parameter int SPAN  = 1,  // chunks of a word that one pass over the input serves
  parameter int INT16 = 0
) (
  input  logic                             clk_i,
  input  logic                             free_i,     // what stands there may be taken
  input  logic [engine_pkg::InstrBits-1:0] instr_i,
  output logic                             window_o,
  output logic                             skip_o,     // every other column begins an output
  output logic [16:0]                      columns_o,  // of input, or of output without a window
  output logic [15:0]                      step_o,     // chunks from a column to the next
  output logic [7:0]                       stride_o,   // positions from a column to the next
  output logic [15:0]                      passes_o,
  output logic                             pair_o,     // a pass serves two chunks
  output logic                             short_o     // but the last pass a single one
);
  logic [15:0] ox_step, kx_step, groups;
  logic [16:0] ow, ow_q, ow_two_q;
  logic [7:0]  stride_x, dil_x;
  logic        aligned, window, pair, wide_q, one_q, two_q, aligned_q, kernel_q;
  assign ox_step  = instr_i[engine_pkg::FieldXStepOx +: 16];
  assign kx_step  = instr_i[engine_pkg::FieldXStepKx +: 16];
  assign groups   = instr_i[engine_pkg::FieldGroups +: 16];
  assign ow       = {1'b0, instr_i[engine_pkg::FieldOw +: 16]};
  assign stride_x = instr_i[engine_pkg::FieldSx +: 8];
  assign dil_x    = instr_i[engine_pkg::FieldDilX +: 8];

  always_ff @(posedge clk_i) begin
    wide_q    <= INT16 != 0 && instr_i[engine_pkg::FieldOpcode +: 8] == engine_pkg::OpConv
              && instr_i[engine_pkg::FieldInt16Out];
    one_q     <= ox_step == kx_step && stride_x == dil_x;
    two_q     <= {1'b0, ox_step} == {kx_step, 1'b0} && {1'b0, stride_x} == {dil_x, 1'b0};
    aligned_q <= aligned;
    ow_q      <= ow;
    ow_two_q  <= ow + 17'd2;
    kernel_q  <= instr_i[engine_pkg::FieldOpcode +: 8] == engine_pkg::OpDepthwise
              && !instr_i[engine_pkg::FieldFlags] && instr_i[engine_pkg::FieldKh +: 8] == 8'd3
              && instr_i[engine_pkg::FieldKw +: 8] == 8'd3;
  end
  assign window = kernel_q && (one_q || two_q) && aligned_q;
  assign pair   = (window && SPAN == 2) || instr_i[engine_pkg::FieldInt4] || wide_q;

  if (SPAN == 1) begin : gen_single
    assign aligned = 1'b1;
  end else begin : gen_aligned
    localparam int Low = $clog2(SPAN);
    assign aligned = instr_i[engine_pkg::FieldX +: Low] == '0 && kx_step[Low-1:0] == '0
                  && instr_i[engine_pkg::FieldXStepKy +: Low] == '0
                  && instr_i[engine_pkg::FieldXStepOy +: Low] == '0;
  end

  always_ff @(posedge clk_i) begin
    if (free_i) begin
      window_o  <= window;
      skip_o    <= !one_q;
      columns_o <= !window ? ow_q : one_q ? ow_two_q : {ow_q[15:0], 1'b1};
      step_o    <= window ? kx_step : ox_step;
      stride_o  <= window ? dil_x : stride_x;
      passes_o  <= pair ? {1'b0, groups[15:1]} + {15'd0, groups[0]} : groups;
      pair_o    <= pair;
      short_o   <= groups[0];
    end
  end
endmodule
