// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One access at a time for the link: a register of the engine (4 bytes, AXI4-Lite) or a beat of memory
// (8 bytes, an AXI4 burst of one).
module link_bus (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        req_i,     // for one cycle; the rest holds still until done_o
  input  logic        write_i,
  input  logic        memory_i,
  input  logic [31:0] addr_i,
  input  logic [63:0] data_i,
  output logic        done_o,    // for one cycle
  output logic        error_o,   // with done_o, like the data
  output logic [63:0] data_o,
  // Registers, AXI4-Lite.
  output logic        reg_awvalid_o,
  input  logic        reg_awready_i,
  output logic [11:0] reg_awaddr_o,
  output logic        reg_wvalid_o,
  input  logic        reg_wready_i,
  output logic [31:0] reg_wdata_o,
  input  logic        reg_bvalid_i,
  output logic        reg_bready_o,
  input  logic [1:0]  reg_bresp_i,
  output logic        reg_arvalid_o,
  input  logic        reg_arready_i,
  output logic [11:0] reg_araddr_o,
  input  logic        reg_rvalid_i,
  output logic        reg_rready_o,
  input  logic [31:0] reg_rdata_i,
  input  logic [1:0]  reg_rresp_i,
  // Memory, AXI4.
  output logic        mem_awvalid_o,
  input  logic        mem_awready_i,
  output logic [31:0] mem_awaddr_o,
  output logic        mem_wvalid_o,
  input  logic        mem_wready_i,
  output logic [63:0] mem_wdata_o,
  input  logic        mem_bvalid_i,
  output logic        mem_bready_o,
  input  logic [1:0]  mem_bresp_i,
  output logic        mem_arvalid_o,
  input  logic        mem_arready_i,
  output logic [31:0] mem_araddr_o,
  input  logic        mem_rvalid_i,
  output logic        mem_rready_o,
  input  logic [63:0] mem_rdata_i,
  input  logic [1:0]  mem_rresp_i
);
  // An access outside the registers' page would alias another register.
  logic outside, refused_q;
  assign outside = !memory_i && addr_i[31:12] != 20'd0;

  assign reg_awaddr_o = addr_i[11:0];
  assign reg_araddr_o = addr_i[11:0];
  assign reg_wdata_o  = data_i[31:0];
  assign mem_awaddr_o = addr_i;
  assign mem_araddr_o = addr_i;
  assign mem_wdata_o  = data_i;
  assign reg_bready_o = 1'b1;
  assign reg_rready_o = 1'b1;
  assign mem_bready_o = 1'b1;
  assign mem_rready_o = 1'b1;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      reg_awvalid_o <= 1'b0;
      reg_wvalid_o  <= 1'b0;
      reg_arvalid_o <= 1'b0;
      mem_awvalid_o <= 1'b0;
      mem_wvalid_o  <= 1'b0;
      mem_arvalid_o <= 1'b0;
      refused_q     <= 1'b0;
      done_o        <= 1'b0;
    end else begin
      if (reg_awready_i) reg_awvalid_o <= 1'b0;
      if (reg_wready_i) reg_wvalid_o <= 1'b0;
      if (reg_arready_i) reg_arvalid_o <= 1'b0;
      if (mem_awready_i) mem_awvalid_o <= 1'b0;
      if (mem_wready_i) mem_wvalid_o <= 1'b0;
      if (mem_arready_i) mem_arvalid_o <= 1'b0;
      if (req_i && !outside) begin
        reg_awvalid_o <= write_i && !memory_i;
        reg_wvalid_o  <= write_i && !memory_i;
        reg_arvalid_o <= !write_i && !memory_i;
        mem_awvalid_o <= write_i && memory_i;
        mem_wvalid_o  <= write_i && memory_i;
        mem_arvalid_o <= !write_i && memory_i;
      end
      refused_q <= req_i && outside;
      done_o    <= reg_bvalid_i || reg_rvalid_i || mem_bvalid_i || mem_rvalid_i || refused_q;
    end
  end

  always_ff @(posedge clk_i) begin
    error_o <= refused_q || (reg_bvalid_i && reg_bresp_i[1]) || (reg_rvalid_i && reg_rresp_i[1])
               || (mem_bvalid_i && mem_bresp_i[1]) || (mem_rvalid_i && mem_rresp_i[1]);
    if (mem_rvalid_i) data_o <= mem_rdata_i;
    else if (reg_rvalid_i) data_o <= {32'd0, reg_rdata_i};
  end
endmodule
