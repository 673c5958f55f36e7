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
  // Level l's value after this step: that of the outermost level that moves on.
  logic [LEVELS*WIDTH-1:0] next /*verilator split_var*/;
  logic [LEVELS*WIDTH-1:0] now /*verilator split_var*/;

  assign value_o = now[0 +: WIDTH];

  for (genvar l = 0; l < LEVELS; l++) begin : gen_level
    logic [WIDTH-1:0] value_q, own;
    assign own = value_q + step_i[l*WIDTH +: WIDTH];
    assign now[l*WIDTH +: WIDTH] = value_q;
    if (l == LEVELS - 1) begin : gen_outer
      assign next[l*WIDTH +: WIDTH] = own;
    end else begin : gen_inner
      assign next[l*WIDTH +: WIDTH] = adv_i[l+1] ? next[(l+1)*WIDTH +: WIDTH] : own;
    end
    always_ff @(posedge clk_i) begin
      if (load_i) value_q <= base_i;
      else if (adv_i[l]) value_q <= next[l*WIDTH +: WIDTH];
    end
  end
endmodule
