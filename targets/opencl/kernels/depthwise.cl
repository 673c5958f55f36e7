// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// tile.cl's sums of each channel by itself.

for (int row = 0; row < KERNEL_ROWS; row++)
  for (int column = 0; column < KERNEL_COLUMNS; column++) {
    const int tap = (row * DILATION_Y * IN_COLUMNS + column * DILATION_X) * CHUNK +
                    unit % BLOCKS * LANES;
    const TV_LANES weight = CONVERT_WEIGHT(*(global const WEIGHT_LANES *)weights);
#pragma unroll
    for (int p = 0; p < PIXELS; p++)
      sums[p] = MULTIPLY_ADD(weight, *(local const TV_LANES *)(taps[p] + tap), sums[p]);
    weights += LANES;
  }
