// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The whole link at its two pins. Reads lines "s BYTE" (send), "b BYTE" (send without a stop bit), "d DIVISOR" (the
// host's bit time from here on, in sixteenths of a clock), "w CYCLES" (wait) and prints the bytes that come back;
// "q" once all is still. Behind the link lie 64 KiB of registers and memory that answer after random cycles;
// addresses from 0x10000 on are errors. Register writes are printed as they happen.
module uart_link_tb #(
  parameter int TRIAL_CYCLES = 20000
);
  logic        clk = 1'b0, rst_n = 1'b0, rx = 1'b1, tx, good;
  logic        req, write, memory, done = 1'b0, error = 1'b0;
  logic [31:0] addr;
  logic [63:0] wdata, rdata = 64'd0;
  always #5 clk = !clk;

  uart_link #(.CLOCK_HZ(1000000), .MEMORY_BYTES(65536), .TRIAL_CYCLES(TRIAL_CYCLES)) u_link (
    .clk_i(clk), .rst_ni(rst_n), .rx_i(rx), .tx_o(tx), .good_o(good), .req_o(req), .write_o(write), .memory_o(memory),
    .addr_o(addr), .wdata_o(wdata), .done_i(done), .error_i(error), .rdata_i(rdata));

  logic [7:0] store [0:65535];
  logic [7:0] registers [0:65535];
  int         file, value, divisor, still;
  logic [7:0] what;
  string      path;

  initial begin
    for (int i = 0; i < 65536; i++) begin
      store[i]     = 8'(i * 7 + (i >> 8));
      registers[i] = 8'(i * 11 + 3);
    end
  end

  // Accesses.
  always @(posedge clk) begin
    done <= 1'b0;
    if (req) begin
      repeat (1 + $urandom_range(8)) @(posedge clk);
      done  <= 1'b1;
      error <= addr[31:16] != 16'd0;
      for (int i = 0; i < 8; i++) begin
        if (memory && write && addr[31:16] == 0) store[addr[15:0] + 16'(i)] = wdata[i*8 +: 8];
        if (!memory && write && i < 4 && addr[31:16] == 0) registers[addr[15:0] + 16'(i)] = wdata[i*8 +: 8];
        rdata[i*8 +: 8] <= memory ? store[addr[15:0] + 16'(i)] : registers[addr[15:0] + 16'(i)];
      end
      if (write && !memory) $display("write %h %h", addr, wdata[31:0]);
    end
  end

  // The host's transmitter: `left` sixteenths of a clock to wait, what is over carried on.
  int left = 0;
  task automatic hold;
    left = left + divisor;
    while (left >= 16) begin
      @(posedge clk);
      left = left - 16;
    end
  endtask
  task automatic send(input logic [7:0] data, input logic stop);
    rx = 1'b0;
    hold;
    for (int i = 0; i < 8; i++) begin
      rx = data[i];
      hold;
    end
    rx = stop;
    hold;
    rx = 1'b1;
    if (!stop) hold;
  endtask

  // The host's receiver.
  logic [7:0] heard;
  logic       is_heard;
  int         from, tenths;
  initial begin
    still = 0;
    forever begin
      @(posedge clk);
      still = still + 1;
      if (!tx) begin
        // In the middle of each bit.
        repeat (divisor / 32) @(posedge clk);
        for (int i = 0; i < 8; i++) begin
          from = i * divisor / 16;
          repeat ((i + 1) * divisor / 16 - from) @(posedge clk);
          heard[i] = tx;
        end
        repeat (divisor / 16) @(posedge clk);
        if (tx) $display("r %h", heard);
        else $display("r %h without a stop bit", heard);
        while (!tx) @(posedge clk);
        still = 0;
      end
    end
  end

  initial begin
    divisor = 139;
    if (!$value$plusargs("in=%s", path)) $finish;
    file = $fopen(path, "r");
    repeat (4) @(posedge clk);
    rst_n <= 1'b1;
    while ($fscanf(file, " %c %h", what, value) == 2) begin
      case (what)
        "s", "b": send(value[7:0], what == "s");
        "d": divisor = value;
        default: repeat (value) @(posedge clk);
      endcase
    end
    while (still < 30000) @(posedge clk);
    $display("q");
    $finish;
  end
endmodule
