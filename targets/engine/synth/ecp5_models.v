// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// ECP5 blocks as far as the engine's netlist uses them, for simulation; Yosys's own cells have no body. Written from
// Lattice's technical notes: FPGA-TN-02205 (sysDSP: a multiplier's registers and signs) and FPGA-TN-02204 (memory:
// output registers, byte enables). Unverified on silicon.

// Signed 18 × 18 bits; each row of registers is there if it has a clock.
module MULT18X18D (
  input A17, A16, A15, A14, A13, A12, A11, A10, A9, A8, A7, A6, A5, A4, A3, A2, A1, A0,
  input B17, B16, B15, B14, B13, B12, B11, B10, B9, B8, B7, B6, B5, B4, B3, B2, B1, B0,
  input C17, C16, C15, C14, C13, C12, C11, C10, C9, C8, C7, C6, C5, C4, C3, C2, C1, C0,
  input SIGNEDA, SIGNEDB, SOURCEA, SOURCEB, CLK0, CE0, RST0,
  output P35, P34, P33, P32, P31, P30, P29, P28, P27, P26, P25, P24, P23, P22, P21, P20, P19, P18,
  output P17, P16, P15, P14, P13, P12, P11, P10, P9, P8, P7, P6, P5, P4, P3, P2, P1, P0
);
  parameter REG_INPUTA_CLK = "NONE", REG_INPUTB_CLK = "NONE", REG_PIPELINE_CLK = "NONE", REG_OUTPUT_CLK = "NONE";
  parameter REG_INPUTA_CE = "CE0", REG_INPUTB_CE = "CE0", REG_PIPELINE_CE = "CE0", REG_OUTPUT_CE = "CE0";
  parameter REG_INPUTA_RST = "RST0", REG_INPUTB_RST = "RST0", REG_PIPELINE_RST = "RST0", REG_OUTPUT_RST = "RST0";
  parameter SOURCEB_MODE = "B_SHIFT", MULT_BYPASS = "DISABLED", RESETMODE = "SYNC", GSR = "ENABLED";
  wire signed [18:0] a = {SIGNEDA & A17, A17, A16, A15, A14, A13, A12, A11, A10, A9, A8, A7, A6, A5, A4, A3, A2, A1, A0};
  wire signed [18:0] b = {SIGNEDB & B17, B17, B16, B15, B14, B13, B12, B11, B10, B9, B8, B7, B6, B5, B4, B3, B2, B1, B0};
  reg signed [18:0] a_q, b_q;
  reg signed [37:0] m_q, p_q;
  wire signed [18:0] a_in = REG_INPUTA_CLK == "NONE" ? a : a_q;
  wire signed [18:0] b_in = REG_INPUTB_CLK == "NONE" ? b : b_q;
  wire signed [37:0] m = a_in * b_in;
  wire signed [37:0] m_in = REG_PIPELINE_CLK == "NONE" ? m : m_q;
  wire signed [37:0] p = REG_OUTPUT_CLK == "NONE" ? m_in : p_q;
  assign {P35, P34, P33, P32, P31, P30, P29, P28, P27, P26, P25, P24, P23, P22, P21, P20, P19, P18, P17, P16, P15, P14,
          P13, P12, P11, P10, P9, P8, P7, P6, P5, P4, P3, P2, P1, P0} = p[35:0];
  always @(posedge CLK0) begin
    if (RST0) begin
      a_q <= 0;
      b_q <= 0;
      m_q <= 0;
      p_q <= 0;
    end else if (CE0) begin
      a_q <= a;
      b_q <= b;
      m_q <= m;
      p_q <= m_in;
    end
  end
endmodule

