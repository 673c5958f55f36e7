// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A register that synthesis does not merge with its twins: it stays a module of its own until all is mapped, so that
// those who hang on it can be parted by where they lie.
(* keep_hierarchy = "yes" *)
module twin (
  input  logic clk_i,
  input  logic d_i,
  output logic q_o
);
  always_ff @(posedge clk_i) q_o <= d_i;
endmodule
