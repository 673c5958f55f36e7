// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Judges one beat of an instruction: reserved bytes are zero, named fields within their range.
module instr_check #(
  parameter bit WIDE_WORD = 1'b0  // a word has two chunks or more, so that a word's address is even
) (
  input  logic [7:0]  opcode_i,
  input  logic [2:0]  beat_i,
  input  logic [63:0] data_i,
  output logic        legal_o
);

  logic is_act, is_fill, is_store, is_compute, is_end, is_conv, is_add;
  assign is_act     = opcode_i == engine_pkg::OpLoadAct;
  assign is_fill    = opcode_i == engine_pkg::OpLoadWgt || opcode_i == engine_pkg::OpLoadPrm;
  assign is_store   = opcode_i == engine_pkg::OpStore;
  assign is_conv    = opcode_i == engine_pkg::OpConv;
  assign is_add     = opcode_i == engine_pkg::OpAdd;
  assign is_compute = is_conv || is_add || opcode_i == engine_pkg::OpDepthwise || opcode_i == engine_pkg::OpMaxPool;
  assign is_end     = opcode_i == engine_pkg::OpEnd;

  // Bytes of this beat that carry a field.
  logic [7:0] named;
  always_comb begin
    named = 8'h00;
    unique case (beat_i)
      3'd0: named = is_end ? 8'h01 : is_act || is_compute ? 8'hfb : 8'hf3;
      3'd1: named = is_compute ? 8'hff : is_end ? 8'h00 : 8'h1f;
      3'd2: named = is_compute ? 8'hff : is_fill ? 8'h03 : is_end ? 8'h00 : 8'h3f;
      3'd3: named = is_compute || is_act || is_store ? 8'hff : 8'h00;
      3'd4: named = is_compute || is_act ? 8'hff : 8'h00;
      3'd5: named = is_compute ? 8'hff : is_act || is_store ? 8'h0f : 8'h00;
      3'd6: named = is_compute ? 8'hff : 8'h00;
      3'd7: named = is_compute ? 8'h0f : 8'h00;
      default: named = 8'h00;
    endcase
  end

  logic clean;
  always_comb begin
    clean = 1'b1;
    for (int i = 0; i < 8; i++) begin
      if (!named[i] && data_i[i*8 +: 8] != 8'd0) clean = 1'b0;
    end
  end

  logic [2:0] self;
  logic       ranges;
  assign self = is_store ? 3'b100 : is_compute ? 3'b010 : 3'b001;
  always_comb begin
    ranges = 1'b1;
    unique case (beat_i)
      3'd0: begin
        // A known opcode, no token to or from itself, no unknown flag.
        ranges = (is_act || is_fill || is_compute || is_store || is_end)
                 && !data_i[11] && !data_i[15]
                 && (is_end || ((data_i[10:8] & self) == 3'd0 && (data_i[14:12] & self) == 3'd0))
                 && !(is_compute && data_i[31:24] > {7'd0, opcode_i == engine_pkg::OpDepthwise})
                 && !(WIDE_WORD && (is_act || is_store) && data_i[32]);
      end
      3'd1: begin
        if (is_store) ranges = data_i[39:32] == 8'd1;
        else if (!is_compute && !is_end) ranges = data_i[39:32] <= 8'd1 && (is_act || data_i[2:0] == 3'd0);
      end
      3'd2: begin
        if (is_fill) ranges = data_i[15:0] != 16'd0;
        else if (is_act || is_store)
          ranges = data_i[15:0] != 16'd0 && data_i[31:16] != 16'd0 && data_i[47:32] != 16'd0;
        else if (is_compute)
          ranges = data_i[47:32] != 16'd0 && data_i[63:48] != 16'd0 && (is_conv || data_i[63:48] == 16'd1);
      end
      3'd3: ranges = !is_compute || (data_i[15:0] != 16'd0 && data_i[31:16] != 16'd0);
      3'd4: begin
        if (is_compute)
          ranges = data_i[7:0] != 8'd0 && data_i[15:8] != 8'd0 && data_i[23:16] != 8'd0 && data_i[31:24] != 8'd0
                   && data_i[55:48] != 8'd0 && data_i[63:56] != 8'd0 && (!is_add || data_i[15:0] == 16'h0101);
      end
      3'd7: ranges = !is_compute || (!data_i[15] && !data_i[31]);
      default: ranges = 1'b1;
    endcase
  end

  assign legal_o = clean && ranges;
endmodule