// Both ports have one width. 36 bits are those of both: port A's data below port B's.
module DP16KD (
  input
    DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9, DIA8, DIA7, DIA6, DIA5, DIA4, DIA3, DIA2, DIA1,
    DIA0, DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9, DIB8, DIB7, DIB6, DIB5, DIB4, DIB3, DIB2,
    DIB1, DIB0, ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0, ADB13, ADB12,
    ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0,
    CLKA, CLKB, CEA, CEB, OCEA, OCEB, WEA, WEB, RSTA, RSTB, CSA2, CSA1, CSA0, CSB2, CSB1, CSB0,
  output
    DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9, DOA8, DOA7, DOA6, DOA5, DOA4, DOA3, DOA2, DOA1,
    DOA0, DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9, DOB8, DOB7, DOB6, DOB5, DOB4, DOB3, DOB2,
    DOB1, DOB0
);
  parameter DATA_WIDTH_A = 18, DATA_WIDTH_B = 18;
  parameter REGMODE_A = "NOREG", REGMODE_B = "NOREG", WRITEMODE_A = "NORMAL", WRITEMODE_B = "NORMAL";
  parameter CLKAMUX = "CLKA", CLKBMUX = "CLKB", CSDECODE_A = "0b000", CSDECODE_B = "0b000";
  parameter RESETMODE = "SYNC", ASYNC_RESET_RELEASE = "SYNC", GSR = "AUTO";
  parameter INITVAL_00 = 320'b0;
  parameter INITVAL_01 = 320'b0;
  parameter INITVAL_02 = 320'b0;
  parameter INITVAL_03 = 320'b0;
  parameter INITVAL_04 = 320'b0;
  parameter INITVAL_05 = 320'b0;
  parameter INITVAL_06 = 320'b0;
  parameter INITVAL_07 = 320'b0;
  parameter INITVAL_08 = 320'b0;
  parameter INITVAL_09 = 320'b0;
  parameter INITVAL_0A = 320'b0;
  parameter INITVAL_0B = 320'b0;
  parameter INITVAL_0C = 320'b0;
  parameter INITVAL_0D = 320'b0;
  parameter INITVAL_0E = 320'b0;
  parameter INITVAL_0F = 320'b0;
  parameter INITVAL_10 = 320'b0;
  parameter INITVAL_11 = 320'b0;
  parameter INITVAL_12 = 320'b0;
  parameter INITVAL_13 = 320'b0;
  parameter INITVAL_14 = 320'b0;
  parameter INITVAL_15 = 320'b0;
  parameter INITVAL_16 = 320'b0;
  parameter INITVAL_17 = 320'b0;
  parameter INITVAL_18 = 320'b0;
  parameter INITVAL_19 = 320'b0;
  parameter INITVAL_1A = 320'b0;
  parameter INITVAL_1B = 320'b0;
  parameter INITVAL_1C = 320'b0;
  parameter INITVAL_1D = 320'b0;
  parameter INITVAL_1E = 320'b0;
  parameter INITVAL_1F = 320'b0;
  parameter INITVAL_20 = 320'b0;
  parameter INITVAL_21 = 320'b0;
  parameter INITVAL_22 = 320'b0;
  parameter INITVAL_23 = 320'b0;
  parameter INITVAL_24 = 320'b0;
  parameter INITVAL_25 = 320'b0;
  parameter INITVAL_26 = 320'b0;
  parameter INITVAL_27 = 320'b0;
  parameter INITVAL_28 = 320'b0;
  parameter INITVAL_29 = 320'b0;
  parameter INITVAL_2A = 320'b0;
  parameter INITVAL_2B = 320'b0;
  parameter INITVAL_2C = 320'b0;
  parameter INITVAL_2D = 320'b0;
  parameter INITVAL_2E = 320'b0;
  parameter INITVAL_2F = 320'b0;
  parameter INITVAL_30 = 320'b0;
  parameter INITVAL_31 = 320'b0;
  parameter INITVAL_32 = 320'b0;
  parameter INITVAL_33 = 320'b0;
  parameter INITVAL_34 = 320'b0;
  parameter INITVAL_35 = 320'b0;
  parameter INITVAL_36 = 320'b0;
  parameter INITVAL_37 = 320'b0;
  parameter INITVAL_38 = 320'b0;
  parameter INITVAL_39 = 320'b0;
  parameter INITVAL_3A = 320'b0;
  parameter INITVAL_3B = 320'b0;
  parameter INITVAL_3C = 320'b0;
  parameter INITVAL_3D = 320'b0;
  parameter INITVAL_3E = 320'b0;
  parameter INITVAL_3F = 320'b0;

  localparam Wide  = DATA_WIDTH_B == 36;
  localparam Skip  = Wide ? 5 : DATA_WIDTH_B == 18 ? 4 : DATA_WIDTH_B == 9 ? 3 : DATA_WIDTH_B == 4 ? 2
                   : DATA_WIDTH_B == 2 ? 1 : 0;
  localparam Depth = 1 << (14 - Skip);
  reg [DATA_WIDTH_B-1:0] memory [0:Depth-1];

  wire [13:0] address_a = {ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0};
  wire [13:0] address_b = {ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0};
  wire [17:0] data_a = {DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9, DIA8, DIA7, DIA6, DIA5, DIA4, DIA3, DIA2, DIA1,
    DIA0};
  wire [17:0] data_b = {DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9, DIB8, DIB7, DIB6, DIB5, DIB4, DIB3, DIB2, DIB1,
    DIB0};
  wire [35:0] in = {data_b, data_a};
  // The low address bits of the two widest forms are byte enables.
  wire [3:0] bytes = Wide ? address_a[3:0] : DATA_WIDTH_A == 18 ? {2'b00, address_a[1:0]} : 4'b0001;
  reg [35:0] read, out;
  integer i;

  initial begin
    if (DATA_WIDTH_A != DATA_WIDTH_B) begin
      $display("DP16KD: ports of %0d and %0d bits", DATA_WIDTH_A, DATA_WIDTH_B);
      $finish;
    end
    for (i = 0; i < Depth; i = i + 1) memory[i] = 0;
  end
  always @(posedge CLKA) begin
    if (CEA && WEA && {CSA2, CSA1, CSA0} == 3'b000) begin
      if (DATA_WIDTH_A < 9) memory[address_a >> Skip] <= in[DATA_WIDTH_B-1:0];
      else for (i = 0; i < DATA_WIDTH_B / 9; i = i + 1) begin
        if (bytes[i]) memory[address_a >> Skip][i*9 +: 9] <= in[i*9 +: 9];
      end
    end
  end
  always @(posedge CLKB) begin
    if (CEB && {CSB2, CSB1, CSB0} == 3'b000) read <= memory[address_b >> Skip];
    if (OCEB) out <= read;
  end
  wire [35:0] seen = REGMODE_B == "OUTREG" ? out : read;
  assign {DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9, DOA8, DOA7, DOA6, DOA5, DOA4, DOA3, DOA2,
          DOA1, DOA0} = Wide ? seen[17:0] : 18'd0;
  assign {DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9, DOB8, DOB7, DOB6, DOB5, DOB4, DOB3, DOB2,
          DOB1, DOB0} = Wide ? seen[35:18] : seen[17:0];
endmodule
