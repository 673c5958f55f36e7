// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Cuts a run of bus beats into bursts that stay within aligned blocks of MAX_BEATS. A run of one burst takes
// one cycle. A run that comes while another is at work waits in a register, so that ready_o is one too.
module burst_split #(
  parameter int AXI_BYTES  = 8,
  parameter int ADDR_BITS  = 64,
  parameter int MAX_BEATS  = 32,  // a power of two; not past 4 KiB
  parameter int COUNT_BITS = 17,
  localparam int LaneBits  = $clog2(AXI_BYTES),
  localparam int IndexBits = $clog2(MAX_BEATS)
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  valid_i,
  output logic                  ready_o,
  output logic                  next_ready_o,  // in the next cycle
  input  logic [ADDR_BITS-1:0]  addr_i,   // of the first beat
  input  logic [COUNT_BITS-1:0] more_i,   // bursts after the first
  input  logic [IndexBits-1:0]  final_i,  // the last beat in its block
  output logic                  burst_valid_o,
  input  logic                  burst_ready_i,
  output logic [ADDR_BITS-1:0]  burst_addr_o,
  output logic [7:0]            burst_len_o  // beats less one
);
  localparam int Low = LaneBits + IndexBits;

  logic                  busy_q, last_q, waiting_q, free, take;
  logic [ADDR_BITS-1:Low] block_q;
  logic [IndexBits-1:0]  first_q, final_q, end_index, waiting_final_q;
  logic [COUNT_BITS-1:0] more_q, waiting_more_q;
  logic [ADDR_BITS-1:0]  waiting_addr_q;

  assign free          = !busy_q || (last_q && burst_ready_i);
  assign ready_o       = !waiting_q;
  assign take          = valid_i && ready_o;
  assign end_index     = last_q ? final_q : '1;
  assign burst_valid_o = busy_q;
  assign burst_addr_o  = {block_q, first_q, LaneBits'(0)};
  assign burst_len_o   = 8'(end_index) - 8'(first_q);

  cut u_next_ready (.d_i(!rst_ni || free || (!waiting_q && !valid_i)), .q_o(next_ready_o));

  logic waits;  // waiting_q, for the data
  twin u_waits (.clk_i(clk_i), .d_i(!next_ready_o), .q_o(waits));
  always_ff @(posedge clk_i) begin
    waiting_q <= !next_ready_o;
    if (!rst_ni) busy_q <= 1'b0;
    else if (free) busy_q <= waiting_q || take;
  end

  always_ff @(posedge clk_i) begin
    if (free) begin
      {block_q, first_q} <= waits ? waiting_addr_q[ADDR_BITS-1:LaneBits] : addr_i[ADDR_BITS-1:LaneBits];
      final_q <= waits ? waiting_final_q : final_i;
      more_q  <= waits ? waiting_more_q : more_i;
      last_q  <= (waits ? waiting_more_q : more_i) == '0;
    end else if (burst_ready_i) begin
      block_q <= block_q + 1'b1;
      first_q <= '0;
      more_q  <= more_q - 1'b1;
      last_q  <= more_q == COUNT_BITS'(1);
    end
    // As long as none waits, whatever stands there is taken along.
    if (!waits) begin
      waiting_addr_q  <= addr_i;
      waiting_more_q  <= more_i;
      waiting_final_q <= final_i;
    end
  end
endmodule
