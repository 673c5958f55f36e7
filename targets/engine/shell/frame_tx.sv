// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Puts the bytes of an answer into a frame of docs/spec/uart.md: flags, escapes, CRC.
module frame_tx (
  input  logic       clk_i,
  input  logic       rst_ni,
  input  logic       valid_i,
  output logic       ready_o,
  input  logic [7:0] data_i,
  input  logic       last_i,
  output logic       idle_o,   // nothing is left of any frame
  output logic       valid_o,
  input  logic       ready_i,
  output logic [7:0] data_o
);
  typedef enum logic [1:0] {Idle, Contents, Crc, Close} state_e;
  state_e      state_q;
  logic        special_q, looked_q, escaped_q, emit, some;  // looked at: special_q is of the byte at hand
  logic [1:0]  index_q;
  logic [31:0] crc_q, crc_next;
  logic [7:0]  plain;

  crc32_byte u_crc (.crc_i(crc_q), .data_i(data_i), .crc_o(crc_next));

  assign plain   = state_q == Crc ? ~crc_q[7:0] : data_i;
  assign some    = state_q == Crc || (state_q == Contents && valid_i);
  // The line takes hundreds of cycles to send a byte: what is taken from valid_o is made good a cycle later.
  assign emit    = !valid_o && looked_q;
  logic contents, may, stays;
  assign contents = state_q == Contents;
  cut u_may (.d_i(!valid_o && looked_q && contents), .q_o(may));
  cut u_plain (.d_i(!special_q || escaped_q), .q_o(stays));
  assign ready_o = may && stays;
  assign idle_o  = state_q == Idle && !valid_o;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q   <= Idle;
      valid_o   <= 1'b0;
      escaped_q <= 1'b0;
      looked_q  <= 1'b0;
    end else begin
      looked_q <= some && !emit;
      if (ready_i) valid_o <= 1'b0;
      unique case (state_q)
        Idle: begin
          if (valid_i && !valid_o) begin
            valid_o <= 1'b1;
            state_q <= Contents;
          end
        end
        Contents, Crc: begin
          if (emit) begin
            valid_o   <= 1'b1;
            escaped_q <= special_q && !escaped_q;
            if (!special_q || escaped_q) begin
              if (state_q == Contents && last_i) state_q <= Crc;
              if (state_q == Crc && index_q == 2'd3) state_q <= Close;
            end
          end
        end
        default: begin
          if (!valid_o) begin
            valid_o <= 1'b1;
            state_q <= Idle;
          end
        end
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (state_q == Idle || state_q == Close) begin
      crc_q   <= '1;
      index_q <= 2'd0;
    end else if (emit && (!special_q || escaped_q)) begin
      crc_q   <= state_q == Crc ? {8'hff, crc_q[31:8]} : crc_next;
      index_q <= state_q == Crc ? index_q + 1'b1 : 2'd0;
    end
    special_q <= plain == 8'h7e || plain == 8'h7d;
    if (!valid_o) begin
      unique case (state_q)
        Contents, Crc: data_o <= escaped_q ? plain ^ 8'h20 : special_q ? 8'h7d : plain;
        default:       data_o <= 8'h7e;
      endcase
    end
  end
endmodule
