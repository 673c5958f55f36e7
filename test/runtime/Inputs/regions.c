// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// CPU code of the test package's regions.

#include "sluice/cpu_abi.h"

enum { Size = 256 };

// Where the part of a worker begins; its end is where the next one begins.
static int begin(const sluice_cpu_call *call, uint32_t worker) {
  return (int)(Size * worker / call->worker_count);
}

static int32_t copy(const sluice_cpu_call *call) {
  const int8_t *in = call->tensors[0];
  int8_t *out = call->tensors[1];
  uint32_t worker = call->worker_index;
  for (int i = begin(call, worker); i < begin(call, worker + 1); ++i)
    out[i] = in[i];
  return 0;
}

// Through the scratch, so that it must be there; a worker takes there what the
// next one left, so that the barrier must be there.
static int32_t invert(const sluice_cpu_call *call) {
  const int8_t *in = call->tensors[0];
  int8_t *scratch = call->scratch, *out = call->tensors[1];
  uint32_t worker = call->worker_index;
  for (int i = begin(call, worker); i < begin(call, worker + 1); ++i)
    scratch[i] = (int8_t)~in[i];
  if (call->worker_count > 1)
    call->barrier(call->barrier_context);
  worker = (worker + 1) % call->worker_count;
  for (int i = begin(call, worker); i < begin(call, worker + 1); ++i)
    out[i] = scratch[i];
  return 0;
}

// Worker 0 gives up when the first byte is -128.
static int32_t refuse(const sluice_cpu_call *call) {
  const int8_t *in = call->tensors[0];
  if (in[0] == -128 && call->worker_index == 0)
    return 7;
  return invert(call);
}

static const sluice_cpu_region regions[] = {
    {"copy", copy, 0, 1, 1},
    {"invert", invert, Size, 1, 1},
    {"refuse", refuse, Size, 1, 1},
};

#ifndef LEVEL
#define LEVEL "x86-64"
#endif
static const sluice_cpu_library library = {SLUICE_CPU_ABI_VERSION, 3, LEVEL,
                                           regions};

__attribute__((visibility("default"))) const sluice_cpu_library *
query(uint32_t version) {
  return version == SLUICE_CPU_ABI_VERSION ? &library : 0;
}
