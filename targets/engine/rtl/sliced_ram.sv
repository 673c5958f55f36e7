// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A scratchpad of wide words that is written in slices of one bus beat (slice 0 holds the word's first
// bytes), each a cycle late, and read whole, two cycles after the address.
module sliced_ram #(
  parameter int SLICES     = 8,
  parameter int SLICE_BITS = 64,
  parameter int DEPTH      = 1024,
  parameter int TECH       = 0
) (
  input  logic                         clk_i,
  input  logic                         we_i,
  input  logic [$clog2(DEPTH)-1:0]     waddr_i,
  input  logic [7:0]                   wslice_i,
  input  logic [SLICE_BITS-1:0]        wdata_i,
  input  logic                         re_i,
  input  logic [$clog2(DEPTH)-1:0]     raddr_i,
  output logic [SLICES*SLICE_BITS-1:0] rdata_o
);
  logic [$clog2(DEPTH)-1:0] waddr_q;
  logic [SLICE_BITS-1:0]    wdata_q;
  // Of its own: other memories are filled from the same registers.
  twin #(.WIDTH($clog2(DEPTH) + SLICE_BITS)) u_write (
    .clk_i(clk_i), .d_i({waddr_i, wdata_i}), .q_o({waddr_q, wdata_q}));

  for (genvar s = 0; s < SLICES; s++) begin : gen_slice
    logic we_q;
    always_ff @(posedge clk_i) we_q <= we_i && wslice_i == 8'(s);
    ram_sdp #(.WIDTH(SLICE_BITS), .DEPTH(DEPTH), .TECH(TECH)) u_ram (
      .clk_i   (clk_i),
      .we_i    (we_q),
      .waddr_i (waddr_q),
      .wdata_i (wdata_q),
      .re_i    (re_i),
      .raddr_i (raddr_i),
      .rdata_o (rdata_o[s*SLICE_BITS +: SLICE_BITS])
    );
  end
endmodule
