// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// requantize(acc + bias, m, s, zo, lo, hi) of docs/spec/integers.md, one value a cycle, exact in 48 bits. The
// 32 × 16 product is made of two multipliers of at most 17 × 16 bits. Stage t works when valid_i[t] is set;
// the result stands after stage 9.
module requant_lane #(
  parameter int Y_BITS = 8,  // or 16
  parameter int TECH   = 0
) (
  input  logic               clk_i,
  input  logic               en_i,
  input  logic [9:0]         valid_i,
  input  logic signed [31:0] acc_i,
  input  logic signed [31:0] bias_i,
  input  logic [14:0]        m_i,
  input  logic [5:0]         s_i,
  // These stay put while values are under way.
  input  logic signed [7:0]        zo_i,
  input  logic signed [Y_BITS-1:0] lo_i, hi_i,
  output logic [Y_BITS-1:0]        y_o
);
  // Stage 0: the accumulator is whole.
  logic signed [31:0] acc0_q;
  logic [14:0]        m0_q;
  logic [5:0]         s0_q, s1_q, s2_q, s3_q, s4_q;  // shift less one
  logic [2:0]         s5_q;

  // Stages 1 to 3: halves of the product.
  logic signed [31:0] high;
  logic signed [32:0] low;
  mul #(.A_BITS(16), .B_BITS(16), .TECH(TECH)) u_high (
    .clk_i(clk_i), .en_i(en_i), .a_i(acc0_q[31:16]), .b_i({1'b0, m0_q}), .p_o(high));
  mul #(.A_BITS(17), .B_BITS(16), .TECH(TECH)) u_low (
    .clk_i(clk_i), .en_i(en_i), .a_i({1'b0, acc0_q[15:0]}), .b_i({1'b0, m0_q}), .p_o(low));

  // Stage 4: the product. 5, 6: shifted to one bit below the point, by eights and then by ones; eight bits more than
  // are wanted tell whether the value fits, or that more of them would. 7: held within 12 bits, or 18 for 16-bit results,
  // which the clamp can not tell from the value itself. 8: rounded, zero point. 9: clamped.
  localparam int Near = Y_BITS == 8 ? 12 : 18;
  localparam int Wide = Near + 8;
  logic signed [47:0]     product4_q;
  logic [47:0]            coarse;
  logic signed [Wide-1:0] coarse5_q, fine6_q;
  logic                   over5_q, over6_q;
  logic signed [Near-1:0] near7_q;
  logic signed [Near:0] sum8_q;
  logic signed [Near:0] lo, hi;
  logic               fits;
  // Sign extension is written out: tools differ in whether a size cast keeps the sign.
  assign lo   = {{(Near+1-Y_BITS){lo_i[Y_BITS-1]}}, lo_i};
  assign hi   = {{(Near+1-Y_BITS){hi_i[Y_BITS-1]}}, hi_i};
  assign fits = !over6_q && (fine6_q[Wide-1:Near-1] == '0 || fine6_q[Wide-1:Near-1] == '1);

  // What the coarse shift leaves above the bits that are kept differs from the sign.
  logic [3:0] differs;
  logic       over;
  for (genvar g = 0; g < 4; g++) begin : gen_group
    localparam int Low  = Wide - 1 + 8 * g;
    localparam int High = Low + 7 > 46 ? 46 : Low + 7;
    if (Low > 46) begin : gen_none
      assign differs[g] = 1'b0;
    end else begin : gen_some
      assign differs[g] = product4_q[High:Low] != {(High-Low+1){product4_q[47]}};
    end
  end
  assign coarse = product4_q >>> {s4_q[5:3], 3'd0};
  assign over   = !s4_q[5] && (differs >> s4_q[4:3]) != 4'd0;

  always_ff @(posedge clk_i) begin
    if (valid_i[0]) begin
      acc0_q <= acc_i + bias_i;
      m0_q   <= m_i;
      s0_q   <= s_i - 6'd1;
    end
    if (valid_i[1]) s1_q <= s0_q;
    if (valid_i[2]) s2_q <= s1_q;
    if (valid_i[3]) s3_q <= s2_q;
    if (valid_i[4]) begin
      product4_q <= {high, 16'd0} + {{15{low[32]}}, low};
      s4_q       <= s3_q;
    end
    if (valid_i[5]) begin
      coarse5_q <= {product4_q[47], coarse[Wide-2:0]};
      over5_q   <= over;
      s5_q      <= s4_q[2:0];
    end
    if (valid_i[6]) begin
      fine6_q <= coarse5_q >>> s5_q;
      over6_q <= over5_q;
    end
    if (valid_i[7]) near7_q <= fits ? fine6_q[Near-1:0] : {fine6_q[Wide-1], {(Near-1){~fine6_q[Wide-1]}}};
    if (valid_i[8]) sum8_q <= {{2{near7_q[Near-1]}}, near7_q[Near-1:1]}
                            + {{Near{1'b0}}, near7_q[0]} + {{(Near-7){zo_i[7]}}, zo_i};
    if (valid_i[9]) y_o <= sum8_q < lo ? lo_i : sum8_q > hi ? hi_i : sum8_q[Y_BITS-1:0];
  end
endmodule
