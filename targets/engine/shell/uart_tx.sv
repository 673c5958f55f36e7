// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Sends bytes: 8 data bits, no parity, one stop bit, each bit divisor_i sixteenths of a clock long, 64 at least.
module uart_tx (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic [15:0] divisor_i,
  input  logic        valid_i,
  output logic        ready_o,
  input  logic [7:0]  data_i,
  output logic        tx_o,
  output logic        idle_o   // nothing on the line
);
  logic        busy_q, next_q;  // next: left_q is less than 16
  logic [16:0] left_q;   // sixteenths of a clock until the next bit
  logic [16:0] period_q; // of a bit, less the clock that a step takes
  logic [3:0]  bit_q;
  logic [8:0]  shift_q;

  assign ready_o = !busy_q;
  assign idle_o  = !busy_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      busy_q <= 1'b0;
      tx_o   <= 1'b1;
    end else if (!busy_q) begin
      busy_q <= valid_i;
      tx_o   <= !valid_i;
    end else if (next_q) begin
      tx_o <= shift_q[0];
      if (bit_q == 4'd9) busy_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    period_q <= {1'b0, divisor_i} - 17'd16;
    left_q   <= busy_q ? left_q + (next_q ? period_q : -17'sd16) : period_q;
    next_q   <= busy_q && !next_q && left_q[16:4] == 13'd1;
    if (!busy_q) begin
      bit_q   <= 4'd0;
      shift_q <= {1'b1, data_i};
    end else if (next_q) begin
      bit_q   <= bit_q + 1'b1;
      shift_q <= {1'b1, shift_q[8:1]};
    end
  end
endmodule
