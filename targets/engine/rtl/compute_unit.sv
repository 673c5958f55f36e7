// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// COMPUTE: one instruction at a time through one pipeline that never stalls. Stages, in cycles after the
// address generator: 5 a word read, 6 operands, 9 products, 9 + log2(PC) sum, one more with INT16 for that of two lanes,
// one more the accumulator, one where results go through requantize in several slices or chunks, ten of requantize, five
// more of a table where one is used, then the write. All four operations are the same path:
//   CONV       words times weights, or times two weights of four bits at once for two chunks of results
//   DEPTHWISE  each lane's own channel times tap n's weight, in multiplier n mod PC; 3 × 3 kernels slide a window
//              over the input and multiply PC taps at once
//   ADD        each lane's own channel times a factor, for two operands
//   MAXPOOL    each lane's own channel times 1, the greatest kept; requantized by 4 / 2^2
module compute_unit #(
  parameter int PC        = 8,
  parameter int PK        = 8,
  parameter int ACT_BYTES = 131072,
  parameter int WGT_WORDS = 1024,
  parameter int PRM_WORDS = 256,
  parameter int AXI_BYTES = 8,
  parameter int RQ_CYCLES = 1,
  parameter int INT4      = 0,
  parameter int INT16     = 0,
  parameter int TECH      = 0,
  parameter int ACT_WORD_BITS  = $clog2(ACT_BYTES / PC),
  parameter int ACT_CHUNK_BITS = $clog2(ACT_BYTES / PK),
  parameter int WGT_ADDR_BITS  = $clog2(WGT_WORDS),
  parameter int PRM_ADDR_BITS  = $clog2(PRM_WORDS),
  parameter int LUT_ADDR_BITS  = $clog2(engine_pkg::LutTables * 256 / AXI_BYTES)
) (
  input  logic                             clk_i,
  input  logic                             rst_ni,
  // Instructions and tokens.
  input  logic                             valid_i,
  output logic                             take_o,
  input  logic [engine_pkg::InstrBits-1:0] instr_i,
  input  logic [engine_pkg::IndexBits-1:0] index_i,
  input  logic                             tokens_ok_i,
  output logic                             give_o,
  output logic [2:0]                       signal_o,
  // Scratchpads.
  output logic                             act_re_o,
  output logic [ACT_WORD_BITS-1:0]         act_raddr_o,
  input  logic [PC*8-1:0]                  act_rdata_i,
  output logic                             act_we_o,
  output logic [ACT_CHUNK_BITS-1:0]        act_waddr_o,
  output logic [PK*8-1:0]                  act_wdata_o,
  output logic                             wgt_re_o,
  output logic [WGT_ADDR_BITS-1:0]         wgt_raddr_o,
  input  logic [PK*PC*8-1:0]               wgt_rdata_i,
  output logic                             prm_re_o,
  output logic [PRM_ADDR_BITS-1:0]         prm_raddr_o,
  input  logic [PK*64-1:0]                 prm_rdata_i,
  // LOAD's writes to the tables.
  input  logic                             lut_we_i,
  input  logic [LUT_ADDR_BITS-1:0]         lut_waddr_i,
  input  logic [AXI_BYTES*8-1:0]           lut_wdata_i,
  // State.
  output logic                             busy_o,
  output logic [engine_pkg::IndexBits-1:0] index_o,
  output logic                             step_o,
  output logic                             wait_port_o,    // a read completes no output of a window
  output logic                             wait_requant_o  // the next output would come too early
);
  localparam int RBits   = $clog2(PC / PK);
  localparam int TapBits = $clog2(PC);
  localparam int SumAt   = 9 + $clog2(PC) + INT16;  // stage of the adder tree's sum, or two trees'
  localparam int Rq      = 10;              // stages of requantize
  localparam int Looked  = Rq + 5;          // and of a table
  localparam int TableBits = $clog2(engine_pkg::LutTables);
  localparam int RqLanes   = PK / RQ_CYCLES;
  localparam int YBits     = INT16 != 0 ? 16 : 8;
  // Weight words of 3 × 3 taps, at most 3 as PC is at least 4; chunks a window serves in the time of a column.
  localparam int Parts   = (9 + PC - 1) / PC;
  localparam int Span    = Parts == 1 && PC / PK >= 2 && RQ_CYCLES == 1 ? 2 : 1;

  logic                 fresh_q, begun_q, final_write;
  logic                 window, skip, pair_pass, short_pass;
  logic [16:0]          columns;
  logic [15:0]          column_step, passes;
  logic [7:0]           column_stride;
  logic [engine_pkg::InstrBits-1:0] instr_q;
  logic [7:0]           opcode;
  logic                 is_conv, is_int4, is_int16, is_wide, is_pairs, is_add, is_max, is_ones, is_tap, is_looked;
  logic [TableBits-1:0] table_q;
  logic [7:0]           zo_q;

  assign take_o   = valid_i && tokens_ok_i && !busy_o;
  assign signal_o = instr_q[engine_pkg::FieldSignal +: 3];
  assign opcode   = instr_i[engine_pkg::FieldOpcode +: 8];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      busy_o  <= 1'b0;
      fresh_q <= 1'b0;
      give_o  <= 1'b0;
    end else begin
      fresh_q <= take_o;
      give_o  <= final_write;
      if (take_o) busy_o <= 1'b1;
      else if (final_write) busy_o <= 1'b0;
    end
  end

  // Whatever stands there while none is at work is taken along. What comes after the address generator begins later.
  always_ff @(posedge clk_i) begin
    begun_q <= rst_ni && fresh_q;
    if (!busy_o) begin
      instr_q <= instr_i;
      is_conv <= opcode == engine_pkg::OpConv;
      is_int4 <= INT4 != 0 && instr_i[engine_pkg::FieldInt4];
      is_int16 <= INT16 != 0 && instr_i[engine_pkg::FieldInt16In];
      is_wide  <= INT16 != 0 && instr_i[engine_pkg::FieldInt16Out] && opcode == engine_pkg::OpConv;
      is_pairs <= INT16 != 0 && instr_i[engine_pkg::FieldInt16Out] && opcode != engine_pkg::OpConv;
      is_add  <= opcode == engine_pkg::OpAdd;
      is_max  <= opcode == engine_pkg::OpMaxPool;
      zo_q    <= opcode == engine_pkg::OpMaxPool ? 8'd0 : instr_i[engine_pkg::FieldZo +: 8];
      is_ones <= opcode == engine_pkg::OpDepthwise && instr_i[engine_pkg::FieldFlags];
      is_tap  <= opcode == engine_pkg::OpDepthwise && !instr_i[engine_pkg::FieldFlags];
      is_looked <= instr_i[engine_pkg::FieldT +: 8] != 8'd0;
      table_q   <= instr_i[engine_pkg::FieldT +: TableBits] - 1'b1;
    end
    if (take_o) index_o <= index_i;
  end

  window_plan #(.SPAN(Span), .INT16(INT16)) u_plan (
    .clk_i     (clk_i),
    .free_i    (!busy_o),
    .instr_i   (instr_i),
    .window_o  (window),
    .skip_o    (skip),
    .columns_o (columns),
    .step_o    (column_step),
    .stride_o  (column_stride),
    .passes_o  (passes),
    .pair_o    (pair_pass),
    .short_o   (short_pass)
  );

  // Stage 0: addresses.
  logic                      read0, column_end0, inside1;
  logic                      valid0, first0, last0, pixel_last0, pass_last0, pair0;
  logic [1:0]                select0;
  logic [ACT_CHUNK_BITS-1:0] addr0;
  logic [WGT_ADDR_BITS-1:0]  wgt_addr0;
  logic [TapBits-1:0]        tap0;

  compute_agu #(
    .PC(PC), .ACT_CHUNK_BITS(ACT_CHUNK_BITS), .WGT_ADDR_BITS(WGT_ADDR_BITS), .R_BITS(RBits),
    .TAP_BITS(TapBits), .SPAN(Span), .PARTS(Parts), .SPACING(RQ_CYCLES), .INT4(INT4), .INT16(INT16)
  ) u_agu (
    .clk_i           (clk_i),
    .rst_ni          (rst_ni),
    .begin_i         (take_o),
    .instr_i         (instr_q),
    .is_conv_i       (is_conv),
    .is_add_i        (is_add),
    .int4_i          (is_int4),
    .wide_i          (is_wide),
    .window_i        (window),
    .skip_i          (skip),
    .columns_i       (columns),
    .column_step_i   (column_step),
    .column_stride_i (column_stride),
    .passes_i        (passes),
    .short_i         (short_pass),
    .wait_o          (wait_requant_o),
    .read_o          (read0),
    .act_addr_o      (addr0),
    .column_end_o    (column_end0),
    .inside_late_o   (inside1),
    .valid_o         (valid0),
    .wgt_addr_o      (wgt_addr0),
    .tap_o           (tap0),
    .select_o        (select0),
    .first_o         (first0),
    .last_o          (last0),
    .pixel_last_o    (pixel_last0),
    .pass_last_o     (pass_last0),
    .pair_o          (pair0)
  );

  assign step_o      = valid0;
  assign wait_port_o = read0 && !valid0;
  assign act_re_o    = read0;
  assign act_raddr_o = addr0[ACT_CHUNK_BITS-1:RBits];

  // What goes along with a read or a step. Bit t of a pipe belongs to stage t.
  logic [SumAt+1:0]         valid, first, last, pixel_last, pass_last, pair;
  logic [SumAt+1:1]         valid_q, first_q, last_q, pixel_last_q, pass_last_q, pair_q;
  logic [5:1]               read_q, column_end_q;
  logic [TapBits-1:0]       tap1_q, tap2_q, tap3_q, tap4_q, tap5_q;
  logic [1:0]               select1_q, select2_q, select3_q, select4_q, select5_q;
  logic [WGT_ADDR_BITS-1:0] wgt_addr1_q, wgt_addr2_q;
  logic                     inside2_q, inside3_q, inside4_q, inside5_q;
  assign valid      = {valid_q, valid0};
  assign first      = {first_q, first0};
  assign last       = {last_q, last0 && valid0};
  assign pixel_last = {pixel_last_q, pixel_last0};
  assign pass_last  = {pass_last_q, pass_last0};
  assign pair       = {pair_q, pair0};

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_q      <= '0;
      last_q       <= '0;
      read_q       <= '0;
      column_end_q <= '0;
    end else begin
      valid_q      <= valid[SumAt:0];
      last_q       <= last[SumAt:0];
      read_q       <= {read_q[4:1], read0 && window};
      column_end_q <= {column_end_q[4:1], read0 && window && column_end0};
    end
  end

  always_ff @(posedge clk_i) begin
    first_q      <= first[SumAt:0];
    pixel_last_q <= pixel_last[SumAt:0];
    pass_last_q  <= pass_last[SumAt:0];
    pair_q       <= pair[SumAt:0];
    tap1_q       <= tap0;
    tap2_q       <= tap1_q;
    tap3_q       <= tap2_q;
    tap4_q       <= tap3_q;
    tap5_q       <= tap4_q;
    select1_q    <= select0;
    select2_q    <= select1_q;
    select3_q    <= select2_q;
    select4_q    <= select3_q;
    select5_q    <= select4_q;
    inside2_q    <= inside1;
    inside3_q    <= inside2_q;
    inside4_q    <= inside3_q;
    inside5_q    <= inside4_q;
    wgt_addr1_q  <= wgt_addr0;
    wgt_addr2_q  <= wgt_addr1_q;
    wgt_raddr_o  <= wgt_addr2_q;
  end
  assign wgt_re_o = valid[3];

  // Stage 5: the word. Stage 6: operands.
  logic [15:0]        pad;  // two bytes
  logic [PC*8-1:0]    word5, word6_q;
  logic [PK*8-1:0]    chunk5;
  logic [Span*PK*8-1:0] span5;  // of the chunks that a window serves
  logic [PC-1:0]      slot5_q;
  logic signed [15:0] factor5_q;  // as early as weights
  logic [PK*PC*8-1:0] taps6;
  assign pad   = is_max ? {8'h80, is_int16 ? 8'h00 : 8'h80} : {2{instr_q[engine_pkg::FieldPad +: 8]}};
  assign word5 = inside5_q ? act_rdata_i : {PC/2{pad}};
  always_ff @(posedge clk_i) begin
    if (is_conv) word6_q <= word5;
    slot5_q <= is_tap ? PC'(1) << tap4_q : PC'(1);
    factor5_q <= !is_add ? 16'sd1
               : {1'b0, first[4] ? instr_q[engine_pkg::FieldMa +: 15] : instr_q[engine_pkg::FieldMb +: 15]};
  end

  if (RBits == 0) begin : gen_chunk
    assign chunk5 = word5;
    assign span5  = word5;
  end else begin : gen_chunk_of_word
    logic [RBits-1:0] part1_q, part2_q, part3_q, part4_q, part5_q;
    always_ff @(posedge clk_i) begin
      part1_q <= addr0[RBits-1:0];
      part2_q <= part1_q;
      part3_q <= part2_q;
      part4_q <= part3_q;
      part5_q <= part4_q;
    end
    assign chunk5 = word5[part5_q*PK*8 +: PK*8];
    if (Span == 1) begin : gen_one
      assign span5 = chunk5;
    end else if (RBits == 1) begin : gen_all
      assign span5 = word5;
    end else begin : gen_part
      assign span5 = word5[part5_q[RBits-1:1]*Span*PK*8 +: Span*PK*8];
    end
  end

  logic window_late;
  twin u_window (.clk_i(clk_i), .d_i(window), .q_o(window_late));
  tap_operands #(.PC(PC), .PK(PK), .SPAN(Span), .PARTS(Parts)) u_taps (
    .clk_i        (clk_i),
    .soon_i       (valid[4] && !is_conv),
    .window_i     (window_late),
    .chunk_i      (chunk5),
    .slot_i       (slot5_q),
    .read_i       (read_q[5]),
    .column_end_i (column_end_q[5]),
    .word_i       (span5),
    .select_i     (select5_q),
    .taps_o       (taps6)
  );

  // An UltraScale+ block makes two products of one operand, which neighbouring lanes share but for the taps of a window.
  // With INT4 a multiplier makes two products of its own lane.
  localparam int Own = TECH == 2 && INT4 == 0 && PC > 8 && PK > 1 ? 8 : PC;
  logic [PK*PC*16-1:0] shared;
  if (Own == PC) begin : gen_not_shared
    assign shared = '0;
  end else begin : gen_shared
    logic                odd6_q;
    logic [PK*PC*8-1:0] weights6_q;
    always_ff @(posedge clk_i) begin
      odd6_q     <= !window && tap5_q[0];
      weights6_q <= wgt_rdata_i;
    end
    for (genvar k = 0; k < PK; k = k + 2) begin : gen_pair
      logic [2*(PC-Own)*16-1:0] p;
      shared_products #(.PC(PC), .FIRST(Own), .INT16(INT16), .TECH(TECH)) u_products (
        .clk_i    (clk_i),
        .en_i     (busy_o),
        .word_i   (word6_q),
        .single_i (!is_conv),
        .odd_i    (odd6_q),
        .int16_i  (is_int16),
        .taps_i   (taps6[k*PC*8 +: 2*PC*8]),
        .wgt_i    (weights6_q[k*PC*8 +: 2*PC*8]),
        .p_o      (p)
      );
      assign shared[k*PC*16 +: PC*16]     = {p[0 +: (PC-Own)*16], {Own*16{1'b0}}};
      assign shared[(k+1)*PC*16 +: PC*16] = {p[(PC-Own)*16 +: (PC-Own)*16], {Own*16{1'b0}}};
    end
  end

  // Lanes of multipliers.
  logic [(INT4+1)*PK*32-1:0] sums;  // by chunk
  logic [(PK+1)*24-1:0]      trees;  // sums of their trees, for the lanes before
  assign trees[PK*24 +: 24] = '0;
  for (genvar k = 0; k < PK; k++) begin : gen_lane
    logic [(INT4+1)*32-1:0] acc;
    for (genvar h = 0; h <= INT4; h++) begin : gen_sum
      assign sums[(h*PK + k)*32 +: 32] = acc[h*32 +: 32];
    end
    // Of its own, and as late as that does not matter.
    logic busy, takes_factor, single, int4;
    twin #(.WIDTH(4)) u_kind (.clk_i(clk_i), .d_i({busy_o, is_add || is_max || is_ones, !is_conv, is_int4}),
      .q_o({busy, takes_factor, single, int4}));
    mac_lane #(.PC(PC), .OWN(Own), .INT4(INT4), .INT16(INT16), .LOW(k % 2 == 0), .TECH(TECH)) u_mac (
      .clk_i       (clk_i),
      .en_i        (busy),
      .word_i      (word6_q),
      .single_i    (single),
      .taps_i      (taps6[k*PC*8 +: PC*8]),
      .wgt_i       (wgt_rdata_i[k*PC*8 +: PC*8]),
      .int4_i      (int4),
      .int16_i     (is_int16),
      .factor_en_i (takes_factor),
      .factor_i    (factor5_q),
      .shared_i    (shared[k*PC*16 +: PC*16]),
      .next_sum_i  (trees[(k+1)*24 +: 24]),
      .sum_o       (trees[k*24 +: 24]),
      .sum_valid_i (valid[SumAt]),
      .sum_first_i (first[SumAt]),
      .max_i       (is_max),
      .acc_o       (acc)
    );
  end

  // Lanes of requantize, each for every RQ_CYCLES-th part of a chunk.
  logic                  feed_valid, feed_pixel_last;
  logic [RqLanes*32-1:0] feed_acc;
  logic [RqLanes*64-1:0] feed_prm;
  requant_feed #(.PK(PK), .RQ_CYCLES(RQ_CYCLES), .CHUNKS(INT4 + 1), .PRM_ADDR_BITS(PRM_ADDR_BITS)) u_feed (
    .clk_i        (clk_i),
    .rst_ni       (rst_ni),
    .start_i      (begun_q),
    .p_i          (instr_q[engine_pkg::FieldP +: PRM_ADDR_BITS]),
    .max_i        (is_max),
    .whole_i      (last[SumAt-2]),
    .pair_i       (pair[SumAt-2]),
    .pixel_last_i (pixel_last[SumAt-2]),
    .pass_last_i  (pass_last[SumAt-2]),
    .acc_i        (sums),
    .prm_re_o     (prm_re_o),
    .prm_raddr_o  (prm_raddr_o),
    .prm_rdata_i  (prm_rdata_i),
    .valid_o      (feed_valid),
    .pixel_last_o (feed_pixel_last),
    .acc_o        (feed_acc),
    .prm_o        (feed_prm)
  );

  logic [Rq-1:0] rq_valid;
  logic [Rq-1:1] rq_valid_q;
  logic [RqLanes*8-1:0] result, high;  // lower and upper bytes
  assign rq_valid = {rq_valid_q, feed_valid};
  always_ff @(posedge clk_i) begin
    if (!rst_ni) rq_valid_q <= '0;
    else rq_valid_q <= rq_valid[Rq-2:0];
  end

  logic [7:0]       lo8, hi8;
  logic [YBits-1:0] lo, hi;
  assign lo8 = instr_q[engine_pkg::FieldLo +: 8];
  assign hi8 = instr_q[engine_pkg::FieldHi +: 8];
  if (INT16 == 0) begin : gen_clamp8
    assign lo = lo8;
    assign hi = hi8;
  end else begin : gen_clamp16
    assign lo = {is_wide || is_pairs ? instr_q[engine_pkg::FieldLoHigh +: 8] : {8{lo8[7]}}, lo8};
    assign hi = {is_wide || is_pairs ? instr_q[engine_pkg::FieldHiHigh +: 8] : {8{hi8[7]}}, hi8};
  end

  for (genvar k = 0; k < RqLanes; k++) begin : gen_requant
    logic [63:0] prm;
    assign prm = feed_prm[k*64 +: 64];
    logic [YBits-1:0] y;
    assign result[k*8 +: 8] = y[7:0];
    if (INT16 == 0) begin : gen_int8
      assign high[k*8 +: 8] = '0;
    end else begin : gen_int16
      assign high[k*8 +: 8] = y[15:8];
    end
    logic busy;
    twin u_busy (.clk_i(clk_i), .d_i(busy_o), .q_o(busy));
    requant_lane #(.Y_BITS(YBits), .TECH(TECH)) u_requant (
      .clk_i   (clk_i),
      .en_i    (busy),
      .valid_i (rq_valid),
      .acc_i   (feed_acc[k*32 +: 32]),
      .bias_i  (prm[31:0]),
      .m_i     (prm[46:32]),
      .s_i     (prm[53:48]),
      .zo_i    (zo_q),
      .lo_i    (lo),
      .hi_i    (hi),
      .y_o     (y)
    );
  end

  logic                 slice_next, slice_valid, chunk_next;  // next: in the next cycle
  logic [RqLanes*8-1:0] slice;
  lookup #(.LANES(RqLanes), .AXI_BYTES(AXI_BYTES), .TECH(TECH)) u_lookup (
    .clk_i   (clk_i),
    .rst_ni  (rst_ni),
    .we_i    (lut_we_i),
    .waddr_i (lut_waddr_i),
    .wdata_i (lut_wdata_i),
    .en_i    (is_looked),
    .table_i (table_q),
    .soon_i  (rq_valid[Rq-2]),
    .y_i     (result),
    .next_o  (slice_next),
    .valid_o (slice_valid),
    .y_o     (slice)
  );

  logic chunk_last, g_last;
  chunk_pack #(.PK(PK), .RQ_CYCLES(RQ_CYCLES), .INT16(INT16)) u_pack (
    .clk_i   (clk_i),
    .rst_ni  (rst_ni),
    .start_i (begun_q),
    .wide_i  (is_wide),
    .alone_i (short_pass && g_last),
    .pairs_i (is_pairs),
    .next_i  (slice_next),
    .valid_i (slice_valid),
    .y_i     (slice),
    .high_i  (high),
    .next_o  (chunk_next),
    .last_o  (chunk_last),
    .we_o    (act_we_o),
    .data_o  (act_wdata_o)
  );

  // Results leave in the order of the loops: a pixel's chunks, columns, rows, passes. Counted a cycle ahead.
  logic px_last, ox_last, oy_last, out_px, out_ox, out_oy;
  assign out_px = chunk_next && px_last;
  assign out_ox = out_px && ox_last;
  assign out_oy = out_ox && oy_last;
  always_ff @(posedge clk_i) final_write <= rst_ni && out_oy && g_last;

  if (Span == 1 && INT4 == 0) begin : gen_one_chunk
    assign px_last = chunk_last;
  end else begin : gen_chunks
    logic [Looked-2:1] px_last_q;
    logic              px_now_q;
    always_ff @(posedge clk_i) begin
      px_last_q <= {px_last_q[Looked-3:1], feed_pixel_last};
      px_now_q  <= is_looked ? px_last_q[Looked-2] : px_last_q[Rq-2];
    end
    assign px_last = is_wide ? chunk_last : px_now_q;
  end

  loop_counter #(.WIDTH(16)) u_ox (.clk_i(clk_i), .load_i(begun_q), .step_i(out_px),
    .count_i(instr_q[engine_pkg::FieldOw +: 16]), .last_o(ox_last));
  loop_counter #(.WIDTH(16)) u_oy (.clk_i(clk_i), .load_i(begun_q), .step_i(out_ox),
    .count_i(instr_q[engine_pkg::FieldOh +: 16]), .last_o(oy_last));
  loop_counter #(.WIDTH(16)) u_g (.clk_i(clk_i), .load_i(begun_q), .step_i(out_oy),
    .count_i(passes), .last_o(g_last));
  logic [ACT_CHUNK_BITS-1:0] o_step_g, o_step_oy, o_step_ox, o_step_px;
  assign o_step_g  = pair_pass ? ACT_CHUNK_BITS'(2) : ACT_CHUNK_BITS'(1);
  assign o_step_px = ACT_CHUNK_BITS'(1);
  assign o_step_oy = ACT_CHUNK_BITS'(instr_q[engine_pkg::FieldOStepOy +: 16]);
  assign o_step_ox = ACT_CHUNK_BITS'(instr_q[engine_pkg::FieldOStepOx +: 16]);
  stride_chain #(.LEVELS(4), .WIDTH(ACT_CHUNK_BITS)) u_o (
    .clk_i   (clk_i),
    .en_i    (1'b1),
    .load_i  (begun_q),
    .base_i  (instr_q[engine_pkg::FieldO +: ACT_CHUNK_BITS]),
    .adv_i   ({out_oy, out_ox, out_px, chunk_next}),
    .step_i  ({o_step_g, o_step_oy, o_step_ox, o_step_px}),
    .value_o (act_waddr_o)
  );
endmodule
