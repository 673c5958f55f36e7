// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A stage between two sides of a handshake, both of which see registers only.
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

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_o <= 1'b0;
      ready_o <= 1'b1;
    end else if (!valid_o || ready_i) begin
      valid_o <= valid_i || !ready_o;
      ready_o <= 1'b1;
    end else begin
      ready_o <= ready_o && !valid_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!valid_o || ready_i) data_o <= ready_o ? data_i : spare_q;
    if (ready_o) spare_q <= data_i;
  end
endmodule
