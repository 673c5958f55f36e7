// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One write port, one read port; data two cycles after the address, so that block memories use their
// output registers. Reading a word in the cycle in which it is written gives either value.
module ram_sdp #(
  parameter int WIDTH = 64,
  parameter int DEPTH = 1024
) (
  input  logic                     clk_i,
  input  logic                     we_i,
  input  logic [$clog2(DEPTH)-1:0] waddr_i,
  input  logic [WIDTH-1:0]         wdata_i,
  input  logic                     re_i,
  input  logic [$clog2(DEPTH)-1:0] raddr_i,
  output logic [WIDTH-1:0]         rdata_o
);
  (* no_rw_check *) logic [WIDTH-1:0] mem_q [0:DEPTH-1];
  logic [WIDTH-1:0] read_q;
  logic             re_q;

  always_ff @(posedge clk_i) begin
    if (we_i) mem_q[waddr_i] <= wdata_i;
  end

  always_ff @(posedge clk_i) begin
    re_q <= re_i;
    if (re_i) read_q <= mem_q[raddr_i];
    if (re_q) rdata_o <= read_q;
  end
endmodule
