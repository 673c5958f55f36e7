// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// STORE: reads ACT words, cuts them to runs and writes them out. An instruction ends when its last write
// response is in.
module store_unit #(
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
  input  logic [2*ADDR_BITS-1:0]           base_i,
  input  logic [63:0]                      size_i,
  // Instructions and tokens.
  input  logic                             valid_i,
  output logic                             take_o,
  input  logic [engine_pkg::InstrBits-1:0] instr_i,
  input  logic [engine_pkg::IndexBits-1:0] index_i,
  input  logic                             tokens_ok_i,
  output logic                             give_o,
  output logic [2:0]                       signal_o,
  // ACT; data four cycles after an accepted address.
  output logic                             act_valid_o,
  input  logic                             act_ready_i,
  output logic [WORD_BITS-1:0]             act_addr_o,
  input  logic [PC*8-1:0]                  act_data_i,
  // The bus.
  output logic                             burst_valid_o,
  input  logic                             burst_ready_i,
  output logic [ADDR_BITS-1:0]             burst_addr_o,
  output logic [7:0]                       burst_len_o,
  output logic                             beat_valid_o,
  input  logic                             beat_ready_i,
  output logic [AXI_BYTES*8-1:0]           beat_data_o,
  output logic [AXI_BYTES-1:0]             beat_strb_o,
  input  logic                             bus_idle_i,  // every write is answered
  // State.
  output logic                             busy_o,
  output logic                             fence_o,
  output logic [engine_pkg::IndexBits-1:0] index_o,
  output logic                             wait_memory_o,
  output logic                             wait_port_o,
  output logic                             moved_o
);
  localparam int LenBits    = 16;
  localparam int LaneBits   = $clog2(AXI_BYTES);
  localparam int BeatBits   = LenBits - 2;
  localparam int BeatDepth  = 8;

  logic                  request_ready, run_valid, run_take, runs_full, runs_empty, read_ready;
  logic [LOCAL_BITS-1:0] run_local;
  logic [LaneBits-1:0]   run_lane, run_final_lane, lane, final_lane;
  logic [LenBits-1:0]    run_begin, run_final;
  logic [BeatBits-1:0]   run_beats, run_last_beat, run_last_block, last_beat, last_block;
  logic                  run_last, run_some, run_begin_now, run_straddles, run_dry, one_beat, one_block, one_word, run_push;
  logic [2:0]            signal_q;
  logic                  sent_all_q, base;

  assign take_o   = valid_i && tokens_ok_i && !busy_o && request_ready;
  assign signal_o = signal_q;
  assign base     = instr_i[engine_pkg::FieldBase];

  run_request #(
    .LOCAL_BITS(LOCAL_BITS), .LEN_BITS(LenBits), .AXI_BYTES(AXI_BYTES), .ADDR_BITS(ADDR_BITS),
    .LANE_BITS(LaneBits), .BEAT_BITS(BeatBits), .WORD_SHIFT($clog2(PC))
  ) u_request (
    .clk_i         (clk_i),
    .rst_ni        (rst_ni),
    .start_i       (take_o),
    .ready_o       (request_ready),
    .window_i      (1'b0),
    .base_i        (base ? base_i[ADDR_BITS +: ADDR_BITS] : base_i[0 +: ADDR_BITS]),
    .size_i        (base ? size_i[63:32] : size_i[31:0]),
    .offset_i      (instr_i[engine_pkg::FieldOffset +: 32]),
    .stride_y_i    (instr_i[engine_pkg::FieldStrideY +: 32]),
    .stride_x_i    (instr_i[engine_pkg::FieldStrideX +: 32]),
    .pos0_i        (32'd0),
    .row_len_i     (32'd0),
    .len_i         (instr_i[engine_pkg::FieldLen +: 16]),
    .ny_i          (instr_i[engine_pkg::FieldNy +: 16]),
    .nx_i          (instr_i[engine_pkg::FieldNx +: 16]),
    .local_i       (instr_i[engine_pkg::FieldLocal +: LOCAL_BITS]),
    .step_y_i      (LOCAL_BITS'(instr_i[engine_pkg::FieldStepY +: 16])),
    .step_x_i      (LOCAL_BITS'(instr_i[engine_pkg::FieldStepX +: 16])),
    .fence_o       (fence_o),
    .burst_valid_o (burst_valid_o),
    .burst_ready_i (burst_ready_i),
    .burst_addr_o  (burst_addr_o),
    .burst_len_o   (burst_len_o),
    .run_valid_o   (run_valid),
    .run_ready_i   (read_ready),
    .run_local_o   (run_local),
    .run_lane_o    (run_lane),
    .run_first_o   (run_begin),
    .run_final_o   (run_final),
    .run_beats_o   (run_beats),
    .run_some_o    (run_some),
    .run_one_beat_o(one_beat),
    .run_first_now_o(run_begin_now),
    .run_final_now_o(one_block),
    .run_one_word_o(one_word),
    .run_straddles_o(run_straddles),
    .run_dry_o     (run_dry),
    .run_last_o    (run_last)
  );

  // A run goes to the reader of its words and to the queue of those that wait to be sent, which is never full: of
  // the runs in it five at most wait for the reader or are read, and each other has an entry in the reader's queue.
  assign run_push = run_valid && read_ready;

  localparam int EntryBits = 8 * (PC > AXI_BYTES ? PC : AXI_BYTES);
  logic                 entry_valid, entry_take, block_take, block_last;
  logic [EntryBits-1:0] entry;
  store_read #(
    .PC(PC), .PK(PK), .AXI_BYTES(AXI_BYTES), .LEN_BITS(LenBits), .WORD_BITS(WORD_BITS), .LOCAL_BITS(LOCAL_BITS)
  ) u_read (
    .clk_i(clk_i), .rst_ni(rst_ni), .run_valid_i(run_valid), .run_ready_o(read_ready),
    .run_local_i(run_local), .run_final_i(run_final), .run_one_word_i(one_word), .act_valid_o(act_valid_o), .act_ready_i(act_ready_i),
    .act_addr_o(act_addr_o), .act_data_i(act_data_i), .valid_o(entry_valid), .take_i(entry_take), .data_o(entry),
    .moved_o(moved_o)
  );
  assign wait_port_o = act_valid_o && !act_ready_i;

  assign run_final_lane = run_final[LaneBits-1:0] + run_lane;
  assign run_last_beat  = run_beats - 1'b1;
  assign run_last_block = BeatBits'(run_final >> LaneBits);
  // Built apart: Yosys sizes casts within a port's expression wrongly.
  localparam int RunBits = 2*LaneBits + 2*BeatBits + 3;
  logic               now_one_beat, now_one_block, final_run;
  logic [RunBits-1:0] run_new;
  assign run_new = {run_lane, run_final_lane, run_last_beat, run_last_block, one_beat, one_block, run_last};
  fifo #(.WIDTH(RunBits), .DEPTH(16), .HEAD(0)) u_runs (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(run_push), .data_i(run_new), .pop_i(run_take),
    .data_o({lane, final_lane, last_beat, last_block, now_one_beat, now_one_block, final_run}),
    .empty_o(runs_empty), .full_o(runs_full));

  // Blocks of AXI_BYTES from entries.
  logic [AXI_BYTES*8-1:0] block;
  if (PC > AXI_BYTES) begin : gen_split
    localparam int PartBits = $clog2(PC / AXI_BYTES);
    logic [PartBits-1:0] part_q;
    assign block      = entry[part_q*AXI_BYTES*8 +: AXI_BYTES*8];
    assign entry_take = block_take && ((&part_q) || block_last);
    always_ff @(posedge clk_i) begin
      if (!rst_ni) part_q <= '0;
      else if (block_take) part_q <= block_last ? '0 : part_q + 1'b1;
    end
  end else begin : gen_whole
    assign block      = entry;
    assign entry_take = block_take;
  end

  // A beat leaves the aligner only if the queue behind it has room for it. Room is given back a cycle late.
  logic       emit, beat_valid, beat_final, beat_empty, beat_full, beat_take, sent_final, room_q, sent_q;
  logic [3:0] beats_q, beats_d;
  logic [AXI_BYTES*8-1:0] beat_data;
  logic [AXI_BYTES-1:0]   beat_strb;
  assign beats_d = beats_q + 4'(emit) - 4'(sent_q);
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      beats_q <= '0;
      room_q  <= 1'b1;
      sent_q  <= 1'b0;
    end else begin
      beats_q <= beats_d;
      room_q  <= beats_d != 4'(BeatDepth);
      sent_q  <= beat_take;
    end
  end

  store_align #(.AXI_BYTES(AXI_BYTES), .LANE_BITS(LaneBits), .BEAT_BITS(BeatBits)) u_align (
    .clk_i         (clk_i),
    .rst_ni        (rst_ni),
    .run_valid_i   (!runs_empty),
    .run_take_o    (run_take),
    .lane_i        (lane),
    .final_lane_i  (final_lane),
    .last_beat_i   (last_beat),
    .last_block_i  (last_block),
    .one_beat_i    (now_one_beat),
    .one_block_i   (now_one_block),
    .final_i       (final_run),
    .block_valid_i (entry_valid),
    .block_take_o  (block_take),
    .block_last_o  (block_last),
    .block_i       (block),
    .room_i        (room_q),
    .emit_o        (emit),
    .valid_o       (beat_valid),
    .data_o        (beat_data),
    .strb_o        (beat_strb),
    .final_o       (beat_final)
  );
  fifo #(.WIDTH(AXI_BYTES*9 + 1), .DEPTH(BeatDepth), .HEAD(0)) u_beats (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(beat_valid), .data_i({beat_final, beat_strb, beat_data}),
    .pop_i(beat_take), .data_o({sent_final, beat_strb_o, beat_data_o}), .empty_o(beat_empty), .full_o(beat_full));
  assign beat_valid_o = !beat_empty;
  assign beat_take    = beat_valid_o && beat_ready_i;

  logic ends;
  assign ends          = busy_o && sent_all_q && bus_idle_i;
  assign wait_memory_o = (beat_valid_o && !beat_ready_i) || sent_all_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      busy_o     <= 1'b0;
      sent_all_q <= 1'b0;
      give_o     <= 1'b0;
    end else begin
      if (take_o) busy_o <= 1'b1;
      else if (ends) busy_o <= 1'b0;
      give_o <= ends;
      if (ends) sent_all_q <= 1'b0;
      else if (beat_take && sent_final) sent_all_q <= 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (take_o) begin
      index_o  <= index_i;
      signal_q <= instr_i[engine_pkg::FieldSignal +: 3];
    end
  end
endmodule
