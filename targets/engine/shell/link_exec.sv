// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Carries out the requests of docs/spec/uart.md, one after the other, and answers them.
module link_exec #(
  parameter int CLOCK_HZ     = 125000000,
  parameter int MEMORY_BYTES = 33554432,
  parameter int BUFFER_BYTES = 2048,
  parameter int TRIAL_CYCLES = 31250000  // in which a new rate must prove itself
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  // Requests, a packet each.
  input  logic        valid_i,
  output logic        ready_o,
  input  logic [7:0]  data_i,
  input  logic        last_i,
  // Answers, a packet each.
  output logic        valid_o,
  input  logic        ready_i,
  output logic [7:0]  data_o,
  output logic        last_o,
  // The line.
  output logic [15:0] divisor_o,
  input  logic        good_i,    // a whole frame has come
  input  logic        quiet_i,   // nothing that was given to ready_i is still to be sent
  // Accesses: link_bus.
  output logic        req_o,
  output logic        write_o,
  output logic        memory_o,
  output logic [31:0] addr_o,
  output logic [63:0] wdata_o,
  input  logic        done_i,    // two cycles after req_o at the earliest
  input  logic        error_i,
  input  logic [63:0] rdata_i
);
  localparam logic [15:0] StartDivisor = 16'((CLOCK_HZ + 3600) / 7200);  // 115,200 baud
  localparam logic [15:0] MaxData      = 16'd512;
  localparam int          TrialBits    = $clog2(TRIAL_CYCLES + 1);

  localparam logic [6:0] OpHello     = 7'h01;
  localparam logic [6:0] OpBaud      = 7'h02;
  localparam logic [6:0] OpReadRegs  = 7'h03;
  localparam logic [6:0] OpWriteRegs = 7'h04;
  localparam logic [6:0] OpReadMem   = 7'h05;
  localparam logic [6:0] OpWriteMem  = 7'h06;
  localparam logic [6:0] OpCheckMem  = 7'h07;
  localparam logic [6:0] OpDamaged   = 7'h7f;  // a packet of this byte: frame_rx
  localparam logic [1:0] Done        = 2'd0;
  localparam logic [1:0] BadRequest  = 2'd1;
  localparam logic [1:0] BusError    = 2'd2;
  localparam logic [7:0] Damaged     = 8'd3;

  // One bit a state.
  localparam int Header = 0, Settle = 1, Sort = 2, Decode = 3, Begin = 4, Drain = 5, Gather = 6, Access = 7, Await = 8,
                 Fold = 9, AnswerOp = 10, AnswerSequence = 11, Load = 12, Send = 13, Status = 14, Rate = 15, States = 16;

  logic [States-1:0] state_q, state_d;
  // The request.
  logic [7:0]  op_q, sequence_q;
  logic [15:0] count_q;                // to go: bytes, or beats of CHECK_MEMORY
  logic        through_q;              // count_q was 0 a cycle ago
  logic [31:0] address_q;
  logic [2:0]  index_q;                // of a byte
  logic [2:0]  word_q;                 // of HELLO's answer
  logic        more_q, short_q;        // its end is to come; it ended within the header
  logic        fits_q, again_q, damaged_q;
  logic        is_read_q, is_write_q, is_memory_q, is_hello_q, is_check_q, is_baud_q;
  logic        wide_q;                 // units of eight bytes go over the line
  // The last one.
  logic        some_q;
  logic [7:0]  last_sequence_q;
  logic [1:0]  status_q;
  // Data: bytes enter at the top and leave at the bottom.
  logic [63:0] unit_q;
  logic [31:0] crc_q, crc_next, hello;
  logic        take, put, has_data, unit_end;
  logic        free_q;                 // an answer's byte may be put; known late, as lines are slow
  logic [7:0]  out;
  logic [15:0] old_divisor_q;
  logic [TrialBits:0] trial_q;         // cycles that a new rate has left, below 0 when they are over
  logic        change_q, trying_q;

  crc32_byte u_crc (.crc_i(crc_q), .data_i(unit_q[7:0]), .crc_o(crc_next));

  assign ready_o  = state_q[Header] || state_q[Drain] || state_q[Gather];
  assign take     = valid_i && ready_o;
  assign put      = (state_q[AnswerOp] || state_q[AnswerSequence] || state_q[Send] || state_q[Status])
                    && free_q;
  assign unit_end = index_q == (wide_q ? 3'd7 : 3'd3);
  assign has_data = !damaged_q && fits_q && !is_write_q && !is_baud_q;

  assign req_o    = state_q[Access];
  assign write_o  = is_write_q;
  assign memory_o = is_memory_q;
  assign addr_o   = address_q;
  assign wdata_o  = is_memory_q ? unit_q : {32'd0, unit_q[63:32]};

  always_comb begin
    unique case (word_q)
      3'd0:    hello = address_q;
      3'd1:    hello = 32'h4b4e4c53;
      3'd2:    hello = 32'd1;
      3'd3:    hello = {16'd0, MaxData};
      3'd4:    hello = 32'(BUFFER_BYTES);
      3'd5:    hello = 32'(CLOCK_HZ);
      3'd6:    hello = 32'(MEMORY_BYTES);
      default: hello = {16'd0, divisor_o};
    endcase
  end

  function automatic logic [States-1:0] to(input int state);
    to = States'(1) << state;
  endfunction

  always_comb begin
    state_d = state_q;
    unique case (1'b1)
      state_q[Header]:         if (take && (last_i || index_q == 3'd7)) state_d = to(Settle);
      state_q[Settle]:         state_d = to(Sort);
      state_q[Sort]:           state_d = to(Decode);
      state_q[Decode]:         state_d = to(Begin);
      state_q[Begin]: begin
        if (more_q && (again_q || !fits_q)) state_d = to(Drain);
        else if (is_write_q && !again_q && fits_q) state_d = to(Gather);
        else if (is_check_q && fits_q) state_d = to(Access);
        else state_d = to(AnswerOp);
      end
      state_q[Drain]:          if (take && last_i) state_d = to(AnswerOp);
      state_q[Gather]: begin
        if (take && unit_end) state_d = to(Access);
        else if (take && last_i) state_d = to(AnswerOp);
      end
      state_q[Access]:         state_d = to(Await);
      state_q[Await]: begin
        if (done_i && is_check_q) state_d = to(Fold);
        else if (done_i && is_read_q) state_d = to(Send);
        // The data must end where the count does.
        else if (done_i && !more_q) state_d = to(AnswerOp);
        else if (done_i && through_q) state_d = to(Drain);
        else if (done_i) state_d = to(Gather);
      end
      state_q[Fold]: begin
        if (index_q == 3'd7 && through_q) state_d = to(AnswerOp);
        else if (index_q == 3'd7) state_d = to(Access);
      end
      state_q[AnswerOp]:       if (put) state_d = to(AnswerSequence);
      state_q[AnswerSequence]: begin
        if (put && !has_data) state_d = to(Status);
        else if (put && is_read_q) state_d = to(Access);
        else if (put) state_d = to(Load);
      end
      state_q[Load]:           state_d = to(Send);
      state_q[Send]: begin
        if (put && unit_end) begin
          if (is_hello_q && word_q != 3'd0) state_d = to(Load);
          else if (is_read_q && !through_q) state_d = to(Access);
          else state_d = to(Status);
        end
      end
      state_q[Status]: begin
        if (put && is_baud_q && fits_q) state_d = to(Rate);
        else if (put) state_d = to(Header);
      end
      state_q[Rate]:           if (quiet_i && !valid_o) state_d = to(Header);
      default: ;
    endcase
  end

  always_comb begin
    unique case (1'b1)
      state_q[AnswerOp]:       out = {1'b1, op_q[6:0]};
      state_q[AnswerSequence]: out = sequence_q;
      state_q[Send]:           out = unit_q[7:0];
      default:                 out = damaged_q ? Damaged : {6'd0, status_q};
    endcase
  end

  // Control.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= to(Header);
      index_q <= 3'd0;
      some_q  <= 1'b0;
      valid_o <= 1'b0;
      free_q  <= 1'b0;
    end else begin
      state_q <= state_d;
      if (!state_q[Send] && !state_q[Gather] && !state_q[Header] && !state_q[Fold]) index_q <= 3'd0;
      else if (take || put || state_q[Fold]) index_q <= index_q + 1'b1;
      if (state_q[Begin] && !short_q) some_q <= 1'b1;
      free_q <= !put && (!valid_o || ready_i);
      if (put) valid_o <= 1'b1;
      else if (ready_i) valid_o <= 1'b0;
    end
  end

  // The request. A byte of the header finds its place a cycle after it was taken.
  logic [7:0] byte_q;
  logic [7:0] place_q;  // one bit for each index, if one was taken
  always_ff @(posedge clk_i) begin
    byte_q  <= data_i;
    place_q <= take && state_q[Header] ? 8'd1 << index_q : 8'd0;
    if (take) more_q <= !last_i;
    if (place_q != 8'd0) short_q <= !place_q[7];
    if (place_q[0]) op_q <= byte_q;
    if (place_q[0] || place_q[1]) sequence_q <= place_q[1] ? byte_q : 8'd0;
    if (place_q[2]) count_q[7:0] <= byte_q;
    if (place_q[3]) count_q[15:8] <= byte_q;
    if (place_q[7:4] != 4'd0) address_q <= {byte_q, address_q[31:8]};
    if (state_q[Access]) begin
      count_q <= count_q - (is_check_q ? 16'd1 : is_memory_q ? 16'd8 : 16'd4);
    end
    if (state_q[Await] && done_i) address_q <= address_q + (is_memory_q ? 32'd8 : 32'd4);
  end

  // What kind it is: its parts in Sort, the whole in Decode.
  logic aligned4_q, aligned8_q, counted_q, divides_q, fits;
  always_ff @(posedge clk_i) begin
    through_q  <= count_q == 16'd0;
    aligned4_q <= address_q[1:0] == 2'd0 && count_q[1:0] == 2'd0;
    aligned8_q <= address_q[2:0] == 3'd0 && count_q[2:0] == 3'd0;
    counted_q  <= count_q != 16'd0 && count_q <= MaxData;
    divides_q  <= address_q[31:16] == 16'd0 && address_q[15:6] != 10'd0;
  end
  always_comb begin
    unique case (op_q)
      {1'b0, OpHello}:     fits = through_q && !more_q;
      {1'b0, OpBaud}:      fits = through_q && !more_q && divides_q;
      {1'b0, OpReadRegs}:  fits = aligned4_q && counted_q && !more_q;
      {1'b0, OpWriteRegs}: fits = aligned4_q && counted_q && more_q;
      {1'b0, OpReadMem}:   fits = aligned8_q && counted_q && !more_q;
      {1'b0, OpWriteMem}:  fits = aligned8_q && counted_q && more_q;
      {1'b0, OpCheckMem}:  fits = address_q[2:0] == 3'd0 && !through_q && !more_q;
      default:             fits = 1'b0;
    endcase
  end
  always_ff @(posedge clk_i) begin
    if (state_q[Decode]) begin
      fits_q      <= fits && !short_q;
      damaged_q   <= short_q && op_q == {1'b0, OpDamaged};
      again_q     <= some_q && !short_q && op_q == {1'b0, OpWriteRegs} && sequence_q == last_sequence_q;
      is_hello_q  <= op_q[6:0] == OpHello;
      is_baud_q   <= op_q[6:0] == OpBaud;
      is_read_q   <= op_q[6:0] == OpReadRegs || op_q[6:0] == OpReadMem;
      is_write_q  <= op_q[6:0] == OpWriteRegs || op_q[6:0] == OpWriteMem;
      is_memory_q <= op_q[6:0] == OpReadMem || op_q[6:0] == OpWriteMem || op_q[6:0] == OpCheckMem;
      is_check_q  <= op_q[6:0] == OpCheckMem;
      wide_q      <= op_q[6:0] == OpReadMem || op_q[6:0] == OpWriteMem;
    end
    // One that is there again gets the answer that it got.
    if (state_q[Begin] && !damaged_q) begin
      last_sequence_q <= sequence_q;
      if (!again_q) status_q <= fits_q ? Done : BadRequest;
    end else if (state_q[Await] && done_i && error_i) begin
      status_q <= BusError;
    end else if (state_q[Await] && done_i && is_write_q && through_q == more_q) begin
      status_q <= BadRequest;
    end else if (state_q[Gather] && take && last_i && !unit_end) begin
      status_q <= BadRequest;
    end
  end

  // Data.
  always_ff @(posedge clk_i) begin
    if (take) unit_q <= {data_i, unit_q[63:8]};
    else if (state_q[Await] && done_i) unit_q <= rdata_i;
    else if (state_q[Load]) unit_q <= {32'd0, is_hello_q ? hello : ~crc_q};
    else if ((put && state_q[Send]) || state_q[Fold]) unit_q <= {8'd0, unit_q[63:8]};
    if (state_q[Begin]) crc_q <= '1;
    else if (state_q[Fold]) crc_q <= crc_next;
    if (state_q[Begin]) word_q <= 3'd0;
    else if (state_q[Load]) word_q <= word_q + 1'b1;
    if (put) begin
      data_o <= out;
      last_o <= state_q[Status];
    end
  end

  // The rate: one at which no frame comes within the trial is given up.
  always_ff @(posedge clk_i) begin
    change_q <= state_q[Rate] && state_d[Header] && rst_ni;
    if (change_q || !rst_ni) trial_q <= (TrialBits+1)'(TRIAL_CYCLES);
    else trial_q <= trial_q - 1'b1;
    if (!rst_ni) begin
      divisor_o <= StartDivisor;
      trying_q  <= 1'b0;
    end else if (change_q) begin
      old_divisor_q <= divisor_o;
      divisor_o     <= address_q[15:0];
      trying_q      <= 1'b1;
    end else if (trying_q && (good_i || trial_q[TrialBits])) begin
      trying_q <= 1'b0;
      if (!good_i) divisor_o <= old_divisor_q;
    end
  end
endmodule
