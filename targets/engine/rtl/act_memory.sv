// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The activation scratchpad: banks of equal, contiguous address ranges, each with one write and one read
// port. COMPUTE shares the write ports with LOAD and the read ports with STORE and goes first. Data stand
// five cycles after an accepted read, and with all that was written in cycles before the read.
// Addresses are in words, but COMPUTE writes chunks.
module act_memory #(
  parameter int PC    = 8,
  parameter int PK    = 8,
  parameter int BYTES = 131072,
  parameter int BANKS = 8,
  parameter int TECH  = 0,
  localparam int R        = PC / PK,
  localparam int WordBits = $clog2(BYTES / PC),
  localparam int ChunkBits = $clog2(BYTES / PK)
) (
  input  logic                 clk_i,
  input  logic                 compute_re_i,
  input  logic [WordBits-1:0]  compute_raddr_i,
  output logic [PC*8-1:0]      compute_rdata_o,
  input  logic                 store_valid_i,
  output logic                 store_ready_o,
  input  logic [WordBits-1:0]  store_raddr_i,
  output logic [PC*8-1:0]      store_rdata_o,
  input  logic                 compute_we_i,
  input  logic [ChunkBits-1:0] compute_waddr_i,
  input  logic [PK*8-1:0]      compute_wdata_i,
  input  logic                 load_valid_i,
  output logic                 load_ready_o,
  input  logic [WordBits-1:0]  load_waddr_i,
  input  logic [PC*8-1:0]      load_wdata_i
);
  localparam int BankBits = $clog2(BANKS);
  localparam int Depth    = BYTES / PC / BANKS;
  localparam int RowBits  = $clog2(Depth);

  logic [BankBits-1:0] cr_bank, cw_bank, lw_bank, sr_bank;
  logic [WordBits-1:0] cw_word;
  logic [R-1:0]        cw_chunks;
  logic [BANKS*PC*8-1:0] bank_rdata;

  assign cw_word = compute_waddr_i[ChunkBits-1 -: WordBits];
  assign cr_bank = compute_raddr_i[WordBits-1 -: BankBits];
  assign sr_bank = store_raddr_i[WordBits-1 -: BankBits];
  assign cw_bank = cw_word[WordBits-1 -: BankBits];
  assign lw_bank = load_waddr_i[WordBits-1 -: BankBits];
  logic same_low, store_waits;  // of the banks' numbers, two bits
  cut u_same_low (.d_i(2'(cr_bank) == 2'(sr_bank)), .q_o(same_low));
  cut u_store_waits (.d_i(compute_re_i && same_low && cr_bank >> 2 == sr_bank >> 2), .q_o(store_waits));
  assign store_ready_o = !store_waits;
  assign load_ready_o  = !(compute_we_i && cw_bank == lw_bank);

  if (R == 1) begin : gen_whole
    assign cw_chunks = 1'b1;
  end else begin : gen_chunks
    assign cw_chunks = R'(1) << compute_waddr_i[$clog2(R)-1:0];
  end

  // Each bank's ports are registers beside it.
  for (genvar b = 0; b < BANKS; b++) begin : gen_bank
    logic cr, sr, cw, lw, re_q;
    logic [RowBits-1:0] raddr_q, waddr_q;
    assign cr = compute_re_i && cr_bank == BankBits'(b);
    assign sr = store_valid_i && sr_bank == BankBits'(b);
    assign cw = compute_we_i && cw_bank == BankBits'(b);
    assign lw = load_valid_i && lw_bank == BankBits'(b);
    always_ff @(posedge clk_i) begin
      re_q    <= cr || sr;
      raddr_q <= cr ? compute_raddr_i[RowBits-1:0] : store_raddr_i[RowBits-1:0];
      waddr_q <= cw ? cw_word[RowBits-1:0] : load_waddr_i[RowBits-1:0];
    end
    for (genvar r = 0; r < R; r++) begin : gen_chunk
      logic            we_q;
      logic [PK*8-1:0] wdata_q;
      always_ff @(posedge clk_i) begin
        we_q    <= (cw && cw_chunks[r]) || (lw && !cw);
        wdata_q <= cw ? compute_wdata_i : load_wdata_i[r*PK*8 +: PK*8];
      end
      ram_sdp #(.WIDTH(PK*8), .DEPTH(Depth), .TECH(TECH)) u_ram (
        .clk_i   (clk_i),
        .we_i    (we_q),
        .waddr_i (waddr_q),
        .wdata_i (wdata_q),
        .re_i    (re_q),
        .raddr_i (raddr_q),
        .rdata_o (bank_rdata[(b*R+r)*PK*8 +: PK*8])
      );
    end
  end

  // Which bank a word comes from, in step with it: one of each two, on half of the way, then one of those. Where
  // nothing is read the rest holds its last word.
  localparam int Pairs    = BANKS / 2;
  localparam int PairBits = Pairs > 1 ? $clog2(Pairs) : 1;
  logic [3:0]            cr_q, sr_q;
  logic [BankBits-1:0]   cr_bank1_q, cr_bank2_q, cr_bank3_q, sr_bank1_q, sr_bank2_q, sr_bank3_q;
  logic [PairBits-1:0]   cr_pair_q, sr_pair_q;
  logic [Pairs*PC*8-1:0] compute_words, store_words;
  for (genvar p = 0; p < Pairs; p++) begin : gen_pair
    logic [PC*8-1:0] compute_q, store_q;
    assign compute_words[p*PC*8 +: PC*8] = compute_q;
    assign store_words[p*PC*8 +: PC*8]   = store_q;
    always_ff @(posedge clk_i) begin
      compute_q <= bank_rdata[(2*p + 32'(cr_bank3_q[0]))*PC*8 +: PC*8];
      store_q   <= bank_rdata[(2*p + 32'(sr_bank3_q[0]))*PC*8 +: PC*8];
    end
  end

  always_ff @(posedge clk_i) begin
    cr_q <= {cr_q[2:0], compute_re_i};
    sr_q <= {sr_q[2:0], store_valid_i && store_ready_o};
    cr_bank1_q <= cr_bank;
    cr_bank2_q <= cr_bank1_q;
    cr_bank3_q <= cr_bank2_q;
    sr_bank1_q <= sr_bank;
    sr_bank2_q <= sr_bank1_q;
    sr_bank3_q <= sr_bank2_q;
    cr_pair_q  <= PairBits'(cr_bank3_q >> 1);
    sr_pair_q  <= PairBits'(sr_bank3_q >> 1);
    if (cr_q[3]) compute_rdata_o <= compute_words[cr_pair_q*PC*8 +: PC*8];
    if (sr_q[3]) store_rdata_o <= store_words[sr_pair_q*PC*8 +: PC*8];
  end
endmodule
