// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A queue whose oldest entry stands at data_o. The caller keeps from pushing when full and from
// popping when empty.
module fifo #(
  parameter int WIDTH = 8,
  parameter int DEPTH = 16  // a power of two
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             push_i,
  input  logic [WIDTH-1:0] data_i,
  input  logic             pop_i,
  output logic [WIDTH-1:0] data_o,
  output logic             empty_o,
  output logic             full_o
);
  localparam int PtrBits = $clog2(DEPTH);

  logic [WIDTH-1:0] mem_q [0:DEPTH-1];
  logic [PtrBits:0] wptr_q, rptr_q;

  assign data_o  = mem_q[rptr_q[PtrBits-1:0]];
  assign empty_o = wptr_q == rptr_q;
  assign full_o  = wptr_q == {~rptr_q[PtrBits], rptr_q[PtrBits-1:0]};

  always_ff @(posedge clk_i) begin
    if (push_i) mem_q[wptr_q[PtrBits-1:0]] <= data_i;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      wptr_q <= '0;
      rptr_q <= '0;
    end else begin
      if (push_i) wptr_q <= wptr_q + 1'b1;
      if (pop_i) rptr_q <= rptr_q + 1'b1;
    end
  end
endmodule
