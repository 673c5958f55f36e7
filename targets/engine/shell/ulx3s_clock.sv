// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The engine's clock from the board's 25 MHz, and the reset that holds until it is steady. Without a PLL (TECH 0)
// the pin has to carry the engine's clock itself.
module ulx3s_clock #(
  parameter int CLOCK_MHZ = 125,  // a multiple of 5
  parameter int TECH      = 0     // 0: generic, 1: ECP5
) (
  input  logic clk_25mhz_i,
  output logic clk_o,
  output logic rst_no
);
  logic       locked;
  logic [7:0] steady_q = 8'd0;

  if (TECH == 1) begin : gen_ecp5
    // 25 MHz / RefDiv · Multiply; the oscillator runs OutDiv times as fast, at 400 to 800 MHz.
    localparam int RefDiv   = CLOCK_MHZ % 25 == 0 ? 1 : 5;
    localparam int Multiply = CLOCK_MHZ * RefDiv / 25;
    localparam int OutDiv   = 640 / CLOCK_MHZ;
    EHXPLLL #(
      .CLKI_DIV(RefDiv), .CLKFB_DIV(Multiply), .CLKOP_DIV(OutDiv), .CLKOP_CPHASE(OutDiv - 1), .CLKOP_FPHASE(0),
      .CLKOP_ENABLE("ENABLED"), .FEEDBK_PATH("CLKOP"), .OUTDIVIDER_MUXA("DIVA"), .PLLRST_ENA("DISABLED"),
      .INTFB_WAKE("DISABLED"), .STDBY_ENABLE("DISABLED"), .DPHASE_SOURCE("DISABLED")
    ) u_pll (
      .CLKI(clk_25mhz_i), .CLKFB(clk_o), .CLKOP(clk_o), .LOCK(locked), .RST(1'b0), .STDBY(1'b0), .PHASESEL0(1'b0),
      .PHASESEL1(1'b0), .PHASEDIR(1'b0), .PHASESTEP(1'b0), .PHASELOADREG(1'b0), .PLLWAKESYNC(1'b0), .ENCLKOP(1'b1)
    );
  end else begin : gen_generic
    assign clk_o  = clk_25mhz_i;
    assign locked = 1'b1;
  end

  // Flip-flops are reset by a one: kept as such, it needs no inverter on its way to all of them.
  logic [1:0] locked_q = 2'b00;
  logic       rst_q    = 1'b1;
  assign rst_no = !rst_q;
  always_ff @(posedge clk_o) begin
    rst_q    <= !steady_q[7];
    locked_q <= {locked_q[0], locked};
    if (!locked_q[1]) steady_q <= 8'd0;
    else if (!steady_q[7]) steady_q <= steady_q + 1'b1;
  end
endmodule
