// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The engine on a ULX3S: host link on the FTDI's serial port, model memory in the board's SDRAM.
module ulx3s_top #(
  parameter int PC        = 8,
  parameter int PK        = 8,
  parameter int ACT_BYTES = 131072,
  parameter int ACT_BANKS = 8,
  parameter int WGT_WORDS = 1024,
  parameter int PRM_WORDS = 256,
  parameter int AXI_BYTES = 8,
  parameter int RQ_CYCLES = 1,
  parameter int INT4      = 0,
  parameter int INT16     = 0,
  parameter int CLOCK_MHZ = 125,
  parameter int INIT_US   = 200,  // that the SDRAM needs after power-up
  parameter int TECH      = 0     // 0: generic, 1: ECP5
) (
  input  logic        clk_25mhz,
  // Named from the FTDI's side.
  input  logic        ftdi_txd,
  output logic        ftdi_rxd,
  output logic [7:0]  led,
  output logic        wifi_gpio0,  // high, lest the ESP32 takes the board over
  output logic        sdram_clk,
  output logic        sdram_cke,
  output logic        sdram_csn,
  output logic        sdram_rasn,
  output logic        sdram_casn,
  output logic        sdram_wen,
  output logic [12:0] sdram_a,
  output logic [1:0]  sdram_ba,
  output logic [1:0]  sdram_dqm,
  inout  wire  [15:0] sdram_d
);
  localparam int MemoryBits = 25;

  logic clk, rst_n, good, engine_interrupt;

  ulx3s_clock #(.CLOCK_MHZ(CLOCK_MHZ), .TECH(TECH)) u_clock (.clk_25mhz_i(clk_25mhz), .clk_o(clk), .rst_no(rst_n));

  logic        req, write, memory, done, access_error;
  logic [31:0] access_addr;
  logic [63:0] access_wdata, access_rdata;

  uart_link #(.CLOCK_HZ(CLOCK_MHZ * 1000000), .MEMORY_BYTES(1 << MemoryBits), .TECH(TECH)) u_link (
    .clk_i(clk), .rst_ni(rst_n), .rx_i(ftdi_txd), .tx_o(ftdi_rxd), .good_o(good),
    .req_o(req), .write_o(write), .memory_o(memory), .addr_o(access_addr), .wdata_o(access_wdata),
    .done_i(done), .error_i(access_error), .rdata_i(access_rdata));

  // The link's accesses.
  logic        r_awvalid, r_awready, r_wvalid, r_wready, r_bvalid, r_bready, r_arvalid, r_arready, r_rvalid, r_rready;
  logic [11:0] r_awaddr, r_araddr;
  logic [31:0] r_wdata, r_rdata;
  logic [1:0]  r_bresp, r_rresp;
  logic        l_awvalid, l_awready, l_wvalid, l_wready, l_bvalid, l_bready, l_arvalid, l_arready, l_rvalid, l_rready;
  logic [31:0] l_awaddr, l_araddr;
  logic [63:0] l_wdata, l_rdata;
  logic [1:0]  l_bresp, l_rresp;

  link_bus u_bus (
    .clk_i(clk), .rst_ni(rst_n), .req_i(req), .write_i(write), .memory_i(memory), .addr_i(access_addr),
    .data_i(access_wdata), .done_o(done), .error_o(access_error), .data_o(access_rdata),
    .reg_awvalid_o(r_awvalid), .reg_awready_i(r_awready), .reg_awaddr_o(r_awaddr), .reg_wvalid_o(r_wvalid),
    .reg_wready_i(r_wready), .reg_wdata_o(r_wdata), .reg_bvalid_i(r_bvalid), .reg_bready_o(r_bready),
    .reg_bresp_i(r_bresp), .reg_arvalid_o(r_arvalid), .reg_arready_i(r_arready), .reg_araddr_o(r_araddr),
    .reg_rvalid_i(r_rvalid), .reg_rready_o(r_rready), .reg_rdata_i(r_rdata), .reg_rresp_i(r_rresp),
    .mem_awvalid_o(l_awvalid), .mem_awready_i(l_awready), .mem_awaddr_o(l_awaddr), .mem_wvalid_o(l_wvalid),
    .mem_wready_i(l_wready), .mem_wdata_o(l_wdata), .mem_bvalid_i(l_bvalid), .mem_bready_o(l_bready),
    .mem_bresp_i(l_bresp), .mem_arvalid_o(l_arvalid), .mem_arready_i(l_arready), .mem_araddr_o(l_araddr),
    .mem_rvalid_i(l_rvalid), .mem_rready_o(l_rready), .mem_rdata_i(l_rdata), .mem_rresp_i(l_rresp));

  // The engine.
  logic        e_awvalid, e_awready, e_wvalid, e_wready, e_wlast, e_bvalid, e_bready, e_arvalid, e_arready, e_rvalid,
               e_rready, e_rlast;
  logic [31:0] e_awaddr, e_araddr;
  logic [63:0] e_wdata, e_rdata;
  logic [7:0]  e_awlen, e_wstrb, e_arlen;
  logic [2:0]  e_awsize, e_arsize;
  logic [1:0]  e_awburst, e_arburst, e_bresp, e_rresp;

  engine_top #(
    .PC(PC), .PK(PK), .ACT_BYTES(ACT_BYTES), .ACT_BANKS(ACT_BANKS), .WGT_WORDS(WGT_WORDS), .PRM_WORDS(PRM_WORDS),
    .AXI_BYTES(AXI_BYTES), .RQ_CYCLES(RQ_CYCLES), .INT4(INT4), .INT16(INT16), .ADDR_BITS(32), .TECH(TECH)
  ) u_engine (
    .clk_i(clk), .rst_ni(rst_n), .interrupt_o(engine_interrupt),
    .s_axi_awvalid_i(r_awvalid), .s_axi_awready_o(r_awready), .s_axi_awaddr_i(r_awaddr), .s_axi_wvalid_i(r_wvalid),
    .s_axi_wready_o(r_wready), .s_axi_wdata_i(r_wdata), .s_axi_wstrb_i(4'hf), .s_axi_bvalid_o(r_bvalid),
    .s_axi_bready_i(r_bready), .s_axi_bresp_o(r_bresp), .s_axi_arvalid_i(r_arvalid), .s_axi_arready_o(r_arready),
    .s_axi_araddr_i(r_araddr), .s_axi_rvalid_o(r_rvalid), .s_axi_rready_i(r_rready), .s_axi_rdata_o(r_rdata),
    .s_axi_rresp_o(r_rresp),
    .m_axi_awvalid_o(e_awvalid), .m_axi_awready_i(e_awready), .m_axi_awaddr_o(e_awaddr), .m_axi_awlen_o(e_awlen),
    .m_axi_awsize_o(e_awsize), .m_axi_awburst_o(e_awburst), .m_axi_wvalid_o(e_wvalid), .m_axi_wready_i(e_wready),
    .m_axi_wdata_o(e_wdata), .m_axi_wstrb_o(e_wstrb), .m_axi_wlast_o(e_wlast), .m_axi_bvalid_i(e_bvalid),
    .m_axi_bready_o(e_bready), .m_axi_bresp_i(e_bresp), .m_axi_arvalid_o(e_arvalid), .m_axi_arready_i(e_arready),
    .m_axi_araddr_o(e_araddr), .m_axi_arlen_o(e_arlen), .m_axi_arsize_o(e_arsize), .m_axi_arburst_o(e_arburst),
    .m_axi_rvalid_i(e_rvalid), .m_axi_rready_o(e_rready), .m_axi_rdata_i(e_rdata), .m_axi_rresp_i(e_rresp),
    .m_axi_rlast_i(e_rlast));

  // Both on the memory. An address beyond it keeps only that it is.
  logic                m_awvalid, m_awready, m_wvalid, m_wready, m_wlast, m_bvalid, m_bready, m_arvalid, m_arready,
                       m_rvalid, m_rready, m_rlast;
  logic [MemoryBits:0] m_awaddr, m_araddr;
  logic [7:0]          m_awlen, m_wstrb, m_arlen;
  logic [63:0]         m_wdata, m_rdata;
  logic [1:0]          m_bresp, m_rresp;

  axi_mux #(.ADDR_BITS(MemoryBits + 1)) u_mux (
    .clk_i(clk), .rst_ni(rst_n),
    .e_awvalid_i(e_awvalid), .e_awready_o(e_awready),
    .e_awaddr_i({|e_awaddr[31:MemoryBits], e_awaddr[MemoryBits-1:0]}), .e_awlen_i(e_awlen), .e_wvalid_i(e_wvalid),
    .e_wready_o(e_wready), .e_wdata_i(e_wdata), .e_wstrb_i(e_wstrb), .e_wlast_i(e_wlast), .e_bvalid_o(e_bvalid),
    .e_bready_i(e_bready), .e_bresp_o(e_bresp), .e_arvalid_i(e_arvalid), .e_arready_o(e_arready),
    .e_araddr_i({|e_araddr[31:MemoryBits], e_araddr[MemoryBits-1:0]}), .e_arlen_i(e_arlen), .e_rvalid_o(e_rvalid),
    .e_rready_i(e_rready), .e_rdata_o(e_rdata), .e_rresp_o(e_rresp), .e_rlast_o(e_rlast),
    .l_awvalid_i(l_awvalid), .l_awready_o(l_awready),
    .l_awaddr_i({|l_awaddr[31:MemoryBits], l_awaddr[MemoryBits-1:0]}), .l_wvalid_i(l_wvalid), .l_wready_o(l_wready),
    .l_wdata_i(l_wdata), .l_bvalid_o(l_bvalid), .l_bresp_o(l_bresp), .l_arvalid_i(l_arvalid), .l_arready_o(l_arready),
    .l_araddr_i({|l_araddr[31:MemoryBits], l_araddr[MemoryBits-1:0]}), .l_rvalid_o(l_rvalid), .l_rdata_o(l_rdata),
    .l_rresp_o(l_rresp),
    .m_awvalid_o(m_awvalid), .m_awready_i(m_awready), .m_awaddr_o(m_awaddr), .m_awlen_o(m_awlen),
    .m_wvalid_o(m_wvalid), .m_wready_i(m_wready), .m_wdata_o(m_wdata), .m_wstrb_o(m_wstrb), .m_wlast_o(m_wlast),
    .m_bvalid_i(m_bvalid), .m_bready_o(m_bready), .m_bresp_i(m_bresp), .m_arvalid_o(m_arvalid),
    .m_arready_i(m_arready), .m_araddr_o(m_araddr), .m_arlen_o(m_arlen), .m_rvalid_i(m_rvalid), .m_rready_o(m_rready),
    .m_rdata_i(m_rdata), .m_rresp_i(m_rresp), .m_rlast_i(m_rlast));

  logic [2:0]  command;
  logic [1:0]  bank, dqm;
  logic [12:0] row_or_column;
  logic [15:0] dq_out, dq_in;
  logic        drive;

  sdram_ctrl #(.CLOCK_MHZ(CLOCK_MHZ), .INIT_US(INIT_US)) u_sdram (
    .clk_i(clk), .rst_ni(rst_n), .awvalid_i(m_awvalid), .awready_o(m_awready), .awaddr_i(m_awaddr), .awlen_i(m_awlen),
    .wvalid_i(m_wvalid), .wready_o(m_wready), .wdata_i(m_wdata), .wstrb_i(m_wstrb), .bvalid_o(m_bvalid),
    .bready_i(m_bready), .bresp_o(m_bresp), .arvalid_i(m_arvalid), .arready_o(m_arready), .araddr_i(m_araddr),
    .arlen_i(m_arlen), .rvalid_o(m_rvalid), .rready_i(m_rready), .rdata_o(m_rdata), .rresp_o(m_rresp),
    .rlast_o(m_rlast), .command_o(command), .bank_o(bank), .a_o(row_or_column), .dq_o(dq_out), .dqm_o(dqm),
    .drive_o(drive), .dq_i(dq_in));

  sdram_pins #(.TECH(TECH)) u_pins (
    .clk_i(clk), .command_i(command), .bank_i(bank), .a_i(row_or_column), .dq_i(dq_out), .dqm_i(dqm), .drive_i(drive),
    .dq_o(dq_in), .sdram_clk_o(sdram_clk), .sdram_command_o({sdram_rasn, sdram_casn, sdram_wen}), .sdram_ba_o(sdram_ba),
    .sdram_a_o(sdram_a), .sdram_dqm_o(sdram_dqm), .sdram_d_io(sdram_d));

  assign sdram_cke  = 1'b1;
  assign wifi_gpio0 = 1'b1;

  // Deaf until the command lines have been reset.
  logic deaf_q = 1'b1;
  assign sdram_csn = deaf_q;
  always_ff @(posedge clk) deaf_q <= !rst_n;

  // 0 the engine moves data, 1 the link understands frames, 2 the engine is done, 7 the clock runs.
  logic [24:0] beat_q;
  logic [19:0] moving_q, heard_q;
  logic        moves_q, hears_q;  // for the way to wherever the lights are
  always_ff @(posedge clk) begin
    moves_q <= e_rvalid || e_wvalid;
    hears_q <= good;
  end
  always_ff @(posedge clk) begin
    if (!rst_n) begin
      beat_q   <= '0;
      moving_q <= '0;
      heard_q  <= '0;
      led      <= '0;
    end else begin
      beat_q <= beat_q + 1'b1;
      if (moves_q) moving_q <= '1;
      else if (moving_q != '0) moving_q <= moving_q - 1'b1;
      if (hears_q) heard_q <= '1;
      else if (heard_q != '0) heard_q <= heard_q - 1'b1;
      led <= {beat_q[24], 4'd0, engine_interrupt, heard_q != '0, moving_q != '0};
    end
  end
endmodule
