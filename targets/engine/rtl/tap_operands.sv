// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The operands of operations in which a lane sees its own channel alone: one tap in a chosen multiplier, or, with
// a window, the PC taps of a weight word at once. The window holds three rows and columns of the input; reading a
// column of three words moves it on.
module tap_operands #(
  parameter int PC    = 8,
  parameter int PK    = 8,
  parameter int SPAN  = 1,  // chunks of a word that the window holds
  parameter int PARTS = 2   // weight words that nine taps take
) (
  input  logic               clk_i,
  input  logic               soon_i,    // operands are taken in the next cycle
  input  logic               window_i,
  // Without a window.
  input  logic [PK*8-1:0]    chunk_i,
  input  logic [PC-1:0]      slot_i,
  // A word of the column to come; the last of its three ends it.
  input  logic               read_i,
  input  logic               column_end_i,
  input  logic [SPAN*PK*8-1:0] word_i,
  input  logic [1:0]         select_i,  // chunk · PARTS + weight word
  output logic [PK*PC*8-1:0] taps_o     // by lane and multiplier, a cycle later
);
  localparam int W = SPAN * PK * 8;

  logic [W-1:0]   upper_q, middle_q;  // rows of the column to come
  logic [9*W-1:0] window_q;           // tap n at n·W
  for (genvar ky = 0; ky < 3; ky++) begin : gen_row
    logic [W-1:0] left_q, centre_q, right_q;
    assign window_q[ky*3*W +: 3*W] = {right_q, centre_q, left_q};
    always_ff @(posedge clk_i) begin
      if (column_end_i) begin
        left_q   <= centre_q;
        centre_q <= right_q;
        right_q  <= ky == 0 ? upper_q : ky == 1 ? middle_q : word_i;
      end
    end
  end
  always_ff @(posedge clk_i) begin
    if (read_i) begin
      upper_q  <= middle_q;
      middle_q <= word_i;
    end
  end

  for (genvar k = 0; k < PK; k++) begin : gen_lane
    logic en;
    twin u_en (.clk_i(clk_i), .d_i(soon_i), .q_o(en));
    for (genvar c = 0; c < PC; c++) begin : gen_multiplier
      logic [4*8-1:0] choices;
      logic [7:0]     tap_q;
      for (genvar s = 0; s < 4; s++) begin : gen_choice
        localparam int Tap = s % PARTS * PC + c;
        if (s < SPAN * PARTS && Tap < 9) begin : gen_tap
          assign choices[s*8 +: 8] = window_q[Tap*W + s/PARTS*PK*8 + k*8 +: 8];
        end else begin : gen_none
          assign choices[s*8 +: 8] = 8'd0;
        end
      end
      always_ff @(posedge clk_i) begin
        if (en) tap_q <= window_i ? choices[select_i*8 +: 8] : slot_i[c] ? chunk_i[k*8 +: 8] : 8'd0;
      end
      assign taps_o[(k*PC+c)*8 +: 8] = tap_q;
    end
  end
endmodule
