// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// STORE: reads ACT words, cuts them to runs and writes them out. An instruction ends when its last write
// response is in.
module store_unit #(
  parameter int PC        = 8,
  parameter int PK        = 8,
  parameter int ACT_BYTES = 131072,
  parameter int AXI_BYTES = 8,
  parameter int WORD_BITS  = $clog2(ACT_BYTES / PC),
  parameter int LOCAL_BITS = 16
) (
  input  logic                             clk_i,
  input  logic                             rst_ni,
  input  logic [127:0]                     base_i,
  input  logic [63:0]                      size_i,
  // Instructions and tokens.
  input  logic                             valid_i,
  output logic                             take_o,
  input  logic [engine_pkg::InstrBits-1:0] instr_i,
  input  logic [engine_pkg::IndexBits-1:0] index_i,
  input  logic                             tokens_ok_i,
  output logic                             give_o,
  output logic [2:0]                       signal_o,
  // ACT; data three cycles after an accepted address.
  output logic                             act_valid_o,
  input  logic                             act_ready_i,
  output logic [WORD_BITS-1:0]             act_addr_o,
  input  logic [PC*8-1:0]                  act_data_i,
  // The bus.
  output logic                             burst_valid_o,
  input  logic                             burst_ready_i,
  output logic [63:0]                      burst_addr_o,
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
  localparam int WordShift  = $clog2(PC);
  localparam int ChunkShift = $clog2(PC / PK);
  localparam int QueueDepth = 8;

  logic                  request_ready, run_valid, run_take, run_first, run_last;
  logic [LOCAL_BITS-1:0] run_local;
  logic [LaneBits-1:0]   run_lane, lane, final_lane;
  logic [LenBits-1:0]    run_begin, run_end, run_final, span;
  logic [BeatBits-1:0]   run_beats, last_beat, last_block;
  logic [7:0]            last_part;
  logic [2:0]            signal_q;
  logic                  sent_all_q, base;

  assign take_o   = valid_i && tokens_ok_i && !busy_o && request_ready;
  assign signal_o = signal_q;
  assign base     = instr_i[engine_pkg::FieldBase];

  run_request #(
    .LOCAL_BITS(LOCAL_BITS), .LEN_BITS(LenBits), .AXI_BYTES(AXI_BYTES), .LANE_BITS(LaneBits),
    .BEAT_BITS(BeatBits)
  ) u_request (
    .clk_i         (clk_i),
    .rst_ni        (rst_ni),
    .start_i       (take_o),
    .ready_o       (request_ready),
    .window_i      (1'b0),
    .base_i        (base ? base_i[127:64] : base_i[63:0]),
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
    .run_ready_i   (run_take),
    .run_local_o   (run_local),
    .run_lane_o    (run_lane),
    .run_first_o   (run_begin),
    .run_end_o     (run_end),
    .run_beats_o   (run_beats),
    .run_last_o    (run_last)
  );

  // Reader: the words of a run, as long as there is room for what is on its way.
  logic                 reading_q, room, read;
  logic [LenBits-1:0]   words_left_q;
  logic [WORD_BITS-1:0] addr_q;
  logic [2:0]           coming_q;
  logic [3:0]           used_q;
  logic                 align_full, align_empty, align_done, align_last;
  logic                 word_empty, word_full, word_take;
  logic [PC*8-1:0]      word;

  assign run_first   = !reading_q || (words_left_q == LenBits'(1) && read);
  assign run_take    = run_first && !align_full;
  assign act_valid_o = reading_q && room;
  assign act_addr_o  = addr_q;
  assign read        = act_valid_o && act_ready_i;
  assign room        = used_q != 4'(QueueDepth);
  assign wait_port_o = act_valid_o && !act_ready_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      reading_q <= 1'b0;
      coming_q  <= '0;
      used_q    <= '0;
    end else begin
      if (run_valid && run_take) reading_q <= 1'b1;
      else if (read && words_left_q == LenBits'(1)) reading_q <= 1'b0;
      coming_q <= {coming_q[1:0], read};
      if (read && !word_take) used_q <= used_q + 1'b1;
      else if (word_take && !read) used_q <= used_q - 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (run_valid && run_take) begin
      words_left_q <= LenBits'(((LenBits+1)'(run_end) + (LenBits+1)'(PC - 1)) >> WordShift);
      addr_q       <= WORD_BITS'(run_local >> ChunkShift);
    end else if (read) begin
      words_left_q <= words_left_q - 1'b1;
      addr_q       <= addr_q + 1'b1;
    end
  end

  fifo #(.WIDTH(PC*8), .DEPTH(QueueDepth)) u_words (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(coming_q[2]), .data_i(act_data_i),
    .pop_i(word_take), .data_o(word), .empty_o(word_empty), .full_o(word_full));
  // The run's last byte, counted from its own first byte and from its first beat's.
  assign run_final = run_end - 1'b1;
  assign span      = run_final + LenBits'(run_lane);
  // Built apart: Yosys sizes casts within a port's expression wrongly.
  localparam int RunBits = 2*LaneBits + 2*BeatBits + 9;
  logic [RunBits-1:0] run_new;
  assign run_new = {run_lane, span[LaneBits-1:0], run_beats - 1'b1, BeatBits'(run_final >> LaneBits),
                    8'(run_final >> WordShift), run_last};
  fifo #(.WIDTH(RunBits), .DEPTH(QueueDepth)) u_runs (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(run_valid && run_take),
    .data_i(run_new),
    .pop_i(align_done), .data_o({lane, final_lane, last_beat, last_block, last_part, align_last}),
    .empty_o(align_empty), .full_o(align_full));

  store_align #(.PC(PC), .AXI_BYTES(AXI_BYTES), .LANE_BITS(LaneBits), .BEAT_BITS(BeatBits)) u_align (
    .clk_i        (clk_i),
    .rst_ni       (rst_ni),
    .run_valid_i  (!align_empty),
    .lane_i       (lane),
    .final_lane_i (final_lane),
    .last_beat_i  (last_beat),
    .last_block_i (last_block),
    .last_part_i  (last_part),
    .done_o       (align_done),
    .word_valid_i (!word_empty),
    .word_take_o  (word_take),
    .word_i       (word),
    .beat_valid_o (beat_valid_o),
    .beat_ready_i (beat_ready_i),
    .beat_data_o  (beat_data_o),
    .beat_strb_o  (beat_strb_o)
  );

  assign give_o        = busy_o && sent_all_q && bus_idle_i;
  assign wait_memory_o = (beat_valid_o && !beat_ready_i) || sent_all_q;
  assign moved_o       = read;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      busy_o     <= 1'b0;
      sent_all_q <= 1'b0;
    end else begin
      if (take_o) busy_o <= 1'b1;
      else if (give_o) busy_o <= 1'b0;
      if (give_o) sent_all_q <= 1'b0;
      else if (align_done && align_last) sent_all_q <= 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (take_o) begin
      index_o  <= index_i;
      signal_q <= instr_i[engine_pkg::FieldSignal +: 3];
    end
  end
endmodule
