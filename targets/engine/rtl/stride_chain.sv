// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The value base + Σ index·step of a loop nest by additions alone. Level 0 is the innermost loop.
// adv_i[l] means that the index of level l moves on with the next but one edge and those of the levels below begin
// again, so adv_i[l] implies adv_i[l-1]. load_i means likewise that the value begins at base_i; without en_i it waits.
// step_i and base_i belong to the cycle after.
module stride_chain #(
  parameter int LEVELS = 2,
  parameter int WIDTH  = 16
) (
  input  logic                    clk_i,
  input  logic                    en_i,
  input  logic                    load_i,
  input  logic [WIDTH-1:0]        base_i,
  input  logic [LEVELS-1:0]       adv_i,
  input  logic [LEVELS*WIDTH-1:0] step_i,
  output logic [WIDTH-1:0]        value_o
);
  localparam int IndexBits = $clog2(LEVELS + 1);

  // The value after a step is that of the outermost level that moves on, and levels within it begin there. Beyond
  // all levels is the base.
  logic [(LEVELS+1)*WIDTH-1:0] now, add;
  logic [LEVELS-1:0]           adv_q;
  logic [IndexBits-1:0]        outermost, outermost_q;
  logic [WIDTH-1:0]            next;

  assign value_o = now[0 +: WIDTH];
  assign now[LEVELS*WIDTH +: WIDTH] = base_i;
  assign add     = {WIDTH'(0), step_i};
  assign next    = now[outermost_q*WIDTH +: WIDTH] + add[outermost_q*WIDTH +: WIDTH];
  always_comb begin
    outermost = '0;
    for (int l = 1; l < LEVELS; l++) if (adv_i[l]) outermost = IndexBits'(l);
    if (load_i) outermost = IndexBits'(LEVELS);
  end

  always_ff @(posedge clk_i) begin
    if (load_i || en_i) begin
      adv_q       <= load_i ? '1 : adv_i;
      outermost_q <= outermost;
    end
  end

  for (genvar l = 0; l < LEVELS; l++) begin : gen_level
    logic [WIDTH-1:0] value_q;
    assign now[l*WIDTH +: WIDTH] = value_q;
    always_ff @(posedge clk_i) begin
      if (en_i && adv_q[l]) value_q <= next;
    end
  end
endmodule
