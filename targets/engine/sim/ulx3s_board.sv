// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A ULX3S with its SDRAM, for simulation: the serial port's pins and the LEDs are left.
module board #(
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
  parameter int CLOCK_MHZ = 125
) (
  input  logic       clk_i,
  input  logic       ftdi_txd_i,
  output logic       ftdi_rxd_o,
  output logic [7:0] led_o
);
  logic        wifi_gpio0, sdram_clk, sdram_cke, sdram_csn, sdram_rasn, sdram_casn, sdram_wen;
  logic [12:0] sdram_a;
  logic [1:0]  sdram_ba, sdram_dqm;
  wire  [15:0] sdram_d;

  ulx3s_top #(
    .PC(PC), .PK(PK), .ACT_BYTES(ACT_BYTES), .ACT_BANKS(ACT_BANKS), .WGT_WORDS(WGT_WORDS), .PRM_WORDS(PRM_WORDS),
    .AXI_BYTES(AXI_BYTES), .RQ_CYCLES(RQ_CYCLES), .INT4(INT4), .INT16(INT16), .CLOCK_MHZ(CLOCK_MHZ)
  ) u_top (
    .clk_25mhz(clk_i), .ftdi_txd(ftdi_txd_i), .ftdi_rxd(ftdi_rxd_o), .led(led_o), .wifi_gpio0(wifi_gpio0),
    .sdram_clk(sdram_clk), .sdram_cke(sdram_cke), .sdram_csn(sdram_csn), .sdram_rasn(sdram_rasn),
    .sdram_casn(sdram_casn), .sdram_wen(sdram_wen), .sdram_a(sdram_a), .sdram_ba(sdram_ba), .sdram_dqm(sdram_dqm),
    .sdram_d(sdram_d));

  sdram_model #(.CLOCK_MHZ(CLOCK_MHZ)) u_sdram (
    .clk_i(sdram_clk), .cke_i(sdram_cke), .csn_i(sdram_csn), .rasn_i(sdram_rasn), .casn_i(sdram_casn),
    .wen_i(sdram_wen), .a_i(sdram_a), .ba_i(sdram_ba), .dqm_i(sdram_dqm), .dq_io(sdram_d));
endmodule
