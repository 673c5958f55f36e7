// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A window over each channel by itself, without weights: maximum or mean of the
// taps inside the image. A work-item computes FINISH_LANES channels of a pixel.

kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1)))
void NAME(PARAMETERS) {
  const int at = get_global_id(0) * FINISH_LANES;
  if (at >= COUNT)
    return;
  const int c = at % CHANNELS;
  const int left = at / CHANNELS % OUT_COLUMNS * STRIDE_X - PAD_X;
  const int top = at / (CHANNELS * OUT_COLUMNS) % OUT_ROWS * STRIDE_Y - PAD_Y;
  const int image = at / (CHANNELS * OUT_COLUMNS * OUT_ROWS);
  SUM_F sum = INITIAL;
  int taps = 0;
  for (int row = max(top, 0); row < min(top + KERNEL_ROWS, ROWS); row++)
    for (int column = max(left, 0); column < min(left + KERNEL_COLUMNS, COLUMNS); column++) {
      const SUM_F value = *(global const SUM_F *)(
          x + ((image * ROWS + row) * COLUMNS + column) * CHANNELS + c);
      sum = COMBINE(sum, value);
      taps++;
    }
  *(global Y_F *)(y + at) = FINISH(MEAN(sum, taps), at, c ARGUMENTS);
}
