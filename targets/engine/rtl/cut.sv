// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A wire that is made before it is used: synthesis, which saves LUTs where it sees time to spare, builds what drives it
// and what hangs on it by themselves, so that neither becomes a longer chain than it looks.
(* keep_hierarchy = "yes" *)
module cut (
  input  logic d_i,
  output logic q_o
);
  assign q_o = d_i;
endmodule
