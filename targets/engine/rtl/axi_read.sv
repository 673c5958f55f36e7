// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The AXI4 master's read half: two clients, fetch (0) first, then load (1). Bursts return in the order in
// which they were asked for. While halt_i is set no burst is accepted and arriving beats are dropped.
module axi_read #(
  parameter int AXI_BYTES = 8,
  parameter int ADDR_BITS = 64,
  parameter int MAX_BURSTS = 32
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   halt_i,
  // Clients.
  input  logic                   fetch_valid_i,
  output logic                   fetch_ready_o,
  input  logic [ADDR_BITS-1:0]   fetch_addr_i,
  input  logic [7:0]             fetch_len_i,
  output logic                   fetch_beat_o,   // always taken
  input  logic                   load_valid_i,
  output logic                   load_ready_o,
  input  logic [ADDR_BITS-1:0]   load_addr_i,
  input  logic [7:0]             load_len_i,
  output logic                   load_beat_o,
  input  logic                   load_beat_ready_i,
  output logic [AXI_BYTES*8-1:0] data_o,
  output logic                   error_o,        // of the beat that a client gets
  output logic                   idle_o,
  output logic [7:0]             outstanding_o,
  output logic                   moved_o,        // a beat was taken
  // AXI4.
  output logic                   arvalid_o,
  input  logic                   arready_i,
  output logic [ADDR_BITS-1:0]   araddr_o,
  output logic [7:0]             arlen_o,
  input  logic                   rvalid_i,
  output logic                   rready_o,
  input  logic [AXI_BYTES*8-1:0] rdata_i,
  input  logic [1:0]             rresp_i,
  input  logic                   rlast_i
);
  logic final_beat, full, empty, accept, free, ready, to_load, pop;
  localparam int CountBits = $clog2(MAX_BURSTS) + 1;
  logic [CountBits-1:0] count_q;

  assign free          = ready && !full && !halt_i;
  assign fetch_ready_o = free;
  assign load_ready_o  = free && !fetch_valid_i;
  assign accept        = free && (fetch_valid_i || load_valid_i);

  logic [ADDR_BITS-1:0] addr;
  logic [7:0]           len;
  assign addr = fetch_valid_i ? fetch_addr_i : load_addr_i;
  assign len  = fetch_valid_i ? fetch_len_i : load_len_i;
  skid #(.WIDTH(ADDR_BITS + 8)) u_address (
    .clk_i(clk_i), .rst_ni(rst_ni), .valid_i(accept), .ready_o(ready), .data_i({len, addr}), .valid_o(arvalid_o),
    .ready_i(arready_i), .data_o({arlen_o, araddr_o}));
  fifo #(.WIDTH(1), .DEPTH(MAX_BURSTS)) u_route (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(accept), .data_i(!fetch_valid_i),
    .pop_i(pop), .data_o(to_load), .empty_o(empty), .full_o(full));

  assign data_o       = rdata_i;
  cut u_rready (.d_i(!empty && (halt_i || !to_load || load_beat_ready_i)), .q_o(rready_o));
  assign moved_o      = rvalid_i && rready_o;
  assign fetch_beat_o = rvalid_i && !empty && !halt_i && !to_load;
  assign load_beat_o  = rvalid_i && !empty && !halt_i && to_load;
  cut u_final (.d_i(rvalid_i && rlast_i), .q_o(final_beat));
  cut u_pop (.d_i(final_beat && rready_o), .q_o(pop));
  assign error_o      = rresp_i[1];
  assign idle_o       = count_q == '0;
  assign outstanding_o = 8'(count_q);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) count_q <= '0;
    else if (accept && !pop) count_q <= count_q + 1'b1;
    else if (pop && !accept) count_q <= count_q - 1'b1;
  end

`ifndef SYNTHESIS
  // What memory answers is not the engine's doing, but nothing may be made of an answer that no one asked for.
  always @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!(pop && count_q == '0)) else $error("%m: the end of a burst that was not asked for");
      assert (count_q <= CountBits'(MAX_BURSTS) + 1'b1) else $error("%m: too many bursts under way");
      assert (!(fetch_beat_o && load_beat_o)) else $error("%m: a beat for two clients");
    end
  end
`endif
endmodule
