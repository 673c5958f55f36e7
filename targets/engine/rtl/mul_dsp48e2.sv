// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// b · a, or with PAIR b · (a + d), in an UltraScale+ DSP48E2 (AMD UG579) with three rows of registers. PAIR sums in the
// pre-adder and adds 2^17 behind the multiplier: with a = a1 · 2^18 and products of 17 bits, p_o[47:18] is then b · a1
// whatever the sign of b · d, and p_o[16:0] is b · d. Inputs that nothing uses stand as UG579 asks.
module mul_dsp48e2 #(
  parameter int PAIR = 0
) (
  input  logic               clk_i,
  input  logic               en_i,
  input  logic signed [26:0] a_i,
  input  logic signed [26:0] d_i,
  input  logic signed [17:0] b_i,
  output logic signed [47:0] p_o
);
  DSP48E2 #(
    .AREG(1), .BREG(1), .DREG(1), .ADREG(0), .MREG(1), .PREG(1), .INMODEREG(0),
    .OPMODEREG(0), .ALUMODEREG(0), .CARRYINREG(0), .CARRYINSELREG(0), .USE_MULT("MULTIPLY"), .PREADDINSEL("A"),
    .AMULTSEL(PAIR != 0 ? "AD" : "A"), .BMULTSEL("B"), .RND(PAIR != 0 ? 48'h20000 : 48'h0)
  ) u_dsp (
    .CLK(clk_i),
    .A({{3{a_i[26]}}, a_i}), .B(b_i), .C({48{1'b1}}), .D(d_i), .CARRYIN(1'b0),
    .ACIN(30'd0), .BCIN(18'd0), .PCIN(48'd0), .CARRYCASCIN(1'b0), .MULTSIGNIN(1'b0),
    // Pre-adder: D and A. W: RND or 0; Z: 0; Y and X: the product.
    .INMODE(PAIR != 0 ? 5'b00100 : 5'b00000), .OPMODE(PAIR != 0 ? 9'b10_000_01_01 : 9'b00_000_01_01),
    .ALUMODE(4'd0), .CARRYINSEL(3'd0),
    .CEA1(1'b0), .CEA2(en_i), .CEB1(1'b0), .CEB2(en_i), .CED(en_i), .CEAD(1'b0), .CEM(en_i), .CEP(en_i), .CEC(1'b0),
    .CEINMODE(1'b0), .CECTRL(1'b0), .CEALUMODE(1'b0), .CECARRYIN(1'b0),
    .RSTA(1'b0), .RSTB(1'b0), .RSTC(1'b0), .RSTD(1'b0), .RSTM(1'b0), .RSTP(1'b0), .RSTINMODE(1'b0), .RSTCTRL(1'b0),
    .RSTALUMODE(1'b0), .RSTALLCARRYIN(1'b0),
    .P(p_o)
  );
endmodule
