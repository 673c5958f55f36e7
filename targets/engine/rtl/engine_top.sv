// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The tensor engine: an AXI4 master for memory, an AXI4-Lite slave for control. docs/spec/engine-isa.md says
// what it does.
module engine_top #(
  parameter int PC        = 8,
  parameter int PK        = 8,
  parameter int ACT_BYTES = 131072,
  parameter int ACT_BANKS = 8,
  parameter int WGT_WORDS = 1024,
  parameter int PRM_WORDS = 256,
  parameter int AXI_BYTES = 8,
  parameter int RQ_CYCLES = 1,
  parameter int INT4      = 0,
  parameter int INT16     = 0,
  parameter int ADDR_BITS = 64,  // of the bus: 64 or 32
  parameter int TECH      = 0
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  output logic                   interrupt_o,
  // Control, AXI4-Lite.
  input  logic                   s_axi_awvalid_i,
  output logic                   s_axi_awready_o,
  input  logic [11:0]            s_axi_awaddr_i,
  input  logic                   s_axi_wvalid_i,
  output logic                   s_axi_wready_o,
  input  logic [31:0]            s_axi_wdata_i,
  input  logic [3:0]             s_axi_wstrb_i,
  output logic                   s_axi_bvalid_o,
  input  logic                   s_axi_bready_i,
  output logic [1:0]             s_axi_bresp_o,
  input  logic                   s_axi_arvalid_i,
  output logic                   s_axi_arready_o,
  input  logic [11:0]            s_axi_araddr_i,
  output logic                   s_axi_rvalid_o,
  input  logic                   s_axi_rready_i,
  output logic [31:0]            s_axi_rdata_o,
  output logic [1:0]             s_axi_rresp_o,
  // Memory, AXI4.
  output logic                   m_axi_awvalid_o,
  input  logic                   m_axi_awready_i,
  output logic [ADDR_BITS-1:0]   m_axi_awaddr_o,
  output logic [7:0]             m_axi_awlen_o,
  output logic [2:0]             m_axi_awsize_o,
  output logic [1:0]             m_axi_awburst_o,
  output logic                   m_axi_wvalid_o,
  input  logic                   m_axi_wready_i,
  output logic [AXI_BYTES*8-1:0] m_axi_wdata_o,
  output logic [AXI_BYTES-1:0]   m_axi_wstrb_o,
  output logic                   m_axi_wlast_o,
  input  logic                   m_axi_bvalid_i,
  output logic                   m_axi_bready_o,
  input  logic [1:0]             m_axi_bresp_i,
  output logic                   m_axi_arvalid_o,
  input  logic                   m_axi_arready_i,
  output logic [ADDR_BITS-1:0]   m_axi_araddr_o,
  output logic [7:0]             m_axi_arlen_o,
  output logic [2:0]             m_axi_arsize_o,
  output logic [1:0]             m_axi_arburst_o,
  input  logic                   m_axi_rvalid_i,
  output logic                   m_axi_rready_o,
  input  logic [AXI_BYTES*8-1:0] m_axi_rdata_i,
  input  logic [1:0]             m_axi_rresp_i,
  input  logic                   m_axi_rlast_i
);
  localparam int WordBits  = $clog2(ACT_BYTES / PC);
  localparam int ChunkBits = $clog2(ACT_BYTES / PK);
  localparam int WgtBits   = $clog2(WGT_WORDS);
  localparam int PrmBits   = $clog2(PRM_WORDS);
  localparam int LocalBits = 16;
  localparam int TableBits = $clog2(engine_pkg::LutTables);
  localparam int PartBits  = $clog2(256 / AXI_BYTES);
  localparam int InstrBits = engine_pkg::InstrBits;
  localparam int IndexBits = engine_pkg::IndexBits;
  // Of "PC=8 PK=8 …", one parameter at a time; those that not every engine has only where they change something.
  localparam logic [63:0] HashPc  = engine_pkg::hash_number(engine_pkg::hash_text(engine_pkg::HashStart, "PC="), PC);
  localparam logic [63:0] HashPk  = engine_pkg::hash_number(engine_pkg::hash_text(HashPc, " PK="), PK);
  localparam logic [63:0] HashAct = engine_pkg::hash_number(engine_pkg::hash_text(HashPk, " ACT_BYTES="), ACT_BYTES);
  localparam logic [63:0] HashBnk = engine_pkg::hash_number(engine_pkg::hash_text(HashAct, " ACT_BANKS="), ACT_BANKS);
  localparam logic [63:0] HashWgt = engine_pkg::hash_number(engine_pkg::hash_text(HashBnk, " WGT_WORDS="), WGT_WORDS);
  localparam logic [63:0] HashPrm = engine_pkg::hash_number(engine_pkg::hash_text(HashWgt, " PRM_WORDS="), PRM_WORDS);
  localparam logic [63:0] HashAxi = engine_pkg::hash_number(engine_pkg::hash_text(HashPrm, " AXI_BYTES="), AXI_BYTES);
  localparam logic [63:0] HashRq  = RQ_CYCLES == 1 ? HashAxi
                                  : engine_pkg::hash_number(engine_pkg::hash_text(HashAxi, " RQ_CYCLES="), RQ_CYCLES);
  localparam logic [63:0] HashI4  = INT4 == 0 ? HashRq
                                  : engine_pkg::hash_number(engine_pkg::hash_text(HashRq, " INT4="), INT4);
  localparam logic [63:0] HashI16 = INT16 == 0 ? HashI4
                                  : engine_pkg::hash_number(engine_pkg::hash_text(HashI4, " INT16="), INT16);
  localparam logic [63:0] Hash    = engine_pkg::hash_text(HashI16, " ISA=1");

  // In step with the clock's other registers, and a one where flip-flops want one: no inverter on the way.
  logic rst_q = 1'b1;
  logic rst_n;
  assign rst_n = !rst_q;
  always_ff @(posedge clk_i) rst_q <= !rst_ni;

  // Control.
  logic         start, abort, running, begin_run, halt, done, watchdog_out;
  logic [3:0]   units_rst_n;  // of fetch and the queues, LOAD, COMPUTE, STORE
  logic [63:0]  base_size;
  logic [ADDR_BITS-1:0] program_addr;
  logic [31:0]  program_size, watchdog, error_index, tokens, bus;
  logic [2*ADDR_BITS-1:0] base;
  logic [2:0]   error;
  logic [95:0]  last;
  logic         counter_read, counter_valid;
  logic [5:0]   counter;
  logic [31:0]  counter_value;
  logic         finished, progress, bus_idle;
  logic [5:0]   fault;
  logic [6*IndexBits-1:0] fault_index;

  // Units, in the order LOAD, COMPUTE, STORE.
  logic [2:0]             push, full, queue_empty, valid, take, taken_q, tokens_ok, give, busy, overflow, idle;
  logic                   push_last, ended, illegal;
  logic [AXI_BYTES*8-1:0] push_data;
  logic [3*InstrBits-1:0] instr /*verilator split_var*/;
  logic [3*IndexBits-1:0] queue_index /*verilator split_var*/;
  logic [IndexBits-1:0]   fetch_index, load_request_index, load_beat_index, load_oldest_index, compute_index, store_index;
  logic [8:0]             signals;
  logic                   load_fence, store_fence;
  logic [IndexBits-1:0]   oldest;
  logic                   load_wait_memory, load_wait_port, store_wait_memory, store_wait_port;
  logic                   load_moved, store_moved, compute_step, compute_wait_port, compute_wait_requant;

  // The bus.
  logic                   fetch_valid, fetch_ready, fetch_beat, load_valid, load_ready, load_beat, load_beat_ready;
  logic                   store_valid, store_ready, store_beat, store_beat_ready;
  logic [ADDR_BITS-1:0]   fetch_addr, load_addr, store_addr;
  logic [7:0]             fetch_len, load_len, store_len, read_count, write_count;
  logic [AXI_BYTES*8-1:0] read_data, store_data;
  logic [AXI_BYTES-1:0]   store_strb;
  logic                   read_error, load_error, write_error, read_idle, write_idle, read_moved, write_moved;

  // Scratchpads.
  logic                   cr_en, cw_en, lw_valid, lw_ready, sr_valid, sr_ready, wgt_re, prm_re, wgt_we, prm_we, lut_we;
  logic [WordBits-1:0]    cr_addr, lw_addr, sr_addr;
  logic [ChunkBits-1:0]   cw_addr;
  logic [PC*8-1:0]        cr_data, sr_data, lw_data;
  logic [PK*8-1:0]        cw_data;
  logic [WgtBits-1:0]     wgt_raddr;
  logic [PrmBits-1:0]     prm_raddr;
  logic [LocalBits-1:0]   fill_word;
  logic [7:0]             fill_slice;
  logic [AXI_BYTES*8-1:0] fill_data;
  logic [PK*PC*8-1:0]     wgt_rdata;
  logic [PK*64-1:0]       prm_rdata;

  assign s_axi_bresp_o   = 2'b00;
  assign s_axi_rresp_o   = 2'b00;
  assign m_axi_awsize_o  = 3'($clog2(AXI_BYTES));
  assign m_axi_arsize_o  = 3'($clog2(AXI_BYTES));
  assign m_axi_awburst_o = 2'b01;
  assign m_axi_arburst_o = 2'b01;

  engine_regs #(
    .PC(PC), .PK(PK), .ACT_BYTES(ACT_BYTES), .ACT_BANKS(ACT_BANKS), .WGT_WORDS(WGT_WORDS),
    .PRM_WORDS(PRM_WORDS), .AXI_BYTES(AXI_BYTES), .RQ_CYCLES(RQ_CYCLES), .INT4(INT4), .INT16(INT16), .ADDR_BITS(ADDR_BITS),
    .CONFIG_HASH(Hash)
  ) u_regs (
    .clk_i(clk_i), .rst_ni(rst_n),
    .awvalid_i(s_axi_awvalid_i), .awready_o(s_axi_awready_o), .awaddr_i(s_axi_awaddr_i),
    .wvalid_i(s_axi_wvalid_i), .wready_o(s_axi_wready_o), .wdata_i(s_axi_wdata_i), .wstrb_i(s_axi_wstrb_i),
    .bvalid_o(s_axi_bvalid_o), .bready_i(s_axi_bready_i),
    .arvalid_i(s_axi_arvalid_i), .arready_o(s_axi_arready_o), .araddr_i(s_axi_araddr_i),
    .rvalid_o(s_axi_rvalid_o), .rready_i(s_axi_rready_i), .rdata_o(s_axi_rdata_o),
    .interrupt_o(interrupt_o), .start_o(start), .abort_o(abort),
    .program_o(program_addr), .program_size_o(program_size), .base_o(base), .base_size_o(base_size),
    .watchdog_o(watchdog), .running_i(running), .begin_i(begin_run), .done_i(done),
    .error_i(error), .error_index_i(error_index), .last_i(last), .tokens_i(tokens), .bus_i(bus),
    .counter_read_o(counter_read), .counter_o(counter), .counter_valid_i(counter_valid), .counter_value_i(counter_value)
  );

  engine_control u_control (
    .clk_i(clk_i), .rst_ni(rst_n), .start_i(start), .abort_i(abort), .watchdog_i(watchdog),
    .finished_i(finished), .progress_i(progress), .bus_idle_i(bus_idle),
    .fault_i(fault), .fault_index_i(fault_index),
    .running_o(running), .begin_o(begin_run), .units_rst_no(units_rst_n), .halt_o(halt), .done_o(done),
    .watchdog_o(watchdog_out), .error_o(error), .error_index_o(error_index)
  );

  fetch #(.AXI_BYTES(AXI_BYTES), .ADDR_BITS(ADDR_BITS), .WIDE_WORD(PC != PK), .INT4(INT4), .INT16(INT16)) u_fetch (
    .clk_i(clk_i), .rst_ni(units_rst_n[0]), .program_i(program_addr), .size_i(program_size),
    .burst_valid_o(fetch_valid), .burst_ready_i(fetch_ready), .burst_addr_o(fetch_addr), .burst_len_o(fetch_len),
    .beat_valid_i(fetch_beat), .beat_data_i(read_data),
    .push_o(push), .push_last_o(push_last), .full_i(full), .data_o(push_data), .index_o(fetch_index),
    .ended_o(ended), .illegal_o(illegal)
  );

  for (genvar u = 0; u < 3; u++) begin : gen_queue
    unit_queue #(.AXI_BYTES(AXI_BYTES), .TECH(TECH)) u_queue (
      .clk_i(clk_i), .rst_ni(units_rst_n[0]), .push_i(push[u]), .push_last_i(push_last), .data_i(push_data),
      .index_i(fetch_index), .full_o(full[u]), .empty_o(queue_empty[u]), .valid_o(valid[u]), .take_i(take[u]),
      .instr_o(instr[u*InstrBits +: InstrBits]), .index_o(queue_index[u*IndexBits +: IndexBits])
    );
  end

  // For all but the units themselves, whose queues show the instruction longer than that.
  always_ff @(posedge clk_i) taken_q <= take;

  token_counters u_tokens (
    .clk_i(clk_i), .clear_i(begin_run),
    .wait_load_i(instr[engine_pkg::FieldWait +: 3]),
    .wait_compute_i(instr[InstrBits + engine_pkg::FieldWait +: 3]),
    .wait_store_i(instr[2*InstrBits + engine_pkg::FieldWait +: 3]), .taken_i(taken_q),
    .signal_load_i(signals[2:0]), .signal_compute_i(signals[5:3]), .signal_store_i(signals[8:6]), .give_i(give),
    .ok_o(tokens_ok), .overflow_load_o(overflow[0]), .overflow_compute_o(overflow[1]),
    .overflow_store_o(overflow[2]), .tokens_o(tokens)
  );

  load_unit #(
    .PC(PC), .PK(PK), .ACT_BYTES(ACT_BYTES), .AXI_BYTES(AXI_BYTES), .ADDR_BITS(ADDR_BITS), .LOCAL_BITS(LocalBits)
  ) u_load (
    .clk_i(clk_i), .rst_ni(units_rst_n[1]), .base_i(base), .size_i(base_size),
    .valid_i(valid[0]), .take_o(take[0]), .instr_i(instr[0 +: InstrBits]),
    .index_i(queue_index[0 +: IndexBits]), .tokens_ok_i(tokens_ok[0]), .give_o(give[0]), .signal_o(signals[2:0]),
    .burst_valid_o(load_valid), .burst_ready_i(load_ready), .burst_addr_o(load_addr), .burst_len_o(load_len),
    .beat_valid_i(load_beat), .beat_ready_o(load_beat_ready), .beat_data_i(read_data),
    .beat_error_i(read_error),
    .act_valid_o(lw_valid), .act_ready_i(lw_ready), .act_addr_o(lw_addr), .act_data_o(lw_data),
    .wgt_we_o(wgt_we), .prm_we_o(prm_we), .lut_we_o(lut_we), .word_o(fill_word), .slice_o(fill_slice), .slice_data_o(fill_data),
    .busy_o(busy[0]), .fence_o(load_fence), .request_index_o(load_request_index), .beat_index_o(load_beat_index),
    .oldest_index_o(load_oldest_index), .bus_error_o(load_error),
    .wait_memory_o(load_wait_memory), .wait_port_o(load_wait_port), .moved_o(load_moved)
  );

  compute_unit #(
    .PC(PC), .PK(PK), .ACT_BYTES(ACT_BYTES), .WGT_WORDS(WGT_WORDS), .PRM_WORDS(PRM_WORDS), .AXI_BYTES(AXI_BYTES),
    .RQ_CYCLES(RQ_CYCLES), .INT4(INT4), .INT16(INT16), .TECH(TECH)
  ) u_compute (
    .clk_i(clk_i), .rst_ni(units_rst_n[2]),
    .valid_i(valid[1]), .take_o(take[1]), .instr_i(instr[InstrBits +: InstrBits]),
    .index_i(queue_index[IndexBits +: IndexBits]), .tokens_ok_i(tokens_ok[1]), .give_o(give[1]),
    .signal_o(signals[5:3]),
    .act_re_o(cr_en), .act_raddr_o(cr_addr), .act_rdata_i(cr_data),
    .act_we_o(cw_en), .act_waddr_o(cw_addr), .act_wdata_o(cw_data),
    .wgt_re_o(wgt_re), .wgt_raddr_o(wgt_raddr), .wgt_rdata_i(wgt_rdata),
    .prm_re_o(prm_re), .prm_raddr_o(prm_raddr), .prm_rdata_i(prm_rdata),
    .lut_we_i(lut_we), .lut_waddr_i({fill_word[TableBits-1:0], fill_slice[PartBits-1:0]}), .lut_wdata_i(fill_data),
    .busy_o(busy[1]), .index_o(compute_index), .step_o(compute_step),
    .wait_port_o(compute_wait_port), .wait_requant_o(compute_wait_requant)
  );

  store_unit #(
    .PC(PC), .PK(PK), .ACT_BYTES(ACT_BYTES), .AXI_BYTES(AXI_BYTES), .ADDR_BITS(ADDR_BITS), .LOCAL_BITS(LocalBits)
  ) u_store (
    .clk_i(clk_i), .rst_ni(units_rst_n[3]), .base_i(base), .size_i(base_size),
    .valid_i(valid[2]), .take_o(take[2]), .instr_i(instr[2*InstrBits +: InstrBits]),
    .index_i(queue_index[2*IndexBits +: IndexBits]), .tokens_ok_i(tokens_ok[2]), .give_o(give[2]),
    .signal_o(signals[8:6]),
    .act_valid_o(sr_valid), .act_ready_i(sr_ready), .act_addr_o(sr_addr), .act_data_i(sr_data),
    .burst_valid_o(store_valid), .burst_ready_i(store_ready), .burst_addr_o(store_addr), .burst_len_o(store_len),
    .beat_valid_o(store_beat), .beat_ready_i(store_beat_ready), .beat_data_o(store_data), .beat_strb_o(store_strb),
    .bus_idle_i(write_idle),
    .busy_o(busy[2]), .fence_o(store_fence), .index_o(store_index),
    .wait_memory_o(store_wait_memory), .wait_port_o(store_wait_port), .moved_o(store_moved)
  );

  act_memory #(.PC(PC), .PK(PK), .BYTES(ACT_BYTES), .BANKS(ACT_BANKS), .TECH(TECH)) u_act (
    .clk_i(clk_i),
    .compute_re_i(cr_en), .compute_raddr_i(cr_addr), .compute_rdata_o(cr_data),
    .store_valid_i(sr_valid), .store_ready_o(sr_ready), .store_raddr_i(sr_addr), .store_rdata_o(sr_data),
    .compute_we_i(cw_en), .compute_waddr_i(cw_addr), .compute_wdata_i(cw_data),
    .load_valid_i(lw_valid), .load_ready_o(lw_ready), .load_waddr_i(lw_addr), .load_wdata_i(lw_data)
  );

  sliced_ram #(.SLICES(PK*PC/AXI_BYTES), .SLICE_BITS(AXI_BYTES*8), .DEPTH(WGT_WORDS), .TECH(TECH)) u_wgt (
    .clk_i(clk_i), .we_i(wgt_we), .waddr_i(fill_word[WgtBits-1:0]), .wslice_i(fill_slice), .wdata_i(fill_data),
    .re_i(wgt_re), .raddr_i(wgt_raddr), .rdata_o(wgt_rdata)
  );

  sliced_ram #(.SLICES(PK*8/AXI_BYTES), .SLICE_BITS(AXI_BYTES*8), .DEPTH(PRM_WORDS), .TECH(TECH)) u_prm (
    .clk_i(clk_i), .we_i(prm_we), .waddr_i(fill_word[PrmBits-1:0]), .wslice_i(fill_slice), .wdata_i(fill_data),
    .re_i(prm_re), .raddr_i(prm_raddr), .rdata_o(prm_rdata)
  );

  axi_read #(.AXI_BYTES(AXI_BYTES), .ADDR_BITS(ADDR_BITS)) u_read (
    .clk_i(clk_i), .rst_ni(rst_n), .halt_i(halt),
    .fetch_valid_i(fetch_valid), .fetch_ready_o(fetch_ready), .fetch_addr_i(fetch_addr), .fetch_len_i(fetch_len),
    .fetch_beat_o(fetch_beat),
    .load_valid_i(load_valid), .load_ready_o(load_ready), .load_addr_i(load_addr), .load_len_i(load_len),
    .load_beat_o(load_beat), .load_beat_ready_i(load_beat_ready), .data_o(read_data),
    .error_o(read_error), .idle_o(read_idle), .outstanding_o(read_count),
    .moved_o(read_moved),
    .arvalid_o(m_axi_arvalid_o), .arready_i(m_axi_arready_i), .araddr_o(m_axi_araddr_o), .arlen_o(m_axi_arlen_o),
    .rvalid_i(m_axi_rvalid_i), .rready_o(m_axi_rready_o), .rdata_i(m_axi_rdata_i), .rresp_i(m_axi_rresp_i),
    .rlast_i(m_axi_rlast_i)
  );

  axi_write #(.AXI_BYTES(AXI_BYTES), .ADDR_BITS(ADDR_BITS)) u_write (
    .clk_i(clk_i), .rst_ni(rst_n), .halt_i(halt),
    .burst_valid_i(store_valid), .burst_ready_o(store_ready), .burst_addr_i(store_addr), .burst_len_i(store_len),
    .beat_valid_i(store_beat), .beat_ready_o(store_beat_ready), .beat_data_i(store_data), .beat_strb_i(store_strb),
    .error_o(write_error), .idle_o(write_idle), .outstanding_o(write_count), .moved_o(write_moved),
    .awvalid_o(m_axi_awvalid_o), .awready_i(m_axi_awready_i), .awaddr_o(m_axi_awaddr_o), .awlen_o(m_axi_awlen_o),
    .wvalid_o(m_axi_wvalid_o), .wready_i(m_axi_wready_i), .wdata_o(m_axi_wdata_o), .wstrb_o(m_axi_wstrb_o),
    .wlast_o(m_axi_wlast_o),
    .bvalid_i(m_axi_bvalid_i), .bready_o(m_axi_bready_o), .bresp_i(m_axi_bresp_i)
  );

  engine_status #(.AXI_BYTES(AXI_BYTES), .TECH(TECH)) u_status (
    .clk_i(clk_i), .rst_ni(rst_n), .begin_i(begin_run), .running_i(running),
    .valid_i(valid), .taken_i(taken_q), .busy_i(busy), .tokens_ok_i(tokens_ok), .queue_empty_i(queue_empty),
    .queue_index_i(queue_index), .ended_i(ended), .fetch_index_i(fetch_index),
    .load_index_i(load_oldest_index), .compute_index_i(compute_index), .store_index_i(store_index),
    .load_wait_memory_i(load_wait_memory), .load_wait_port_i(load_wait_port),
    .store_wait_memory_i(store_wait_memory), .store_wait_port_i(store_wait_port), .step_i(compute_step),
    .compute_wait_port_i(compute_wait_port), .compute_wait_requant_i(compute_wait_requant),
    .read_beat_i(read_moved), .write_beat_i(m_axi_wvalid_o && m_axi_wready_i), .write_strb_i(m_axi_wstrb_o),
    .counter_read_i(counter_read), .counter_i(counter), .counter_valid_o(counter_valid), .counter_value_o(counter_value),
    .last_o(last), .oldest_o(oldest)
  );

  assign idle     = queue_empty & ~busy;
  assign bus_idle = read_idle && write_idle;
  assign finished = ended && (&idle) && bus_idle;
  // Told by each where it happens, gathered a cycle later.
  logic [11:0] moves_q;
  assign progress = moves_q != '0;
  always_ff @(posedge clk_i) begin
    moves_q <= {read_moved, write_moved, load_moved, store_moved, compute_step, compute_wait_port, cw_en, |taken_q, |give,
                |push, m_axi_arvalid_o && m_axi_arready_i, m_axi_awvalid_o && m_axi_awready_i};
  end
  assign bus      = {11'd0,
                     !write_idle && !m_axi_bvalid_i, m_axi_wvalid_o && !m_axi_wready_i,
                     m_axi_awvalid_o && !m_axi_awready_i, !read_idle && !m_axi_rvalid_i,
                     m_axi_arvalid_o && !m_axi_arready_i, write_count, read_count};

  // Whose end overflowed: a cycle ago.
  logic [3*IndexBits-1:0] ended_q;
  always_ff @(posedge clk_i) ended_q <= {store_index, compute_index, load_oldest_index};

  // In the order of ERROR.
  assign fault       = {1'b0, |overflow, (fetch_beat && read_error) || load_error || write_error, watchdog_out, load_fence || store_fence, illegal};
  assign fault_index = {oldest,
                        overflow[0] ? ended_q[0 +: IndexBits] : overflow[1] ? ended_q[IndexBits +: IndexBits] : ended_q[2*IndexBits +: IndexBits],
                        load_error ? load_beat_index : write_error ? store_index : fetch_index,
                        oldest, load_fence ? load_request_index : store_index, fetch_index};
endmodule
