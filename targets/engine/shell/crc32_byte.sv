// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One byte more of the CRC-32 of Ethernet: least significant bit first, polynomial 0x04c11db7 read backwards.
// Begins with all ones; what is sent is the inverse.
module crc32_byte (
  input  logic [31:0] crc_i,
  input  logic [7:0]  data_i,
  output logic [31:0] crc_o
);
  always_comb begin
    crc_o = crc_i ^ {24'd0, data_i};
    for (int i = 0; i < 8; i++) crc_o = (crc_o >> 1) ^ (crc_o[0] ? 32'hedb88320 : 32'd0);
  end
endmodule
