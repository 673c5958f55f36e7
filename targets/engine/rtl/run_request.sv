// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Walks the ny × nx runs of a LOAD or a STORE, one a cycle: cuts each to the row's window, checks it against
// the base's size (the fence), asks for the bursts that cover it and describes it to the unit's data side.
// A burst is at most MAX_BEATS long and stays within 4 KiB. Nothing is asked for past a fence error.
module run_request #(
  parameter int LOCAL_BITS = 14,  // a chunk address
  parameter int LEN_BITS   = 24,
  parameter int AXI_BYTES  = 8,
  parameter int MAX_BEATS  = 32,
  parameter int LANE_BITS  = 3,             // log2(AXI_BYTES)
  parameter int BEAT_BITS  = LEN_BITS - 2   // beats of a run
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  // The instruction; start_i only when ready_o.
  input  logic                  start_i,
  output logic                  ready_o,
  input  logic                  window_i,   // cut runs to [0, row_len)
  input  logic [63:0]           base_i,
  input  logic [31:0]           size_i,
  input  logic [31:0]           offset_i, stride_y_i, stride_x_i, pos0_i, row_len_i,
  input  logic [LEN_BITS-1:0]   len_i,
  input  logic [15:0]           ny_i, nx_i,
  input  logic [LOCAL_BITS-1:0] local_i, step_y_i, step_x_i,
  output logic                  fence_o,
  // Bursts.
  output logic                  burst_valid_o,
  input  logic                  burst_ready_i,
  output logic [63:0]           burst_addr_o,
  output logic [7:0]            burst_len_o,   // beats less one
  // Runs: bytes [first, end) come from memory, the first of them from byte `lane` of the run's first beat.
  output logic                  run_valid_o,
  input  logic                  run_ready_i,
  output logic [LOCAL_BITS-1:0] run_local_o,
  output logic [LANE_BITS-1:0]  run_lane_o,
  output logic [LEN_BITS-1:0]   run_first_o, run_end_o,
  output logic [BEAT_BITS-1:0]  run_beats_o,
  output logic                  run_last_o     // of the instruction
);
  // The instruction, held.
  logic                window_q;
  logic [63:0]         base_q;
  logic [31:0]         size_q, stride_y_q, stride_x_q, row_len_q;
  logic [LEN_BITS-1:0] len_q;
  logic [15:0]         ny_q, nx_q;
  logic [LOCAL_BITS-1:0] step_y_q, step_x_q;

  // Stage 0 walks, 1 to 4 compute, 5 waits for its bursts to be taken.
  logic       walk_q, fresh_q;
  logic [5:1] valid_q;
  logic [4:1] last_q;
  logic [5:0] go /*verilator split_var*/;  // stage may move on
  logic       x_last, y_last, step;
  logic [31:0] pos, row;
  logic [LOCAL_BITS-1:0] local_now;
  logic [LOCAL_BITS-1:0] local1_q, local2_q, local3_q, local4_q;
  logic fence;

  assign ready_o = !walk_q && !fresh_q && valid_q[4:1] == '0;  // no run needs the last instruction
  assign step    = walk_q && go[0];

  for (genvar s = 0; s < 5; s++) begin : gen_go
    assign go[s] = !valid_q[s+1] || go[s+1];
  end

  loop_counter #(.WIDTH(16)) u_x (
    .clk_i(clk_i), .load_i(fresh_q), .step_i(step), .count_i(nx_q), .last_o(x_last));
  loop_counter #(.WIDTH(16)) u_y (
    .clk_i(clk_i), .load_i(fresh_q), .step_i(step && x_last), .count_i(ny_q), .last_o(y_last));
  stride_chain #(.LEVELS(2), .WIDTH(32)) u_pos (
    .clk_i(clk_i), .load_i(start_i), .base_i(pos0_i), .adv_i({step && x_last, step}),
    .step_i({32'd0, stride_x_q}), .value_o(pos));
  stride_chain #(.LEVELS(1), .WIDTH(32)) u_row (
    .clk_i(clk_i), .load_i(start_i), .base_i(offset_i), .adv_i(step && x_last),
    .step_i(stride_y_q), .value_o(row));
  stride_chain #(.LEVELS(2), .WIDTH(LOCAL_BITS)) u_local (
    .clk_i(clk_i), .load_i(start_i), .base_i(local_i), .adv_i({step && x_last, step}),
    .step_i({step_y_q, step_x_q}), .value_o(local_now));

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      window_q   <= window_i;
      base_q     <= base_i;
      size_q     <= size_i;
      stride_y_q <= stride_y_i;
      stride_x_q <= stride_x_i;
      row_len_q  <= row_len_i;
      len_q      <= len_i;
      ny_q       <= ny_i;
      nx_q       <= nx_i;
      step_y_q   <= step_y_i;
      step_x_q   <= step_x_i;
    end
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
      if (go[0]) valid_q[1] <= walk_q;
      if (go[1]) valid_q[2] <= valid_q[1];
      if (go[2]) valid_q[3] <= valid_q[2];
      if (go[3]) valid_q[4] <= valid_q[3];
      if (go[4]) valid_q[5] <= valid_q[4] && !fence;
    end
  end

  // 1: what lies before the row, what of the row lies ahead.
  logic [31:0] pos1_q, row1_q;
  // 2
  logic               negative2_q;
  logic [31:0]        before2_q, start2_q;
  logic signed [33:0] ahead2_q;
  // 3
  logic [31:0]         start3_q;
  logic [LEN_BITS-1:0] first3_q, end3_q;
  // 4
  logic [31:0]         start4_q;
  logic [LEN_BITS-1:0] first4_q, end4_q, count4_q;
  // 5
  localparam int RunBits = LOCAL_BITS + LANE_BITS + 2*LEN_BITS + BEAT_BITS + 1;
  logic [63:0]           addr5_q;
  logic [LOCAL_BITS-1:0] local5_q;
  logic [LANE_BITS-1:0]  lane5_q;
  logic [LEN_BITS-1:0]   first5_q, end5_q;
  logic [BEAT_BITS-1:0]  beats5_q;
  logic                  last5_q, waiting_q;
  logic [RunBits-1:0]    run_now, waiting_run_q;

  logic                fence_q, split_ready;
  logic [32:0]         stop4;
  logic [63:0]         addr4;
  logic [LEN_BITS:0]   span4;

  assign stop4 = {1'b0, start4_q} + 33'(count4_q);
  assign fence = fence_q || (valid_q[4] && count4_q != '0 && stop4 > {1'b0, size_q});
  assign addr4 = base_q + 64'(start4_q);
  assign span4 = {1'b0, count4_q} + (LEN_BITS+1)'(addr4[LANE_BITS-1:0]) + (LEN_BITS+1)'(AXI_BYTES - 1);
  assign fence_o = fence_q;

  // Stage 5 hands the run to the data side and its bursts to the splitter in one cycle.
  // A run that its taker is not ready for waits in a register, so that nothing here hangs on run_ready_i.
  assign go[5]       = !waiting_q && split_ready;
  assign run_valid_o = waiting_q || (valid_q[5] && split_ready);
  assign run_now     = {local5_q, lane5_q, first5_q, end5_q, beats5_q, last5_q};
  assign {run_local_o, run_lane_o, run_first_o, run_end_o, run_beats_o, run_last_o} =
    waiting_q ? waiting_run_q : run_now;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) waiting_q <= 1'b0;
    else waiting_q <= run_valid_o && !run_ready_i;
  end
  always_ff @(posedge clk_i) begin
    if (!waiting_q) waiting_run_q <= run_now;
  end

  burst_split #(.AXI_BYTES(AXI_BYTES), .MAX_BEATS(MAX_BEATS), .BEAT_BITS(BEAT_BITS)) u_split (
    .clk_i         (clk_i),
    .rst_ni        (rst_ni),
    .valid_i       (valid_q[5] && !waiting_q && beats5_q != '0),
    .ready_o       (split_ready),
    .addr_i        (addr5_q),
    .beats_i       (beats5_q),
    .burst_valid_o (burst_valid_o),
    .burst_ready_i (burst_ready_i),
    .burst_addr_o  (burst_addr_o),
    .burst_len_o   (burst_len_o)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) fence_q <= 1'b0;
    else fence_q <= fence;
  end

  always_ff @(posedge clk_i) begin
    if (go[0] && walk_q) begin
      pos1_q    <= pos;
      row1_q    <= row;
      local1_q  <= local_now;
      last_q[1] <= x_last && y_last;
    end
    if (go[1] && valid_q[1]) begin
      negative2_q <= window_q && pos1_q[31];
      before2_q   <= -pos1_q;
      ahead2_q    <= $signed({2'b0, row_len_q}) - $signed({{2{pos1_q[31]}}, pos1_q});
      start2_q    <= row1_q + pos1_q;
      local2_q    <= local1_q;
      last_q[2]   <= last_q[1];
    end
    if (go[2] && valid_q[2]) begin
      first3_q <= !negative2_q ? '0 : before2_q < 32'(len_q) ? before2_q[LEN_BITS-1:0] : len_q;
      end3_q   <= !window_q ? len_q
                : ahead2_q <= 34'sd0 ? '0
                : ahead2_q < $signed(34'(len_q)) ? ahead2_q[LEN_BITS-1:0] : len_q;
      start3_q <= start2_q;
      local3_q <= local2_q;
      last_q[3] <= last_q[2];
    end
    if (go[3] && valid_q[3]) begin
      count4_q <= end3_q > first3_q ? end3_q - first3_q : '0;
      start4_q <= start3_q + 32'(first3_q);
      first4_q <= first3_q;
      end4_q   <= end3_q;
      local4_q <= local3_q;
      last_q[4] <= last_q[3];
    end
    if (go[4] && valid_q[4]) begin
      addr5_q  <= {addr4[63:LANE_BITS], LANE_BITS'(0)};
      lane5_q  <= addr4[LANE_BITS-1:0];
      beats5_q <= count4_q == '0 ? '0 : BEAT_BITS'(span4 >> LANE_BITS);
      first5_q <= first4_q;
      end5_q   <= end4_q;
      local5_q <= local4_q;
      last5_q  <= last_q[4];
    end
  end
endmodule
