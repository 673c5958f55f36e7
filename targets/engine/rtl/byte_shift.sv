// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// BYTES of two blocks of as many, from byte skip_i + 1 of the first on, where skip_i is that of the last load.
module byte_shift #(
  parameter int BYTES = 8,
  parameter int BITS  = $clog2(BYTES)
) (
  input  logic                 clk_i,
  input  logic                 load_i,
  input  logic [BITS-1:0]      skip_i,
  input  logic [2*BYTES*8-1:0] pair_i,  // in the cycle after load_i or later
  output logic [BYTES*8-1:0]   data_o
);
  // A stage a bit; each half of the bytes has its own register.
  for (genvar h = 0; h < 2; h++) begin : gen_half
    logic [BITS-1:0]        skip;
    logic [2*BYTES*8-9:0]   moved;
    twin #(.WIDTH(BITS)) u_skip (.clk_i(clk_i), .d_i(load_i ? skip_i : skip), .q_o(skip));
    always_comb begin
      moved = pair_i[2*BYTES*8-1:8];
      for (int s = 0; s < BITS; s++) if (skip[s]) moved = moved >> (8 << s);
    end
    assign data_o[h*BYTES*4 +: BYTES*4] = moved[h*BYTES*4 +: BYTES*4];
  end
endmodule
