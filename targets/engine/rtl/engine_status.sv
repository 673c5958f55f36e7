// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a host may want to know: performance counters, each unit's last instruction, the oldest unfinished one.
module engine_status #(
  parameter int AXI_BYTES = 8,
  parameter int TECH      = 0  // as of mul
) (
  input  logic                               clk_i,
  input  logic                               rst_ni,
  input  logic                               begin_i,
  input  logic                               running_i,
  // By unit.
  input  logic [2:0]                         valid_i,
  input  logic [2:0]                         taken_i,  // an instruction began a cycle ago
  input  logic [2:0]                         busy_i,
  input  logic [2:0]                         tokens_ok_i,
  input  logic [2:0]                         queue_empty_i,
  input  logic [3*engine_pkg::IndexBits-1:0] queue_index_i,
  input  logic                               ended_i,
  input  logic [engine_pkg::IndexBits-1:0]   fetch_index_i,
  input  logic [engine_pkg::IndexBits-1:0]   load_index_i, compute_index_i, store_index_i,
  input  logic                               load_wait_memory_i, load_wait_port_i,
  input  logic                               store_wait_memory_i, store_wait_port_i,
  input  logic                               compute_wait_port_i, compute_wait_requant_i,
  input  logic                               step_i,
  input  logic                               read_beat_i, write_beat_i,
  input  logic [AXI_BYTES-1:0]               write_strb_i,
  // As of engine_counters.
  input  logic                               counter_read_i,
  input  logic [5:0]                         counter_i,
  output logic                               counter_valid_o,
  output logic [31:0]                        counter_value_o,
  output logic [95:0]                        last_o,
  output logic [engine_pkg::IndexBits-1:0]   oldest_o
);

  logic [engine_pkg::NumCounters*4-1:0] add, add_q;
  logic [3:0]               written;
  logic [AXI_BYTES-1:0]     strobes_q;
  logic [2:0]               waits_token;

  assign waits_token = valid_i & ~tokens_ok_i & {~busy_i[2:1], 1'b1};
  always_comb begin
    written = '0;
    for (int b = 0; b < AXI_BYTES; b++) written = written + 4'(strobes_q[b]);
  end
  // A response comes later than its bytes: none are missed.
  always_ff @(posedge clk_i) strobes_q <= write_beat_i ? write_strb_i : '0;
  always_comb begin
    add = '0;
    if (running_i) begin
      add[4*engine_pkg::CntCycles +: 4]       = 4'd1;
      add[4*engine_pkg::CntLoadBusy +: 4]     = 4'(busy_i[0]);
      add[4*engine_pkg::CntLoadToken +: 4]    = 4'(waits_token[0]);
      add[4*engine_pkg::CntLoadMemory +: 4]   = 4'(load_wait_memory_i);
      add[4*engine_pkg::CntLoadPort +: 4]     = 4'(load_wait_port_i);
      add[4*engine_pkg::CntComputeBusy +: 4]  = 4'(busy_i[1]);
      add[4*engine_pkg::CntComputeToken +: 4] = 4'(waits_token[1]);
      add[4*engine_pkg::CntComputePort +: 4]  = 4'(compute_wait_port_i);
      add[4*engine_pkg::CntComputeRequant +: 4] = 4'(compute_wait_requant_i);
      add[4*engine_pkg::CntStoreBusy +: 4]    = 4'(busy_i[2]);
      add[4*engine_pkg::CntStoreToken +: 4]   = 4'(waits_token[2]);
      add[4*engine_pkg::CntStoreMemory +: 4]  = 4'(store_wait_memory_i);
      add[4*engine_pkg::CntStorePort +: 4]    = 4'(store_wait_port_i);
      add[4*engine_pkg::CntFetchStall +: 4]   = 4'(!ended_i && (queue_empty_i & ~busy_i) != 3'd0);
      add[4*engine_pkg::CntMacCycles +: 4]    = 4'(step_i);
      add[4*engine_pkg::CntBytesRead +: 4]    = read_beat_i ? 4'(AXI_BYTES) : 4'd0;
      add[4*engine_pkg::CntBytesWritten +: 4] = written;
      add[4*engine_pkg::CntInstructions +: 4] = 4'(taken_i[0]) + 4'(taken_i[1]) + 4'(taken_i[2]);
    end
  end
  always_ff @(posedge clk_i) add_q <= add;
  engine_counters #(.TECH(TECH)) u_counters (
    .clk_i(clk_i), .rst_ni(rst_ni), .clear_i(begin_i), .add_i(add_q), .read_i(counter_read_i),
    .index_i(counter_i), .valid_o(counter_valid_o), .value_o(counter_value_o));

  // Last instruction begun, and the oldest not ended: at work or, if none is, at the head of the queue. The
  // latter is known four cycles late, which does not matter to who asks why the engine stands still.
  localparam int I = engine_pkg::IndexBits;
  logic [3*I-1:0] at_work, candidate_q;
  logic [2:0]     live_q;
  logic [I-1:0]   load_q, compute_q, front, front_q, store_q, back_q;
  logic           load_first_q, front_first_q;
  assign front   = load_first_q ? load_q : compute_q;
  assign at_work = {store_index_i, compute_index_i, load_index_i};
  for (genvar u = 0; u < 3; u++) begin : gen_last
    logic [31:0] last_q;
    assign last_o[u*32 +: 32] = last_q;
    always_ff @(posedge clk_i) begin
      if (begin_i) last_q <= '1;
      else if (taken_i[u]) last_q <= 32'(queue_index_i[u*I +: I]);
    end
    always_ff @(posedge clk_i) begin
      live_q[u]             <= busy_i[u] || valid_i[u];
      candidate_q[u*I +: I] <= busy_i[u] ? at_work[u*I +: I] : queue_index_i[u*I +: I];
    end
  end
  always_ff @(posedge clk_i) begin
    load_first_q  <= live_q[0] && (!live_q[1] || candidate_q[0 +: I] < candidate_q[I +: I]);
    load_q        <= candidate_q[0 +: I];
    compute_q     <= live_q[1] ? candidate_q[I +: I] : fetch_index_i;
    store_q       <= live_q[2] ? candidate_q[2*I +: I] : fetch_index_i;
    front_q       <= front;
    back_q        <= store_q;
    front_first_q <= front < store_q;
    oldest_o      <= front_first_q ? front_q : back_q;
  end
endmodule
