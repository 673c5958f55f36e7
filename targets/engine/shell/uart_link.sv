// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The host's end of a board: docs/spec/uart.md on two pins, accesses of registers and memory behind it.
module uart_link #(
  parameter int CLOCK_HZ     = 125000000,
  parameter int MEMORY_BYTES = 33554432,
  parameter int TRIAL_CYCLES = CLOCK_HZ / 4,
  parameter int TECH         = 0
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        rx_i,
  output logic        tx_o,
  output logic        good_o,   // a whole frame has come
  // link_bus.
  output logic        req_o,
  output logic        write_o,
  output logic        memory_o,
  output logic [31:0] addr_o,
  output logic [63:0] wdata_o,
  input  logic        done_i,
  input  logic        error_i,
  input  logic [63:0] rdata_i
);
  localparam int BufferBytes = 2048;

  logic        rx_valid, rx_broken, tx_valid, tx_ready, tx_idle, frame_idle;
  logic [7:0]  rx_data, tx_data;
  logic [15:0] divisor;
  logic        push, push_last, commit, rollback, full;
  logic [7:0]  push_data;
  logic        in_valid, in_ready, in_last, out_valid, out_ready, out_last;
  logic [7:0]  in_data, out_data, frame_data;
  logic        frame_valid, frame_ready, frame_last, quiet_q;

  uart_rx u_rx (
    .clk_i(clk_i), .rst_ni(rst_ni), .divisor_i(divisor), .rx_i(rx_i), .valid_o(rx_valid), .data_o(rx_data),
    .broken_o(rx_broken));
  frame_rx u_frame_rx (
    .clk_i(clk_i), .rst_ni(rst_ni), .valid_i(rx_valid), .data_i(rx_data), .broken_i(rx_broken),
    .push_o(push), .data_o(push_data), .last_o(push_last), .commit_o(commit), .rollback_o(rollback), .full_i(full),
    .good_o(good_o));
  packet_fifo #(.DEPTH(BufferBytes), .TECH(TECH)) u_requests (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(push), .data_i(push_data), .last_i(push_last), .commit_i(commit),
    .rollback_i(rollback), .full_o(full), .valid_o(in_valid), .ready_i(in_ready), .data_o(in_data), .last_o(in_last));
  // A little less than there is, so that a host within the limit never meets a full buffer.
  link_exec #(
    .CLOCK_HZ(CLOCK_HZ), .MEMORY_BYTES(MEMORY_BYTES), .BUFFER_BYTES(BufferBytes - 64), .TRIAL_CYCLES(TRIAL_CYCLES)
  ) u_exec (
    .clk_i(clk_i), .rst_ni(rst_ni), .valid_i(in_valid), .ready_o(in_ready), .data_i(in_data), .last_i(in_last),
    .valid_o(out_valid), .ready_i(out_ready), .data_o(out_data), .last_o(out_last), .divisor_o(divisor),
    .good_i(good_o), .quiet_i(quiet_q), .req_o(req_o), .write_o(write_o), .memory_o(memory_o),
    .addr_o(addr_o), .wdata_o(wdata_o), .done_i(done_i), .error_i(error_i), .rdata_i(rdata_i));
  skid #(.WIDTH(9)) u_answer (
    .clk_i(clk_i), .rst_ni(rst_ni), .valid_i(out_valid), .ready_o(out_ready), .data_i({out_last, out_data}),
    .valid_o(frame_valid), .ready_i(frame_ready), .data_o({frame_last, frame_data}));
  frame_tx u_frame_tx (
    .clk_i(clk_i), .rst_ni(rst_ni), .valid_i(frame_valid), .ready_o(frame_ready), .data_i(frame_data),
    .last_i(frame_last),
    .idle_o(frame_idle), .valid_o(tx_valid), .ready_i(tx_ready), .data_o(tx_data));
  uart_tx u_tx (
    .clk_i(clk_i), .rst_ni(rst_ni), .divisor_i(divisor), .valid_i(tx_valid), .ready_o(tx_ready), .data_i(tx_data),
    .tx_o(tx_o), .idle_o(tx_idle));

  // A byte that link_exec has just given away may still be on its way through u_answer.
  always_ff @(posedge clk_i) quiet_q <= frame_idle && tx_idle && !frame_valid && !out_valid;
endmodule
