// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One write port, one read port; data two cycles after the address, so that block memories use their
// output registers. Reading a word in the cycle in which it is written gives either value.
module ram_sdp #(
  parameter int WIDTH = 64,
  parameter int DEPTH = 1024,
  parameter int TECH  = 0  // as of mul
) (
  input  logic                     clk_i,
  input  logic                     we_i,
  input  logic [$clog2(DEPTH)-1:0] waddr_i,
  input  logic [WIDTH-1:0]         wdata_i,
  input  logic                     re_i,
  input  logic [$clog2(DEPTH)-1:0] raddr_i,
  output logic [WIDTH-1:0]         rdata_o
);
  // UltraScale+ has few block memories and large ones besides, 72 bits wide and 4096 deep.
  localparam bit IsUltra = TECH == 2 && WIDTH >= 64 && DEPTH >= 2048;

  logic [WIDTH-1:0] read_q;

  if (IsUltra) begin : gen_ultra
    (* no_rw_check, ram_style = "ultra" *) logic [WIDTH-1:0] block_q [0:DEPTH-1];
    always_ff @(posedge clk_i) begin
      if (we_i) block_q[waddr_i] <= wdata_i;
    end
    always_ff @(posedge clk_i) begin
      if (re_i) read_q <= block_q[raddr_i];
    end
  end else begin : gen_block
    (* no_rw_check, ram_style = "block" *) logic [WIDTH-1:0] block_q [0:DEPTH-1];
    always_ff @(posedge clk_i) begin
      if (we_i) block_q[waddr_i] <= wdata_i;
    end
    always_ff @(posedge clk_i) begin
      if (re_i) read_q <= block_q[raddr_i];
    end
  end

  if (TECH == 1) begin : gen_inside
    // Yosys puts no register into an ECP5 block memory: synthesis turns on the output register of every cell
    // named block_q instead, and the netlist is simulated against this file's other branch.
    assign rdata_o = read_q;
  end else begin : gen_register
    always_ff @(posedge clk_i) rdata_o <= read_q;
  end
endmodule
