// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Lines of {lane, first, end, beats, blocks, fill}, each a run; beats hold their own byte numbers, counted from the
// run's first. Both sides stall at random. Prints each block, and "end" after the last of a run.
module load_align_tb;
  logic         clk = 1'b0, rst_n = 1'b0;
  logic [7:0]   lane, fill;
  logic [15:0]  first, stop, beats, blocks;
  logic         run_valid = 1'b0, done, waits, beat_valid, beat_ready, valid, ready, block_first, block_last, tag;
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
    .final_lane_i(final_byte[2:0]), .first_block_i(first[BeatBits+2:3]), .final_block_i(final_byte[BeatBits+2:3]),
    .beats_i(beats[BeatBits-1:0]), .last_block_i(last_block[BeatBits-1:0]),
    .some_i(beats != '0), .first_now_i(first[15:3] == '0), .final_now_i(final_byte[15:3] == '0),
    .last_now_i(last_block == '0), .straddles_i(lane[2:0] > first[2:0]), .fill_i(fill),
    .tag_i(1'b0), .done_o(done), .waits_o(waits), .beat_valid_i(beat_valid), .beat_ready_o(beat_ready),
    .beat_data_i(beat_data), .valid_o(valid), .ready_i(ready), .data_o(data), .tag_o(tag), .first_o(block_first),
    .last_o(block_last)
  );

  always_comb begin
    for (int i = 0; i < 8; i++) beat_data[i*8 +: 8] = next_byte + 8'(i);
  end

  logic taken, ended;
  task automatic cycle;
    beat_valid = $random(seed);
    ready      = $random(seed);
    #1;
    taken = beat_ready;
    ended = done;
    if (valid && ready) begin
      $display("%h%s", data, block_last ? " end" : "");
    end
    clk = 1'b1;
    #1;
    clk = 1'b0;
    if (taken) next_byte = next_byte + 8'd8;
  endtask

  initial begin
    seed = 5;
    got  = $value$plusargs("in=%s", path);
    file = $fopen(path, "r");
    next_byte = 8'd0;
    cycle();
    rst_n = 1'b1;
    while ($fscanf(file, "%h %h %h %h %h %h", lane, first, stop, beats, blocks, fill) == 6) begin
      run_valid = 1'b1;
      next_byte = 8'd0;
      ended     = 1'b0;
      while (!ended) cycle();
      run_valid = 1'b0;
    end
    for (int i = 0; i < 20; i++) cycle();
    $finish(0);
  end
endmodule
