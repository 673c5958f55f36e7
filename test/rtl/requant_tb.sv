// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Feeds lines of {valid, acc, bias, m, s, zo, lo, hi} to requant_lane, one a cycle; prints the results.
module requant_tb #(
  parameter int Y_BITS = 8
);
  localparam int Depth = 10;
  logic         clk = 1'b0;
  logic [103+2*Y_BITS:0] line;
  logic [31:0]  acc, bias;
  logic [15:0]  m;
  logic [7:0]   valid, s, zo;
  logic [Y_BITS-1:0] y, lo, hi;
  logic [Depth:0] flags = '0;
  logic [8*256-1:0] path;
  int           file, got;

  assign {valid, acc, bias, m, s, zo, lo, hi} = line;

  requant_lane #(.Y_BITS(Y_BITS)) u_dut (
    .clk_i(clk), .en_i(1'b1), .valid_i(flags[Depth-1:0]), .acc_i(acc), .bias_i(bias), .m_i(m[14:0]), .s_i(s[5:0]),
    .zo_i(zo), .lo_i(lo), .hi_i(hi), .y_o(y)
  );

  initial begin
    got  = $value$plusargs("in=%s", path);
    file = $fopen(path, "r");
    line = '0;
    while ($fscanf(file, "%h", line) == 1) begin
      #1;
      flags[0] = valid[0];
      if (flags[Depth]) $display("%h", y);
      #1;
      clk = 1'b1;
      #1;
      clk = 1'b0;
      flags = {flags[Depth-1:0], 1'b0};
    end
    $finish(0);
  end
endmodule
