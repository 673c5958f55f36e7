// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// LOAD: the request side runs ahead of the data side, also into the next instructions once their tokens are
// there, so that memory latency is paid once.
module load_unit #(
  parameter int PC        = 8,
  parameter int PK        = 8,
  parameter int ACT_BYTES = 131072,
  parameter int AXI_BYTES = 8,
  parameter int ADDR_BITS = 64,
  parameter int WORD_BITS  = $clog2(ACT_BYTES / PC),
  parameter int LOCAL_BITS = 16
) (
  input  logic                             clk_i,
  input  logic                             rst_ni,
  input  logic [2*ADDR_BITS-1:0]           base_i,  // addresses of bases 0 and 1
  input  logic [63:0]                      size_i,  // and their sizes
  // Instructions and tokens.
  input  logic                             valid_i,
  output logic                             take_o,
  input  logic [engine_pkg::InstrBits-1:0] instr_i,
  input  logic [engine_pkg::IndexBits-1:0] index_i,
  input  logic                             tokens_ok_i,
  output logic                             give_o,
  output logic [2:0]                       signal_o,
  // The bus.
  output logic                             burst_valid_o,
  input  logic                             burst_ready_i,
  output logic [ADDR_BITS-1:0]             burst_addr_o,
  output logic [7:0]                       burst_len_o,
  input  logic                             beat_valid_i,
  output logic                             beat_ready_o,
  input  logic [AXI_BYTES*8-1:0]           beat_data_i,
  input  logic                             beat_error_i,
  // Scratchpads.
  output logic                             act_valid_o,
  input  logic                             act_ready_i,
  output logic [WORD_BITS-1:0]             act_addr_o,
  output logic [PC*8-1:0]                  act_data_o,
  output logic                             wgt_we_o, prm_we_o, lut_we_o,
  output logic [LOCAL_BITS-1:0]            word_o,
  output logic [7:0]                       slice_o,
  output logic [AXI_BYTES*8-1:0]           slice_data_o,
  // State.
  output logic                             busy_o,
  output logic                             fence_o,
  output logic [engine_pkg::IndexBits-1:0] request_index_o,  // asks the bus
  output logic [engine_pkg::IndexBits-1:0] beat_index_o,     // takes beats
  output logic [engine_pkg::IndexBits-1:0] oldest_index_o,   // not ended
  output logic                             bus_error_o,      // at beat_index_o
  output logic                             wait_memory_o,
  output logic                             wait_port_o,
  output logic                             moved_o
);
  localparam int LenBits  = 24;
  localparam int LaneBits = $clog2(AXI_BYTES);
  localparam int BeatBits = LenBits - 2;
  localparam int FirstBits = 16 - LaneBits;  // only runs of ACT have other bytes before the wanted ones
  localparam int WordShift = $clog2(PC);

  // What the data side must know of an instruction, and of a run.
  localparam int ContextBits = 3 + engine_pkg::IndexBits + 2 + 8 + BeatBits + 2;
  localparam int RunBits     = LOCAL_BITS + 3*LaneBits + FirstBits + BeatBits + 6;
  localparam int TagBits     = 2 + LOCAL_BITS + 1 + 1 + 3;
  localparam int BlockBits   = AXI_BYTES*8 + TagBits + 3;
  localparam int BlockDepth  = 8;

  // Request side.
  logic                is_act, act_q, is_wgt, wgt_q, is_lut, lut_q, start, request_ready;
  logic [1:0]          target;
  logic [LenBits-1:0]  len, len_q, last_byte;
  logic [BeatBits-1:0] last_block;
  logic                base;
  logic                context_full, context_empty, run_full, run_empty, run_valid;
  logic [RunBits-1:0]  run_new, run_head;
  logic [ContextBits-1:0] context_head;
  logic [LOCAL_BITS-1:0] new_local, local_addr;
  logic [LaneBits-1:0] new_lane, lane;
  logic [LenBits-1:0]  new_first, new_final;
  logic                new_some, new_one_beat, new_first_now, new_final_now;
  logic [LaneBits-1:0] first_lane, final_lane;
  logic [BeatBits-1:0] new_beats, final_block;
  logic [FirstBits-1:0] first_block;
  logic                new_straddles, new_dry, new_last, unused_one_word, run_last, some, first_now, final_now, straddles, dry;

  assign is_act = instr_i[engine_pkg::FieldOpcode +: 8] == engine_pkg::OpLoadAct;
  assign is_wgt = instr_i[engine_pkg::FieldOpcode +: 8] == engine_pkg::OpLoadWgt;
  assign is_lut = instr_i[engine_pkg::FieldOpcode +: 8] == engine_pkg::OpLoadLut;
  assign target = is_act ? 2'd0 : is_wgt ? 2'd1 : is_lut ? 2'd3 : 2'd2;
  assign base   = instr_i[engine_pkg::FieldBase];
  assign len    = act_q ? LenBits'(instr_i[engine_pkg::FieldLen +: 16])
                : wgt_q ? LenBits'(instr_i[engine_pkg::FieldCount +: 16]) << $clog2(PC * PK)
                : lut_q ? LenBits'(instr_i[engine_pkg::FieldCount +: 16]) << 8
                         : LenBits'(instr_i[engine_pkg::FieldCount +: 16]) << $clog2(PK * 8);
  // Late: these fields stand for five cycles before the instruction is whole.
  always_ff @(posedge clk_i) begin
    act_q     <= is_act;
    wgt_q     <= is_wgt;
    lut_q     <= is_lut;
    len_q     <= len;
    last_byte <= len_q - 1'b1;
  end
  // A run of ACT ends with a whole word.
  assign last_block = BeatBits'(last_byte >> LaneBits)
                      | (PC > AXI_BYTES && act_q ? BeatBits'((PC - 1) / AXI_BYTES) : '0);

  assign start  = valid_i && tokens_ok_i && request_ready && !context_full && !oldest_full;
  assign take_o = start;

  always_ff @(posedge clk_i) begin
    if (start) request_index_o <= index_i;
  end

  run_request #(
    .LOCAL_BITS(LOCAL_BITS), .LEN_BITS(LenBits), .AXI_BYTES(AXI_BYTES), .ADDR_BITS(ADDR_BITS),
    .LANE_BITS(LaneBits), .BEAT_BITS(BeatBits)
  ) u_request (
    .clk_i         (clk_i),
    .rst_ni        (rst_ni),
    .start_i       (start),
    .ready_o       (request_ready),
    .window_i      (is_act),
    .base_i        (base ? base_i[ADDR_BITS +: ADDR_BITS] : base_i[0 +: ADDR_BITS]),
    .size_i        (base ? size_i[63:32] : size_i[31:0]),
    .offset_i      (instr_i[engine_pkg::FieldOffset +: 32]),
    .stride_y_i    (instr_i[engine_pkg::FieldStrideY +: 32]),
    .stride_x_i    (instr_i[engine_pkg::FieldStrideX +: 32]),
    .pos0_i        (is_act ? instr_i[engine_pkg::FieldPos0 +: 32] : 32'd0),
    .row_len_i     (instr_i[engine_pkg::FieldRowLen +: 32]),
    .len_i         (len_q),
    .ny_i          (is_act ? instr_i[engine_pkg::FieldNy +: 16] : 16'd1),
    .nx_i          (is_act ? instr_i[engine_pkg::FieldNx +: 16] : 16'd1),
    .local_i       (instr_i[engine_pkg::FieldLocal +: LOCAL_BITS]),
    .step_y_i      (LOCAL_BITS'(instr_i[engine_pkg::FieldStepY +: 16])),
    .step_x_i      (LOCAL_BITS'(instr_i[engine_pkg::FieldStepX +: 16])),
    .fence_o       (fence_o),
    .burst_valid_o (burst_valid_o),
    .burst_ready_i (burst_ready_i),
    .burst_addr_o  (burst_addr_o),
    .burst_len_o   (burst_len_o),
    .run_valid_o   (run_valid),
    .run_ready_i   (!run_full),
    .run_local_o   (new_local),
    .run_lane_o    (new_lane),
    .run_first_o   (new_first),
    .run_final_o   (new_final),
    .run_beats_o   (new_beats),
    .run_some_o    (new_some),
    .run_one_beat_o(new_one_beat),
    .run_first_now_o(new_first_now),
    .run_final_now_o(new_final_now),
    .run_one_word_o(unused_one_word),
    .run_straddles_o(new_straddles),
    .run_dry_o     (new_dry),
    .run_last_o    (new_last)
  );

  // The two queues between the sides.
  logic                 run_take;
  logic [1:0]           now_target;
  logic [2:0]           now_signal;
  logic [7:0]           now_fill;
  logic [engine_pkg::IndexBits-1:0] now_index;
  logic [BeatBits-1:0]  now_last_block;
  logic                 now_odd, now_single;

  assign run_new = {new_local, new_lane, new_first[LaneBits-1:0], new_final[LaneBits-1:0],
                    FirstBits'(new_first >> LaneBits), BeatBits'(new_final >> LaneBits), new_some, new_first_now,
                    new_final_now, new_straddles, new_dry, new_last};
  assign {local_addr, lane, first_lane, final_lane, first_block, final_block, some, first_now, final_now, straddles, dry,
          run_last} = run_head;
  fifo #(.WIDTH(RunBits), .DEPTH(16), .HEAD(0)) u_runs (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(run_valid && !run_full), .data_i(run_new),
    .pop_i(run_take), .data_o(run_head), .empty_o(run_empty), .full_o(run_full));

  assign {now_signal, now_index, now_target, now_fill, now_last_block, now_single, now_odd} = context_head;
  // The last run of an instruction takes its context along; the next waits a cycle.
  logic context_pop_q, run_took_q;
  always_ff @(posedge clk_i) begin
    context_pop_q <= rst_ni && run_take && run_last;
    run_took_q    <= run_take;
  end

  fifo #(.WIDTH(ContextBits), .DEPTH(4)) u_contexts (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(start),
    .data_i({instr_i[engine_pkg::FieldSignal +: 3], index_i, target, instr_i[engine_pkg::FieldFill +: 8],
             last_block, last_block == '0, !last_byte[WordShift]}),
    .pop_i(context_pop_q), .data_o(context_head), .empty_o(context_empty),
    .full_o(context_full));

  // Data side.
  logic                   beat_full, beat_push, beat_empty, beat_take, beat_error, emit;
  logic [AXI_BYTES*8-1:0] beat_data;
  logic                   block_valid, block_empty, block_full, block_take;
  logic [AXI_BYTES*8-1:0] block_data;
  logic [TagBits-1:0]     block_tag;
  logic                   block_first, block_last;
  logic [BlockBits-1:0]   block_head, block_new;
  logic [AXI_BYTES*8-1:0] write_data;
  logic                   write_first, write_last, write_act, write_single, write_final;
  logic [1:0]             write_target;
  logic [LOCAL_BITS-1:0]  write_local;
  logic [2:0]             write_signal;

  assign beat_ready_o = !beat_full;
  cut u_push (.d_i(beat_valid_i && !beat_full), .q_o(beat_push));
  fifo #(.WIDTH(AXI_BYTES*8 + 1), .DEPTH(16), .HEAD(0)) u_beats (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(beat_push), .data_i({beat_error_i, beat_data_i}),
    .pop_i(beat_take), .data_o({beat_error, beat_data}), .empty_o(beat_empty), .full_o(beat_full));

  // A block leaves the aligner only if the queue behind it has room for it. Room is given back a cycle late.
  logic [3:0] blocks_q, blocks_d;
  logic       room_q, taken_q;
  assign blocks_d = blocks_q + 4'(emit) - 4'(taken_q);
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      blocks_q <= '0;
      room_q   <= 1'b1;
      taken_q  <= 1'b0;
    end else begin
      blocks_q <= blocks_d;
      room_q   <= blocks_d != 4'(BlockDepth);
      taken_q  <= block_take;
    end
  end

  load_align #(
    .AXI_BYTES(AXI_BYTES), .LANE_BITS(LaneBits), .BEAT_BITS(BeatBits), .FIRST_BITS(FirstBits),
    .TAG_BITS(TagBits)
  ) u_align (
    .clk_i        (clk_i),
    .rst_ni       (rst_ni),
    .run_valid_i  (!run_empty && !context_pop_q),
    .run_take_o   (run_take),
    .lane_i       (lane),
    .first_lane_i (first_lane),
    .final_lane_i (final_lane),
    .first_block_i(first_block),
    .final_block_i(final_block),
    .last_block_i (now_last_block),
    .some_i       (some),
    .first_now_i  (first_now),
    .final_now_i  (final_now),
    .last_now_i   (now_single),
    .straddles_i  (straddles),
    .dry_i        (dry),
    .fill_i       (now_fill),
    .tag_i        ({now_target, local_addr, now_odd, run_last, now_signal}),
    .waits_o      (wait_memory_o),
    .beat_valid_i (!beat_empty),
    .beat_take_o  (beat_take),
    .beat_data_i  (beat_data),
    .room_i       (room_q),
    .emit_o       (emit),
    .valid_o      (block_valid),
    .data_o       (block_data),
    .tag_o        (block_tag),
    .first_o      (block_first),
    .last_o       (block_last)
  );

  // Judged ahead of time: a block for ACT, one with a single word.
  assign block_new = {block_tag[TagBits-1 -: 2] == 2'd0, block_tag[TagBits-1:5], block_last && block_tag[4], block_tag[3:0], block_first,
                      block_last, block_data};
  fifo #(.WIDTH(BlockBits), .DEPTH(BlockDepth)) u_blocks (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(block_valid), .data_i(block_new),
    .pop_i(block_take), .data_o(block_head), .empty_o(block_empty), .full_o(block_full));
  assign {write_act, write_target, write_local, write_single, write_final, write_signal, write_first, write_last, write_data} =
    block_head;

  load_write #(
    .PC(PC), .PK(PK), .AXI_BYTES(AXI_BYTES), .LOCAL_BITS(LOCAL_BITS), .WORD_BITS(WORD_BITS)
  ) u_write (
    .clk_i        (clk_i),
    .rst_ni       (rst_ni),
    .valid_i      (!block_empty),
    .take_o       (block_take),
    .data_i       (write_data),
    .first_i      (write_first),
    .last_i       (write_last),
    .target_i     (write_target),
    .local_i      (write_local),
    .act_i        (write_act),
    .single_i     (write_single),
    .final_i      (write_final),
    .signal_i     (write_signal),
    .act_valid_o  (act_valid_o),
    .act_ready_i  (act_ready_i),
    .act_addr_o   (act_addr_o),
    .act_data_o   (act_data_o),
    .wgt_we_o     (wgt_we_o),
    .prm_we_o     (prm_we_o),
    .lut_we_o     (lut_we_o),
    .word_o       (word_o),
    .slice_o      (slice_o),
    .slice_data_o (slice_data_o),
    .give_o       (give_o),
    .signal_o     (signal_o)
  );

  // Instructions begun and not ended; the queue shows one that it did not have a cycle late.
  logic oldest_full, oldest_empty, begun_q;
  fifo #(.WIDTH(engine_pkg::IndexBits), .DEPTH(8)) u_oldest (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(start), .data_i(index_i),
    .pop_i(give_o), .data_o(oldest_index_o), .empty_o(oldest_empty), .full_o(oldest_full));

  always_ff @(posedge clk_i) begin
    if (run_took_q) beat_index_o <= now_index;
    bus_error_o <= beat_take && beat_error;
  end

  assign busy_o      = begun_q || !oldest_empty;
  assign wait_port_o = act_valid_o && !act_ready_i;
  always_ff @(posedge clk_i) begin
    begun_q <= rst_ni && start;
    moved_o <= block_take;
  end
endmodule
