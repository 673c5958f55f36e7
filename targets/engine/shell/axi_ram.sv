// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Block memory behind AXI4 of 64 data bits, for boards without another: a beat a cycle, reads beside writes, one burst
// of each at a time. The address's highest bit says: outside the memory.
module axi_ram #(
  parameter int ADDR_BITS = 17,
  parameter int TECH      = 0  // as of mul
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 awvalid_i,
  output logic                 awready_o,
  input  logic [ADDR_BITS-1:0] awaddr_i,
  input  logic                 wvalid_i,
  output logic                 wready_o,
  input  logic [63:0]          wdata_i,
  input  logic [7:0]           wstrb_i,
  input  logic                 wlast_i,
  output logic                 bvalid_o,
  input  logic                 bready_i,
  output logic [1:0]           bresp_o,
  input  logic                 arvalid_i,
  output logic                 arready_o,
  input  logic [ADDR_BITS-1:0] araddr_i,
  input  logic [7:0]           arlen_i,
  output logic                 rvalid_o,
  input  logic                 rready_i,
  output logic [63:0]          rdata_o,
  output logic [1:0]           rresp_o,
  output logic                 rlast_o
);
  localparam int Words = ADDR_BITS - 4;  // bits of a word's number
  localparam int Ahead = 8;              // words read and not yet taken

  // Writes.
  logic             writing_q, w_outside_q, w_take;
  logic [Words-1:0] w_word_q;
  assign awready_o = !writing_q && !bvalid_o;
  assign wready_o  = writing_q;
  assign w_take    = wvalid_i && wready_o;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      writing_q <= 1'b0;
      bvalid_o  <= 1'b0;
    end else begin
      if (awvalid_i && awready_o) writing_q <= 1'b1;
      else if (w_take && wlast_i) writing_q <= 1'b0;
      if (w_take && wlast_i) bvalid_o <= 1'b1;
      else if (bready_i) bvalid_o <= 1'b0;
    end
  end
  always_ff @(posedge clk_i) begin
    if (awvalid_i && awready_o) begin
      w_outside_q <= awaddr_i[ADDR_BITS-1];
      w_word_q    <= awaddr_i[ADDR_BITS-2:3];
    end else if (w_take) begin
      w_word_q <= w_word_q + 1'b1;
    end
    if (w_take) bresp_o <= {2{w_outside_q}};
  end

  // Reads: as far ahead as the queue behind the memory has places.
  logic                   reading_q, r_outside_q, ask, r_empty, r_full;
  logic [Words-1:0]       r_word_q;
  logic [7:0]             left_q;
  logic [$clog2(Ahead):0] places_q;
  logic [2:0]             first_q, second_q;  // asked for, outside, last: beside the memory's two cycles
  logic [63:0]            data;
  assign arready_o = !reading_q;
  assign ask       = reading_q && places_q != '0;
  assign rvalid_o  = !r_empty;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      reading_q <= 1'b0;
      places_q  <= ($clog2(Ahead)+1)'(Ahead);
      first_q   <= '0;
      second_q  <= '0;
    end else begin
      if (arvalid_i && arready_o) reading_q <= 1'b1;
      else if (ask && left_q == 8'd0) reading_q <= 1'b0;
      if (ask && !(rvalid_o && rready_i)) places_q <= places_q - 1'b1;
      else if (!ask && rvalid_o && rready_i) places_q <= places_q + 1'b1;
      first_q  <= {ask, r_outside_q, left_q == 8'd0};
      second_q <= first_q;
    end
  end
  always_ff @(posedge clk_i) begin
    if (arvalid_i && arready_o) begin
      r_outside_q <= araddr_i[ADDR_BITS-1];
      r_word_q    <= araddr_i[ADDR_BITS-2:3];
      left_q      <= arlen_i;
    end else if (ask) begin
      r_word_q <= r_word_q + 1'b1;
      left_q   <= left_q - 1'b1;
    end
  end
  fifo #(.WIDTH(67), .DEPTH(Ahead)) u_read (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(second_q[2]), .data_i({second_q[0], {2{second_q[1]}}, data}),
    .pop_i(rvalid_o && rready_i), .data_o({rlast_o, rresp_o, rdata_o}), .empty_o(r_empty), .full_o(r_full));

  for (genvar i = 0; i < 8; i++) begin : gen_byte
    ram_sdp #(.WIDTH(8), .DEPTH(1 << Words), .TECH(TECH)) u_ram (
      .clk_i(clk_i), .we_i(w_take && wstrb_i[i] && !w_outside_q), .waddr_i(w_word_q), .wdata_i(wdata_i[i*8 +: 8]),
      .re_i(1'b1), .raddr_i(r_word_q), .rdata_o(data[i*8 +: 8]));
  end
endmodule
