// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tables of 256 bytes, one copy a lane of requantize, that results go through where an instruction asks for it: five
// cycles later than they came, others at once. LOAD writes a bus beat of a table at a time. What is valid is told a
// cycle ahead.
module lookup #(
  parameter int LANES     = 8,
  parameter int AXI_BYTES = 8,
  parameter int TECH      = 0,  // as of mul
  parameter int TABLE_BITS = $clog2(engine_pkg::LutTables),
  parameter int PART_BITS  = $clog2(256 / AXI_BYTES)
) (
  input  logic                            clk_i,
  input  logic                            rst_ni,
  // From LOAD.
  input  logic                            we_i,
  input  logic [TABLE_BITS+PART_BITS-1:0] waddr_i,
  input  logic [AXI_BYTES*8-1:0]          wdata_i,
  // From COMPUTE; the table stays put while results are under way.
  input  logic                            en_i,
  input  logic [TABLE_BITS-1:0]           table_i,
  input  logic                            soon_i,   // y_i is a result in the next cycle but one
  input  logic [LANES*8-1:0]              y_i,
  output logic                            next_o,   // y_o is a result in the next cycle …
  output logic                            valid_o,  // … in this one
  output logic [LANES*8-1:0]              y_o
);
  localparam int LaneBits = $clog2(AXI_BYTES);

  // A cycle late, for the way to all lanes.
  logic                            we_q;
  logic [TABLE_BITS+PART_BITS-1:0] waddr_q;
  logic [AXI_BYTES*8-1:0]          wdata_q;
  always_ff @(posedge clk_i) we_q <= we_i;
  twin #(.WIDTH(TABLE_BITS + PART_BITS + AXI_BYTES*8)) u_write (
    .clk_i(clk_i), .d_i({waddr_i, wdata_i}), .q_o({waddr_q, wdata_q}));

  logic       next_q;
  logic [3:0] valid_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      next_q  <= 1'b0;
      valid_q <= '0;
      next_o  <= 1'b0;
      valid_o <= 1'b0;
    end else begin
      next_q  <= soon_i;
      valid_q <= {valid_q[2:0], next_q && en_i};
      next_o  <= en_i ? valid_q[3] : soon_i;
      valid_o <= next_o;
    end
  end

  for (genvar k = 0; k < LANES; k++) begin : gen_lane
    logic [7:0]             y, y1_q, y2_q, y3_q, out;
    logic [LaneBits-2:0]    y4_q;
    logic [AXI_BYTES*8-1:0] part;
    logic [AXI_BYTES*4-1:0] half_q;
    assign y = y_i[k*8 +: 8];
    ram_sdp #(.WIDTH(AXI_BYTES*8), .DEPTH(engine_pkg::LutTables * 256 / AXI_BYTES), .TECH(TECH)) u_ram (
      .clk_i   (clk_i),
      .we_i    (we_q),
      .waddr_i (waddr_q),
      .wdata_i (wdata_q),
      .re_i    (valid_q[1]),
      .raddr_i ({table_i, y1_q[7:LaneBits]}),
      .rdata_o (part)
    );
    // 1: the address. 3: the part of the table that holds the entry. 4: the half of it. 5: the entry.
    always_ff @(posedge clk_i) begin
      y1_q <= y;
      y2_q <= y1_q;
      y3_q <= y2_q;
      y4_q <= y3_q[LaneBits-2:0];
      half_q <= part[y3_q[LaneBits-1]*AXI_BYTES*4 +: AXI_BYTES*4];
      out    <= half_q[y4_q*8 +: 8];
    end
    assign y_o[k*8 +: 8] = en_i ? out : y;
  end
endmodule
