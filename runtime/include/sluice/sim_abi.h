/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The contract between driver `sim` and a simulated engine: a shared object
 * named by the engine's configuration hash (sixteen hexadecimal digits and
 * ".so"), which exports `sluice_sim_query`. It holds the engine's RTL and a
 * memory on its AXI4 master, and nothing reaches the engine but its AXI ports.
 * An instance belongs to one thread at a time.
 */
#ifndef SLUICE_SIM_ABI_H_
#define SLUICE_SIM_ABI_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_SIM_ABI_VERSION 2u
#define SLUICE_SIM_QUERY_NAME "sluice_sim_query"

typedef struct sluice_sim sluice_sim;

typedef struct sluice_sim_options {
  uint32_t latency; /* cycles from an accepted read address to its first beat */
  uint32_t bytes_per_cycle; /* of the memory, 1 ... AXI_BYTES, each direction */
  uint32_t stall_seed;  /* random stalls on all five AXI4 channels; 0 = none */
  uint64_t memory_size; /* bytes, a multiple of 4096; zero at create */
} sluice_sim_options;

#define SLUICE_SIM_COUNTERS 18

/* What the engine's counters held as an instruction ended. */
typedef struct sluice_sim_mark {
  uint32_t unit;                          /* 0 LOAD, 1 COMPUTE, 2 STORE */
  uint32_t instruction;                   /* index in the program */
  uint64_t counters[SLUICE_SIM_COUNTERS]; /* in the order of the registers */
} sluice_sim_mark;

typedef struct sluice_sim_api {
  uint32_t abi_version;
  uint64_t configuration_hash; /* docs/spec/engine-isa.md */
  /* A device out of reset. Null when there is no memory for it, or when an
   * option is out of range. */
  sluice_sim *(*create)(const sluice_sim_options *options);
  void (*destroy)(sluice_sim *sim);
  /* One AXI4-Lite access; the clock runs meanwhile. 0, or another value on an
   * error response or none within 1000 cycles. */
  int (*read_register)(sluice_sim *sim, uint32_t address, uint32_t *value);
  int (*write_register)(sluice_sim *sim, uint32_t address, uint32_t value);
  /* The memory at AXI addresses [0, memory_size), to be read and written
   * between calls. Accesses outside answer DECERR. */
  uint8_t *(*memory)(sluice_sim *sim);
  /* Runs the clock until the interrupt line is high or for `max_cycles`;
   * returns the cycles it ran. */
  uint64_t (*run)(sluice_sim *sim, uint64_t max_cycles);
  /* Clock cycles since create. */
  uint64_t (*cycles)(const sluice_sim *sim);
  /* The first AXI4 rule that the engine broke, or null. */
  const char *(*violation)(const sluice_sim *sim);
  /* To be called before a start: the first `capacity` ends of instructions go
   * to `marks`, which the caller keeps until the next call; null to stop. A
   * probe of the simulator's: hardware has its counters, to be read at rest. */
  void (*trace)(sluice_sim *sim, sluice_sim_mark *marks, size_t capacity);
  /* Instructions that have ended since `trace`. */
  size_t (*traced)(const sluice_sim *sim);
} sluice_sim_api;

/* Returns null when the library does not speak `abi_version`. */
typedef const sluice_sim_api *(*sluice_sim_query_fn)(uint32_t abi_version);

#ifdef __cplusplus
}
#endif

#endif /* SLUICE_SIM_ABI_H_ */
