// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A queue of bytes that come to light in whole packets: what is pushed can be read once commit_i is given,
// and is forgotten by rollback_i. A byte takes four cycles to read.
module packet_fifo #(
  parameter int DEPTH = 2048,  // a power of two
  parameter int TECH  = 0
) (
  input  logic       clk_i,
  input  logic       rst_ni,
  input  logic       push_i,
  input  logic [7:0] data_i,
  input  logic       last_i,      // of a packet
  input  logic       commit_i,    // also of a byte pushed in this cycle
  input  logic       rollback_i,  // not together with push_i
  output logic       full_o,
  output logic       valid_o,
  input  logic       ready_i,
  output logic [7:0] data_o,
  output logic       last_o
);
  localparam int Bits = $clog2(DEPTH);
  logic [Bits:0] write_q, write_next, committed_q, read_q;
  logic          some_q, fetch;
  logic [2:0]    stage_q;  // one-hot: address given, word read, word at the output

  assign write_next = write_q + (Bits+1)'(push_i);
  assign fetch      = some_q && stage_q == 3'b000;
  assign valid_o    = stage_q[2];

  ram_sdp #(.WIDTH(9), .DEPTH(DEPTH), .TECH(TECH)) u_ram (
    .clk_i(clk_i), .we_i(push_i), .waddr_i(write_q[Bits-1:0]), .wdata_i({last_i, data_i}),
    .re_i(fetch), .raddr_i(read_q[Bits-1:0]), .rdata_o({last_o, data_o}));

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      write_q     <= '0;
      committed_q <= '0;
      read_q      <= '0;
      full_o      <= 1'b0;
      some_q      <= 1'b0;
      stage_q     <= 3'b000;
    end else begin
      write_q <= rollback_i ? committed_q : write_next;
      if (commit_i) committed_q <= write_next;
      // Of the pointers as they were: reported full two bytes early, and read a cycle late.
      full_o  <= write_q - read_q >= (Bits+1)'(DEPTH - 2);
      some_q  <= read_q != committed_q && stage_q == 3'b000 && !fetch;
      if (fetch) begin
        stage_q <= 3'b001;
        read_q  <= read_q + 1'b1;
      end else if (!stage_q[2] || ready_i) begin
        stage_q <= {stage_q[1:0], 1'b0};
      end
    end
  end
endmodule
