// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Puts the blocks of LOAD into the scratchpads: words of ACT, through a short queue, at the pace of its write port,
// slices of WGT, PRM or LUT one a cycle. All outputs but take_o are registers.
module load_write #(
  parameter int PC         = 8,
  parameter int PK         = 8,
  parameter int AXI_BYTES  = 8,
  parameter int LOCAL_BITS = 16,
  parameter int WORD_BITS  = 14
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   valid_i,
  output logic                   take_o,
  input  logic [AXI_BYTES*8-1:0] data_i,
  input  logic                   first_i, last_i,  // block of a run
  input  logic [1:0]             target_i,         // 0 ACT, 1 WGT, 2 PRM, 3 LUT
  input  logic [LOCAL_BITS-1:0]  local_i,          // where the run begins: chunk of ACT, word of WGT or PRM, table
  input  logic                   act_i,            // target_i is 0
  input  logic                   single_i,         // of the block's words of ACT one alone is of the run
  input  logic                   final_i,          // the run is the last of an instruction
  input  logic [2:0]             signal_i,
  output logic                   act_valid_o,
  input  logic                   act_ready_i,
  output logic [WORD_BITS-1:0]   act_addr_o,
  output logic [PC*8-1:0]        act_data_o,
  output logic                   wgt_we_o, prm_we_o, lut_we_o,
  output logic [LOCAL_BITS-1:0]  word_o,
  output logic [7:0]             slice_o,
  output logic [AXI_BYTES*8-1:0] slice_data_o,
  output logic                   give_o,           // an instruction has ended
  output logic [2:0]             signal_o
);
  localparam int B          = AXI_BYTES;
  localparam int WgtSlices  = PK * PC / B;
  localparam int PrmSlices  = PK * 8 / B;
  localparam int LutSlices  = 256 / B;
  localparam int ChunkShift = $clog2(PC / PK);

  localparam int EntryBits  = WORD_BITS + PC*8;

  logic       to_wgt, to_lut, ends_q;
  logic       act_word;   // this block's part completes a word of ACT …
  logic       word_first; // … the first of its run
  logic       part_last;  // of the block
  logic       act_push, act_full, act_empty, act_free;
  logic [PC*8-1:0]      word;
  logic [WORD_BITS-1:0] addr, next_q;
  logic [2:0] signal_q;

  assign to_wgt   = target_i == 2'd1;
  assign to_lut   = target_i == 2'd3;
  // Each a LUT from registers and what is made of them alone.
  logic makes_word, waits, ends, slices;
  cut u_slices (.d_i(valid_i && !ends_q && !act_i), .q_o(slices));
  cut u_makes_word (.d_i(act_i && act_word), .q_o(makes_word));
  cut u_waits (.d_i(act_i && (act_full || !part_last)), .q_o(waits));
  cut u_ends (.d_i(last_i && final_i), .q_o(ends));
  assign act_free = act_i && !act_full && !ends_q;
  cut u_push (.d_i(valid_i && !act_full && !ends_q && makes_word), .q_o(act_push));
  cut u_take (.d_i(valid_i && !ends_q && !waits), .q_o(take_o));

  if (PC == B) begin : gen_equal
    assign act_word   = 1'b1;
    assign word_first = first_i;
    assign part_last  = 1'b1;
    assign word       = data_i;
  end else if (PC > B) begin : gen_gather
    localparam int Parts = PC / B;
    logic [$clog2(Parts)-1:0] part_q;
    logic [(Parts-1)*B*8-1:0] low_q;
    logic                     first_q;
    assign act_word   = &part_q;
    assign word_first = first_q;
    assign part_last  = 1'b1;
    assign word       = {data_i, low_q};
    always_ff @(posedge clk_i) begin
      if (!rst_ni) part_q <= '0;
      else if (valid_i && act_free) part_q <= part_q + 1'b1;
    end
    always_ff @(posedge clk_i) begin
      if (valid_i && act_free && part_q == '0) first_q <= first_i;
      for (int p = 0; p < Parts - 1; p++) begin
        if (part_q == $bits(part_q)'(p)) low_q[p*B*8 +: B*8] <= data_i;
      end
    end
  end else begin : gen_split
    localparam int Parts = B / PC;
    localparam int PartBits = $clog2(Parts);
    logic [PartBits-1:0] part_q, part_d, data_part;
    assign act_word   = 1'b1;
    assign word_first = first_i && part_q == '0;
    // The last block of an odd number of words has one word only.
    assign part_last  = (&part_q) || single_i;
    assign word       = data_i[data_part*PC*8 +: PC*8];
    assign part_d     = !rst_ni || (valid_i && act_free && part_last) ? '0
                      : valid_i && act_free ? part_q + 1'b1 : part_q;
    twin #(.WIDTH(PartBits)) u_part (.clk_i(clk_i), .d_i(part_d), .q_o(data_part));
    always_ff @(posedge clk_i) part_q <= part_d;
  end

  assign addr = word_first ? WORD_BITS'(local_i >> ChunkShift) : next_q;
  always_ff @(posedge clk_i) begin
    if (act_push) next_q <= addr + 1'b1;
  end
  fifo #(.WIDTH(EntryBits), .DEPTH(4)) u_words (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(act_push), .data_i({addr, word}),
    .pop_i(act_valid_o && act_ready_i), .data_o({act_addr_o, act_data_o}), .empty_o(act_empty), .full_o(act_full));
  assign act_valid_o = !act_empty;

  // A word's last slice, known with the one before it: those of a run have one target.
  logic       slice_last, slice_first;
  logic [7:0] final_slice;
  assign final_slice = to_wgt ? 8'(WgtSlices - 1) : to_lut ? 8'(LutSlices - 1) : 8'(PrmSlices - 1);
  assign slice_first = first_i || slice_last;

  // An instruction ends when all that it wrote has left the queue, which shows a cycle late what it holds; none
  // follows it meanwhile.
  logic pushed_q, all_left;
  assign all_left = act_empty && !pushed_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      wgt_we_o <= 1'b0;
      prm_we_o <= 1'b0;
      lut_we_o <= 1'b0;
      ends_q   <= 1'b0;
      give_o   <= 1'b0;
    end else begin
      wgt_we_o <= valid_i && to_wgt && !ends_q;
      prm_we_o <= valid_i && target_i == 2'd2 && !ends_q;
      lut_we_o <= valid_i && to_lut && !ends_q;
      ends_q   <= (take_o && ends) || (ends_q && !all_left);
      give_o   <= ends_q && all_left;
    end
  end

  always_ff @(posedge clk_i) begin
    if (slices) begin
      word_o  <= first_i ? local_i : slice_last ? word_o + 1'b1 : word_o;
      slice_o <= slice_first ? 8'd0 : slice_o + 8'd1;
      slice_last <= slice_first ? final_slice == 8'd0 : slice_o + 8'd1 == final_slice;
    end
    if (take_o && last_i) signal_q <= signal_i;
    pushed_q     <= act_push;
    slice_data_o <= data_i;
    signal_o <= signal_q;
  end
endmodule
