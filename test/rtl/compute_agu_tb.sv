// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Plans and walks each instruction of the input; prints every read (r), every step (s) and a line "end" after it.
module compute_agu_tb #(
  parameter int PC = 8,
  parameter int R_BITS = 0,
  parameter int SPAN = 1,
  parameter int PARTS = 2,
  parameter int SPACING = 1,
  parameter int INT4 = 0,
  parameter int INT16 = 0
);
  localparam int ActBits = 12;
  localparam int WgtBits = 9;
  logic         clk = 1'b0, rst_n = 1'b0, take = 1'b0;
  logic [511:0] instr = '0;
  logic         window, skip, short_pass, read, column_end, inside_late, late_read = 1'b0;
  logic [16:0]  columns;
  logic [15:0]  column_step, passes;
  logic [7:0]   column_stride;
  logic         rests, valid, first, last, pixel_last, pass_last, pair, pair_pass, int4, wide;
  logic [ActBits-1:0] act_addr;
  logic [WgtBits-1:0] wgt_addr;
  logic [$clog2(PC)-1:0] tap;
  logic [1:0]   select;
  logic [8*256-1:0] path;
  int           file, got, quiet, since = 0;

  window_plan #(.SPAN(SPAN), .INT16(INT16)) u_plan (
    .clk_i(clk), .free_i(take), .instr_i(instr), .window_o(window), .skip_o(skip), .columns_o(columns),
    .step_o(column_step), .stride_o(column_stride), .passes_o(passes), .pair_o(pair_pass), .short_o(short_pass)
  );
  compute_agu #(
    .PC(PC), .ACT_CHUNK_BITS(ActBits), .WGT_ADDR_BITS(WgtBits), .R_BITS(R_BITS), .SPAN(SPAN), .PARTS(PARTS),
    .SPACING(SPACING), .INT4(INT4), .INT16(INT16)
  ) u_dut (
    .clk_i(clk), .rst_ni(rst_n), .begin_i(take), .instr_i(instr),
    .is_conv_i(instr[7:0] == 8'h10), .is_add_i(instr[7:0] == 8'h12), .int4_i(int4), .wide_i(wide), .window_i(window), .skip_i(skip),
    .columns_i(columns), .column_step_i(column_step), .column_stride_i(column_stride), .passes_i(passes),
    .short_i(short_pass), .wait_o(rests), .read_o(read), .act_addr_o(act_addr), .column_end_o(column_end),
    .inside_late_o(inside_late), .valid_o(valid), .wgt_addr_o(wgt_addr), .tap_o(tap), .select_o(select),
    .first_o(first), .last_o(last), .pixel_last_o(pixel_last), .pass_last_o(pass_last), .pair_o(pair)
  );

  assign int4 = INT4 != 0 && instr[18];
  assign wide = INT16 != 0 && instr[7:0] == 8'h10 && instr[20];

  task automatic cycle;
    #1;
    clk = 1'b1;
    #1;
    clk = 1'b0;
    #1;
    // inside_late belongs to the read before.
    if (late_read) $display(" %h", inside_late);
    if (valid) $display("s %h %h %h%h%h%h%h", wgt_addr, window ? 4'(select) : 4'(tap), first, last, pixel_last, pass_last, pair);
    if (read) $write("r %h %h", act_addr, window && column_end);
    late_read = read;
    // Outputs keep their distance.
    since++;
    if (valid && last && since < (int4 || (wide && SPACING == 1) ? 2 : 1) * SPACING) $display("outputs %0d cycles apart", since);
    if (valid && last) since = 0;
  endtask

  initial begin
    got  = $value$plusargs("in=%s", path);
    file = $fopen(path, "r");
    cycle();
    rst_n = 1'b1;
    while ($fscanf(file, "%h", instr) == 1) begin
      cycle();  // it stands before it is taken
      take = 1'b1;
      cycle();
      take = 1'b0;
      cycle();
      quiet = 0;
      since = 2 * SPACING;
      // One read, step or rest a cycle without gaps: three quiet cycles mean the end.
      while (quiet < 3) begin
        cycle();
        quiet = read || valid || rests ? 0 : quiet + 1;
      end
      $display("end");
    end
    $finish(0);
  end
endmodule
