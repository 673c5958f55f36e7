// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Joins two AXI4 masters of 64 data bits on one memory that answers in order: 0 the engine, with bursts, 1 the
// link, with single beats now and then, first where both want. All that goes to the engine and the memory's
// addresses and answers to writes pass registers; its data come from and go to queues of its own. Of a response only
// whether it is an error is passed on.
module axi_mux #(
  parameter int ADDR_BITS = 32
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  // The engine.
  input  logic                 e_awvalid_i,
  output logic                 e_awready_o,
  input  logic [ADDR_BITS-1:0] e_awaddr_i,
  input  logic [7:0]           e_awlen_i,
  input  logic                 e_wvalid_i,
  output logic                 e_wready_o,
  input  logic [63:0]          e_wdata_i,
  input  logic [7:0]           e_wstrb_i,
  input  logic                 e_wlast_i,
  output logic                 e_bvalid_o,
  input  logic                 e_bready_i,
  output logic [1:0]           e_bresp_o,
  input  logic                 e_arvalid_i,
  output logic                 e_arready_o,
  input  logic [ADDR_BITS-1:0] e_araddr_i,
  input  logic [7:0]           e_arlen_i,
  output logic                 e_rvalid_o,
  input  logic                 e_rready_i,
  output logic [63:0]          e_rdata_o,
  output logic [1:0]           e_rresp_o,
  output logic                 e_rlast_o,
  // The link: it always takes answers.
  input  logic                 l_awvalid_i,
  output logic                 l_awready_o,
  input  logic [ADDR_BITS-1:0] l_awaddr_i,
  input  logic                 l_wvalid_i,
  output logic                 l_wready_o,
  input  logic [63:0]          l_wdata_i,
  output logic                 l_bvalid_o,
  output logic [1:0]           l_bresp_o,
  input  logic                 l_arvalid_i,
  output logic                 l_arready_o,
  input  logic [ADDR_BITS-1:0] l_araddr_i,
  output logic                 l_rvalid_o,
  output logic [63:0]          l_rdata_o,
  output logic [1:0]           l_rresp_o,
  // The memory.
  output logic                 m_awvalid_o,
  input  logic                 m_awready_i,
  output logic [ADDR_BITS-1:0] m_awaddr_o,
  output logic [7:0]           m_awlen_o,
  output logic                 m_wvalid_o,
  input  logic                 m_wready_i,
  output logic [63:0]          m_wdata_o,
  output logic [7:0]           m_wstrb_o,
  output logic                 m_wlast_o,
  input  logic                 m_bvalid_i,
  output logic                 m_bready_o,
  input  logic [1:0]           m_bresp_i,
  output logic                 m_arvalid_o,
  input  logic                 m_arready_i,
  output logic [ADDR_BITS-1:0] m_araddr_o,
  output logic [7:0]           m_arlen_o,
  input  logic                 m_rvalid_i,
  output logic                 m_rready_o,
  input  logic [63:0]          m_rdata_i,
  input  logic [1:0]           m_rresp_i,
  input  logic                 m_rlast_i
);
  localparam int Depth = 16;  // bursts under way, each direction

  // Reads: who asked, in order, for the beats that come back.
  logic                 ar_valid, ar_ready, ar_take, r_full, r_empty, r_link, r_valid, r_ready, r_last, r_stage_ready;
  logic [ADDR_BITS-1:0] ar_addr;
  logic [7:0]           ar_len;
  logic [63:0]          r_data;
  logic                 r_error, e_r_error;
  assign ar_valid    = (e_arvalid_i || l_arvalid_i) && !r_full;
  assign ar_take     = ar_valid && ar_ready;
  assign ar_addr     = l_arvalid_i ? l_araddr_i : e_araddr_i;
  assign ar_len      = l_arvalid_i ? 8'd0 : e_arlen_i;
  assign l_arready_o = ar_ready && !r_full;
  // The engine is far away: no more than one LUT on the way.
  cut u_e_arready (.d_i(ar_ready && !r_full && !l_arvalid_i), .q_o(e_arready_o));

  skid #(.WIDTH(ADDR_BITS + 8)) u_ar (
    .clk_i(clk_i), .rst_ni(rst_ni), .valid_i(ar_valid), .ready_o(ar_ready), .data_i({ar_len, ar_addr}),
    .valid_o(m_arvalid_o), .ready_i(m_arready_i), .data_o({m_arlen_o, m_araddr_o}));
  fifo #(.WIDTH(1), .DEPTH(Depth)) u_reads (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(ar_take), .data_i(l_arvalid_i), .pop_i(r_valid && r_ready && r_last),
    .data_o(r_link), .empty_o(r_empty), .full_o(r_full));
  assign r_valid    = m_rvalid_i;
  assign r_data     = m_rdata_i;
  assign r_error    = m_rresp_i[1];
  assign r_last     = m_rlast_i;
  assign m_rready_o = r_ready;
  assign r_ready    = !r_empty && (r_link || r_stage_ready);
  assign l_rvalid_o = r_valid && !r_empty && r_link;
  assign l_rdata_o  = r_data;
  assign l_rresp_o  = {2{r_error}};
  assign e_rresp_o  = {2{e_r_error}};
  skid #(.WIDTH(66)) u_r_engine (
    .clk_i(clk_i), .rst_ni(rst_ni), .valid_i(r_valid && !r_empty && !r_link), .ready_o(r_stage_ready),
    .data_i({r_last, r_error, r_data}), .valid_o(e_rvalid_o), .ready_i(e_rready_i),
    .data_o({e_rlast_o, e_r_error, e_rdata_o}));

  // Writes: who asked, in order, for the beats that follow, and for the answers.
  logic                 aw_valid, aw_ready, aw_take, w_full, w_empty, w_link, w_valid, w_ready;
  logic                 b_full, b_empty, b_link, b_valid, b_ready, b_stage_ready;
  logic [ADDR_BITS-1:0] aw_addr;
  logic [7:0]           aw_len;
  logic                 b_error, e_b_error;
  assign aw_valid    = (e_awvalid_i || l_awvalid_i) && !w_full && !b_full;
  assign aw_take     = aw_valid && aw_ready;
  assign aw_addr     = l_awvalid_i ? l_awaddr_i : e_awaddr_i;
  assign aw_len      = l_awvalid_i ? 8'd0 : e_awlen_i;
  assign l_awready_o = aw_ready && !w_full && !b_full;
  cut u_e_awready (.d_i(aw_ready && !w_full && !b_full && !l_awvalid_i), .q_o(e_awready_o));

  skid #(.WIDTH(ADDR_BITS + 8)) u_aw (
    .clk_i(clk_i), .rst_ni(rst_ni), .valid_i(aw_valid), .ready_o(aw_ready), .data_i({aw_len, aw_addr}),
    .valid_o(m_awvalid_o), .ready_i(m_awready_i), .data_o({m_awlen_o, m_awaddr_o}));
  // One bit for the handshake, one for the data.
  logic w_data_link, w_ends, w_pop;
  fifo #(.WIDTH(2), .DEPTH(Depth)) u_writes (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(aw_take), .data_i({2{l_awvalid_i}}),
    .pop_i(w_pop), .data_o({w_data_link, w_link}), .empty_o(w_empty), .full_o(w_full));
  cut u_w_valid (.d_i(!w_empty && (w_link ? l_wvalid_i : e_wvalid_i)), .q_o(w_valid));
  cut u_w_ends (.d_i(w_ready && (w_link || e_wlast_i)), .q_o(w_ends));
  cut u_w_pop (.d_i(w_valid && w_ends), .q_o(w_pop));
  cut u_e_wready (.d_i(!w_empty && !w_link && w_ready), .q_o(e_wready_o));
  assign l_wready_o = !w_empty && w_link && w_ready;
  assign w_ready    = m_wready_i;
  assign m_wvalid_o = w_valid;
  assign {m_wlast_o, m_wstrb_o, m_wdata_o} = w_data_link ? {9'h1ff, l_wdata_i} : {e_wlast_i, e_wstrb_i, e_wdata_i};

  fifo #(.WIDTH(1), .DEPTH(Depth)) u_answers (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(aw_take), .data_i(l_awvalid_i), .pop_i(b_valid && b_ready),
    .data_o(b_link), .empty_o(b_empty), .full_o(b_full));
  skid #(.WIDTH(1)) u_b (
    .clk_i(clk_i), .rst_ni(rst_ni), .valid_i(m_bvalid_i), .ready_o(m_bready_o), .data_i(m_bresp_i[1]),
    .valid_o(b_valid), .ready_i(b_ready), .data_o(b_error));
  assign b_ready    = !b_empty && (b_link || b_stage_ready);
  assign l_bvalid_o = b_valid && !b_empty && b_link;
  assign l_bresp_o  = {2{b_error}};
  assign e_bresp_o  = {2{e_b_error}};
  skid #(.WIDTH(1)) u_b_engine (
    .clk_i(clk_i), .rst_ni(rst_ni), .valid_i(b_valid && !b_empty && !b_link), .ready_o(b_stage_ready), .data_i(b_error),
    .valid_o(e_bvalid_o), .ready_i(e_bready_i), .data_o(e_b_error));
endmodule
