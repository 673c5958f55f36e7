// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The value base + Σ index·step of a loop nest by additions alone. Level 0 is the innermost loop.
// adv_i[l] means that the index of level l moves on and those of the levels below begin again, so
// adv_i[l] implies adv_i[l-1].
module stride_chain #(
  parameter int LEVELS = 2,
  parameter int WIDTH  = 16
) (
  input  logic                    clk_i,
  input  logic                    load_i,
  input  logic [WIDTH-1:0]        base_i,
  input  logic [LEVELS-1:0]       adv_i,
  input  logic [LEVELS*WIDTH-1:0] step_i,
  output logic [WIDTH-1:0]        value_o
);
  // The value after this step is that of the outermost level that moves on, and levels within it begin there.
  logic [LEVELS*WIDTH-1:0] now /*verilator split_var*/;
  logic [LEVELS*WIDTH-1:0] own;
  logic [LEVELS-1:0]       outermost;

  assign value_o   = now[0 +: WIDTH];
  assign outermost = adv_i & ~(adv_i >> 1);

  for (genvar l = 0; l < LEVELS; l++) begin : gen_level
    logic [WIDTH-1:0] value_q, next;
    assign own[l*WIDTH +: WIDTH] = value_q + step_i[l*WIDTH +: WIDTH];
    assign now[l*WIDTH +: WIDTH] = value_q;
    always_comb begin
      next = '0;
      for (int m = l; m < LEVELS; m++) next = next | ({WIDTH{outermost[m]}} & own[m*WIDTH +: WIDTH]);
    end
    always_ff @(posedge clk_i) begin
      if (load_i) value_q <= base_i;
      else if (adv_i[l]) value_q <= next;
    end
  end
endmodule
