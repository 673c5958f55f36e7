/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The whole contract between compiled CPU code and the runtime; it includes
 * nothing of Sluice.
 *
 * CPU code is a freestanding, position-independent ELF shared object of the
 * target machine, in memory or a file: no needed library, no undefined symbol,
 * no thread-local, no constructor, relative relocations only, no segment both
 * writable and executable. The ELF header's entry address is a
 * `sluice_cpu_query_fn`. The code starts no thread, allocates nothing, and
 * calls only `barrier`.
 */
#ifndef SLUICE_CPU_ABI_H_
#define SLUICE_CPU_ABI_H_

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_CPU_ABI_VERSION 1u

/* One worker's view of one call. All workers of a call get the same tensors and
 * scratch. */
typedef struct sluice_cpu_call {
  uint32_t worker_index; /* 0 ... worker_count - 1 */
  uint32_t worker_count; /* at least 1 */
  /* Returns when all workers of the call have entered it. Null when
   * worker_count is 1. */
  void (*barrier)(void *barrier_context);
  void *barrier_context;
  void *scratch; /* scratch_size bytes of the region, 64-byte aligned; contents
                    undefined at entry */
  void *const *tensors; /* inputs, then outputs; packed, 64-byte aligned; inputs
                           are only read */
} sluice_cpu_call;

/* Runs a region. Called once by every worker. Returns 0, or a code other than 0
 * when the region found that it cannot compute. */
typedef int32_t (*sluice_cpu_region_fn)(const sluice_cpu_call *call);

typedef struct sluice_cpu_region {
  const char *name; /* as in the program */
  sluice_cpu_region_fn run;
  uint64_t scratch_size; /* bytes */
  uint32_t input_count;
  uint32_t output_count;
} sluice_cpu_region;

typedef struct sluice_cpu_library {
  uint32_t abi_version;
  uint32_t region_count;
  const char *level; /* processor level the code needs: "x86-64-v3", ... */
  const sluice_cpu_region *regions;
} sluice_cpu_library;

/* The ELF entry. Returns null when the code does not speak `abi_version`. */
typedef const sluice_cpu_library *(*sluice_cpu_query_fn)(uint32_t abi_version);

#ifdef __cplusplus
}
#endif

#endif /* SLUICE_CPU_ABI_H_ */
