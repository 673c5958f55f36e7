// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The registers at the SDRAM's pins. Its clock is the inverse of ours: commands and data change half a cycle
// before it looks, and what it sends is taken at our next edge but one (docs/targets/ulx3s.md counts the time).
module sdram_pins #(
  parameter int TECH = 0  // 0: generic, 1: ECP5
) (
  input  logic        clk_i,
  // sdram_ctrl.
  input  logic [2:0]  command_i,
  input  logic [1:0]  bank_i,
  input  logic [12:0] a_i,
  input  logic [15:0] dq_i,
  input  logic [1:0]  dqm_i,
  input  logic        drive_i,
  output logic [15:0] dq_o,
  // Pins.
  output logic        sdram_clk_o,
  output logic [2:0]  sdram_command_o,  // RAS, CAS, WE
  output logic [1:0]  sdram_ba_o,
  output logic [12:0] sdram_a_o,
  output logic [1:0]  sdram_dqm_o,
  inout  wire  [15:0] sdram_d_io
);
  localparam int Outputs = 3 + 2 + 13 + 2;
  logic [Outputs-1:0] out, pin;
  assign out = {command_i, bank_i, a_i, dqm_i};
  assign {sdram_command_o, sdram_ba_o, sdram_a_o, sdram_dqm_o} = pin;

  if (TECH == 1) begin : gen_ecp5
    ODDRX1F u_clk (.SCLK(clk_i), .RST(1'b0), .D0(1'b0), .D1(1'b1), .Q(sdram_clk_o));
    for (genvar i = 0; i < Outputs; i++) begin : gen_out
      OFS1P3DX u_reg (.SCLK(clk_i), .SP(1'b1), .CD(1'b0), .D(out[i]), .Q(pin[i]));
    end
    for (genvar i = 0; i < 16; i++) begin : gen_dq
      // A register a pin, so that each can lie beside its pad.
      (* keep *) logic release_q;
      logic into, from;
      always_ff @(posedge clk_i) release_q <= !drive_i;
      OFS1P3DX u_out (.SCLK(clk_i), .SP(1'b1), .CD(1'b0), .D(dq_i[i]), .Q(into));
      IFS1P3DX u_in (.SCLK(clk_i), .SP(1'b1), .CD(1'b0), .D(from), .Q(dq_o[i]));
      BB u_pad (.I(into), .T(release_q), .O(from), .B(sdram_d_io[i]));
    end
  end else begin : gen_generic
    logic [15:0] into_q;
    logic        drive_q;
    assign sdram_clk_o = !clk_i;
    assign sdram_d_io  = drive_q ? into_q : 16'bz;
    always_ff @(posedge clk_i) begin
      pin     <= out;
      into_q  <= dq_i;
      drive_q <= drive_i;
      dq_o    <= sdram_d_io;
    end
  end
endmodule
