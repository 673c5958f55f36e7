// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The steps of the multipliers, and their weights. Without a window a step goes with each read. With one, the read
// that completes the columns of an output starts SPAN · PARTS steps, one a cycle from the next cycle on; they end
// before the next output's last read. Outputs are registered.
module compute_steps #(
  parameter int WGT_ADDR_BITS = 10,
  parameter int TAP_BITS      = 3,
  parameter int SPAN          = 1,  // chunks of a word that one pass over the input serves
  parameter int PARTS         = 2   // weight words that nine taps take
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic                     start_i,
  input  logic [WGT_ADDR_BITS-1:0] w_i,
  input  logic                     is_conv_i,
  input  logic                     window_i,
  input  logic                     skip_i,
  input  logic                     int4_i,   // a step serves two chunks
  input  logic                     short_i,  // this pass serves a single chunk
  // Reads; each end is also an end of those above it.
  input  logic                     read_i,
  input  logic                     column_end_i,  // without a window: the last tap of an output
  input  logic                     row_end_i,
  input  logic                     pass_end_i,
  output logic                     valid_o,
  output logic [WGT_ADDR_BITS-1:0] wgt_addr_o,
  output logic [TAP_BITS-1:0]      tap_o,
  output logic [1:0]               select_o,
  output logic                     first_o, last_o, pixel_last_o, pass_last_o,
  output logic                     pair_o
);
  // Columns of the window to come before an output is complete.
  logic [1:0] columns_q;
  logic       complete;
  assign complete = window_i && column_end_i && columns_q == 2'd0;
  always_ff @(posedge clk_i) begin
    if (start_i || row_end_i) columns_q <= 2'd2;
    else if (complete) columns_q <= {1'b0, skip_i};
    else if (column_end_i) columns_q <= columns_q - 2'd1;
  end

  // Steps of an output of the window.
  logic       burst_q, ends_pass_q, burst_last, single;
  logic [1:0] select_q, select_last_q;
  assign burst_last = burst_q && select_q == select_last_q;
  assign single     = SPAN == 1 || short_i;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) burst_q <= 1'b0;
    else if (complete) burst_q <= 1'b1;
    else if (burst_last) burst_q <= 1'b0;
  end
  always_ff @(posedge clk_i) begin
    if (complete) begin
      select_q      <= 2'd0;
      select_last_q <= single ? 2'(PARTS - 1) : 2'(SPAN * PARTS - 1);
      ends_pass_q   <= pass_end_i;
    end else begin
      select_q <= select_q + 2'd1;
    end
  end

  logic step, pixel_last, pass_last, first_q;
  assign step       = window_i ? burst_q : read_i;
  assign pixel_last = window_i ? burst_last : column_end_i;
  assign pass_last  = window_i ? burst_last && ends_pass_q : pass_end_i;

  // Weights: one word a tap, or one for PC taps; begin again at each output of a pass.
  logic [WGT_ADDR_BITS-1:0] w_q, w_pass_q, w_next;
  logic [TAP_BITS-1:0]      tap_q;
  assign w_next = w_q + 1'b1;
  always_ff @(posedge clk_i) begin
    if (start_i) begin
      w_q      <= w_i;
      w_pass_q <= w_i;
      tap_q    <= '0;
      first_q  <= 1'b1;
    end else if (step) begin
      first_q <= pixel_last;
      tap_q   <= pixel_last ? '0 : tap_q + 1'b1;
      if (pass_last) begin
        w_q      <= w_next;
        w_pass_q <= w_next;
      end else if (pixel_last) begin
        w_q <= w_pass_q;
      end else if (is_conv_i || window_i || (&tap_q)) begin
        w_q <= w_next;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_o <= 1'b0;
    else valid_o <= step;
  end
  always_ff @(posedge clk_i) begin
    if (step) begin
      wgt_addr_o   <= w_q;
      tap_o        <= tap_q;
      select_o     <= select_q;
      // A chunk takes PARTS steps, or there is but one chunk.
      first_o      <= first_q || (window_i && PARTS == 1);
      last_o       <= pixel_last || (window_i && PARTS == 1);
      pixel_last_o <= pixel_last;
      pass_last_o  <= pass_last;
      pair_o       <= int4_i && !short_i;
    end
  end
endmodule
