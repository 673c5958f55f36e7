// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// LOAD: the request side runs ahead of the data side, also into the next instructions once their tokens are
// there, so that memory latency is paid once.
module load_unit #(
  parameter int PC        = 8,
  parameter int PK        = 8,
  parameter int ACT_BYTES = 131072,
  parameter int AXI_BYTES = 8,
  parameter int WORD_BITS  = $clog2(ACT_BYTES / PC),
  parameter int LOCAL_BITS = 16
) (
  input  logic                             clk_i,
  input  logic                             rst_ni,
  input  logic [127:0]                     base_i,  // addresses of bases 0 and 1
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
  output logic [63:0]                      burst_addr_o,
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
  output logic                             wgt_we_o, prm_we_o,
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
  localparam int WordShift = $clog2(PC);

  // What the data side must know of an instruction, and of a run.
  localparam int ContextBits = 3 + engine_pkg::IndexBits + 2 + 8 + BeatBits + 2;
  localparam int RunBits     = LOCAL_BITS + 3*LaneBits + 3*BeatBits + 5;
  localparam int TagBits     = 2 + LOCAL_BITS + 1 + 1 + 3 + engine_pkg::IndexBits;

  // Request side.
  logic                is_act, is_wgt, start, request_ready;
  logic [1:0]          target;
  logic [LenBits-1:0]  len;
  logic [LenBits-1:0]  last_byte;
  logic [BeatBits-1:0] last_block;
  logic                base;
  logic                context_full, context_empty, run_full, run_empty, run_valid;
  logic [RunBits-1:0]  run_new, run_head;
  logic [ContextBits-1:0] context_head;
  logic [LOCAL_BITS-1:0] new_local, local_addr;
  logic [LaneBits-1:0] new_lane, lane;
  logic [LenBits-1:0]  new_first, new_end, new_final;
  logic [LaneBits-1:0] first_lane, final_lane;
  logic [BeatBits-1:0] new_beats, beats, first_block, final_block;
  logic                new_last, run_last, some, first_now, final_now, straddles;
  logic [3:0]          new_flags;

  assign is_act = instr_i[engine_pkg::FieldOpcode +: 8] == engine_pkg::OpLoadAct;
  assign is_wgt = instr_i[engine_pkg::FieldOpcode +: 8] == engine_pkg::OpLoadWgt;
  assign target = is_act ? 2'd0 : is_wgt ? 2'd1 : 2'd2;
  assign base   = instr_i[engine_pkg::FieldBase];
  assign len    = is_act ? LenBits'(instr_i[engine_pkg::FieldLen +: 16])
                : is_wgt ? LenBits'(instr_i[engine_pkg::FieldCount +: 16]) << $clog2(PC * PK)
                         : LenBits'(instr_i[engine_pkg::FieldCount +: 16]) << $clog2(PK * 8);
  assign last_byte  = len - 1'b1;
  // A run of ACT ends with a whole word.
  assign last_block = BeatBits'(last_byte >> LaneBits)
                      | (PC > AXI_BYTES && is_act ? BeatBits'((PC - 1) / AXI_BYTES) : '0);

  assign start  = valid_i && tokens_ok_i && request_ready && !context_full;
  assign take_o = start;

  always_ff @(posedge clk_i) begin
    if (start) request_index_o <= index_i;
  end

  run_request #(
    .LOCAL_BITS(LOCAL_BITS), .LEN_BITS(LenBits), .AXI_BYTES(AXI_BYTES), .LANE_BITS(LaneBits),
    .BEAT_BITS(BeatBits)
  ) u_request (
    .clk_i         (clk_i),
    .rst_ni        (rst_ni),
    .start_i       (start),
    .ready_o       (request_ready),
    .window_i      (is_act),
    .base_i        (base ? base_i[127:64] : base_i[63:0]),
    .size_i        (base ? size_i[63:32] : size_i[31:0]),
    .offset_i      (instr_i[engine_pkg::FieldOffset +: 32]),
    .stride_y_i    (instr_i[engine_pkg::FieldStrideY +: 32]),
    .stride_x_i    (instr_i[engine_pkg::FieldStrideX +: 32]),
    .pos0_i        (is_act ? instr_i[engine_pkg::FieldPos0 +: 32] : 32'd0),
    .row_len_i     (instr_i[engine_pkg::FieldRowLen +: 32]),
    .len_i         (len),
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
    .run_end_o     (new_end),
    .run_beats_o   (new_beats),
    .run_last_o    (new_last)
  );

  // The two queues between the sides.
  logic                 run_done;
  logic [1:0]           now_target;
  logic [2:0]           now_signal;
  logic [7:0]           now_fill;
  logic [BeatBits-1:0]  now_last_block;
  logic                 now_odd, now_single;

  assign new_final = new_end - 1'b1;
  assign new_flags = {new_beats != '0, new_first[LenBits-1:LaneBits] == '0, new_final[LenBits-1:LaneBits] == '0,
                      new_lane > new_first[LaneBits-1:0]};
  assign run_new = {new_local, new_lane, new_first[LaneBits-1:0], new_final[LaneBits-1:0],
                    BeatBits'(new_first >> LaneBits), BeatBits'(new_final >> LaneBits), new_beats, new_flags, new_last};
  assign {local_addr, lane, first_lane, final_lane, first_block, final_block, beats, some, first_now, final_now,
          straddles, run_last} = run_head;
  fifo #(.WIDTH(RunBits), .DEPTH(16)) u_runs (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(run_valid && !run_full), .data_i(run_new),
    .pop_i(run_done), .data_o(run_head), .empty_o(run_empty), .full_o(run_full));

  assign {now_signal, beat_index_o, now_target, now_fill, now_last_block, now_single, now_odd} = context_head;
  fifo #(.WIDTH(ContextBits), .DEPTH(4)) u_contexts (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(start),
    .data_i({instr_i[engine_pkg::FieldSignal +: 3], index_i, target, instr_i[engine_pkg::FieldFill +: 8],
             last_block, last_block == '0, !last_byte[WordShift]}),
    .pop_i(run_done && run_last), .data_o(context_head), .empty_o(context_empty),
    .full_o(context_full));

  // Data side.
  logic                   beat_full, beat_empty, beat_take, beat_error;
  logic [AXI_BYTES*8-1:0] beat_data;
  logic                   block_valid, block_ready, block_first, block_last;
  logic [AXI_BYTES*8-1:0] block_data;
  logic [TagBits-1:0]     tag;
  logic [1:0]             block_target;
  logic [LOCAL_BITS-1:0]  block_local;
  logic                   block_odd, block_final;
  logic [2:0]             block_signal;
  logic [engine_pkg::IndexBits-1:0] block_index;

  assign beat_ready_o = !beat_full;
  fifo #(.WIDTH(AXI_BYTES*8 + 1), .DEPTH(16)) u_beats (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(beat_valid_i && !beat_full), .data_i({beat_error_i, beat_data_i}),
    .pop_i(beat_take), .data_o({beat_error, beat_data}), .empty_o(beat_empty), .full_o(beat_full));

  load_align #(
    .AXI_BYTES(AXI_BYTES), .LANE_BITS(LaneBits), .BEAT_BITS(BeatBits), .TAG_BITS(TagBits)
  ) u_align (
    .clk_i        (clk_i),
    .rst_ni       (rst_ni),
    .run_valid_i  (!run_empty),
    .lane_i       (lane),
    .first_lane_i (first_lane),
    .final_lane_i (final_lane),
    .first_block_i(first_block),
    .final_block_i(final_block),
    .beats_i      (beats),
    .last_block_i (now_last_block),
    .some_i       (some),
    .first_now_i  (first_now),
    .final_now_i  (final_now),
    .last_now_i   (now_single),
    .straddles_i  (straddles),
    .fill_i       (now_fill),
    .tag_i        ({now_target, local_addr, now_odd, run_last, now_signal, beat_index_o}),
    .done_o       (run_done),
    .waits_o      (wait_memory_o),
    .beat_valid_i (!beat_empty),
    .beat_ready_o (beat_take),
    .beat_data_i  (beat_data),
    .valid_o      (block_valid),
    .ready_i      (block_ready),
    .data_o       (block_data),
    .tag_o        (tag),
    .first_o      (block_first),
    .last_o       (block_last)
  );

  assign {block_target, block_local, block_odd, block_final, block_signal, block_index} = tag;
  load_write #(
    .PC(PC), .PK(PK), .AXI_BYTES(AXI_BYTES), .LOCAL_BITS(LOCAL_BITS), .WORD_BITS(WORD_BITS)
  ) u_write (
    .clk_i        (clk_i),
    .rst_ni       (rst_ni),
    .valid_i      (block_valid),
    .ready_o      (block_ready),
    .data_i       (block_data),
    .first_i      (block_first),
    .last_i       (block_last),
    .target_i     (block_target),
    .local_i      (block_local),
    .odd_i        (block_odd),
    .act_valid_o  (act_valid_o),
    .act_ready_i  (act_ready_i),
    .act_addr_o   (act_addr_o),
    .act_data_o   (act_data_o),
    .wgt_we_o     (wgt_we_o),
    .prm_we_o     (prm_we_o),
    .word_o       (word_o),
    .slice_o      (slice_o),
    .slice_data_o (slice_data_o)
  );

  assign give_o         = block_valid && block_ready && block_last && block_final;
  assign signal_o       = block_signal;
  assign busy_o         = !context_empty || block_valid;
  assign oldest_index_o = block_valid ? block_index : beat_index_o;
  assign bus_error_o    = beat_take && beat_error;
  assign wait_port_o    = act_valid_o && !act_ready_i;
  assign moved_o        = block_valid && block_ready;
endmodule
