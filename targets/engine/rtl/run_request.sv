// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Walks the ny × nx runs of a LOAD or a STORE, one a cycle: cuts each to the row's window, checks it against
// the base's size (the fence), asks for the bursts that cover it and describes it to the unit's data side.
// A burst stays within an aligned block of MAX_BEATS. Nothing is asked for past a fence error.
module run_request #(
  parameter int LOCAL_BITS = 14,  // a chunk address
  parameter int LEN_BITS   = 24,
  parameter int AXI_BYTES  = 8,
  parameter int ADDR_BITS  = 64,
  parameter int MAX_BEATS  = 32,
  parameter int LANE_BITS  = 3,             // log2(AXI_BYTES)
  parameter int BEAT_BITS  = LEN_BITS - 2,  // beats of a run
  parameter int WORD_SHIFT = 3              // log2 of a word's bytes
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  // The instruction; start_i only when ready_o.
  input  logic                  start_i,
  output logic                  ready_o,
  input  logic                  window_i,   // cut runs to [0, row_len)
  input  logic [ADDR_BITS-1:0]  base_i,
  input  logic [31:0]           size_i,
  input  logic [31:0]           offset_i, stride_y_i, stride_x_i, pos0_i, row_len_i,
  input  logic [LEN_BITS-1:0]   len_i,
  input  logic [15:0]           ny_i, nx_i,
  input  logic [LOCAL_BITS-1:0] local_i, step_y_i, step_x_i,
  output logic                  fence_o,
  // Bursts.
  output logic                  burst_valid_o,
  input  logic                  burst_ready_i,
  output logic [ADDR_BITS-1:0]  burst_addr_o,
  output logic [7:0]            burst_len_o,   // beats less one
  // Runs: bytes first … final come from memory, the first of them from byte `lane` of the run's first beat.
  output logic                  run_valid_o,
  input  logic                  run_ready_i,
  output logic [LOCAL_BITS-1:0] run_local_o,
  output logic [LANE_BITS-1:0]  run_lane_o,
  output logic [LEN_BITS-1:0]   run_first_o, run_final_o,
  output logic [BEAT_BITS-1:0]  run_beats_o,
  output logic                  run_some_o, run_one_beat_o,
  output logic                  run_first_now_o, run_final_now_o,  // that byte is in the run's first AXI_BYTES
  output logic                  run_one_word_o,   // byte final is in the run's first word
  output logic                  run_straddles_o,  // those that hold byte first begin in one beat and end in the next
  output logic                  run_dry_o,        // those that hold byte final are in the beats of those before
  output logic                  run_last_o     // of the instruction
);
  // The instruction, held.
  logic                window_q;
  logic [ADDR_BITS-1:0] base_q;
  logic [31:0]         size_q, stride_y_q, stride_x_q, row_len_q;
  logic [LEN_BITS-1:0] len_q;
  logic [15:0]         ny_q, nx_q;
  logic [LOCAL_BITS-1:0] local_q, step_y_q, step_x_q;
  logic [31:0]         offset_q, pos0_q;

  // Counters walk, stage 0 has the addresses, 1 to 6 compute, 7 waits for its bursts to be taken. All move at once.
  logic       walk_q, fresh_q;
  logic [7:0] valid_q;
  logic [6:0] last_q;
  logic       next_go, go, move, x_last, y_last, step;
  logic [31:0] pos, row;
  logic [LOCAL_BITS-1:0] local_now;
  logic [LOCAL_BITS-1:0] local1_q, local2_q, local3_q, local4_q, local5_q, local6_q;
  logic fence;

  assign step    = walk_q && move;

  loop_counter #(.WIDTH(16)) u_x (
    .clk_i(clk_i), .load_i(fresh_q), .step_i(step), .count_i(nx_q), .last_o(x_last));
  loop_counter #(.WIDTH(16)) u_y (
    .clk_i(clk_i), .load_i(fresh_q), .step_i(step && x_last), .count_i(ny_q), .last_o(y_last));
  stride_chain #(.LEVELS(2), .WIDTH(32)) u_pos (
    .clk_i(clk_i), .en_i(move), .load_i(fresh_q), .base_i(pos0_q), .adv_i({step && x_last, step}),
    .step_i({32'd0, stride_x_q}), .value_o(pos));
  stride_chain #(.LEVELS(1), .WIDTH(32)) u_row (
    .clk_i(clk_i), .en_i(move), .load_i(fresh_q), .base_i(offset_q), .adv_i(step && x_last),
    .step_i(stride_y_q), .value_o(row));
  stride_chain #(.LEVELS(2), .WIDTH(LOCAL_BITS)) u_local (
    .clk_i(clk_i), .en_i(move), .load_i(fresh_q), .base_i(local_q), .adv_i({step && x_last, step}),
    .step_i({step_y_q, step_x_q}), .value_o(local_now));

  // As long as one may start, whatever stands there is taken along.
  logic next_ready, takes;  // takes: ready_o, for the data
  assign next_ready = rst_ni && !start_i && !walk_q && !fresh_q && valid_q[6:0] == '0;
  twin u_takes (.clk_i(clk_i), .d_i(next_ready), .q_o(takes));
  always_ff @(posedge clk_i) begin
    if (takes) begin
      window_q   <= window_i;
      base_q     <= base_i;
      size_q     <= size_i;
      stride_y_q <= stride_y_i;
      stride_x_q <= stride_x_i;
      row_len_q  <= row_len_i;
      len_q      <= len_i;
      ny_q       <= ny_i;
      nx_q       <= nx_i;
      offset_q   <= offset_i;
      pos0_q     <= pos0_i;
      local_q    <= local_i;
      step_y_q   <= step_y_i;
      step_x_q   <= step_x_i;
    end
  end

  always_ff @(posedge clk_i) begin
    spare_q <= {1'b0, row_len_q} - 33'(len_q);
    // No run needs the last instruction; a cycle late.
    ready_o <= next_ready;
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      walk_q  <= 1'b0;
      fresh_q <= 1'b0;
      valid_q <= '0;
    end else begin
      fresh_q <= start_i;
      if (fresh_q) walk_q <= 1'b1;
      else if (step && x_last && y_last) walk_q <= 1'b0;
      if (go) valid_q <= {valid_q[6] && !fence, valid_q[5:0], walk_q};
    end
  end

  // 1
  logic [31:0]         pos1_q, row1_q;
  logic [32:0]         spare_q;    // of the row, where a run begins with it
  // 2: what lies before the row and what of the row lies ahead, of a run that reaches into the row or past its end.
  logic                negative2_q, reaches2_q, behind2_q, cut2_q;
  logic [LEN_BITS-1:0] before2_q, ahead2_q;
  logic [31:0]         start2_q;
  logic [32:0]         reach;      // from the row's begin to the run's end
  logic [33:0]         ahead, left;
  assign reach = {pos1_q[31], pos1_q} + 33'(len_q);
  assign ahead = {2'b0, row_len_q} - {{2{pos1_q[31]}}, pos1_q};
  assign left  = {spare_q[32], spare_q} - {{2{pos1_q[31]}}, pos1_q};
  // 3
  logic [31:0]         start3_q;
  logic [LEN_BITS-1:0] first3_q, end3_q;
  logic [LEN_BITS:0]   wanted;     // bytes; negative if the run ends before the row
  assign wanted = {1'b0, end3_q} - {1'b0, first3_q};
  // 4
  logic                none4_q;    // wanted is negative, and what is worked out of it not used
  logic [31:0]         start4_q;
  logic [LEN_BITS-1:0] first4_q, end4_q, count4_q;
  // 5
  logic [ADDR_BITS-1:0] addr5_q;
  logic [32:0]         stop5_q;
  logic [LEN_BITS-1:0] first5_q, end5_q, count5_q;
  logic                some5_q;
  // 6
  logic [ADDR_BITS-1:0] addr6_q;
  logic                past6_q, some6_q;
  logic [LEN_BITS-1:0] first6_q, final6_q, beats6_q, page6_q;
  // 7
  localparam int RunBits   = LOCAL_BITS + LANE_BITS + 2*LEN_BITS + BEAT_BITS + 8;
  localparam int IndexBits = $clog2(MAX_BEATS);
  localparam int CountBits = BEAT_BITS - IndexBits + 1;
  logic [ADDR_BITS-1:0]  addr7_q;
  logic [LOCAL_BITS-1:0] local7_q;
  logic [LEN_BITS-1:0]   first7_q, final7_q;
  logic [BEAT_BITS-1:0]  beats7_q;
  logic [CountBits-1:0]  more7_q;
  logic [IndexBits-1:0]  page7_q;
  logic                  last7_q, some7_q, one_beat7_q, first_now7_q, final_now7_q, one_word7_q, straddles7_q, dry7_q,
                         waiting_q;
  logic [RunBits-1:0]    run_now, waiting_run_q;

  logic                fence_q, split_ready, next_split_ready, next_waiting;
  logic [LANE_BITS:0]  lane5;
  logic [LEN_BITS:0]   span5, page5;
  logic [IndexBits+LANE_BITS-1:0] within5;

  assign fence   = fence_q || (valid_q[6] && past6_q);
  assign fence_o = fence_q;
  // Bytes from the first beat's begin, rounded up; the last byte, counted from its block of MAX_BEATS.
  assign lane5   = {1'b0, addr5_q[LANE_BITS-1:0]} + (LANE_BITS+1)'(AXI_BYTES - 1);
  assign span5   = {1'b0, count5_q} + (LEN_BITS+1)'(lane5);
  assign within5 = addr5_q[IndexBits+LANE_BITS-1:0];
  assign page5   = {1'b0, count5_q} + (LEN_BITS+1)'(within5) - (LEN_BITS+1)'(1);

  // All stages move when neither taker keeps a run waiting; go is that in a register of its own.
  // Stage 7 hands the run to the data side and its bursts to the splitter in one cycle.
  // A run that its taker is not ready for waits in a register, so that nothing here hangs on run_ready_i.
  assign next_waiting = rst_ni && run_valid_o && !run_ready_i;
  assign run_valid_o = waiting_q || (valid_q[7] && split_ready);
  assign run_now     = {local7_q, addr7_q[LANE_BITS-1:0], first7_q, final7_q, beats7_q, some7_q, one_beat7_q,
                        first_now7_q, final_now7_q, one_word7_q, straddles7_q, dry7_q, last7_q};
  assign {run_local_o, run_lane_o, run_first_o, run_final_o, run_beats_o, run_some_o, run_one_beat_o, run_first_now_o,
          run_final_now_o, run_one_word_o, run_straddles_o, run_dry_o, run_last_o} = waits ? waiting_run_q : run_now;
  // One for the stages' registers, and one for the walk, where logic follows.
  assign next_go = !next_waiting && next_split_ready;
  twin u_go (.clk_i(clk_i), .d_i(next_go), .q_o(go));
  twin u_move (.clk_i(clk_i), .d_i(next_go), .q_o(move));
  logic waits;  // waiting_q, for the data
  twin u_waits (.clk_i(clk_i), .d_i(next_waiting), .q_o(waits));
  always_ff @(posedge clk_i) begin
    waiting_q <= next_waiting;
    if (!waits) waiting_run_q <= run_now;
  end

  // The bus is told of a burst a cycle later, so that the splitter does not hang on burst_ready_i.
  logic                 split_valid, skid_ready;
  logic [ADDR_BITS-1:0] split_addr;
  logic [7:0]           split_len;
  skid #(.WIDTH(ADDR_BITS + 8)) u_burst (
    .clk_i(clk_i), .rst_ni(rst_ni), .valid_i(split_valid), .ready_o(skid_ready), .data_i({split_len, split_addr}),
    .valid_o(burst_valid_o), .ready_i(burst_ready_i), .data_o({burst_len_o, burst_addr_o}));
  burst_split #(.AXI_BYTES(AXI_BYTES), .ADDR_BITS(ADDR_BITS), .MAX_BEATS(MAX_BEATS), .COUNT_BITS(CountBits)) u_split (
    .clk_i         (clk_i),
    .rst_ni        (rst_ni),
    .valid_i       (valid_q[7] && !waiting_q && some7_q),
    .ready_o       (split_ready),
    .next_ready_o  (next_split_ready),
    .addr_i        (addr7_q),
    .more_i        (more7_q),
    .final_i       (page7_q),
    .burst_valid_o (split_valid),
    .burst_ready_i (skid_ready),
    .burst_addr_o  (split_addr),
    .burst_len_o   (split_len)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) fence_q <= 1'b0;
    else fence_q <= fence;
  end

  always_ff @(posedge clk_i) begin
    if (go) begin
      last_q    <= {last_q[5:0], x_last && y_last};
      // 1
      pos1_q    <= pos;
      row1_q    <= row;
      local1_q  <= local_now;
      // 2
      negative2_q <= window_q && pos1_q[31];
      reaches2_q  <= !reach[32];
      before2_q   <= -pos1_q[LEN_BITS-1:0];
      behind2_q   <= ahead[33];
      cut2_q      <= left[33];
      ahead2_q    <= ahead[LEN_BITS-1:0];
      start2_q    <= row1_q + pos1_q;
      local2_q    <= local1_q;
      // 3
      first3_q <= !negative2_q ? '0 : reaches2_q ? before2_q : len_q;
      end3_q   <= window_q && behind2_q ? '0 : window_q && cut2_q ? ahead2_q : len_q;
      start3_q <= start2_q;
      local3_q <= local2_q;
      // 4
      count4_q <= wanted[LEN_BITS-1:0];
      none4_q  <= wanted[LEN_BITS];
      start4_q <= start3_q + 32'(first3_q);
      first4_q <= first3_q;
      end4_q   <= end3_q;
      local4_q <= local3_q;
      // 5
      addr5_q  <= base_q + ADDR_BITS'(start4_q);
      stop5_q  <= {1'b0, start4_q} + 33'(count4_q);
      some5_q  <= !none4_q && count4_q != '0;
      count5_q <= count4_q;
      first5_q <= first4_q;
      end5_q   <= end4_q;
      local5_q <= local4_q;
      // 6
      addr6_q  <= addr5_q;
      past6_q  <= some5_q && stop5_q > {1'b0, size_q};
      some6_q  <= some5_q;
      beats6_q <= LEN_BITS'(span5 >> LANE_BITS);
      page6_q  <= LEN_BITS'(page5 >> LANE_BITS);
      first6_q <= first5_q;
      final6_q <= end5_q - 1'b1;
      local6_q <= local5_q;
      // 7
      addr7_q  <= addr6_q;
      some7_q  <= some6_q;
      beats7_q <= some6_q ? BEAT_BITS'(beats6_q) : '0;
      page7_q  <= page6_q[IndexBits-1:0];
      more7_q  <= CountBits'(page6_q >> IndexBits);
      first7_q <= first6_q;
      final7_q <= final6_q;
      one_beat7_q  <= beats6_q == LEN_BITS'(1);
      first_now7_q <= first6_q[LEN_BITS-1:LANE_BITS] == '0;
      final_now7_q <= final6_q[LEN_BITS-1:LANE_BITS] == '0;
      one_word7_q  <= final6_q[LEN_BITS-1:WORD_SHIFT] == '0;
      straddles7_q <= addr6_q[LANE_BITS-1:0] > first6_q[LANE_BITS-1:0];
      dry7_q       <= first6_q[LANE_BITS-1:0] - addr6_q[LANE_BITS-1:0] > final6_q[LANE_BITS-1:0];
      local7_q <= local6_q;
      last7_q  <= last_q[6];
    end
  end
endmodule
