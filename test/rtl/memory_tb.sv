// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The path to the memory: axi_mux and link_bus before sdram_ctrl, sdram_pins and the timing-checked sdram_model, or
// with RAM before axi_ram. The
// engine's side makes random bursts with random stalls on all its channels, the link's side single accesses; each
// compares what it reads with a copy of what it wrote. Then a stream and single reads are timed.
module memory_tb #(
  parameter int CLOCK_MHZ = 125,
  parameter int RAM       = 0,
  parameter int ROUNDS    = 1000,
  parameter int SEED      = 1
);
  localparam int Words = 18;  // of the model: 512 KiB
  logic        clk = 1'b0, rst_n = 1'b0;
  always #5 clk = !clk;

  logic        aw_valid = 1'b0, aw_ready, w_valid = 1'b0, w_ready, w_last = 1'b0, b_valid, b_ready = 1'b0;
  logic        ar_valid = 1'b0, ar_ready, r_valid, r_ready = 1'b0, r_last;
  logic [25:0] aw_addr = '0, ar_addr = '0;
  logic [7:0]  aw_len = '0, ar_len = '0, w_strb = '0;
  logic [63:0] w_data = '0, r_data;
  logic [1:0]  b_resp, r_resp;

  logic        req = 1'b0, write = 1'b0, done, error;
  logic [31:0] addr = '0;
  logic [63:0] wdata = '0, rdata;
  logic        l_awvalid, l_awready, l_wvalid, l_wready, l_bvalid, l_bready, l_arvalid, l_arready, l_rvalid, l_rready;
  logic [31:0] l_awaddr, l_araddr;
  logic [63:0] l_wdata, l_rdata;
  logic [1:0]  l_bresp, l_rresp;
  logic        r0, r1, r2, r3, r4;
  logic [11:0] r5, r6;
  logic [31:0] r7;
  link_bus u_bus (
    .clk_i(clk), .rst_ni(rst_n), .req_i(req), .write_i(write), .memory_i(1'b1), .addr_i(addr), .data_i(wdata),
    .done_o(done), .error_o(error), .data_o(rdata),
    .reg_awvalid_o(r0), .reg_awready_i(1'b0), .reg_awaddr_o(r5), .reg_wvalid_o(r1), .reg_wready_i(1'b0),
    .reg_wdata_o(r7), .reg_bvalid_i(1'b0), .reg_bready_o(r2), .reg_bresp_i(2'd0), .reg_arvalid_o(r3),
    .reg_arready_i(1'b0), .reg_araddr_o(r6), .reg_rvalid_i(1'b0), .reg_rready_o(r4), .reg_rdata_i(32'd0),
    .reg_rresp_i(2'd0),
    .mem_awvalid_o(l_awvalid), .mem_awready_i(l_awready), .mem_awaddr_o(l_awaddr), .mem_wvalid_o(l_wvalid),
    .mem_wready_i(l_wready), .mem_wdata_o(l_wdata), .mem_bvalid_i(l_bvalid), .mem_bready_o(l_bready),
    .mem_bresp_i(l_bresp), .mem_arvalid_o(l_arvalid), .mem_arready_i(l_arready), .mem_araddr_o(l_araddr),
    .mem_rvalid_i(l_rvalid), .mem_rready_o(l_rready), .mem_rdata_i(l_rdata), .mem_rresp_i(l_rresp));

  logic        m_awvalid, m_awready, m_wvalid, m_wready, m_wlast, m_bvalid, m_bready, m_arvalid, m_arready, m_rvalid,
               m_rready, m_rlast;
  logic [25:0] m_awaddr, m_araddr;
  logic [7:0]  m_awlen, m_wstrb, m_arlen;
  logic [63:0] m_wdata, m_rdata;
  logic [1:0]  m_bresp, m_rresp;
  axi_mux #(.ADDR_BITS(26)) u_mux (
    .clk_i(clk), .rst_ni(rst_n),
    .e_awvalid_i(aw_valid), .e_awready_o(aw_ready), .e_awaddr_i(aw_addr), .e_awlen_i(aw_len), .e_wvalid_i(w_valid),
    .e_wready_o(w_ready), .e_wdata_i(w_data), .e_wstrb_i(w_strb), .e_wlast_i(w_last), .e_bvalid_o(b_valid),
    .e_bready_i(b_ready), .e_bresp_o(b_resp), .e_arvalid_i(ar_valid), .e_arready_o(ar_ready), .e_araddr_i(ar_addr),
    .e_arlen_i(ar_len), .e_rvalid_o(r_valid), .e_rready_i(r_ready), .e_rdata_o(r_data), .e_rresp_o(r_resp),
    .e_rlast_o(r_last),
    .l_awvalid_i(l_awvalid), .l_awready_o(l_awready), .l_awaddr_i({|l_awaddr[31:25], l_awaddr[24:0]}),
    .l_wvalid_i(l_wvalid), .l_wready_o(l_wready), .l_wdata_i(l_wdata), .l_bvalid_o(l_bvalid), .l_bresp_o(l_bresp),
    .l_arvalid_i(l_arvalid), .l_arready_o(l_arready), .l_araddr_i({|l_araddr[31:25], l_araddr[24:0]}),
    .l_rvalid_o(l_rvalid), .l_rdata_o(l_rdata), .l_rresp_o(l_rresp),
    .m_awvalid_o(m_awvalid), .m_awready_i(m_awready), .m_awaddr_o(m_awaddr), .m_awlen_o(m_awlen),
    .m_wvalid_o(m_wvalid), .m_wready_i(m_wready), .m_wdata_o(m_wdata), .m_wstrb_o(m_wstrb), .m_wlast_o(m_wlast),
    .m_bvalid_i(m_bvalid), .m_bready_o(m_bready), .m_bresp_i(m_bresp), .m_arvalid_o(m_arvalid),
    .m_arready_i(m_arready), .m_araddr_o(m_araddr), .m_arlen_o(m_arlen), .m_rvalid_i(m_rvalid), .m_rready_o(m_rready),
    .m_rdata_i(m_rdata), .m_rresp_i(m_rresp), .m_rlast_i(m_rlast));

  if (RAM != 0) begin : gen_ram
    axi_ram #(.ADDR_BITS(Words + 2)) u_ram (
      .clk_i(clk), .rst_ni(rst_n), .awvalid_i(m_awvalid), .awready_o(m_awready),
      .awaddr_i({m_awaddr[25], m_awaddr[Words:0]}), .wvalid_i(m_wvalid), .wready_o(m_wready), .wdata_i(m_wdata),
      .wstrb_i(m_wstrb), .wlast_i(m_wlast), .bvalid_o(m_bvalid), .bready_i(m_bready), .bresp_o(m_bresp),
      .arvalid_i(m_arvalid), .arready_o(m_arready), .araddr_i({m_araddr[25], m_araddr[Words:0]}), .arlen_i(m_arlen),
      .rvalid_o(m_rvalid), .rready_i(m_rready), .rdata_o(m_rdata), .rresp_o(m_rresp), .rlast_o(m_rlast));
  end else begin : gen_sdram
    logic [2:0]  command, pin_command;
    logic [1:0]  bank, dqm, pin_ba, pin_dqm;
    logic [12:0] a, pin_a;
    logic [15:0] dq_out, dq_in;
    logic        drive, pin_clk;
    wire  [15:0] pin_d;
    sdram_ctrl #(.CLOCK_MHZ(CLOCK_MHZ)) u_ctrl (
      .clk_i(clk), .rst_ni(rst_n), .awvalid_i(m_awvalid), .awready_o(m_awready), .awaddr_i(m_awaddr), .awlen_i(m_awlen),
      .wvalid_i(m_wvalid), .wready_o(m_wready), .wdata_i(m_wdata), .wstrb_i(m_wstrb), .bvalid_o(m_bvalid),
      .bready_i(m_bready), .bresp_o(m_bresp), .arvalid_i(m_arvalid), .arready_o(m_arready), .araddr_i(m_araddr),
      .arlen_i(m_arlen), .rvalid_o(m_rvalid), .rready_i(m_rready), .rdata_o(m_rdata), .rresp_o(m_rresp),
      .rlast_o(m_rlast), .command_o(command), .bank_o(bank), .a_o(a), .dq_o(dq_out), .dqm_o(dqm), .drive_o(drive),
      .dq_i(dq_in));
    sdram_pins u_pins (
      .clk_i(clk), .command_i(command), .bank_i(bank), .a_i(a), .dq_i(dq_out), .dqm_i(dqm), .drive_i(drive),
      .dq_o(dq_in), .sdram_clk_o(pin_clk), .sdram_command_o(pin_command), .sdram_ba_o(pin_ba), .sdram_a_o(pin_a),
      .sdram_dqm_o(pin_dqm), .sdram_d_io(pin_d));
    sdram_model #(.CLOCK_MHZ(CLOCK_MHZ), .WORD_BITS(Words)) u_model (
      .clk_i(pin_clk), .cke_i(1'b1), .csn_i(!rst_n), .rasn_i(pin_command[2]), .casn_i(pin_command[1]),
      .wen_i(pin_command[0]), .a_i(pin_a), .ba_i(pin_ba), .dqm_i(pin_dqm), .dq_io(pin_d));
  end

  // Copies: the engine's side has the even 4 KiB pages, the link's the odd ones.
  logic [7:0] engine_copy [0:524287], link_copy [0:524287];
  logic       engine_known [0:524287], link_known [0:524287];
  int         seed = SEED, stall = 0, errors = 0, reads = 0, engine_done = 0, link_done = 0;

  function automatic int pick(input int range);
    pick = int'($unsigned($urandom(seed)) % range);
  endfunction
  task automatic fail(input string what);
    $display("FAILED: %s at %0t", what, $time);
    errors = errors + 1;
  endtask

  // A burst's place: in a page of the engine's, within 4 KiB; a few beyond the memory.
  task automatic place(output logic [25:0] address, output logic [7:0] len, output logic outside);
    address = {7'd0, 6'(21 * pick(3)), 1'b0, 9'(pick(2) * 480 + pick(32)), 3'd0};
    len     = 8'(pick(3) == 0 ? pick(32) : pick(5));
    if (12'(address[11:3]) + 12'(len) > 12'd511) len = 8'd0;
    outside = pick(40) == 0;
    if (outside) address[25] = 1'b1;
  endtask

  logic [25:0] address;
  logic [7:0]  len;
  logic        outside;

  task automatic engine_write;
    logic [63:0] data;
    logic [7:0]  strobes;
    place(address, len, outside);
    @(posedge clk);
    repeat (pick(4) * stall) @(posedge clk);
    aw_valid <= 1'b1;
    aw_addr  <= address;
    aw_len   <= len;
    do @(posedge clk); while (!aw_ready);
    aw_valid <= 1'b0;
    for (int i = 0; i <= int'(len); i++) begin
      repeat (pick(3) * stall) @(posedge clk);
      data    = {$urandom(seed), $urandom(seed)};
      strobes = pick(2) == 0 ? 8'hff : 8'($urandom(seed));
      w_valid <= 1'b1;
      w_data  <= data;
      w_strb  <= strobes;
      w_last  <= i == int'(len);
      do @(posedge clk); while (!w_ready);
      w_valid <= 1'b0;
      for (int b = 0; b < 8; b++) begin
        if (strobes[b] && !outside) begin
          engine_copy[int'(address[18:0]) + 8 * i + b]  = data[8*b +: 8];
          engine_known[int'(address[18:0]) + 8 * i + b] = 1'b1;
        end
      end
    end
    repeat (pick(5) * stall) @(posedge clk);
    b_ready <= 1'b1;
    do @(posedge clk); while (!b_valid);
    b_ready <= 1'b0;
    if (b_resp != {2{outside}}) fail("a write's answer");
  endtask

  task automatic engine_read;
    place(address, len, outside);
    @(posedge clk);
    ar_valid <= 1'b1;
    ar_addr  <= address;
    ar_len   <= len;
    do @(posedge clk); while (!ar_ready);
    ar_valid <= 1'b0;
    for (int i = 0; i <= int'(len); i++) begin
      repeat (pick(3) * stall * pick(4)) @(posedge clk);
      // Now and then so long that all that is under way comes to stand.
      if (pick(30) == 0) repeat (pick(300) * stall) @(posedge clk);
      r_ready <= 1'b1;
      do @(posedge clk); while (!r_valid);
      r_ready <= 1'b0;
      if (r_last != (i == int'(len))) fail("RLAST");
      if (r_resp != {2{outside}}) fail("a read's answer");
      for (int b = 0; b < 8; b++) begin
        if (!outside && engine_known[int'(address[18:0]) + 8 * i + b]) begin
          reads = reads + 1;
          if (r_data[8*b +: 8] !== engine_copy[int'(address[18:0]) + 8 * i + b]) fail("a byte of the engine's");
        end
      end
    end
  endtask

  initial begin
    for (int i = 0; i < 524288; i++) begin
      engine_known[i] = 1'b0;
      link_known[i]   = 1'b0;
    end
    repeat (4) @(posedge clk);
    rst_n <= 1'b1;
    for (int i = 0; i < ROUNDS; i++) begin
      if (i % 50 == 0) stall = pick(3);
      if (pick(2) == 0) engine_write;
      else engine_read;
    end
    engine_done = 1;
  end

  // The link's side.
  logic [18:0] spot;
  initial begin
    repeat (8) @(posedge clk);
    for (int i = 0; i < ROUNDS; i++) begin
      repeat (pick(60)) @(posedge clk);
      spot  = {6'(21 * pick(3)), 1'b1, 9'(pick(32)), 3'd0};
      req   <= 1'b1;
      write <= 1'(pick(2));
      addr  <= {13'd0, spot};
      wdata <= {$urandom(seed), $urandom(seed)};
      @(posedge clk);
      req <= 1'b0;
      do @(posedge clk); while (!done);
      if (error) fail("an access of the link's");
      for (int b = 0; b < 8; b++) begin
        if (write) begin
          link_copy[int'(spot) + b]  = wdata[8*b +: 8];
          link_known[int'(spot) + b] = 1'b1;
        end else if (link_known[int'(spot) + b]) begin
          reads = reads + 1;
          if (rdata[8*b +: 8] !== link_copy[int'(spot) + b]) fail("a byte of the link's");
        end
      end
    end
    link_done = 1;
  end

  // A hang is a failure too.
  initial begin
    #20000000 $display("hangs");
    $finish;
  end

  // Alone: latency of single beats of a row that is open, and the beats of a stream of bursts of 32.
  int begun, latency, beats;
  initial begin
    while (!(engine_done == 1 && link_done == 1)) @(posedge clk);
    r_ready <= 1'b1;
    latency = 0;
    for (int i = 0; i < 20; i++) begin
      repeat (40) @(posedge clk);
      ar_valid <= 1'b1;
      ar_addr  <= 26'(8 * i);
      ar_len   <= 8'd0;
      begun = int'($time / 10);
      do @(posedge clk); while (!ar_ready);
      ar_valid <= 1'b0;
      do @(posedge clk); while (!r_valid);
      if (i == 1 || (i > 1 && int'($time / 10) - begun < latency)) latency = int'($time / 10) - begun;
    end
    beats = 0;
    begun = int'($time / 10);
    fork
      for (int i = 0; i < 256; i++) begin
        ar_valid <= 1'b1;
        ar_addr  <= 26'(256 * i);
        ar_len   <= 8'd31;
        do @(posedge clk); while (!ar_ready);
        ar_valid <= 1'b0;
      end
      while (beats < 256 * 32) begin
        @(posedge clk);
        if (r_valid && r_ready) beats = beats + 1;
      end
    join
    $display("%0d bytes compared, %0d wrong", reads, errors);
    $display("latency %0d cycles, %0d bytes in %0d cycles", latency, beats * 8, int'($time / 10) - begun);
    $finish;
  end
endmodule
