// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Counts `count_i` steps, over and over; last_o marks the last of them. count_i stays put while in use.
module loop_counter #(
  parameter int WIDTH = 16
) (
  input  logic             clk_i,
  input  logic             load_i,
  input  logic             step_i,
  input  logic [WIDTH-1:0] count_i,
  output logic             last_o
);
  logic [WIDTH-1:0] left_q;  // steps after this one
  logic             next_q;  // one is left
  logic             again;
  logic [WIDTH-1:0] left;
  assign again = load_i || last_o;
  assign left  = again ? count_i : left_q;

  always_ff @(posedge clk_i) begin
    if (load_i || step_i) begin
      left_q <= left - 1'b1;
      last_o <= again ? count_i == WIDTH'(1) : next_q;
      next_q <= again ? count_i == WIDTH'(2) : left_q == WIDTH'(2);
    end
  end
endmodule
