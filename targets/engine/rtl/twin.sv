// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Registers that synthesis does not merge with their twins: they stay a module of their own until all is mapped, so
// that those who hang on them can be parted by where they lie.
(* keep_hierarchy = "yes" *)
module twin #(
  parameter int WIDTH = 1
) (
  input  logic             clk_i,
  input  logic [WIDTH-1:0] d_i,
  output logic [WIDTH-1:0] q_o
);
  always_ff @(posedge clk_i) q_o <= d_i;
endmodule
