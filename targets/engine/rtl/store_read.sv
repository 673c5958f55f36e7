// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads the words of STORE's runs from ACT into a queue of entries of the wider of a word and a block, as long as
// there is room for what is on its way. Where blocks are wider, a run's last one may lack words at its end.
module store_read #(
  parameter int PC        = 8,
  parameter int PK        = 8,
  parameter int AXI_BYTES = 8,
  parameter int LEN_BITS  = 16,
  parameter int WORD_BITS  = 14,
  parameter int LOCAL_BITS = 16,
  localparam int EntryBits = 8 * (PC > AXI_BYTES ? PC : AXI_BYTES)
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  run_valid_i,
  output logic                  run_ready_o,
  input  logic [LOCAL_BITS-1:0] run_local_i,
  input  logic [LEN_BITS-1:0]   run_final_i,  // its last byte …
  input  logic                  run_one_word_i,  // … is in its first word
  // ACT; data five cycles after an accepted address.
  output logic                  act_valid_o,
  input  logic                  act_ready_i,
  output logic [WORD_BITS-1:0]  act_addr_o,
  input  logic [PC*8-1:0]       act_data_i,
  output logic                  valid_o,
  input  logic                  take_i,
  output logic [EntryBits-1:0]  data_o,
  output logic                  moved_o
);
  localparam int WordShift  = $clog2(PC);
  localparam int ChunkShift = $clog2(PC / PK);
  localparam int Depth      = 8;
  localparam int Parts      = EntryBits / 8 / PC;  // words of an entry
  localparam int PartBits   = Parts > 1 ? $clog2(Parts) : 1;

  logic                reading_q, room_q, last_word, read, unused, next, next_empty, next_full, entry_last, entry_first, taken_q;
  logic [PartBits-1:0] part_q;
  logic [3:0]          used_q;    // entries with a place in the queue, but for the one of a cycle ago: filled_q
  logic                filled_q;

  assign run_ready_o = !next_full;
  // ACT's readiness comes late.
  logic wants_last, moves;
  cut u_wants_last (.d_i(reading_q && room_q && last_word), .q_o(wants_last));
  cut u_loads_next (.d_i(!next_empty && (!reading_q || (wants_last && act_ready_i))), .q_o(next));
  cut u_moves (.d_i(!reading_q || (room_q && act_ready_i)), .q_o(moves));
  assign act_valid_o = reading_q && room_q;
  assign read        = act_valid_o && act_ready_i;
  assign entry_first = part_q == '0;
  assign entry_last  = last_word || part_q == PartBits'(Parts - 1);
  // Room but for this cycle's entry, and with it.
  logic full_now, full_then, may_fill, fills;
  cut u_full_now (.d_i(used_q == 4'(Depth) || (used_q == 4'(Depth - 1) && filled_q)), .q_o(full_now));
  cut u_full_then (.d_i(used_q == 4'(Depth - 1) || (used_q == 4'(Depth - 2) && filled_q)), .q_o(full_then));
  cut u_may_fill (.d_i(act_valid_o && entry_last), .q_o(may_fill));
  cut u_fills (.d_i(may_fill && act_ready_i), .q_o(fills));

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      reading_q <= 1'b0;
      used_q    <= '0;
      room_q    <= 1'b1;
      taken_q   <= 1'b0;
      filled_q  <= 1'b0;
      part_q    <= '0;
    end else begin
      if (next) reading_q <= 1'b1;
      else if (read && last_word) reading_q <= 1'b0;
      if (read) part_q <= entry_last ? '0 : part_q + 1'b1;
      used_q   <= used_q + 4'(filled_q) - 4'(taken_q);
      filled_q <= fills;
      // An entry that is begun has room for all its words.
      room_q   <= taken_q || !(full_now || (fills && full_then));
      taken_q  <= take_i;
    end
  end

  // The runs to come wait beside the one that is read.
  localparam int RunBits = WORD_BITS + LEN_BITS + 1 - WordShift;
  logic [WORD_BITS-1:0]          next_addr;
  logic [LEN_BITS-1-WordShift:0] next_left;
  logic                          next_one;
  logic [RunBits-1:0]            run_new;
  assign run_new = {WORD_BITS'(run_local_i >> ChunkShift), run_final_i[LEN_BITS-1:WordShift],
                    run_one_word_i};
  fifo #(.WIDTH(RunBits), .DEPTH(4), .HEAD(0)) u_next (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(run_valid_i && run_ready_o), .data_i(run_new),
    .pop_i(next), .data_o({next_addr, next_left, next_one}), .empty_o(next_empty), .full_o(next_full));
  countdown #(.WIDTH(LEN_BITS - WordShift)) u_words (.clk_i(clk_i), .en_i(moves), .load_i(!reading_q || last_word),
    .count_i(next_left), .zero_i(next_one), .zero_o(last_word), .one_o(unused));
  always_ff @(posedge clk_i) begin
    // With none to come it stands there unused.
    if (moves) act_addr_o <= !reading_q || last_word ? next_addr : act_addr_o + 1'b1;
    moved_o <= read;
  end

  // Words that are on their way.
  logic [4:0]           coming_q, ends_q;
  logic [5*PartBits-1:0] parts_q;
  logic                 empty, full;
  logic [EntryBits-1:0] entry;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) coming_q <= '0;
    else coming_q <= {coming_q[3:0], read};
    ends_q  <= {ends_q[3:0], entry_last};
    parts_q <= {parts_q[4*PartBits-1:0], part_q};
  end
  if (Parts == 1) begin : gen_word
    assign entry = act_data_i;
  end else begin : gen_gather
    for (genvar p = 0; p < Parts; p++) begin : gen_part
      if (p < Parts - 1) begin : gen_early
        logic [PC*8-1:0] word_q;
        logic            now;
        assign now = parts_q[4*PartBits +: PartBits] == PartBits'(p);
        assign entry[p*PC*8 +: PC*8] = now ? act_data_i : word_q;
        always_ff @(posedge clk_i) begin
          if (coming_q[4] && now) word_q <= act_data_i;
        end
      end else begin : gen_final
        assign entry[p*PC*8 +: PC*8] = act_data_i;
      end
    end
  end
  fifo #(.WIDTH(EntryBits), .DEPTH(Depth), .HEAD(0)) u_entries (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(coming_q[4] && ends_q[4]), .data_i(entry),
    .pop_i(take_i), .data_o(data_o), .empty_o(empty), .full_o(full));
  assign valid_o = !empty;
endmodule
