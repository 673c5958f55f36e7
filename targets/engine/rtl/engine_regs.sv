// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The AXI4-Lite slave: registers of docs/spec/engine-isa.md. Addresses and sizes hold still while a program runs.
module engine_regs #(
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
  parameter int ADDR_BITS = 64,  // 64, or 32: the high words of addresses are 0
  parameter logic [63:0] CONFIG_HASH = 64'd0
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  // AXI4-Lite.
  input  logic         awvalid_i,
  output logic         awready_o,
  input  logic [11:0]  awaddr_i,
  input  logic         wvalid_i,
  output logic         wready_o,
  input  logic [31:0]  wdata_i,
  input  logic [3:0]   wstrb_i,
  output logic         bvalid_o,
  input  logic         bready_i,
  input  logic         arvalid_i,
  output logic         arready_o,
  input  logic [11:0]  araddr_i,
  output logic         rvalid_o,
  input  logic         rready_i,
  output logic [31:0]  rdata_o,
  output logic         interrupt_o,
  // Control.
  output logic         start_o,     // a start is pending and may go
  output logic         abort_o,
  output logic [ADDR_BITS-1:0] program_o,
  output logic [31:0]  program_size_o,
  output logic [2*ADDR_BITS-1:0] base_o,
  output logic [63:0]  base_size_o,
  output logic [31:0]  watchdog_o,
  input  logic         running_i,
  input  logic         begin_i,
  input  logic         done_i,
  // State to show.
  input  logic [2:0]   error_i,
  input  logic [31:0]  error_index_i,
  input  logic [95:0]  last_i,      // LAST_LOAD, LAST_COMPUTE, LAST_STORE
  input  logic [31:0]  tokens_i,
  input  logic [31:0]  bus_i,
  output logic         counter_read_o,  // as of engine_counters
  output logic [5:0]   counter_o,
  input  logic         counter_valid_i,
  input  logic [31:0]  counter_value_i
);
  localparam int NumPlain = 10;  // registers that only hold a value
  // Their addresses: PROGRAM, CONST, ARENA (low, high, SIZE each), WATCHDOG.
  localparam logic [NumPlain*12-1:0] PlainAddr =
    {12'h040, 12'h038, 12'h034, 12'h030, 12'h028, 12'h024, 12'h020, 12'h018, 12'h014, 12'h010};

  logic                   accept, write, read;
  logic [NumPlain-1:0]    hit_q;  // what write is for
  logic [11:0]            waddr;
  logic [31:0]            wdata;
  logic [3:0]             wstrb;
  logic [NumPlain*32-1:0] plain;
  logic                   start_q, done_q, gie_q, isr_done_q, isr_ready_q;
  logic [1:0]             ier_q;

  // A write is accepted when address and data are both there, and happens a cycle later.
  assign accept    = rst_ni && awvalid_i && wvalid_i && (!bvalid_o || bready_i);
  assign awready_o = accept;
  assign wready_o  = accept;
  always_ff @(posedge clk_i) begin
    write <= accept;
    for (int i = 0; i < NumPlain; i++) hit_q[i] <= accept && awaddr_i[11:2] == PlainAddr[i*12+2 +: 10];
    waddr <= {awaddr_i[11:2], 2'd0};
    wdata <= wdata_i;
    wstrb <= wstrb_i;
  end

  for (genvar i = 0; i < NumPlain; i++) begin : gen_plain
    localparam bit High = i == 1 || i == 4 || i == 7;
    if (High && ADDR_BITS == 32) begin : gen_none
      assign plain[i*32 +: 32] = '0;
    end else begin : gen_some
      logic [31:0] value_q;
      assign plain[i*32 +: 32] = value_q;
      always_ff @(posedge clk_i) begin
        if (!rst_ni) value_q <= '0;
        else if (hit_q[i] && !running_i) begin
          for (int b = 0; b < 4; b++) begin
            if (wstrb[b]) value_q[b*8 +: 8] <= wdata[b*8 +: 8];
          end
        end
      end
    end
  end

  assign program_o      = plain[0 +: ADDR_BITS];
  assign program_size_o = plain[95:64];
  assign base_o         = {plain[192 +: ADDR_BITS], plain[96 +: ADDR_BITS]};
  assign base_size_o    = {plain[287:256], plain[191:160]};
  assign watchdog_o     = plain[319:288];

  logic w_ctrl, w_low;
  assign w_low   = write && wstrb[0];
  assign w_ctrl  = w_low && waddr == 12'h000;
  assign abort_o = w_low && waddr == 12'h044 && wdata[0];
  assign start_o = start_q && !done_q;
  assign interrupt_o = gie_q && (isr_done_q || isr_ready_q);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      start_q     <= 1'b0;
      done_q      <= 1'b0;
      gie_q       <= 1'b0;
      ier_q       <= 2'b00;
      isr_done_q  <= 1'b0;
      isr_ready_q <= 1'b0;
      bvalid_o    <= 1'b0;
    end else begin
      if (w_ctrl && wdata[0]) start_q <= 1'b1;
      else if (begin_i) start_q <= 1'b0;
      if (done_i) done_q <= 1'b1;
      else if (w_ctrl && wdata[4]) done_q <= 1'b0;
      if (w_low && waddr == 12'h004) gie_q <= wdata[0];
      if (w_low && waddr == 12'h008) ier_q <= wdata[1:0];
      // Written ones toggle.
      if (done_i && ier_q[0]) isr_done_q <= 1'b1;
      else if (w_low && waddr == 12'h00c) isr_done_q <= isr_done_q ^ wdata[0];
      if (done_i && ier_q[1]) isr_ready_q <= 1'b1;
      else if (w_low && waddr == 12'h00c) isr_ready_q <= isr_ready_q ^ wdata[1];
      if (accept) bvalid_o <= 1'b1;
      else if (bready_i) bvalid_o <= 1'b0;
    end
  end

  // A read takes its time: the value of each row of 32 registers, then the row; counters come when it is their turn.
  logic [11:0] raddr_q;
  logic        any_read, awaits_q;
  logic [5:1]  read_q;  // cycles ago
  logic        is_last_q;
  logic [31:0] last, last_q, some_state_q, bus_q;
  logic [31:0] control, plain_value, state, capability, control_q, plain_q, state_q, capability_q, value_q;
  assign any_read  = read_q != '0 || awaits_q;
  assign read      = rst_ni && arvalid_i && !any_read && !rvalid_o;
  assign arready_o = read;
  assign counter_o = raddr_q[7:2];
  assign counter_read_o = read_q[2] && is_counter_q;

  // One row's own registers, chosen a cycle ahead.
  logic [NumPlain-1:0] plain_sel_q;
  logic [4:0]          state_sel_q;
  logic                is_counter_q;
  logic [2:0]          row_q;
  always_ff @(posedge clk_i) begin
    for (int i = 0; i < NumPlain; i++) plain_sel_q[i] <= raddr_q[6:2] == PlainAddr[i*12+2 +: 5];
    for (int i = 0; i < 3; i++) state_sel_q[i] <= raddr_q[6:2] == 5'(i);
    state_sel_q[3] <= raddr_q[6:2] == 5'h06;
    state_sel_q[4] <= raddr_q[6:2] == 5'h08;
    for (int i = 0; i < 3; i++) row_q[i] <= raddr_q[11:7] == 5'(i);
    is_counter_q <= raddr_q[11:8] == 4'h2 && raddr_q[7:3] < 5'(engine_pkg::NumCounters);
  end
  always_comb begin
    plain_value = 32'd0;
    for (int i = 0; i < NumPlain; i++) plain_value = plain_value | ({32{plain_sel_q[i]}} & plain[i*32 +: 32]);
    control = 32'd0;
    unique case (raddr_q[3:2])
      2'd0: control = {27'd0, 1'b0, done_q, !running_i && !start_q, done_q, start_q || running_i};
      2'd1: control = {31'd0, gie_q};
      2'd2: control = {30'd0, ier_q};
      2'd3: control = {30'd0, isr_ready_q, isr_done_q};
      default: ;
    endcase
    state = ({32{state_sel_q[0]}} & {30'd0, error_i != 3'd0, running_i}) | ({32{state_sel_q[1]}} & {29'd0, error_i})
            | ({32{state_sel_q[2]}} & error_index_i) | ({32{state_sel_q[3]}} & tokens_i) | ({32{state_sel_q[4]}} & bus_q);
    unique case (raddr_q[3:2])
      2'h3: last = last_i[31:0];
      2'h0: last = last_i[63:32];
      2'h1: last = last_i[95:64];
      default: last = 32'd0;
    endcase
    capability = 32'd0;
    unique case (raddr_q[6:2])
      5'h00: capability = 32'h45434c53;
      5'h01: capability = 32'd1;
      5'h02: capability = 32'(PC);
      5'h03: capability = 32'(PK);
      5'h04: capability = 32'(ACT_BYTES);
      5'h05: capability = 32'(ACT_BANKS);
      5'h06: capability = 32'(WGT_WORDS);
      5'h07: capability = 32'(PRM_WORDS);
      5'h08: capability = 32'(AXI_BYTES);
      5'h09: capability = {29'd0, INT16 != 0, INT4 != 0, 1'b1};  // features: int16, weights of four bits, tables
      5'h0a: capability = CONFIG_HASH[31:0];
      5'h0b: capability = CONFIG_HASH[63:32];
      5'h0c: capability = 32'(RQ_CYCLES);
      default: ;
    endcase
  end

  always_ff @(posedge clk_i) begin
    control_q    <= raddr_q[6:4] == '0 ? control : 32'd0;
    plain_q      <= plain_value;
    is_last_q    <= raddr_q[6:2] == 5'h03 || raddr_q[6:2] == 5'h04 || raddr_q[6:2] == 5'h05;
    some_state_q <= state;
    last_q       <= last;
    bus_q        <= bus_i;
    state_q      <= is_last_q ? last_q : some_state_q;
    capability_q <= capability;
    value_q <= ({32{row_q[0]}} & (control_q | plain_q)) | ({32{row_q[1]}} & state_q) | ({32{row_q[2]}} & capability_q);
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      read_q   <= '0;
      awaits_q <= 1'b0;
      rvalid_o <= 1'b0;
    end else begin
      read_q <= {read_q[4:1], read};
      if (counter_read_o) awaits_q <= 1'b1;
      else if (counter_valid_i) awaits_q <= 1'b0;
      if ((read_q[5] && !awaits_q) || counter_valid_i) rvalid_o <= 1'b1;
      else if (rready_i) rvalid_o <= 1'b0;
    end
  end
  always_ff @(posedge clk_i) begin
    if (read) raddr_q <= {araddr_i[11:2], 2'd0};
    if (read_q[5] || counter_valid_i) rdata_o <= awaits_q ? counter_value_i : value_q;
  end
endmodule
