// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Receives bytes: 8 data bits, no parity, each bit divisor_i sixteenths of a clock long, 64 at least, and sampled in its middle.
module uart_rx (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic [15:0] divisor_i,
  input  logic        rx_i,      // from the pin, of any phase
  output logic        valid_o,   // for one cycle
  output logic [7:0]  data_o,
  output logic        broken_o   // with valid_o: there was no stop bit
);
  logic [2:0]  pin_q;    // two stages against metastability, and one to see an edge
  logic        busy_q, sample_q;  // sample: left_q is less than 16
  logic [16:0] left_q;   // sixteenths of a clock until the next sample
  logic [16:0] period_q; // of a bit, less the clock that a step takes
  logic [3:0]  bit_q;    // 0: start bit, 9: stop bit
  logic [7:0]  shift_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      pin_q   <= 3'b111;
      busy_q  <= 1'b0;
      valid_o <= 1'b0;
    end else begin
      pin_q   <= {pin_q[1:0], rx_i};
      valid_o <= 1'b0;
      if (!busy_q) begin
        busy_q <= pin_q[2] && !pin_q[1];
      end else if (sample_q) begin
        // A start bit that is over by its middle was a spike.
        if (bit_q == 4'd0 && pin_q[1]) busy_q <= 1'b0;
        if (bit_q == 4'd9) begin
          busy_q  <= 1'b0;
          valid_o <= 1'b1;
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    period_q <= {1'b0, divisor_i} - 17'd16;
    left_q   <= busy_q ? left_q + (sample_q ? period_q : -17'sd16) : {2'b00, divisor_i[15:1]};
    sample_q <= busy_q && !sample_q && left_q[16:4] == 13'd1;
    if (!busy_q) begin
      bit_q  <= 4'd0;
    end else if (sample_q) begin
      bit_q   <= bit_q + 1'b1;
      shift_q <= {pin_q[1], shift_q[7:1]};
      if (bit_q == 4'd9) begin
        data_o   <= shift_q;
        broken_o <= !pin_q[1];
      end
    end
  end
endmodule
