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
  output logic [63:0]  program_o,
  output logic [31:0]  program_size_o,
  output logic [127:0] base_o,
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
  output logic [4:0]   counter_o,
  input  logic [63:0]  counter_value_i
);
  localparam int NumPlain = 10;  // registers that only hold a value
  // Their addresses: PROGRAM, CONST, ARENA (low, high, SIZE each), WATCHDOG.
  localparam logic [NumPlain*12-1:0] PlainAddr =
    {12'h040, 12'h038, 12'h034, 12'h030, 12'h028, 12'h024, 12'h020, 12'h018, 12'h014, 12'h010};

  logic                   write, read;
  logic [11:0]            waddr;
  logic [NumPlain*32-1:0] plain;
  logic                   start_q, done_q, gie_q, isr_done_q, isr_ready_q;
  logic [1:0]             ier_q;

  // A write happens when address and data are both there.
  assign write     = awvalid_i && wvalid_i && (!bvalid_o || bready_i);
  assign awready_o = write;
  assign wready_o  = write;
  assign waddr     = {awaddr_i[11:2], 2'd0};

  for (genvar i = 0; i < NumPlain; i++) begin : gen_plain
    logic [31:0] value_q;
    assign plain[i*32 +: 32] = value_q;
    always_ff @(posedge clk_i) begin
      if (!rst_ni) value_q <= '0;
      else if (write && !running_i && waddr == PlainAddr[i*12 +: 12]) begin
        for (int b = 0; b < 4; b++) begin
          if (wstrb_i[b]) value_q[b*8 +: 8] <= wdata_i[b*8 +: 8];
        end
      end
    end
  end

  assign program_o      = plain[63:0];
  assign program_size_o = plain[95:64];
  assign base_o         = {plain[255:192], plain[159:96]};
  assign base_size_o    = {plain[287:256], plain[191:160]};
  assign watchdog_o     = plain[319:288];

  logic w_ctrl, w_low;
  assign w_low   = write && wstrb_i[0];
  assign w_ctrl  = w_low && waddr == 12'h000;
  assign abort_o = w_low && waddr == 12'h044 && wdata_i[0];
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
      if (w_ctrl && wdata_i[0]) start_q <= 1'b1;
      else if (begin_i) start_q <= 1'b0;
      if (done_i) done_q <= 1'b1;
      else if (w_ctrl && wdata_i[4]) done_q <= 1'b0;
      if (w_low && waddr == 12'h004) gie_q <= wdata_i[0];
      if (w_low && waddr == 12'h008) ier_q <= wdata_i[1:0];
      // Written ones toggle.
      if (done_i && ier_q[0]) isr_done_q <= 1'b1;
      else if (w_low && waddr == 12'h00c) isr_done_q <= isr_done_q ^ wdata_i[0];
      if (done_i && ier_q[1]) isr_ready_q <= 1'b1;
      else if (w_low && waddr == 12'h00c) isr_ready_q <= isr_ready_q ^ wdata_i[1];
      if (write) bvalid_o <= 1'b1;
      else if (bready_i) bvalid_o <= 1'b0;
    end
  end

  logic [11:0] raddr_q;
  logic        read_q, read2_q, read3_q;
  logic [63:0] counter_q;
  logic [31:0] value;
  assign read      = arvalid_i && !read_q && !read2_q && !read3_q && !rvalid_o;
  assign arready_o = read;
  assign counter_o = raddr_q[7:3] < 5'(engine_pkg::NumCounters) ? raddr_q[7:3] : 5'd0;

  always_comb begin
    value = 32'd0;
    if (raddr_q >= 12'h200) begin
      if (raddr_q < 12'(512 + 8 * engine_pkg::NumCounters))
        value = raddr_q[2] ? counter_q[63:32] : counter_q[31:0];
    end else begin
      for (int i = 0; i < NumPlain; i++) begin
        if (raddr_q == PlainAddr[i*12 +: 12]) value = plain[i*32 +: 32];
      end
      unique case (raddr_q)
        12'h000: value = {27'd0, 1'b0, done_q, !running_i && !start_q, done_q, start_q || running_i};
        12'h004: value = {31'd0, gie_q};
        12'h008: value = {30'd0, ier_q};
        12'h00c: value = {30'd0, isr_ready_q, isr_done_q};
        12'h080: value = {30'd0, error_i != 3'd0, running_i};
        12'h084: value = {29'd0, error_i};
        12'h088: value = error_index_i;
        12'h08c: value = last_i[31:0];
        12'h090: value = last_i[63:32];
        12'h094: value = last_i[95:64];
        12'h098: value = tokens_i;
        12'h0a0: value = bus_i;
        12'h100: value = 32'h45434c53;
        12'h104: value = 32'd1;
        12'h108: value = 32'(PC);
        12'h10c: value = 32'(PK);
        12'h110: value = 32'(ACT_BYTES);
        12'h114: value = 32'(ACT_BANKS);
        12'h118: value = 32'(WGT_WORDS);
        12'h11c: value = 32'(PRM_WORDS);
        12'h120: value = 32'(AXI_BYTES);
        12'h128: value = CONFIG_HASH[31:0];
        12'h12c: value = CONFIG_HASH[63:32];
        default: ;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      read_q   <= 1'b0;
      read2_q  <= 1'b0;
      read3_q  <= 1'b0;
      rvalid_o <= 1'b0;
    end else begin
      read_q  <= read;
      read2_q <= read_q;
      read3_q <= read2_q;
      if (read3_q) rvalid_o <= 1'b1;
      else if (rready_i) rvalid_o <= 1'b0;
    end
  end
  always_ff @(posedge clk_i) begin
    if (read) raddr_q <= {araddr_i[11:2], 2'd0};
    counter_q <= counter_value_i;
    if (read3_q) rdata_o <= value;
  end
endmodule
