// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The AXI4 master's write half. The client asks for bursts and hands over their beats in the same order.
// While halt_i is set no burst is accepted and the beats still owed go out with no byte enabled.
module axi_write #(
  parameter int AXI_BYTES = 8,
  parameter int ADDR_BITS = 64,
  parameter int MAX_BURSTS = 16
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   halt_i,
  input  logic                   burst_valid_i,
  output logic                   burst_ready_o,
  input  logic [ADDR_BITS-1:0]   burst_addr_i,
  input  logic [7:0]             burst_len_i,
  input  logic                   beat_valid_i,
  output logic                   beat_ready_o,
  input  logic [AXI_BYTES*8-1:0] beat_data_i,
  input  logic [AXI_BYTES-1:0]   beat_strb_i,
  output logic                   error_o,  // a cycle after the response
  output logic                   idle_o,
  output logic [7:0]             outstanding_o,
  output logic                   moved_o,
  // AXI4.
  output logic                   awvalid_o,
  input  logic                   awready_i,
  output logic [ADDR_BITS-1:0]   awaddr_o,
  output logic [7:0]             awlen_o,
  output logic                   wvalid_o,
  input  logic                   wready_i,
  output logic [AXI_BYTES*8-1:0] wdata_o,
  output logic [AXI_BYTES-1:0]   wstrb_o,
  output logic                   wlast_o,
  input  logic                   bvalid_i,
  output logic                   bready_o,
  input  logic [1:0]             bresp_i
);
  localparam int CountBits = $clog2(MAX_BURSTS) + 1;
  logic full, empty, accept, pop, take, last, unused, owed_q, answered, free, room_q, beat_free;
  logic [AXI_BYTES-1:0] strb;
  logic [7:0] len;
  logic [CountBits-1:0] count_q, count_d;  // bursts without a response

  assign burst_ready_o = free && room_q && !halt_i;
  assign accept        = burst_valid_i && burst_ready_o;

  skid #(.WIDTH(ADDR_BITS + 8)) u_address (
    .clk_i(clk_i), .rst_ni(rst_ni), .valid_i(accept), .ready_o(free), .data_i({burst_len_i, burst_addr_i}),
    .valid_o(awvalid_o), .ready_i(awready_i), .data_o({awlen_o, awaddr_o}));
  // Bursts without a response are no fewer than those whose beats are owed: it is never too full.
  fifo #(.WIDTH(8), .DEPTH(MAX_BURSTS), .HEAD(0)) u_len (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(accept), .data_i(burst_len_i),
    .pop_i(pop), .data_o(len), .empty_o(empty), .full_o(full));

  // The burst whose beats go out, and how many it has after this one.
  cut u_pop (.d_i(!empty && (!owed_q || (take && last))), .q_o(pop));
  // What it loads from an empty queue is not used.
  countdown #(.WIDTH(8)) u_left (.clk_i(clk_i), .en_i(!owed_q || take), .load_i(!owed_q || last), .count_i(len),
    .zero_i(len == 8'd0), .zero_o(last), .one_o(unused));
  assign beat_ready_o  = owed_q && !halt_i && beat_free;
  cut u_take (.d_i(owed_q && (beat_valid_i || halt_i) && beat_free), .q_o(take));
  assign bready_o      = count_q != '0;
  assign answered      = bvalid_i && bready_o;
  assign idle_o        = count_q == '0;
  assign outstanding_o = 8'(count_q);
  assign moved_o       = (wvalid_o && wready_i) || answered;
  assign count_d       = count_q + CountBits'(accept) - CountBits'(answered);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      count_q   <= '0;
      room_q    <= 1'b1;
      owed_q    <= 1'b0;
    end else begin
      if (pop) owed_q <= 1'b1;
      else if (take && last) owed_q <= 1'b0;
      count_q <= count_d;
      // That is count_d != MAX_BURSTS, sooner.
      room_q  <= answered || !(count_q == CountBits'(MAX_BURSTS)
                               || (accept && count_q == CountBits'(MAX_BURSTS - 1)));
    end
  end

  always_ff @(posedge clk_i) error_o <= answered && bresp_i[1];

  assign strb = halt_i ? '0 : beat_strb_i;
  skid #(.WIDTH(AXI_BYTES*9 + 1)) u_beat (
    .clk_i(clk_i), .rst_ni(rst_ni), .valid_i(take), .ready_o(beat_free), .data_i({last, strb, beat_data_i}),
    .valid_o(wvalid_o), .ready_i(wready_i), .data_o({wlast_o, wstrb_o, wdata_o}));

`ifndef SYNTHESIS
  always @(posedge clk_i) begin
    if (rst_ni) begin
      assert (count_q <= CountBits'(MAX_BURSTS)) else $error("%m: too many bursts under way");
      assert (!(halt_i && take && beat_ready_o)) else $error("%m: a beat is taken while halted");
    end
  end
`endif
endmodule
