// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Judges one beat of an instruction a cycle: reserved bytes are zero, named fields within their range. The verdict
// and the beat stand at the outputs two cycles later.
module instr_check #(
  parameter bit WIDE_WORD = 1'b0,  // a word has two chunks or more, so that a word's address is even
  parameter int INT4      = 0,     // CONV may have weights of four bits
  parameter int INT16     = 0      // activations may have 16 bits
) (
  input  logic        clk_i,
  input  logic [7:0]  opcode_i,
  input  logic [2:0]  beat_i,
  input  logic [63:0] data_i,
  output logic        clean_o,     // legal if both are set
  output logic        in_range_o,
  output logic        end_o,
  output logic [2:0]  unit_o,
  output logic [63:0] data_o
);

  // What the opcode says, then what the fields may hold.
  logic        is_act, is_fill, is_store, is_compute, is_end, is_conv, is_add, is_depthwise;
  logic        act_q, fill_q, store_q, compute_q, end_q, conv_q, add_q, depthwise_q;
  logic [2:0]  beat_q;
  logic [63:0] data_q;
  logic [7:0]  some_q;  // bytes that are not zero
  logic        flags_q, one_q, tables_q, ones_q;  // byte 3 is more than 1; byte 4 is 1, a table; the lower two are 1
  assign is_act     = opcode_i == engine_pkg::OpLoadAct;
  assign is_fill    = opcode_i == engine_pkg::OpLoadWgt || opcode_i == engine_pkg::OpLoadPrm
                      || opcode_i == engine_pkg::OpLoadLut;
  assign is_store   = opcode_i == engine_pkg::OpStore;
  assign is_conv    = opcode_i == engine_pkg::OpConv;
  assign is_add     = opcode_i == engine_pkg::OpAdd;
  assign is_depthwise = opcode_i == engine_pkg::OpDepthwise;
  assign is_compute = is_conv || is_add || is_depthwise || opcode_i == engine_pkg::OpMaxPool;
  assign is_end     = opcode_i == engine_pkg::OpEnd;

  always_ff @(posedge clk_i) begin
    act_q       <= is_act;
    fill_q      <= is_fill;
    store_q     <= is_store;
    compute_q   <= is_compute;
    end_q       <= is_end;
    conv_q      <= is_conv;
    add_q       <= is_add;
    depthwise_q <= is_depthwise;
    beat_q      <= beat_i;
    data_q      <= data_i;
    flags_q     <= data_i[31:25] != 7'd0;
    one_q       <= data_i[39:32] == 8'd1;
    tables_q    <= data_i[39:32] <= 8'(engine_pkg::LutTables);
    ones_q      <= data_i[15:0] == 16'h0101;
    for (int i = 0; i < 8; i++) some_q[i] <= data_i[i*8 +: 8] != 8'd0;
  end

  // Types, and whether those of this instruction's first beat have results of 16 bits, whose clamp has upper bytes and
  // for which there is no table.
  logic types_ok, wide_q;
  if (INT16 == 0) begin : gen_int8
    assign wide_q   = 1'b0;
    assign types_ok = data_q[17:16] == 2'd0 && data_q[23:19] == 5'd0;
  end else begin : gen_int16
    logic reads, writes;
    assign reads  = data_q[engine_pkg::FieldInt16In];
    assign writes = data_q[engine_pkg::FieldInt16Out];
    always_ff @(posedge clk_i) begin
      if (beat_q == 3'd0) wide_q <= writes;
    end
    assign types_ok = !data_q[17] && !data_q[19] && data_q[23:21] == 3'd0
                   && !(data_q[engine_pkg::FieldInt4] && (reads || writes || INT4 == 0 || !conv_q))
                   && (conv_q || reads == writes);
  end

  // Bytes of this beat that carry a field.
  logic [7:0] named;
  always_comb begin
    named = 8'h00;
    unique case (beat_q)
      3'd0: named = end_q ? 8'h01 : (INT4 != 0 && conv_q) || (INT16 != 0 && compute_q) ? 8'hff
                   : act_q || compute_q ? 8'hfb : 8'hf3;
      3'd1: named = compute_q ? 8'hff : end_q ? 8'h00 : 8'h1f;
      3'd2: named = compute_q ? 8'hff : fill_q ? 8'h03 : end_q ? 8'h00 : 8'h3f;
      3'd3: named = compute_q || act_q || store_q ? 8'hff : 8'h00;
      3'd4: named = compute_q || act_q ? 8'hff : 8'h00;
      3'd5: named = compute_q ? 8'hff : act_q || store_q ? 8'h0f : 8'h00;
      3'd6: named = compute_q ? 8'hff : 8'h00;
      3'd7: named = !compute_q ? 8'h00 : wide_q ? 8'h6f : 8'h1f;
      default: named = 8'h00;
    endcase
  end

  logic [2:0] self;
  logic       ranges;
  assign self = store_q ? 3'b100 : compute_q ? 3'b010 : 3'b001;
  always_comb begin
    ranges = 1'b1;
    unique case (beat_q)
      3'd0: begin
        // A known opcode, no token to or from itself, no unknown type or flag.
        ranges = (act_q || fill_q || compute_q || store_q || end_q)
                 && !data_q[11] && !data_q[15]
                 && (end_q || ((data_q[10:8] & self) == 3'd0 && (data_q[14:12] & self) == 3'd0))
                 && types_ok
                 && !(compute_q && (flags_q || (data_q[24] && !depthwise_q)))
                 && !(WIDE_WORD && (act_q || store_q) && data_q[32]);
      end
      3'd1: begin
        if (store_q) ranges = one_q;
        else if (!compute_q && !end_q) ranges = (one_q || !some_q[4]) && (act_q || data_q[2:0] == 3'd0);
      end
      3'd2: begin
        if (fill_q) ranges = some_q[1:0] != 2'd0;
        else if (act_q || store_q)
          ranges = some_q[1:0] != 2'd0 && some_q[3:2] != 2'd0 && some_q[5:4] != 2'd0;
        else if (compute_q)
          ranges = some_q[5:4] != 2'd0 && some_q[7:6] != 2'd0 && (conv_q || data_q[63:48] == 16'd1);
      end
      3'd3: ranges = !compute_q || (some_q[1:0] != 2'd0 && some_q[3:2] != 2'd0);
      3'd4: begin
        if (compute_q)
          ranges = some_q[0] && some_q[1] && some_q[2] && some_q[3]
                   && some_q[6] && some_q[7] && (!add_q || ones_q);
      end
      3'd7: ranges = !compute_q || (!data_q[15] && !data_q[31] && tables_q);
      default: ranges = 1'b1;
    endcase
  end

  always_ff @(posedge clk_i) begin
    clean_o    <= (some_q & ~named) == 8'd0;
    in_range_o <= ranges;
    end_o   <= end_q;
    unit_o  <= end_q ? 3'b000 : store_q ? 3'b100 : act_q || fill_q ? 3'b001 : 3'b010;
    data_o  <= data_q;
  end
endmodule
