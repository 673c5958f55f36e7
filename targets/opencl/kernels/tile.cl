// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Windows over an image, tiled. A work-group computes TILE_ROWS x TILE_COLUMNS
// pixels of BLOCKS blocks of LANES channels; what it reads lies in local memory
// with the zero point taken off, so that padding is 0. A unit of its work is
// PIXELS pixels of one block; UNITS of them are shared by ITEMS work-items.
//
// Image: ROWS x COLUMNS x CHANNELS of X, PITCH_ROWS and PITCH_COLUMNS in memory;
// OUT_ROWS x OUT_COLUMNS x OUT_CHANNELS of Y. Window: KERNEL_*, STRIDE_*,
// DILATION_*, PAD_*. Local memory: IN_ROWS x IN_COLUMNS x CHUNK of T, CHUNKS of
// them one after the other, sums in between in `partial`. A vector of XV, TV is
// STAGE_LANES wide, one of SUM_F, Y_F FINISH_LANES.

kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1)))
void NAME(PARAMETERS) {
  local T tile[IN_ROWS * IN_COLUMNS * CHUNK + LANES] __attribute__((aligned(64)));
  const int item = get_local_id(0);
  const int top = get_group_id(1) * TILE_ROWS;
  const int left = get_group_id(0) * TILE_COLUMNS;
  const int image = get_group_id(2) / SPLITS;
  const int split = get_group_id(2) % SPLITS;

#if CHUNKS > 1
  local SUM partial[UNITS * PIXELS] __attribute__((aligned(64)));
  for (int chunk = 0; chunk < CHUNKS; chunk++) {
  barrier(CLK_LOCAL_MEM_FENCE);
#else
  const int chunk = 0;
#endif

  // The group's part of the image.
  const int channel = (CHUNK_BY_SPLIT ? split : chunk) * CHUNK;
  for (int i = item; i < IN_ROWS * IN_COLUMNS; i += ITEMS) {
    const int row = top * STRIDE_Y - PAD_Y + i / IN_COLUMNS;
    const int column = left * STRIDE_X - PAD_X + i % IN_COLUMNS;
    const bool inside = row >= 0 && row < ROWS && column >= 0 && column < COLUMNS;
    global const X *from =
        x + ((image * PITCH_ROWS + row) * PITCH_COLUMNS + column) * CHANNELS;
    for (int c = 0; c < CHUNK; c += STAGE_LANES) {
      TV value = 0;
      if (inside && channel + c < CHANNELS)
        value = CONVERT_TV(*(global const XV *)(from + channel + c)) - (TV)ZERO_POINT;
      *(local TV *)(tile + i * CHUNK + c) = value;
    }
  }
  barrier(CLK_LOCAL_MEM_FENCE);

  for (int unit = item; unit < UNITS; unit += ITEMS) {
    const int block = split * BLOCKS + unit % BLOCKS;
    const int first = unit / BLOCKS * PIXELS;
    global const WEIGHT *weights = (global const WEIGHT *)constants +
                                   (block * CHUNKS + chunk) * CHUNK_WEIGHTS;
    SUM sums[PIXELS];
    local const T *taps[PIXELS];
#pragma unroll
    for (int p = 0; p < PIXELS; p++) {
      const int pixel = min(first + p, TILE_ROWS * TILE_COLUMNS - 1);
      taps[p] = tile + (pixel / TILE_COLUMNS * STRIDE_Y * IN_COLUMNS +
                        pixel % TILE_COLUMNS * STRIDE_X) * CHUNK;
      sums[p] = ((global const SUM *)(constants + BIAS))[block];
#if CHUNKS > 1
      if (chunk > 0)
        sums[p] = partial[unit * PIXELS + p];
#endif
    }

    ACCUMULATE

#if CHUNKS > 1
#pragma unroll
    for (int p = 0; p < PIXELS; p++)
      partial[unit * PIXELS + p] = sums[p];
    if (chunk + 1 < CHUNKS)
      continue;
#endif

    SUM results[PIXELS];
#pragma unroll
    for (int p = 0; p < PIXELS; p++)
      results[p] = sums[p];
#pragma unroll 1
    for (int p = 0; p < PIXELS; p++) {
      const int row = top + (first + p) / TILE_COLUMNS;
      const int column = left + (first + p) % TILE_COLUMNS;
      if (first + p >= TILE_ROWS * TILE_COLUMNS || row >= OUT_ROWS || column >= OUT_COLUMNS)
        continue;
      const int pixel = (image * OUT_ROWS + row) * OUT_COLUMNS + column;
      const SUM_F *result = (const SUM_F *)&results[p];
#pragma unroll 1
      for (int c = block * LANES; c < min(OUT_CHANNELS, (block + 1) * LANES); c += FINISH_LANES) {
        const int at = pixel * OUT_CHANNELS + c;
        *(global Y_F *)(y + at) = FINISH(*result++, at, c ARGUMENTS);
      }
    }
  }

#if CHUNKS > 1
  }
#endif
}
