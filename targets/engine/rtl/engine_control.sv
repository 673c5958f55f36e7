// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Runs a program from start to done, watches over it, and on the first error halts the bus masters, waits
// until the bus has drained and keeps what went wrong.
module engine_control (
  input  logic                             clk_i,
  input  logic                             rst_ni,
  input  logic                             start_i,
  input  logic                             abort_i,
  input  logic [31:0]                      watchdog_i,
  // The program's state.
  input  logic                             finished_i,
  input  logic                             progress_i,
  input  logic                             bus_idle_i,
  // Faults, the first of them kept; bit e of fault_i is ERROR e + 1, with the index of its instruction.
  input  logic [5:0]                       fault_i,
  input  logic [6*engine_pkg::IndexBits-1:0] fault_index_i,
  output logic                             running_o,
  output logic                             begin_o,       // clears what the last run left; set in reset, too
  output logic [3:0]                       units_rst_no,  // alike, for those who lie apart
  output logic                             halt_o,
  output logic                             done_o,
  output logic                             watchdog_o,    // has run out
  output logic [2:0]                       error_o,
  output logic [31:0]                      error_index_o
);

  typedef enum logic [1:0] {StIdle, StBegin, StRun, StDrain} state_e;
  state_e      state_q, state_d;
  logic        units_rst, ends;
  logic [3:0]  units_rst_q;  // needs no inverter on its way to all that it resets
  logic [31:0] quiet_q;
  logic        progress_q, bus_idle_q;
  logic [1:0]  finished_q;
  logic [1:0]  drained_q;  // cycles since the masters were halted
  logic [5:0]  fault_q;
  logic        any_q;
  logic [6*engine_pkg::IndexBits-1:0] fault_index_q;

  assign units_rst    = !rst_ni || state_q == StIdle || done_o;
  assign units_rst_no = ~units_rst_q;
  for (genvar u = 0; u < 4; u++) begin : gen_rst
    twin u_rst (.clk_i(clk_i), .d_i(units_rst), .q_o(units_rst_q[u]));
  end
  assign ends = (state_q == StRun && !any_q && finished_q[1]) || (state_q == StDrain && drained_q[1] && bus_idle_q);
  cut u_done (.d_i(ends), .q_o(done_o));

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StIdle:  if (start_i) state_d = StBegin;
      StBegin: state_d = StRun;
      StRun: begin
        if (any_q) state_d = StDrain;
        else if (finished_q[1]) state_d = StIdle;
      end
      StDrain: if (drained_q[1] && bus_idle_q) state_d = StIdle;
      default: state_d = StIdle;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q       <= StIdle;
      running_o     <= 1'b0;
      halt_o        <= 1'b1;
      error_o       <= engine_pkg::ErrNone;
      error_index_o <= '0;
    end else begin
      state_q      <= state_d;
      running_o    <= state_d != StIdle;
      halt_o       <= state_d != StRun;
      if (begin_o) begin
        error_o       <= engine_pkg::ErrNone;
        error_index_o <= '0;
      end else if (keep_q) begin
        error_o       <= first_q;
        error_index_o <= 32'(first_index_q);
      end
    end
  end

  // A cycle late, and some are so already: no program finishes in the two cycles of its fault.
  logic [5:0] faults, fault;
  assign faults = fault_i | {abort_i, 5'd0};
  for (genvar e = 0; e < 6; e++) begin : gen_fault
    cut u_fault (.d_i(faults[e]), .q_o(fault[e]));
  end
  always_ff @(posedge clk_i) begin
    fault_q       <= fault;
    any_q         <= state_q == StRun && fault != '0;
    fault_index_q <= fault_index_i;
  end

  // The first of them is kept a cycle after the masters were told to halt.
  logic                             keep_q;
  logic [2:0]                       first_q;
  logic [engine_pkg::IndexBits-1:0] first_index_q;
  always_ff @(posedge clk_i) begin
    keep_q        <= rst_ni && state_q == StRun && any_q;
    first_q       <= engine_pkg::ErrNone;
    first_index_q <= '0;
    for (int e = 5; e >= 0; e--) begin
      if (fault_q[e]) begin
        first_q       <= 3'(e + 1);
        first_index_q <= fault_index_q[e*engine_pkg::IndexBits +: engine_pkg::IndexBits];
      end
    end
  end

  always_ff @(posedge clk_i) begin
    progress_q <= progress_i;
    finished_q <= {finished_q[0], finished_i};
    bus_idle_q <= bus_idle_i;
    drained_q  <= state_q == StDrain ? {drained_q[0], 1'b1} : '0;
    if (state_q != StRun || progress_q) quiet_q <= '0;
    else if (!watchdog_o) quiet_q <= quiet_q + 1'b1;
    watchdog_o <= state_q == StRun && watchdog_i != '0 && quiet_q >= watchdog_i;
    begin_o    <= !rst_ni || state_d == StBegin;
  end
endmodule
