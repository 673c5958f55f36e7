// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Takes frames of docs/spec/uart.md apart. The contents of a whole one, without its CRC, leave byte by byte and
// are committed at its end; a damaged one is rolled back and leaves a packet of the one byte 0x7f instead.
module frame_rx (
  input  logic       clk_i,
  input  logic       rst_ni,
  input  logic       valid_i,   // at most every fourth cycle
  input  logic [7:0] data_i,
  input  logic       broken_i,
  output logic       push_o,
  output logic [7:0] data_o,
  output logic       last_o,
  output logic       commit_o,
  output logic       rollback_o,
  input  logic       full_i,
  output logic       good_o     // a whole frame has come
);
  // The CRC, and the byte that may turn out to be the last before it.
  localparam int          Held    = 5;
  localparam logic [31:0] Residue = 32'hdebb20e3;  // of contents and their own CRC

  logic [Held*8-1:0] held_q;  // the oldest at the bottom
  logic [2:0]        count_q;
  logic              escape_q, spoilt_q, right_q, whole;  // right: crc_q was so a cycle ago
  logic              flag_q, mark_q, some_q, broken_q;    // what a byte is, known a cycle after it came
  logic [7:0]        byte_q;
  logic [31:0]       crc_q, crc_next;
  logic [7:0]        value;

  always_ff @(posedge clk_i) begin
    flag_q   <= rst_ni && valid_i && data_i == 8'h7e && !broken_i;
    mark_q   <= rst_ni && valid_i && data_i == 8'h7d && !broken_i;
    some_q   <= rst_ni && valid_i && ((data_i != 8'h7e && data_i != 8'h7d) || broken_i);
    broken_q <= broken_i;
    byte_q   <= data_i;
  end
  assign value  = escape_q ? byte_q ^ 8'h20 : byte_q;
  assign whole  = count_q == 3'(Held) && !escape_q && !spoilt_q && right_q;

  crc32_byte u_crc (.crc_i(crc_q), .data_i(value), .crc_o(crc_next));

  always_ff @(posedge clk_i) begin
    push_o     <= 1'b0;
    last_o     <= 1'b0;
    commit_o   <= 1'b0;
    rollback_o <= 1'b0;
    good_o     <= 1'b0;
    // Bytes are many cycles apart.
    right_q    <= crc_q == Residue;
    if (!rst_ni) begin
      count_q  <= 3'd0;
      escape_q <= 1'b0;
      spoilt_q <= 1'b0;
      crc_q    <= '1;
    end else if (rollback_o) begin
      // There may be so many packets before that there is no room even for this.
      push_o   <= !full_i;
      last_o   <= 1'b1;
      commit_o <= !full_i;
      data_o   <= 8'h7f;
    end else if (flag_q) begin
      count_q  <= 3'd0;
      escape_q <= 1'b0;
      spoilt_q <= 1'b0;
      crc_q    <= '1;
      data_o   <= held_q[7:0];
      if (whole && !full_i) begin
        push_o   <= 1'b1;
        last_o   <= 1'b1;
        commit_o <= 1'b1;
        good_o   <= 1'b1;
      end else begin
        rollback_o <= count_q != 3'd0 || escape_q || spoilt_q;
      end
    end else if (mark_q) begin
      escape_q <= 1'b1;
      spoilt_q <= spoilt_q || escape_q;
    end else if (some_q) begin
      escape_q <= 1'b0;
      crc_q    <= crc_next;
      held_q   <= {value, held_q[Held*8-1:8]};
      data_o   <= held_q[7:0];
      spoilt_q <= spoilt_q || broken_q || full_i;
      if (count_q == 3'(Held)) push_o <= !full_i;
      else count_q <= count_q + 1'b1;
    end
  end
endmodule
