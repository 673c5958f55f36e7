// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Receives bytes: 8 data bits, no parity, each bit divisor_i sixteenths of a clock long and sampled in its middle.
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
  logic        busy_q, sample;
  logic [16:0] left_q;   // sixteenths of a clock until the next sample
  logic [3:0]  bit_q;    // 0: start bit, 9: stop bit
  logic [7:0]  shift_q;

  assign sample = busy_q && left_q < 17'd16;

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
      end else if (sample) begin
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
    if (!busy_q) begin
      left_q <= {2'b00, divisor_i[15:1]};
      bit_q  <= 4'd0;
    end else if (sample) begin
      left_q  <= left_q + {1'b0, divisor_i} - 17'd16;
      bit_q   <= bit_q + 1'b1;
      shift_q <= {pin_q[1], shift_q[7:1]};
      if (bit_q == 4'd9) begin
        data_o   <= shift_q;
        broken_o <= !pin_q[1];
      end
    end else begin
      left_q <= left_q - 17'd16;
    end
  end
endmodule
