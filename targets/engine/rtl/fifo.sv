// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A queue whose oldest entry stands at data_o: from a register, two cycles after it came to an empty queue, or,
// without HEAD, straight from memory and a cycle earlier, which suits who registers it anyway and takes it late. The
// caller keeps from pushing when full and from popping when empty.
module fifo #(
  parameter int WIDTH = 8,
  parameter int DEPTH = 16,  // a power of two
  parameter bit HEAD  = 1'b1
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

  logic [WIDTH-1:0]   mem_q [0:DEPTH-1];
  logic [PtrBits-1:0] wptr_q, rptr_q;
  logic [DEPTH-1:0]   level_q;  // bit i: more than i entries; who pushes and pops decides late, and meets one LUT
  logic               next;

  assign full_o = level_q[DEPTH-1];

  always_ff @(posedge clk_i) begin
    if (push_i) mem_q[wptr_q] <= data_i;
  end

  if (HEAD) begin : gen_register
    // All that comes passes through memory: a way around it would take a LUT a bit.
    logic valid_q, behind, refill;
    assign empty_o = !valid_q;
    assign behind  = valid_q ? level_q[1] : level_q[0];
    assign refill  = pop_i || !valid_q;
    assign next    = (pop_i && level_q[1]) || (!valid_q && level_q[0]);  // not by refill, on which much hangs
    always_ff @(posedge clk_i) begin
      if (refill) data_o <= mem_q[rptr_q];
    end
    always_ff @(posedge clk_i) begin
      if (!rst_ni) valid_q <= 1'b0;
      else if (refill) valid_q <= behind;
    end
  end else begin : gen_memory
    assign empty_o = !level_q[0];
    assign next    = pop_i;
    assign data_o  = mem_q[rptr_q];
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      wptr_q  <= '0;
      rptr_q  <= '0;
      level_q <= '0;
    end else begin
      if (push_i) wptr_q <= wptr_q + 1'b1;
      if (next) rptr_q <= rptr_q + 1'b1;
      if (push_i != pop_i) level_q <= push_i ? {level_q[DEPTH-2:0], 1'b1} : {1'b0, level_q[DEPTH-1:1]};
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
