// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Constants of docs/spec/engine-isa.md.
package engine_pkg;
  // Opcodes.
  localparam logic [7:0] OpLoadAct   = 8'h01;
  localparam logic [7:0] OpLoadWgt   = 8'h02;
  localparam logic [7:0] OpLoadPrm   = 8'h03;
  localparam logic [7:0] OpLoadLut   = 8'h04;
  localparam logic [7:0] OpConv      = 8'h10;
  localparam logic [7:0] OpDepthwise = 8'h11;
  localparam logic [7:0] OpAdd       = 8'h12;
  localparam logic [7:0] OpMaxPool   = 8'h13;
  localparam logic [7:0] OpStore     = 8'h20;
  localparam logic [7:0] OpEnd       = 8'h3f;

  localparam int InstrBytes = 64;
  localparam int InstrBits  = 8 * InstrBytes;
  localparam int IndexBits  = 26;  // a program of 2^32 bytes

  // Units, as in the token masks.
  localparam int UnitLoad    = 0;
  localparam int UnitCompute = 1;
  localparam int UnitStore   = 2;

  // Where a field of an instruction begins, in bits.
  localparam int FieldOpcode  = 0;
  localparam int FieldWait    = 8;
  localparam int FieldSignal  = 12;
  localparam int FieldInt16In = 16;      // of types: activations of 16 bits
  localparam int FieldInt4    = 18;      // weights of four bits
  localparam int FieldInt16Out = 20;     // results of 16 bits
  localparam int FieldFill    = 8 * 3;   // LOAD_ACT
  localparam int FieldFlags   = 8 * 3;   // DEPTHWISE
  localparam int FieldLocal   = 8 * 4;   // dst, src
  localparam int FieldOffset  = 8 * 8;
  localparam int FieldBase    = 8 * 12;
  localparam int FieldNy      = 8 * 16;
  localparam int FieldNx      = 8 * 18;
  localparam int FieldLen     = 8 * 20;
  localparam int FieldCount   = 8 * 16;
  localparam int FieldStrideY = 8 * 24;
  localparam int FieldStrideX = 8 * 28;
  localparam int FieldPos0    = 8 * 32;
  localparam int FieldRowLen  = 8 * 36;
  localparam int FieldStepY   = 8 * 40;
  localparam int FieldStepX   = 8 * 42;
  localparam int FieldX       = 8 * 4;   // CONV, DEPTHWISE, ADD, MAXPOOL
  localparam int FieldO       = 8 * 8;
  localparam int FieldB       = 8 * 12;
  localparam int FieldW       = 8 * 16;
  localparam int FieldP       = 8 * 18;
  localparam int FieldGroups  = 8 * 20;
  localparam int FieldCi      = 8 * 22;
  localparam int FieldOh      = 8 * 24;
  localparam int FieldOw      = 8 * 26;
  localparam int FieldIh      = 8 * 28;
  localparam int FieldIw      = 8 * 30;
  localparam int FieldKh      = 8 * 32;
  localparam int FieldKw      = 8 * 33;
  localparam int FieldSy      = 8 * 34;
  localparam int FieldSx      = 8 * 35;
  localparam int FieldPadY    = 8 * 36;
  localparam int FieldPadX    = 8 * 37;
  localparam int FieldDilY    = 8 * 38;
  localparam int FieldDilX    = 8 * 39;
  localparam int FieldXStepOy = 8 * 40;
  localparam int FieldXStepOx = 8 * 42;
  localparam int FieldXStepKy = 8 * 44;  // ADD: b_step_oy
  localparam int FieldXStepKx = 8 * 46;  // ADD: b_step_ox
  localparam int FieldOStepOy = 8 * 48;
  localparam int FieldOStepOx = 8 * 50;
  localparam int FieldPad     = 8 * 52;
  localparam int FieldZo      = 8 * 53;
  localparam int FieldLo      = 8 * 54;
  localparam int FieldHi      = 8 * 55;
  localparam int FieldMa      = 8 * 56;
  localparam int FieldMb      = 8 * 58;
  localparam int FieldT       = 8 * 60;
  localparam int FieldLoHigh  = 8 * 61;
  localparam int FieldHiHigh  = 8 * 62;

  localparam int LutTables = 8;

  // ERROR.
  localparam logic [2:0] ErrNone     = 3'd0;
  localparam logic [2:0] ErrIllegal  = 3'd1;
  localparam logic [2:0] ErrFence    = 3'd2;
  localparam logic [2:0] ErrWatchdog = 3'd3;
  localparam logic [2:0] ErrBus      = 3'd4;
  localparam logic [2:0] ErrToken    = 3'd5;
  localparam logic [2:0] ErrAborted  = 3'd6;

  // Counters, in the order of their registers.
  localparam int CntCycles         = 0;
  localparam int CntLoadBusy       = 1;
  localparam int CntLoadToken      = 2;
  localparam int CntLoadMemory     = 3;
  localparam int CntLoadPort       = 4;
  localparam int CntComputeBusy    = 5;
  localparam int CntComputeToken   = 6;
  localparam int CntComputePort    = 7;
  localparam int CntComputeRequant = 8;
  localparam int CntStoreBusy      = 9;
  localparam int CntStoreToken     = 10;
  localparam int CntStoreMemory    = 11;
  localparam int CntStorePort      = 12;
  localparam int CntFetchStall     = 13;
  localparam int CntMacCycles      = 14;
  localparam int CntBytesRead      = 15;
  localparam int CntBytesWritten   = 16;
  localparam int CntInstructions   = 17;
  localparam int NumCounters       = 18;

  // The configuration hash: FNV-1a over text and decimal numbers.
  localparam logic [63:0] HashStart = 64'hcbf29ce484222325;

  function automatic logic [63:0] hash_text(input logic [63:0] start, input logic [127:0] text);
    hash_text = start;
    for (int i = 15; i >= 0; i--) begin
      if (text[i*8 +: 8] != 8'd0) hash_text = (hash_text ^ {56'd0, text[i*8 +: 8]}) * 64'h100000001b3;
    end
  endfunction

  function automatic logic [63:0] hash_number(input logic [63:0] start, input int number);
    int   power, digit;
    logic some;
    hash_number = start;
    power       = 1000000000;
    some        = 1'b0;
    for (int i = 0; i < 10; i++) begin
      digit = (number / power) % 10;
      some  = some || digit != 0;
      if (some) hash_number = (hash_number ^ {56'd0, 8'(digit + 48)}) * 64'h100000001b3;
      power = power / 10;
    end
  endfunction
endpackage
