// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Walks each instruction of the input; prints every tap and a line "end" after it.
module compute_agu_tb #(
  parameter int PC = 8,
  parameter int R_BITS = 0
);
  localparam int ActBits = 12;
  localparam int WgtBits = 9;
  logic         clk = 1'b0, rst_n = 1'b0, start = 1'b0;
  logic [511:0] instr = '0;
  logic         valid, first, last, group_last, inside_late, late_valid = 1'b0;
  logic [ActBits-1:0] act_addr;
  logic [WgtBits-1:0] wgt_addr;
  logic [$clog2(PC)-1:0] tap;
  logic [8*256-1:0] path, text;
  int           file, got, quiet;

  compute_agu #(.PC(PC), .ACT_CHUNK_BITS(ActBits), .WGT_ADDR_BITS(WgtBits), .R_BITS(R_BITS)) u_dut (
    .clk_i(clk), .rst_ni(rst_n), .take_i(start), .next_i(instr), .instr_i(instr), .valid_o(valid), .act_addr_o(act_addr),
    .wgt_addr_o(wgt_addr), .tap_o(tap), .first_o(first), .last_o(last), .group_last_o(group_last),
    .inside_late_o(inside_late)
  );

  task automatic cycle;
    #1;
    clk = 1'b1;
    #1;
    clk = 1'b0;
    #1;
    // inside_late belongs to the tap before.
    if (late_valid) $display(" %h", inside_late);
    if (valid) $write("%h %h %h %h%h%h", act_addr, wgt_addr, tap, first, last, group_last);
    late_valid = valid;
  endtask

  initial begin
    got  = $value$plusargs("in=%s", path);
    file = $fopen(path, "r");
    cycle();
    rst_n = 1'b1;
    while ($fscanf(file, "%h", instr) == 1) begin
      start = 1'b1;
      cycle();
      start = 1'b0;
      quiet = 0;
      // One tap a cycle without gaps: three quiet cycles mean the end.
      while (quiet < 3) begin
        cycle();
        quiet = valid ? 0 : quiet + 1;
      end
      $display("end");
    end
    $finish(0);
  end
endmodule
