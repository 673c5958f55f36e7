// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Lines of {lane, first, end, dry, blocks, fill}, each a run; beats hold their own byte numbers, counted from the
// run's first. Both sides stall at random. Prints each block, and "end" after the last of a run.
module load_align_tb;
  logic         clk = 1'b0, rst_n = 1'b0;
  logic [7:0]   lane, fill;
  logic [15:0]  first, stop, dry, blocks;
  logic         run_valid = 1'b0, run_take, waits, beat_valid, beat_take, valid, room, emit, block_first, block_last, tag;
  logic [63:0]  beat_data, data;
  logic [7:0]   next_byte;
  logic [8*256-1:0] path;
  int           file, got, seed;

  localparam int BeatBits = 10;
  logic [15:0] final_byte, last_block;
  assign final_byte = stop - 16'd1;
  assign last_block = blocks - 16'd1;
  load_align #(.AXI_BYTES(8), .LANE_BITS(3), .BEAT_BITS(BeatBits)) u_dut (
    .clk_i(clk), .rst_ni(rst_n), .run_valid_i(run_valid), .lane_i(lane[2:0]), .first_lane_i(first[2:0]),
    .final_lane_i(final_byte[2:0]), .first_block_i(first[15:3]), .final_block_i(final_byte[BeatBits+2:3]),
    .last_block_i(last_block[BeatBits-1:0]), .some_i(stop > first), .dry_i(dry[0]), .first_now_i(first[15:3] == '0), .final_now_i(final_byte[15:3] == '0),
    .last_now_i(last_block == '0), .straddles_i(lane[2:0] > first[2:0]), .fill_i(fill),
    .tag_i(1'b0), .run_take_o(run_take), .waits_o(waits), .beat_valid_i(beat_valid), .beat_take_o(beat_take),
    .beat_data_i(beat_data), .room_i(room), .emit_o(emit), .valid_o(valid), .data_o(data), .tag_o(tag),
    .first_o(block_first), .last_o(block_last)
  );

  always_comb begin
    for (int i = 0; i < 8; i++) beat_data[i*8 +: 8] = next_byte + 8'(i);
  end

  // Beats are those of the run at work, which is taken before its beats are.
  logic taken, begun;
  task automatic cycle;
    beat_valid = $random(seed);
    room       = $random(seed);
    #1;
    taken = beat_take;
    begun = run_take;
    if (valid) begin
      $display("%h%s", data, block_last ? " end" : "");
    end
    clk = 1'b1;
    #1;
    clk = 1'b0;
    if (begun) next_byte = 8'd0;
    else if (taken) next_byte = next_byte + 8'd8;
  endtask

  initial begin
    seed = 5;
    got  = $value$plusargs("in=%s", path);
    file = $fopen(path, "r");
    next_byte = 8'd0;
    cycle();
    rst_n = 1'b1;
    while ($fscanf(file, "%h %h %h %h %h %h", lane, first, stop, dry, blocks, fill) == 6) begin
      run_valid = 1'b1;
      begun     = 1'b0;
      while (!begun) cycle();
      run_valid = 1'b0;
    end
    for (int i = 0; i < 400; i++) cycle();
    $finish(0);
  end
endmodule
