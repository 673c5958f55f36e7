// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Counts steps down from `count_i`: this is the step after count_i others, from a register, and the next one is.
module countdown #(
  parameter int WIDTH = 16
) (
  input  logic             clk_i,
  input  logic             load_i,
  input  logic [WIDTH-1:0] count_i,
  input  logic             zero_i,  // count_i is 0
  input  logic             step_i,
  output logic             zero_o,
  output logic             one_o
);
  logic [WIDTH-1:0] left_q;
  assign one_o = left_q == WIDTH'(1);

  always_ff @(posedge clk_i) begin
    if (load_i) begin
      left_q <= count_i;
      zero_o <= zero_i;
    end else if (step_i) begin
      left_q <= left_q - 1'b1;
      zero_o <= one_o;
    end
  end
endmodule
