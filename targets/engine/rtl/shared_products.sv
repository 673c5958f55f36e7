// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The products of two neighbouring lanes whose multipliers they share, from FIRST on: two of one operand in each.
// CONV gives both lanes the same operand. Where each lane has its own, at most one of two neighbouring multipliers has
// a tap, as FIRST is even and a window's nine taps end with multiplier 8: the even one then works for the even lane,
// the odd one for the odd lane, on the tap of either.
module shared_products #(
  parameter int PC    = 16,
  parameter int FIRST = 8,
  parameter int INT16 = 0,
  parameter int TECH  = 0
) (
  input  logic                          clk_i,
  input  logic                          en_i,
  input  logic [PC*8-1:0]               word_i,
  input  logic                          single_i,
  input  logic                          odd_i,  // the tap stands at the odd one of two multipliers
  input  logic                          int16_i, // bytes of even lanes or channels are unsigned
  input  logic [2*PC*8-1:0]             taps_i, // by lane
  input  logic [2*PC*8-1:0]             wgt_i,
  output logic [2*(PC-FIRST)*16-1:0]    p_o
);
  for (genvar c = FIRST; c < PC; c = c + 2) begin : gen_couple
    for (genvar k = 0; k < 2; k++) begin : gen_lane
      localparam int Own = (k*PC + c) * 8, Other = ((1-k)*PC + c) * 8, At = c + k;
      logic [7:0] mine, others;
      logic [7:0] x;
      logic [7+INT16:0] operand;
      logic signed [15:0] p_mine, p_others;
      assign x      = single_i ? taps_i[Own +: 8] | taps_i[Own + 8 +: 8] : word_i[At*8 +: 8];
      assign mine   = (single_i ? odd_i : k != 0) ? wgt_i[Own + 8 +: 8] : wgt_i[Own +: 8];
      assign others = single_i ? 8'd0 : wgt_i[Other + k*8 +: 8];
      if (INT16 == 0) begin : gen_byte
        assign operand = x;
      end else begin : gen_nine_bits
        assign operand = {x[7] && !(k == 0 && int16_i), x};
      end
      mul_pair #(.B_BITS(8 + INT16), .TECH(TECH)) u_mul (
        .clk_i(clk_i), .en_i(en_i), .a0_i(mine), .a1_i(others), .b_i(operand), .p0_o(p_mine), .p1_o(p_others));
      assign p_o[(k*(PC-FIRST) + At - FIRST)*16 +: 16]     = p_mine;
      assign p_o[((1-k)*(PC-FIRST) + At - FIRST)*16 +: 16] = p_others;
    end
  end
endmodule
