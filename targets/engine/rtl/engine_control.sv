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
  output logic                             begin_o,       // clears what the last run left
  output logic                             units_rst_no,
  output logic                             halt_o,
  output logic                             done_o,
  output logic                             watchdog_o,    // has run out
  output logic [2:0]                       error_o,
  output logic [31:0]                      error_index_o
);

  typedef enum logic [1:0] {StIdle, StBegin, StRun, StDrain} state_e;
  state_e      state_q, state_d;
  logic [31:0] quiet_q;
  logic [5:0]  fault_q;
  logic [6*engine_pkg::IndexBits-1:0] fault_index_q;

  assign running_o    = state_q != StIdle;
  assign begin_o      = state_q == StBegin;
  assign units_rst_no = state_q == StRun || state_q == StDrain;
  assign halt_o       = state_q != StRun;
  assign watchdog_o   = state_q == StRun && watchdog_i != '0 && quiet_q >= watchdog_i;
  assign done_o       = (state_q == StRun && state_d == StIdle) || (state_q == StDrain && state_d == StIdle);

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StIdle:  if (start_i) state_d = StBegin;
      StBegin: state_d = StRun;
      StRun: begin
        if (fault_q != '0) state_d = StDrain;
        else if (finished_i) state_d = StIdle;
      end
      StDrain: if (bus_idle_i) state_d = StIdle;
      default: state_d = StIdle;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q       <= StIdle;
      error_o       <= engine_pkg::ErrNone;
      error_index_o <= '0;
    end else begin
      state_q <= state_d;
      if (begin_o) begin
        error_o       <= engine_pkg::ErrNone;
        error_index_o <= '0;
      end else if (state_q == StRun && fault_q != '0) begin
        for (int e = 5; e >= 0; e--) begin
          if (fault_q[e]) begin
            error_o       <= 3'(e + 1);
            error_index_o <= 32'(fault_index_q[e*engine_pkg::IndexBits +: engine_pkg::IndexBits]);
          end
        end
      end
    end
  end

  // A cycle late: no program finishes in the cycle of its fault.
  always_ff @(posedge clk_i) begin
    fault_q         <= state_q == StRun ? fault_i | {abort_i, 5'd0} : '0;
    fault_index_q <= fault_index_i;
  end

  always_ff @(posedge clk_i) begin
    if (state_q != StRun || progress_i) quiet_q <= '0;
    else if (!watchdog_o) quiet_q <= quiet_q + 1'b1;
  end
endmodule
