// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every element by itself: FINISH_LANES neighbours a work-item.

kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1)))
void NAME(PARAMETERS) {
  const int at = get_global_id(0) * FINISH_LANES;
  if (at < COUNT)
    *(global Y_F *)(y + at) = FINISH(at, at % OUT_CHANNELS ARGUMENTS);
}
