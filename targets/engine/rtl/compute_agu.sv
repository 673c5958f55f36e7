// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Walks the loop nest of a COMPUTE instruction, one tap a cycle without gaps: groups, rows, columns, kernel
// rows, kernel columns, input words. ADD walks its two operands as the innermost loop. Outputs are registered.
module compute_agu #(
  parameter int PC        = 8,
  parameter int ACT_CHUNK_BITS = 14,
  parameter int WGT_ADDR_BITS  = 10,
  parameter int R_BITS    = 0,  // log2 of chunks a word
  parameter int TAP_BITS  = $clog2(PC)
) (
  input  logic                             clk_i,
  input  logic                             rst_ni,
  input  logic                             take_i,   // next_i is instr_i in the next cycle …
  input  logic [engine_pkg::InstrBits-1:0] next_i,
  input  logic [engine_pkg::InstrBits-1:0] instr_i,  // … and stays put until all taps are out
  output logic                             valid_o,
  output logic [ACT_CHUNK_BITS-1:0]        act_addr_o,  // chunk
  output logic [WGT_ADDR_BITS-1:0]         wgt_addr_o,
  output logic [TAP_BITS-1:0]              tap_o,       // n mod PC
  output logic                             first_o,     // tap of an output chunk
  output logic                             last_o,
  output logic                             group_last_o,  // tap of a group
  output logic                             inside_late_o  // the tap is in the input; one cycle after the rest
);
  localparam int WinBits = 25;  // 65535·255 + 255·255 and a sign

  logic [7:0] opcode;
  logic is_conv, is_add;
  assign opcode  = instr_i[engine_pkg::FieldOpcode +: 8];
  assign is_conv = opcode == engine_pkg::OpConv;
  assign is_add  = opcode == engine_pkg::OpAdd;

  // Loops. The counters go one step ahead of the addresses: bit l of ahead says that level l moves on after
  // the tap, level 0 being the innermost.
  localparam int Levels = 6;
  logic                start_q, ahead_run_q, run_q, first_q;
  logic [Levels-1:0]   last, ahead, adv;
  logic [Levels:0]     ahead_chain;
  logic [Levels*16-1:0] count, next_count;

  assign ahead_chain[0] = ahead_run_q;
  assign ahead          = ahead_chain[Levels-1:0];
  for (genvar l = 0; l < Levels; l++) begin : gen_loop
    assign ahead_chain[l+1] = ahead_run_q && (&last[l:0]);
    loop_counter #(.WIDTH(16)) u_counter (
      .clk_i(clk_i), .load_i(take_i), .first_i(next_count[l*16 +: 16]), .step_i(ahead[l]),
      .count_i(count[l*16 +: 16]), .last_o(last[l]));
  end

  assign count      = {instr_i[engine_pkg::FieldGroups +: 16], instr_i[engine_pkg::FieldOh +: 16],
                       instr_i[engine_pkg::FieldOw +: 16], 8'd0, instr_i[engine_pkg::FieldKh +: 8],
                       8'd0, instr_i[engine_pkg::FieldKw +: 8],
                       is_add ? 16'd2 : instr_i[engine_pkg::FieldCi +: 16]};
  assign next_count = {next_i[engine_pkg::FieldGroups +: 16], next_i[engine_pkg::FieldOh +: 16],
                       next_i[engine_pkg::FieldOw +: 16], 8'd0, next_i[engine_pkg::FieldKh +: 8],
                       8'd0, next_i[engine_pkg::FieldKw +: 8],
                       next_i[engine_pkg::FieldOpcode +: 8] == engine_pkg::OpAdd
                         ? 16'd2 : next_i[engine_pkg::FieldCi +: 16]};

  logic second_q;  // operand of ADD
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      start_q     <= 1'b0;
      ahead_run_q <= 1'b0;
      run_q       <= 1'b0;
      adv         <= '0;
      valid_o     <= 1'b0;
    end else begin
      start_q <= take_i;
      if (take_i) ahead_run_q <= 1'b1;
      else if (ahead_chain[Levels]) ahead_run_q <= 1'b0;
      run_q    <= ahead_run_q;
      adv      <= ahead;
      second_q <= last[0];
      valid_o  <= run_q;
    end
  end

  logic adv_c, adv_kx, adv_ky, adv_ox, adv_oy, adv_g;
  assign {adv_g, adv_oy, adv_ox, adv_ky, adv_kx, adv_c} = adv;

  // Addresses. CONV reads the same input words for every group, the others go on to the next chunk.
  localparam int A = ACT_CHUNK_BITS;
  logic [A-1:0] x, b, c_step, group_step, kx_step, ky_step, ox_step, oy_step;
  assign c_step     = is_conv ? A'(1) << R_BITS : '0;
  assign group_step = is_conv ? '0 : A'(1);
  assign oy_step    = A'(instr_i[engine_pkg::FieldXStepOy +: 16]);
  assign ox_step    = A'(instr_i[engine_pkg::FieldXStepOx +: 16]);
  assign ky_step    = A'(instr_i[engine_pkg::FieldXStepKy +: 16]);
  assign kx_step    = A'(instr_i[engine_pkg::FieldXStepKx +: 16]);

  stride_chain #(.LEVELS(6), .WIDTH(A)) u_x (
    .clk_i   (clk_i),
    .load_i  (start_q),
    .base_i  (instr_i[engine_pkg::FieldX +: A]),
    .adv_i   ({adv_g, adv_oy, adv_ox, adv_ky, adv_kx, adv_c}),
    .step_i  ({group_step, oy_step, ox_step, ky_step, kx_step, c_step}),
    .value_o (x)
  );
  stride_chain #(.LEVELS(3), .WIDTH(A)) u_b (  // of ADD, whose steps are in the kernel's fields
    .clk_i   (clk_i),
    .load_i  (start_q),
    .base_i  (instr_i[engine_pkg::FieldB +: A]),
    .adv_i   ({adv_g, adv_oy, adv_ox}),
    .step_i  ({group_step, ky_step, kx_step}),
    .value_o (b)
  );

  // Position in the input.
  logic [WinBits-1:0] iy, ix, iy_q, ix_q, stride_y, stride_x, dil_y, dil_x, ih, iw;
  assign stride_y = WinBits'(instr_i[engine_pkg::FieldSy +: 8]);
  assign stride_x = WinBits'(instr_i[engine_pkg::FieldSx +: 8]);
  assign dil_y    = WinBits'(instr_i[engine_pkg::FieldDilY +: 8]);
  assign dil_x    = WinBits'(instr_i[engine_pkg::FieldDilX +: 8]);
  assign ih       = WinBits'(instr_i[engine_pkg::FieldIh +: 16]);
  assign iw       = WinBits'(instr_i[engine_pkg::FieldIw +: 16]);
  stride_chain #(.LEVELS(4), .WIDTH(WinBits)) u_iy (
    .clk_i   (clk_i),
    .load_i  (start_q),
    .base_i  (WinBits'(0) - WinBits'(instr_i[engine_pkg::FieldPadY +: 8])),
    .adv_i   ({adv_g, adv_oy, adv_ox, adv_ky}),
    .step_i  ({WinBits'(0), stride_y, WinBits'(0), dil_y}),
    .value_o (iy)
  );
  stride_chain #(.LEVELS(4), .WIDTH(WinBits)) u_ix (
    .clk_i   (clk_i),
    .load_i  (start_q),
    .base_i  (WinBits'(0) - WinBits'(instr_i[engine_pkg::FieldPadX +: 8])),
    .adv_i   ({adv_oy, adv_ox, adv_ky, adv_kx}),
    .step_i  ({WinBits'(0), stride_x, WinBits'(0), dil_x}),
    .value_o (ix)
  );

  // Weights: one word a tap, or one for PC taps; begin again at each output chunk of a group.
  logic [WGT_ADDR_BITS-1:0] w_q, w_group_q, w_next;
  logic [TAP_BITS-1:0]      tap_q;
  assign w_next = w_q + 1'b1;

  always_ff @(posedge clk_i) begin
    if (start_q) begin
      w_q       <= instr_i[engine_pkg::FieldW +: WGT_ADDR_BITS];
      w_group_q <= instr_i[engine_pkg::FieldW +: WGT_ADDR_BITS];
      tap_q     <= '0;
      first_q   <= 1'b1;
    end else if (run_q) begin
      first_q <= adv_ox;
      tap_q   <= adv_ox ? '0 : tap_q + 1'b1;
      if (adv_g) begin
        w_q       <= w_next;
        w_group_q <= w_next;
      end else if (adv_ox) begin
        w_q <= w_group_q;
      end else if (is_conv || (&tap_q)) begin
        w_q <= w_next;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (run_q) begin
      act_addr_o   <= is_add && second_q ? b : x;
      wgt_addr_o   <= w_q;
      tap_o        <= tap_q;
      first_o      <= first_q;
      last_o       <= adv_ox;
      group_last_o <= adv_g;
      iy_q         <= iy;
      ix_q         <= ix;
    end
    // As unsigned numbers, negative positions lie beyond any input.
    inside_late_o <= is_add || (iy_q < ih && ix_q < iw);
  end
endmodule
