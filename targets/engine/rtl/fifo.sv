// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A queue whose oldest entry stands, from a register, at data_o. The caller keeps from pushing when full and
// from popping when empty.
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

  // The head is a register; what waits behind it lies in memory.
  logic [WIDTH-1:0]   mem_q [0:DEPTH-1];
  logic [PtrBits-1:0] wptr_q, rptr_q;
  logic [PtrBits:0]   count_q;
  logic               valid_q, behind, refill;

  assign behind  = wptr_q != rptr_q;
  assign refill  = pop_i || !valid_q;
  assign empty_o = !valid_q;

  always_ff @(posedge clk_i) begin
    if (push_i) mem_q[wptr_q] <= data_i;
    if (refill) data_o <= behind ? mem_q[rptr_q] : data_i;
  end

  // What goes straight to the head passes over its entry in memory.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      wptr_q  <= '0;
      rptr_q  <= '0;
      count_q <= '0;
      valid_q <= 1'b0;
      full_o  <= 1'b0;
    end else begin
      if (push_i) wptr_q <= wptr_q + 1'b1;
      if (refill && (behind || push_i)) rptr_q <= rptr_q + 1'b1;
      if (refill) valid_q <= behind || push_i;
      if (push_i && !pop_i) begin
        count_q <= count_q + 1'b1;
        full_o  <= count_q == (PtrBits+1)'(DEPTH - 1);
      end else if (pop_i && !push_i) begin
        count_q <= count_q - 1'b1;
        full_o  <= 1'b0;
      end
    end
  end

`ifndef SYNTHESIS
  always @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!(push_i && full_o)) else $error("%m: push into a full queue");
      assert (!(pop_i && empty_o)) else $error("%m: pop from an empty queue");
    end
  end
`endif
endmodule
