// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// DSP48E2 as far as mul_dsp48e2 uses it, for simulation: no cascades, no patterns, no C, one row of registers at A, B
// and D, then the multiplier's and the output's. Written from AMD's UG579 (v1.11), chapter 2: the pre-adder and what
// INMODE does to it, the multiplier's 27 × 18 bits, the multiplexers that OPMODE sets, ALUMODE 0 = Z + W + X + Y.
// It refuses other settings. Unverified on silicon.

// verilator lint_off DECLFILENAME
module DSP48E2 (
  input         CLK,
  input  [29:0] A, ACIN,
  input  [17:0] B, BCIN,
  input  [47:0] C, PCIN,
  input  [26:0] D,
  input         CARRYIN, CARRYCASCIN, MULTSIGNIN,
  input  [4:0]  INMODE,
  input  [8:0]  OPMODE,
  input  [3:0]  ALUMODE,
  input  [2:0]  CARRYINSEL,
  input         CEA1, CEA2, CEB1, CEB2, CEC, CED, CEAD, CEM, CEP, CEINMODE, CECTRL, CEALUMODE, CECARRYIN,
  input         RSTA, RSTB, RSTC, RSTD, RSTM, RSTP, RSTINMODE, RSTCTRL, RSTALUMODE, RSTALLCARRYIN,
  output [47:0] P
);
  parameter integer AREG = 1, BREG = 1, DREG = 1, ADREG = 1, MREG = 1, PREG = 1, INMODEREG = 1;
  parameter integer OPMODEREG = 1, ALUMODEREG = 1, CARRYINREG = 1, CARRYINSELREG = 1;
  parameter AMULTSEL = "A", BMULTSEL = "B", PREADDINSEL = "A", USE_MULT = "MULTIPLY";
  parameter [47:0] RND = 48'd0;

  reg signed [26:0] a_q, d_q;
  reg signed [17:0] b_q;
  reg signed [44:0] m_q;
  reg        [47:0] p_q;
  // INMODE[2] lets D into the pre-adder, INMODE[1] keeps A out of it, INMODE[3] subtracts.
  wire signed [26:0] from_a = INMODE[1] ? 27'sd0 : a_q;
  wire signed [26:0] from_d = INMODE[2] ? d_q : 27'sd0;
  wire signed [26:0] ad = INMODE[3] ? from_d - from_a : from_d + from_a;
  wire signed [26:0] factor = AMULTSEL == "AD" ? ad : from_a;
  wire        [47:0] w = OPMODE[8:7] == 2'b10 ? RND : 48'd0;
  assign P = p_q;

  initial begin
    a_q = 0;
    b_q = 0;
    d_q = 0;
    m_q = 0;
    p_q = 0;
    if (AREG != 1 || BREG != 1 || DREG != 1 || ADREG != 0 || MREG != 1 || PREG != 1 || INMODEREG != 0 || OPMODEREG != 0
        || ALUMODEREG != 0 || CARRYINREG != 0 || CARRYINSELREG != 0 || BMULTSEL != "B" || PREADDINSEL != "A"
        || USE_MULT != "MULTIPLY") begin
      $display("DSP48E2: a setting that this model does not have");
      $finish;
    end
  end
  always @(posedge CLK) begin
    if (OPMODE[6:0] != 7'b000_01_01 || OPMODE[7] || ALUMODE != 0 || CARRYINSEL != 0 || CARRYIN || INMODE[4] || INMODE[0]) begin
      $display("DSP48E2: an operation that this model does not have");
      $finish;
    end
    if (RSTA) a_q <= 0;
    else if (CEA2) a_q <= A[26:0];
    if (RSTB) b_q <= 0;
    else if (CEB2) b_q <= B;
    if (RSTD) d_q <= 0;
    else if (CED) d_q <= D;
    if (RSTM) m_q <= 0;
    else if (CEM) m_q <= factor * b_q;
    if (RSTP) p_q <= 0;
    else if (CEP) p_q <= {{3{m_q[44]}}, m_q} + w;
  end
endmodule
