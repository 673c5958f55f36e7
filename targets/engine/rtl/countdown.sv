// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Counts steps down from `count_i`: this is the step after count_i others, from a register, and the next one is. Who
// steps decides late; whether it then loads is known before.
module countdown #(
  parameter int WIDTH = 16
) (
  input  logic             clk_i,
  input  logic             en_i,    // loads, or steps
  input  logic             load_i,
  input  logic [WIDTH-1:0] count_i,
  input  logic             zero_i,  // count_i is 0
  output logic             zero_o,
  output logic             one_o
);
  logic [WIDTH-1:0] left_q;
  assign one_o = left_q == WIDTH'(1);

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      left_q <= load_i ? count_i : left_q - 1'b1;
      zero_o <= load_i ? zero_i : one_o;
    end
  end
endmodule
