// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Walks the loop nest of a COMPUTE instruction, one tap a cycle without gaps: groups, rows, columns, kernel
// rows, kernel columns, input words. ADD walks its two operands as the innermost loop. Each read is a step.
// With a window, the columns are those of the input, of which each is read once a row, and compute_steps
// makes the steps. Where an output takes fewer reads than requantize takes for its results, the walk rests after each.
// Outputs are registered.
module compute_agu #(
  parameter int PC        = 8,
  parameter int ACT_CHUNK_BITS = 14,
  parameter int WGT_ADDR_BITS  = 10,
  parameter int R_BITS    = 0,  // log2 of chunks a word
  parameter int TAP_BITS  = $clog2(PC),
  parameter int SPAN      = 1,  // see window_plan
  parameter int PARTS     = 2,
  parameter int SPACING   = 1,  // cycles at least between the last steps of two outputs
  parameter int INT4      = 0,  // twice as many where each is two chunks
  parameter int INT16     = 0   // two at least where a chunk's results are two chunks
) (
  input  logic                             clk_i,
  input  logic                             rst_ni,
  input  logic                             begin_i,  // instr_i is new in the next cycle
  input  logic [engine_pkg::InstrBits-1:0] instr_i,  // stays put until all taps are out
  input  logic                             is_conv_i, is_add_i, int4_i, wide_i,
  // How to walk it, from window_plan.
  input  logic                             window_i,
  input  logic                             skip_i,
  input  logic [16:0]                      columns_i,
  input  logic [15:0]                      column_step_i,
  input  logic [7:0]                       column_stride_i,
  input  logic [15:0]                      passes_i,
  input  logic                             short_i,
  output logic                             wait_o,  // nothing is read, for the sake of SPACING
  // Reads.
  output logic                             read_o,
  output logic [ACT_CHUNK_BITS-1:0]        act_addr_o,  // chunk
  output logic                             column_end_o,  // the last row of a window's column
  output logic                             inside_late_o,  // the tap is in the input; one cycle after the rest
  // Steps of the multipliers.
  output logic                             valid_o,
  output logic [WGT_ADDR_BITS-1:0]         wgt_addr_o,
  output logic [TAP_BITS-1:0]              tap_o,       // n mod PC, without a window
  output logic [1:0]                       select_o,    // chunk · PARTS + weight word, with one
  output logic                             first_o,     // step of an output chunk
  output logic                             last_o,
  output logic                             pixel_last_o,  // step of an output pixel
  output logic                             pass_last_o,   // step of a pass over the input
  output logic                             pair_o         // an output of two chunks
);
  localparam int WinBits = 25;  // 65535·255 + 255·255 and a sign

  // Loops. The counters go one step ahead of the addresses: bit l of ahead says that level l moves on after
  // the tap, level 0 being the innermost. adv_* say so of the addresses' tap.
  // Each has its own register to say that all begins, near what it loads.
  localparam int Levels = 6;
  localparam int CountBits = 17;
  logic [Levels-1:0]   start;
  logic                start_q, ahead_run_q, run_q, adv_ox, adv_oy;
  logic [Levels-1:0]   last, ahead;
  logic                ahead_ends;
  logic [Levels*CountBits-1:0] count;

  // No level waits for all those within it in turn: each has its own view of where a pixel ends, so that synthesis does
  // not chain them.
  logic       outer_run_q;  // as ahead_run_q
  logic [3:0] pixel_ends;
  for (genvar v = 0; v < 4; v++) begin : gen_pixel_ends
    cut u_cut (.d_i(outer_run_q && (&last[2:0])), .q_o(pixel_ends[v]));
  end
  assign ahead[0] = ahead_run_q;
  assign ahead[1] = ahead_run_q && last[0];
  assign ahead[2] = ahead_run_q && (&last[1:0]);
  assign ahead[3] = pixel_ends[0];
  cut u_row_ends (.d_i(pixel_ends[1] && last[3]), .q_o(ahead[4]));
  cut u_pass_ends (.d_i(pixel_ends[2] && (&last[4:3])), .q_o(ahead[5]));
  cut u_all_ends (.d_i(pixel_ends[3] && (&last[5:3])), .q_o(ahead_ends));
  for (genvar l = 0; l < Levels; l++) begin : gen_loop
    localparam int Width = l == 1 || l == 2 ? 8 : l == 3 ? 17 : 16;
    twin u_start (.clk_i(clk_i), .d_i(begin_i), .q_o(start[l]));
    loop_counter #(.WIDTH(Width)) u_counter (.clk_i(clk_i), .load_i(start[l]), .step_i(ahead[l]),
      .count_i(count[l*CountBits +: Width]), .last_o(last[l]));
  end

  assign count = {1'b0, passes_i, 1'b0, instr_i[engine_pkg::FieldOh +: 16], columns_i,
                  9'd0, instr_i[engine_pkg::FieldKh +: 8],
                  9'd0, window_i ? 8'd1 : instr_i[engine_pkg::FieldKw +: 8],
                  1'b0, is_add_i ? 16'd2 : instr_i[engine_pkg::FieldCi +: 16]};

  // A column of a window counts as an output: it completes one at most.
  logic rests, wakes;
  localparam int Most = SPACING == 1 && INT16 != 0 ? 2 : (INT4 + 1) * SPACING;
  if (Most == 1) begin : gen_no_rest
    assign rests  = 1'b0;
    assign wakes  = 1'b0;
    assign wait_o = 1'b0;
  end else begin : gen_rest
    localparam int SpacingBits = $clog2(Most);
    logic [SpacingBits-1:0] early_q;  // cycles, beside this one, by which the next output would be too early
    logic [SpacingBits-1:0] most;
    logic                   rest_q;
    logic                   reload;
    assign rests  = ahead[3] && !ahead_ends && early_q != '0;
    assign reload = start[0] || wakes || (ahead[3] && ((&last[5:3]) || early_q == '0));
    assign wakes  = rest_q && early_q == SpacingBits'(1);
    assign wait_o = rest_q;
    assign most   = int4_i || (wide_i && SPACING == 1) ? SpacingBits'(Most - 1) : SpacingBits'(SPACING - 1);
    always_ff @(posedge clk_i) begin
      if (!rst_ni || wakes) rest_q <= 1'b0;
      else if (rests) rest_q <= 1'b1;
      // Where a pixel ends without that, it rests.
      early_q <= reload ? most : ahead[3] || early_q == '0 ? early_q : early_q - 1'b1;
    end
  end

  logic second_q;  // operand of ADD
  logic last_pass_q, ahead_run_d;
  assign ahead_run_d = rst_ni && (start[0] || wakes || (ahead_run_q && !ahead_ends && !rests));
  logic runs;  // run_q, for the data
  twin u_runs (.clk_i(clk_i), .d_i(rst_ni && ahead_run_q), .q_o(runs));
  twin u_outer_run (.clk_i(clk_i), .d_i(ahead_run_d), .q_o(outer_run_q));
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      start_q     <= 1'b0;
      run_q       <= 1'b0;
      {adv_oy, adv_ox} <= '0;
      read_o      <= 1'b0;
    end else begin
      start_q <= start[0];
      run_q  <= ahead_run_q;
      {adv_oy, adv_ox} <= ahead[4:3];
      read_o <= run_q;
    end
  end
  always_ff @(posedge clk_i) begin
    ahead_run_q <= ahead_run_d;
    second_q    <= last[0];
    last_pass_q <= last[Levels-1];
  end

  // Addresses. CONV reads the same input words for every group, the others go on to the next chunk.
  localparam int A = ACT_CHUNK_BITS;
  logic [A-1:0] x, tap, b, c_step, group_step, kx_step, ky_step, ox_step, oy_step;
  always_ff @(posedge clk_i) begin
    c_step     <= is_conv_i ? A'(1) << R_BITS : '0;
    group_step <= is_conv_i ? '0 : SPAN == 2 && window_i ? A'(2) : A'(1);
  end
  assign oy_step    = A'(instr_i[engine_pkg::FieldXStepOy +: 16]);
  assign ox_step    = A'(column_step_i);
  assign ky_step    = A'(instr_i[engine_pkg::FieldXStepKy +: 16]);
  assign kx_step    = A'(instr_i[engine_pkg::FieldXStepKx +: 16]);

  // Of an output's first tap, and from there to a tap; ADD has only the first.
  stride_chain #(.LEVELS(3), .WIDTH(A)) u_x (
    .clk_i   (clk_i),
    .en_i    (1'b1),
    .load_i  (start[3]),
    .base_i  (instr_i[engine_pkg::FieldX +: A]),
    .adv_i   (ahead[5:3]),
    .step_i  ({group_step, oy_step, ox_step}),
    .value_o (x)
  );
  stride_chain #(.LEVELS(3), .WIDTH(A)) u_tap (
    .clk_i   (clk_i),
    .en_i    (1'b1),
    .load_i  (start[2] || ahead[3]),
    .base_i  (A'(0)),
    .adv_i   (ahead[2:0]),
    .step_i  ({ky_step, kx_step, c_step}),
    .value_o (tap)
  );
  stride_chain #(.LEVELS(3), .WIDTH(A)) u_b (  // of ADD, whose steps are in the kernel's fields
    .clk_i   (clk_i),
    .en_i    (1'b1),
    .load_i  (start[3]),
    .base_i  (instr_i[engine_pkg::FieldB +: A]),
    .adv_i   (ahead[5:3]),
    .step_i  ({group_step, ky_step, kx_step}),
    .value_o (b)
  );

  // Position in the input.
  logic [WinBits-1:0] iy, ix, iy_q, ix_q, stride_y, stride_x, dil_y, dil_x, ih, iw, first_y_q, first_x_q;
  assign stride_y = WinBits'(instr_i[engine_pkg::FieldSy +: 8]);
  assign stride_x = WinBits'(column_stride_i);
  assign dil_y    = WinBits'(instr_i[engine_pkg::FieldDilY +: 8]);
  assign dil_x    = WinBits'(instr_i[engine_pkg::FieldDilX +: 8]);
  assign ih       = WinBits'(instr_i[engine_pkg::FieldIh +: 16]);
  assign iw       = WinBits'(instr_i[engine_pkg::FieldIw +: 16]);
  always_ff @(posedge clk_i) begin
    first_y_q <= WinBits'(0) - WinBits'(instr_i[engine_pkg::FieldPadY +: 8]);
    first_x_q <= WinBits'(0) - WinBits'(instr_i[engine_pkg::FieldPadX +: 8]);
  end
  // Rows of the kernel, then of the output, in all of whose columns it begins again; as in a row's kernel rows.
  stride_chain #(.LEVELS(2), .WIDTH(WinBits)) u_iy (
    .clk_i   (clk_i),
    .en_i    (1'b1),
    .load_i  (start[5] || ahead[5]),
    .base_i  (first_y_q),
    .adv_i   (ahead[3:2]),
    .step_i  ({adv_oy ? stride_y : WinBits'(0), dil_y}),
    .value_o (iy)
  );
  stride_chain #(.LEVELS(2), .WIDTH(WinBits)) u_ix (
    .clk_i   (clk_i),
    .en_i    (1'b1),
    .load_i  (start[4] || ahead[4]),
    .base_i  (first_x_q),
    .adv_i   (ahead[2:1]),
    .step_i  ({adv_ox ? stride_x : WinBits'(0), dil_x}),
    .value_o (ix)
  );

  // Weights lie elsewhere than words.
  logic steps_run, steps_ox, steps_oy, steps_g;
  twin #(.WIDTH(4)) u_steps_in (.clk_i(clk_i), .d_i(rst_ni ? {ahead_run_q, ahead[5:3]} : 4'd0),
    .q_o({steps_run, steps_g, steps_oy, steps_ox}));
  compute_steps #(.WGT_ADDR_BITS(WGT_ADDR_BITS), .TAP_BITS(TAP_BITS), .SPAN(SPAN), .PARTS(PARTS)) u_steps (
    .clk_i        (clk_i),
    .rst_ni       (rst_ni),
    .start_i      (start_q),
    .w_i          (instr_i[engine_pkg::FieldW +: WGT_ADDR_BITS]),
    .is_conv_i    (is_conv_i),
    .window_i     (window_i),
    .skip_i       (skip_i),
    .int4_i       (int4_i),
    .short_i      (short_i && last_pass_q),
    .read_i       (steps_run),
    .column_end_i (steps_ox),
    .row_end_i    (steps_oy),
    .pass_end_i   (steps_g),
    .valid_o      (valid_o),
    .wgt_addr_o   (wgt_addr_o),
    .tap_o        (tap_o),
    .select_o     (select_o),
    .first_o      (first_o),
    .last_o       (last_o),
    .pixel_last_o (pixel_last_o),
    .pass_last_o  (pass_last_o),
    .pair_o       (pair_o)
  );

  always_ff @(posedge clk_i) begin
    if (runs) begin
      act_addr_o   <= (is_add_i && second_q ? b : x) + tap;
      column_end_o <= adv_ox;
      iy_q         <= iy;
      ix_q         <= ix;
    end
    // As unsigned numbers, negative positions lie beyond any input.
    inside_late_o <= is_add_i || (iy_q < ih && ix_q < iw);
  end
endmodule
