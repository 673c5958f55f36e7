// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A controller for 32 MB of SDR SDRAM, 16 bits wide (four banks of 8192 rows of 512 columns), behind AXI4 of 64
// data bits: a beat is a burst of four words, so that a stream takes a beat every four cycles. Rows stay open.
// Bursts are carried out one after the other, reads and writes in turn where both wait; they do not cross 4 KiB.
// Timing: Micron MT48LC16M16A2-75; ISSI's IS42S16160G-7 and Micron's -7E ask for no more.
module sdram_ctrl #(
  parameter int CLOCK_MHZ = 125,
  parameter int INIT_US   = 200
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  // AXI4; address bit 25 says: outside the memory.
  input  logic        awvalid_i,
  output logic        awready_o,
  input  logic [25:0] awaddr_i,
  input  logic [7:0]  awlen_i,
  input  logic        wvalid_i,
  output logic        wready_o,
  input  logic [63:0] wdata_i,
  input  logic [7:0]  wstrb_i,
  output logic        bvalid_o,
  input  logic        bready_i,
  output logic [1:0]  bresp_o,
  input  logic        arvalid_i,
  output logic        arready_o,
  input  logic [25:0] araddr_i,
  input  logic [7:0]  arlen_i,
  output logic        rvalid_o,
  input  logic        rready_i,
  output logic [63:0] rdata_o,
  output logic [1:0]  rresp_o,
  output logic        rlast_o,
  // sdram_pins.
  output logic [2:0]  command_o,  // RAS, CAS, WE, active low
  output logic [1:0]  bank_o,
  output logic [12:0] a_o,
  output logic [15:0] dq_o,
  output logic [1:0]  dqm_o,
  output logic        drive_o,    // a cycle ahead of dq_o and behind it
  input  logic [15:0] dq_i
);
  // Cycles that last so many nanoseconds.
  `define SLUICE_CYCLES(ns) (((ns) * CLOCK_MHZ + 999) / 1000)
  localparam int Trcd    = `SLUICE_CYCLES(20);
  localparam int Trp     = `SLUICE_CYCLES(20);
  localparam int Tras    = `SLUICE_CYCLES(44);
  localparam int Trc     = `SLUICE_CYCLES(66);
  localparam int Twr     = `SLUICE_CYCLES(15);
  `undef SLUICE_CYCLES
  localparam int Refresh = 7800 * CLOCK_MHZ / 1000 - 64;  // the longest that a refresh waits for its turn
  localparam int Init    = INIT_US * CLOCK_MHZ;
  localparam int Timer   = $clog2(Init > Refresh ? Init + 1 : Refresh + 1);
  // From a decision to its words: two registers, half a clock, CAS latency 3, the register at the pins, four words.
  localparam int Pipe    = 10;

  localparam logic [2:0] Nop = 3'b111, Activate = 3'b011, Read = 3'b101, Write = 3'b100, Precharge = 3'b010,
                         AutoRefresh = 3'b001, SetMode = 3'b000;
  localparam logic [12:0] Mode = 13'b000_0_00_011_0_010;  // CAS latency 3, sequential bursts of four
  localparam logic [12:0] All  = 13'b0_0100_0000_0000;    // precharge all banks

  typedef enum logic [2:0] {PowerUp, PowerPrecharge, PowerRefresh, PowerMode, Run, RunRefresh} state_e;
  state_e           state_q;
  logic [Timer-1:0] timer_q;
  logic [2:0]       refreshes_q;
  logic [3:0]       wait_q;      // until the next command but data's
  logic [3:0]       active_q;    // until an open row may be closed
  logic [3:0]       recover_q;   // until what was written is safe from closing
  logic [1:0]       issued_q;    // one and two cycles ago
  logic             able_q, settled_q, free_q;  // free: nothing issued in three cycles
  logic             due_q;       // refresh

  // Bursts: the one at work, and the next.
  logic        next_valid_q, next_write_q, valid_q, write_q, pick_read, pick_write, turn_q, ends;
  logic [25:0] next_addr_q, addr_q;
  logic [7:0]  next_left_q, left_q;
  logic        bad, final_q, next_final_q, issue, issue_read, issue_write, open_now, close_now, ready_now, w_empty,
               w_some_q;  // there was something to write a cycle ago
  logic [1:0]  bank;
  logic [12:0] row;

  assign pick_write = awvalid_i && w_some_q && (!arvalid_i || turn_q);
  assign pick_read  = arvalid_i && !pick_write;
  assign awready_o  = !next_valid_q && pick_write;
  assign arready_o  = !next_valid_q && pick_read;
  assign bad        = addr_q[25];
  assign row        = addr_q[24:12];
  assign bank       = addr_q[11:10];
  assign ends       = issue && final_q;

  // Data.
  logic          w_full, r_empty, r_full, pop_r, room_q, quiet;
  logic [71:0]   w_head;
  logic [4:0]    pending_q;    // beats of reads issued and not taken
  logic [Pipe-1:0] pipe_q, pipe_last_q, pipe_bad_q;
  logic [63:0]   words_q;
  logic [47:0]   rest_q;
  logic [5:0]    rest_strb_q;
  logic [2:0]    drive_q;

  assign wready_o = !w_full;
  assign rvalid_o = !r_empty;
  assign pop_r    = rvalid_o && rready_i;
  assign quiet    = pipe_q == '0;

  fifo #(.WIDTH(72), .DEPTH(16), .HEAD(0)) u_write (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(wvalid_i && wready_o), .data_i({wstrb_i, wdata_i}), .pop_i(issue_write),
    .data_o(w_head), .empty_o(w_empty), .full_o(w_full));
  fifo #(.WIDTH(67), .DEPTH(16)) u_read (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(pipe_q[Pipe-1]),
    .data_i({pipe_last_q[Pipe-1], {2{pipe_bad_q[Pipe-1]}}, words_q}), .pop_i(pop_r),
    .data_o({rlast_o, rresp_o, rdata_o}), .empty_o(r_empty), .full_o(r_full));

  // Rows: looked up in two cycles after the address has changed, while the beat before is on the lines.
  logic [3:0]  open_q;
  logic [1:0]  look_q;
  logic        look_open_q, hit_q, miss_q, closed_q;  // hit: may go on, as an access beyond the memory may
  logic [12:0] look_row_q, open_row, row0_q, row1_q, row2_q, row3_q;

  always_comb begin
    unique case (bank)
      2'd0:    open_row = row0_q;
      2'd1:    open_row = row1_q;
      2'd2:    open_row = row2_q;
      default: open_row = row3_q;
    endcase
  end

  always_ff @(posedge clk_i) begin
    look_open_q <= open_q[bank];
    look_row_q  <= open_row;
    hit_q       <= bad || (look_open_q && look_row_q == row);
    miss_q      <= !bad && look_open_q && look_row_q != row;
    closed_q    <= !bad && !look_open_q;
    if (open_now) begin
      if (bank == 2'd0) row0_q <= row;
      if (bank == 2'd1) row1_q <= row;
      if (bank == 2'd2) row2_q <= row;
      if (bank == 2'd3) row3_q <= row;
    end
  end

  // What is done in this cycle. That something may be is known a cycle ahead, from what counts down; what is done
  // sets the counters, and may be looked at again in the next cycle but one.
  always_ff @(posedge clk_i) begin
    w_some_q  <= !w_empty;
    able_q    <= rst_ni && state_q == Run && valid_q && look_q <= 2'd1 && wait_q <= 4'd1
                 && (!able_q || (!free_q && hit_q));
    settled_q <= active_q <= 4'd1 && recover_q <= 4'd1;
  end
  assign ready_now   = able_q && !due_q;
  logic may, may_write, goes;
  cut u_may (.d_i(able_q && !due_q && free_q && hit_q), .q_o(may));
  cut u_may_write (.d_i(write_q && !w_empty && drive_o && !bvalid_o), .q_o(may_write));
  cut u_goes (.d_i(may_write || (!write_q && room_q)), .q_o(goes));
  cut u_issue (.d_i(may && goes), .q_o(issue));
  assign issue_read  = may && !write_q && room_q;
  cut u_issue_write (.d_i(may && may_write), .q_o(issue_write));
  // What changes the address or a row; a load beside an issue changes no more than that.
  logic looks;
  cut u_looks (.d_i(due_q || (next_valid_q && !valid_q) || (able_q && (closed_q || (miss_q && settled_q)))), .q_o(looks));
  assign close_now   = ready_now && miss_q && settled_q;
  assign open_now    = ready_now && closed_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q      <= PowerUp;
      timer_q      <= Timer'(Init);
      refreshes_q  <= 3'd0;
      wait_q       <= 4'd0;
      active_q     <= 4'd0;
      recover_q    <= 4'd0;
      due_q        <= 1'b0;
      open_q       <= 4'd0;
      command_o    <= Nop;
    end else begin
      command_o <= Nop;
      bank_o    <= bank;
      a_o       <= {4'd0, addr_q[9:3], 2'b00};
      if (wait_q != 4'd0) wait_q <= wait_q - 1'b1;
      if (active_q != 4'd0) active_q <= active_q - 1'b1;
      if (recover_q != 4'd0) recover_q <= recover_q - 1'b1;
      if (timer_q != '0) timer_q <= timer_q - 1'b1;
      if (timer_q == '0 && state_q == Run) begin
        due_q   <= 1'b1;
        timer_q <= Timer'(Refresh);
      end
      unique case (state_q)
        PowerUp: if (timer_q == '0) state_q <= PowerPrecharge;
        PowerPrecharge: begin
          command_o <= Precharge;
          a_o       <= All;
          wait_q    <= 4'(Trp);
          state_q   <= PowerRefresh;
        end
        PowerRefresh: begin
          if (wait_q == 4'd0) begin
            command_o   <= AutoRefresh;
            wait_q      <= 4'(Trc);
            refreshes_q <= refreshes_q + 1'b1;
            if (refreshes_q == 3'd7) state_q <= PowerMode;
          end
        end
        PowerMode: begin
          if (wait_q == 4'd0) begin
            command_o <= SetMode;
            a_o       <= Mode;
            bank_o    <= 2'd0;
            wait_q    <= 4'd2;
            timer_q   <= Timer'(Refresh);
            state_q   <= Run;
          end
        end
        Run: begin
          if (issue_read && !bad) command_o <= Read;
          if (issue_write && !bad) begin
            command_o <= Write;
            recover_q <= 4'(Twr + 3);
          end
          if (open_now) begin
            command_o    <= Activate;
            a_o          <= row;
            open_q[bank] <= 1'b1;
            wait_q       <= 4'(Trcd - 1);
            active_q     <= 4'(Tras - 1);
          end
          if (close_now) begin
            command_o    <= Precharge;
            a_o          <= 13'd0;
            open_q[bank] <= 1'b0;
            wait_q       <= 4'(Trp - 1);
          end
          if (due_q && free_q && wait_q == 4'd0 && active_q == 4'd0 && recover_q == 4'd0) begin
            command_o <= Precharge;
            a_o       <= All;
            open_q    <= 4'd0;
            wait_q    <= 4'(Trp - 1);
            state_q   <= RunRefresh;
          end
        end
        default: begin
          if (wait_q == 4'd0) begin
            command_o <= AutoRefresh;
            wait_q    <= 4'(Trc - 1);
            due_q     <= 1'b0;
            state_q   <= Run;
          end
        end
      endcase
    end
  end

  // Bursts.
  logic picks, may_step, steps, moves_up;
  cut u_may_step (.d_i(may || !valid_q), .q_o(may_step));
  cut u_steps (.d_i(may_step && (goes || !valid_q)), .q_o(steps));
  cut u_moves_up (.d_i(may_step && ((goes && final_q) || !valid_q)), .q_o(moves_up));
  cut u_picks (.d_i(pick_read || pick_write), .q_o(picks));
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      next_valid_q <= 1'b0;
      valid_q      <= 1'b0;
      turn_q       <= 1'b0;
      issued_q     <= 2'd0;
      free_q       <= 1'b1;
      look_q       <= 2'd0;
      bvalid_o     <= 1'b0;
    end else begin
      // The next one moves up where none is at work.
      next_valid_q <= next_valid_q ? valid_q && !ends : picks;
      valid_q      <= next_valid_q || (valid_q && !ends);
      if (!next_valid_q && picks) turn_q <= pick_read;
      free_q   <= !issue && issued_q == 2'd0;
      issued_q <= {issued_q[0], issue};
      if (issue || looks) look_q <= 2'd2;
      else if (look_q != 2'd0) look_q <= look_q - 1'b1;
      if (issue_write && final_q) bvalid_o <= 1'b1;
      else if (bready_i) bvalid_o <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!next_valid_q) begin
      next_write_q <= pick_write;
      next_addr_q  <= pick_write ? awaddr_i : araddr_i;
      next_left_q  <= pick_write ? awlen_i : arlen_i;
      next_final_q <= (pick_write ? awlen_i : arlen_i) == 8'd0;
    end
    // What moves up where no next one is has no effect. That one does is known before it is known whether one is issued.
    if (moves_up) write_q <= next_write_q;
    if (steps) begin
      if (!valid_q || final_q) begin
        addr_q  <= next_addr_q;
        left_q  <= next_left_q;
        final_q <= next_final_q;
      end else begin
        final_q      <= left_q == 8'd1;
        addr_q[25:3] <= addr_q[25:3] + 1'b1;  // the last bit stays as it is
        left_q       <= left_q - 1'b1;
      end
    end
    if (issue_write) bresp_o <= {2{bad}};
  end

  // Words.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      pipe_q    <= '0;
      pending_q <= 5'd0;
      room_q    <= 1'b0;
      drive_q   <= 3'd0;
      drive_o   <= 1'b0;
    end else begin
      pipe_q    <= {pipe_q[Pipe-2:0], issue_read};
      pending_q <= pending_q + 5'(issue_read) - 5'(pop_r);
      room_q    <= pending_q < 5'd14;
      // From before the first word until after the last, but not while the memory answers.
      drive_o   <= (valid_q && write_q && quiet) || drive_q != 3'd0;
      if (issue_write) drive_q <= 3'd5;
      else if (drive_q != 3'd0) drive_q <= drive_q - 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    pipe_last_q <= {pipe_last_q[Pipe-2:0], final_q};
    pipe_bad_q  <= {pipe_bad_q[Pipe-2:0], bad};
    words_q     <= {dq_i, words_q[63:16]};
    // The first word stands by for its turn, which comes only while the lines are driven.
    if (write_q && free_q && drive_o) begin
      dq_o        <= w_head[15:0];
      dqm_o       <= ~w_head[65:64];
      rest_q      <= w_head[63:16];
      rest_strb_q <= w_head[71:66];
    end else begin
      dq_o        <= rest_q[15:0];
      dqm_o       <= ~rest_strb_q[1:0];
      rest_q      <= {16'd0, rest_q[47:16]};
      // Reads want all their bytes.
      rest_strb_q <= {2'b11, rest_strb_q[5:2]};
    end
  end
endmodule
