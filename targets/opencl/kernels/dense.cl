// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// tile.cl's sums over all channels of the input. Weights stand in the order in
// which they are read: LANES channels of STEP taps that are neighbours.
// RUN_COLUMNS x KERNEL_ROWS runs of taps, STEPS steps each.

for (int row = 0; row < KERNEL_ROWS; row++)
  for (int column = 0; column < RUN_COLUMNS; column++) {
    const int run = (row * DILATION_Y * IN_COLUMNS + column * DILATION_X) * CHUNK;
    for (int step = 0; step < STEPS; step++) {
#pragma unroll
      for (int p = 0; p < PIXELS; p++)
        sums[p] = DOT(weights, taps[p] + run + step * STEP, sums[p]);
      weights += LANES * STEP;
    }
  }
