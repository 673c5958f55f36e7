/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * Calls regions of a CPU library on aarch64, without libc, so that it can be
 * built and emulated on any machine. usage: aarch64_runner LIBRARY
 *
 * Reads calls from standard input: u64 region, inputs, outputs; u64 bytes of
 * each; the inputs' bytes. Writes the outputs' bytes. Exits with 1 when a
 * region fails or the input ends amid a call.
 */
#include "runtime/include/sluice/cpu_abi.h"
#include <elf.h>
#include <stddef.h>
#include <stdint.h>

enum { SYS_OPENAT = 56, SYS_READ = 63, SYS_WRITE = 64, SYS_EXIT = 94 };
enum { SYS_MUNMAP = 215, SYS_MMAP = 222 };
enum { MOST_TENSORS = 16 };
static const size_t kArena = (size_t)64 << 20;

static long system_call(long number, long a, long b, long c, long d) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = -1; /* mmap: no file, offset 0 */
  register long x5 __asm__("x5") = 0;
  __asm__ volatile("svc 0"
                   : "+r"(x0)
                   : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                   : "memory");
  return x0;
}

/* Private memory that may be read, written and executed. */
static char *allocate(void) {
  return (char *)system_call(SYS_MMAP, 0, (long)kArena, 7, 0x22);
}

static void leave(long code) { system_call(SYS_EXIT, code, 0, 0, 0); }

/* Reads up to `size` bytes; less only at the end of the file. */
static size_t read_all(int file, void *data, size_t size) {
  size_t done = 0;
  while (done < size) {
    long got = system_call(SYS_READ, file, (long)((char *)data + done),
                           (long)(size - done), 0);
    if (got <= 0)
      break;
    done += (size_t)got;
  }
  return done;
}

static void read_exactly(void *data, size_t size) {
  if (read_all(0, data, size) != size)
    leave(1);
}

static void write_all(const void *data, size_t size) {
  while (size > 0) {
    long put = system_call(SYS_WRITE, 1, (long)data, (long)size, 0);
    if (put <= 0)
      leave(1);
    data = (const char *)data + put;
    size -= (size_t)put;
  }
}

static void copy(char *to, const char *from, size_t size) {
  for (size_t i = 0; i < size; ++i)
    ((volatile char *)to)[i] = from[i];
}

static const sluice_cpu_library *load(const char *path) {
  int file = (int)system_call(SYS_OPENAT, -100, (long)path, 0, 0);
  char *elf = allocate(), *base = allocate();
  read_all(file, elf, kArena);
  const Elf64_Ehdr *header = (const Elf64_Ehdr *)elf;
  const Elf64_Phdr *segment = (const Elf64_Phdr *)(elf + header->e_phoff);
  const Elf64_Dyn *dynamic = NULL;
  for (int i = 0; i < header->e_phnum; ++i, ++segment) {
    if (segment->p_type == PT_LOAD)
      copy(base + segment->p_vaddr, elf + segment->p_offset, segment->p_filesz);
    if (segment->p_type == PT_DYNAMIC)
      dynamic = (const Elf64_Dyn *)(elf + segment->p_offset);
  }
  uint64_t table = 0, size = 0;
  for (; dynamic->d_tag != DT_NULL; ++dynamic) {
    if (dynamic->d_tag == DT_RELA)
      table = dynamic->d_un.d_ptr;
    if (dynamic->d_tag == DT_RELASZ)
      size = dynamic->d_un.d_val;
  }
  const Elf64_Rela *relocation = (const Elf64_Rela *)(base + table);
  for (uint64_t i = 0; i < size / sizeof(*relocation); ++i, ++relocation)
    *(uint64_t *)(base + relocation->r_offset) =
        (uint64_t)base + (uint64_t)relocation->r_addend;
  return ((sluice_cpu_query_fn)(base + header->e_entry))(
      SLUICE_CPU_ABI_VERSION);
}

static void serve(const sluice_cpu_library *library, uint64_t region) {
  uint64_t counts[2], sizes[MOST_TENSORS];
  read_exactly(counts, sizeof(counts));
  uint64_t all = counts[0] + counts[1];
  if (all > MOST_TENSORS)
    leave(1);
  read_exactly(sizes, all * sizeof(*sizes));
  char *arena = allocate(), *next = arena;
  void *tensors[MOST_TENSORS];
  for (uint64_t i = 0; i < all; ++i) {
    tensors[i] = next;
    next += (sizes[i] + 63) / 64 * 64;
    if (i < counts[0])
      read_exactly(tensors[i], sizes[i]);
  }
  sluice_cpu_call call = {0, 1, NULL, NULL, next, tensors};
  if (library->regions[region].run(&call) != 0)
    leave(1);
  for (uint64_t i = counts[0]; i < all; ++i)
    write_all(tensors[i], sizes[i]);
  system_call(SYS_MUNMAP, (long)arena, (long)kArena, 0, 0);
}

/* `stack` is as the kernel leaves it: the number of arguments, then they. */
__attribute__((used)) static void run(char **stack) {
  const sluice_cpu_library *library = load(stack[2]);
  uint64_t region;
  while (read_all(0, &region, sizeof(region)) == sizeof(region))
    serve(library, region);
  leave(0);
}

__asm__(".globl _start\n_start:\n  mov x0, sp\n  bl run\n");
