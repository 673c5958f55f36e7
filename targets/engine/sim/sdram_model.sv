// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A 16-bit SDR SDRAM of four banks and 512 columns a row at its pins, for simulation: CAS latency 3, bursts of four,
// no automatic precharge. What breaks the timing of a Micron MT48LC16M16A2-75 at CLOCK_MHZ, or the order of
// commands that it asks for, ends the simulation with a line that says so.
module sdram_model #(
  parameter int CLOCK_MHZ = 125,
  parameter int WORD_BITS = 24,   // 2^24 words of 16 bits; fewer for a simulator that is short of memory
  parameter int INIT_US   = 200
) (
  input logic        clk_i,
  input logic        cke_i,
  input logic        csn_i,
  input logic        rasn_i,
  input logic        casn_i,
  input logic        wen_i,
  input logic [12:0] a_i,
  input logic [1:0]  ba_i,
  input logic [1:0]  dqm_i,
  inout wire  [15:0] dq_io
);
  localparam int Never = -1000000;
  logic [15:0] mem_q [0:(1 << WORD_BITS) - 1];

  // Times in cycles of the last command of each kind.
  int          now, refreshed, mode_set, activated [0:3], closed [0:3], written, refreshes, debt, any_activated;
  logic [3:0]  open;
  logic [12:0] row [0:3];
  logic        ready;

  // Words on their way: at stage 0 those that leave at the next edge.
  logic [15:0] out_data [0:2];
  logic [2:0]  out_valid;
  logic        reading, writing, drive;
  logic [1:0]  read_word, write_word, mask [0:1];
  logic [23:0] read_base, write_base;
  logic [15:0] dq;

  assign dq_io = drive ? dq : 16'bz;

  function automatic int cycles(input int ns);
    return (ns * CLOCK_MHZ + 999) / 1000;
  endfunction

  task automatic require(input logic holds, input string rule);
    if (!holds) $fatal(1, "sdram: cycle %0d: %s", now, rule);
  endtask

  task automatic write_now(input logic [23:0] address);
    if (!dqm_i[0]) mem_q[WORD_BITS'(address)][7:0] = dq_io[7:0];
    if (!dqm_i[1]) mem_q[WORD_BITS'(address)][15:8] = dq_io[15:8];
    written = now;
  endtask

  // Row, bank and column as one number, as the controller numbers them.
  function automatic logic [23:0] place(input logic [1:0] bank, input logic [8:0] column);
    return {row[bank], bank, column};
  endfunction

  task automatic command;
    unique case ({rasn_i, casn_i, wen_i})
      3'b111, 3'b110: ;
      3'b011: begin
        require(ready, "a bank is opened before the mode is set");
        require(!open[ba_i], "a bank is opened that is open");
        require(now - closed[ba_i] >= cycles(20), "tRP: a bank is opened too soon after it was closed");
        require(now - activated[ba_i] >= cycles(66), "tRC: a bank is opened too soon after it was opened");
        require(now - any_activated >= cycles(15), "tRRD: a bank is opened too soon after another");
        require(now - refreshed >= cycles(66), "tRC: a bank is opened too soon after a refresh");
        require(now - mode_set >= 2, "tMRD: a bank is opened too soon after the mode was set");
        open[ba_i]      = 1'b1;
        row[ba_i]       = a_i;
        activated[ba_i] = now;
        any_activated   = now;
      end
      3'b101, 3'b100: begin
        require(open[ba_i], "a closed bank is read or written");
        require(now - activated[ba_i] >= cycles(20), "tRCD: a bank is read or written too soon after it was opened");
        require(!a_i[10], "automatic precharge");
        require(int'(place(ba_i, a_i[8:0])) < (1 << WORD_BITS), "an address beyond the model's memory");
        if (wen_i) begin
          require(!reading, "a read cuts off a read");
          reading   = 1'b1;
          read_word = 2'd0;
          read_base = place(ba_i, a_i[8:0]);
        end else begin
          require(!reading && out_valid == 3'b000 && !drive, "a write while data of a read is on the lines");
          writing    = 1'b1;
          write_word = 2'd0;
          write_base = place(ba_i, a_i[8:0]);
        end
      end
      3'b010: begin
        for (int b = 0; b < 4; b++) begin
          if (a_i[10] || b == int'(ba_i)) begin
            require(!open[b] || now - activated[b] >= cycles(44), "tRAS: a bank is closed too soon after it was opened");
            require(!open[b] || now - written >= cycles(15), "tWR: a bank is closed too soon after a write");
            if (open[b]) closed[b] = now;
            open[b] = 1'b0;
          end
        end
      end
      3'b001: begin
        require(open == 4'd0, "a refresh while a bank is open");
        require(now - refreshed >= cycles(66), "tRC: a refresh too soon after another");
        for (int b = 0; b < 4; b++) require(now - closed[b] >= cycles(20), "tRP: a refresh too soon after closing");
        refreshed = now;
        refreshes = refreshes + 1;
        debt      = debt > 7812500 ? debt - 7812500 : 0;
      end
      default: begin
        require(open == 4'd0 && refreshes >= 8, "the mode is set before eight refreshes");
        require(now - refreshed >= cycles(66), "tRC: the mode is set too soon after a refresh");
        require(a_i == 13'h032 && ba_i == 2'd0, "a mode other than CAS latency 3, sequential bursts of four");
        mode_set = now;
        ready    = 1'b1;
      end
    endcase
  endtask

  initial begin
    now           = 0;
    refreshed     = Never;
    mode_set      = Never;
    any_activated = Never;
    written       = Never;
    refreshes     = 0;
    debt          = 0;
    open          = 4'd0;
    ready         = 1'b0;
    reading       = 1'b0;
    writing       = 1'b0;
    drive         = 1'b0;
    out_valid     = 3'b000;
    mask[0]       = 2'b00;
    mask[1]       = 2'b00;
    for (int b = 0; b < 4; b++) begin
      activated[b] = Never;
      closed[b]    = Never;
    end
    // What lies in it after power-up is anything.
    for (int i = 0; i < (1 << WORD_BITS); i++) mem_q[i] = 16'(i * 40503 + 12345);
  end

  always @(posedge clk_i) begin
    now = now + 1;
    require(cke_i, "its clock is off");
    if (!csn_i && {rasn_i, casn_i, wen_i} != 3'b111) begin
      require(now >= INIT_US * CLOCK_MHZ, "a command before the power has been steady for long enough");
      command;
    end
    // Refreshes may come late, but 8192 must come in 64 ms.
    if (ready) debt = debt + 1000000 / CLOCK_MHZ;
    require(debt < 8 * 7812500, "tREF: refreshes fall behind");
    if (writing) begin
      write_now({write_base[23:2], write_base[1:0] + write_word});
      write_word = write_word + 1'b1;
      if (write_word == 2'd0) writing = 1'b0;
    end
    // CAS latency 3, masks two cycles before.
    drive        = out_valid[0];
    dq           = out_data[0];
    out_valid    = {1'b0, out_valid[2:1]};
    out_data[0]  = out_data[1];
    out_data[1]  = out_data[2];
    if (drive) require(mask[1] == 2'b00, "a word that is read is masked");
    if (reading) begin
      out_data[2]  = mem_q[WORD_BITS'({read_base[23:2], read_base[1:0] + read_word})];
      out_valid[2] = 1'b1;
      read_word    = read_word + 1'b1;
      if (read_word == 2'd0) reading = 1'b0;
    end
    mask[1] = mask[0];
    mask[0] = dqm_i;
  end
endmodule
