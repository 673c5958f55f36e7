// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A stage between two sides of a handshake, both of which see registers only. Its own data have a ready of their own.
module skid #(
  parameter int WIDTH = 8
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             valid_i,
  output logic             ready_o,
  input  logic [WIDTH-1:0] data_i,
  output logic             valid_o,
  input  logic             ready_i,
  output logic [WIDTH-1:0] data_o
);
  logic [WIDTH-1:0] spare_q;
  logic             next_ready, ready;

  assign next_ready = !rst_ni || !valid_o || ready_i || (ready_o && !valid_i);
  twin u_ready (.clk_i(clk_i), .d_i(next_ready), .q_o(ready));
  always_ff @(posedge clk_i) begin
    ready_o <= next_ready;
    if (!rst_ni) valid_o <= 1'b0;
    else if (!valid_o || ready_i) valid_o <= valid_i || !ready_o;
  end

  always_ff @(posedge clk_i) begin
    if (!valid_o || ready_i) data_o <= ready ? data_i : spare_q;
    if (ready) spare_q <= data_i;
  end
endmodule
