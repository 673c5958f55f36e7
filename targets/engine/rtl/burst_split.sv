// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Cuts a run of bus beats into bursts of at most MAX_BEATS that stay within 4 KiB. A run of one burst takes
// one cycle. A run that comes while another is at work waits in a register, so that ready_o is one too.
module burst_split #(
  parameter int AXI_BYTES = 8,
  parameter int MAX_BEATS = 32,
  parameter int BEAT_BITS = 22
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 valid_i,
  output logic                 ready_o,
  input  logic [63:0]          addr_i,    // of the first beat
  input  logic [BEAT_BITS-1:0] beats_i,   // at least 1
  output logic                 burst_valid_o,
  input  logic                 burst_ready_i,
  output logic [63:0]          burst_addr_o,
  output logic [7:0]           burst_len_o  // beats less one
);
  localparam int LaneBits = $clog2(AXI_BYTES);
  localparam int PageBits = 12 - LaneBits;  // beats of 4 KiB

  logic                 busy_q, waiting_q, free, take;
  logic [63:0]          addr_q, waiting_addr_q;
  logic [BEAT_BITS-1:0] left_q, waiting_beats_q;
  logic [PageBits:0]    page_left, most;
  logic                 fits;
  logic [BEAT_BITS-1:0] beats;

  assign page_left     = {1'b1, PageBits'(0)} - {1'b0, addr_q[11:LaneBits]};
  assign most          = page_left < (PageBits+1)'(MAX_BEATS) ? page_left : (PageBits+1)'(MAX_BEATS);
  assign fits          = left_q <= BEAT_BITS'(most);
  assign beats         = fits ? left_q : BEAT_BITS'(most);
  assign free          = !busy_q || (fits && burst_ready_i);
  assign ready_o       = !waiting_q;
  assign take          = valid_i && ready_o;
  assign burst_valid_o = busy_q;
  assign burst_addr_o  = addr_q;
  assign burst_len_o   = 8'(beats - 1'b1);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      busy_q    <= 1'b0;
      waiting_q <= 1'b0;
    end else if (free) begin
      busy_q    <= waiting_q || take;
      waiting_q <= 1'b0;
    end else if (take) begin
      waiting_q <= 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (free) begin
      addr_q <= waiting_q ? waiting_addr_q : addr_i;
      left_q <= waiting_q ? waiting_beats_q : beats_i;
    end else if (burst_ready_i) begin
      addr_q <= addr_q + (64'(beats) << LaneBits);
      left_q <= left_q - beats;
    end
    if (take) begin
      waiting_addr_q  <= addr_i;
      waiting_beats_q <= beats_i;
    end
  end
endmodule
