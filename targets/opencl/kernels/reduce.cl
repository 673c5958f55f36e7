// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LENGTH elements, INNER apart, to one, in their order. A work-item computes one
// result.

kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1)))
void NAME(PARAMETERS) {
  const int at = get_global_id(0);
  if (at >= COUNT)
    return;
  SUM_F sum = INITIAL;
  for (int i = 0; i < LENGTH; i++) {
    const int from = (at / INNER * LENGTH + i) * INNER + at % INNER;
    sum = COMBINE(sum, ELEMENT(from, from % IN_CHANNELS ARGUMENTS));
  }
  *(global Y_F *)(y + at) = FINISH(sum, at, at % OUT_CHANNELS ARGUMENTS);
}
