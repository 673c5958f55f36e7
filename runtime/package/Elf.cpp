// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/package/Elf.h"

#include <bit>
#include <cerrno>
#include <cinttypes>
#include <cstring>
#include <elf.h>
#include <sys/mman.h>
#include <unistd.h>

namespace sluice {
namespace {

static_assert(std::endian::native == std::endian::little && sizeof(void *) == 8,
              "the loader reads 64-bit little-endian code only");

#if defined(__x86_64__)
constexpr uint16_t kMachine = EM_X86_64;
constexpr uint32_t kRelative = R_X86_64_RELATIVE;
#elif defined(__aarch64__)
constexpr uint16_t kMachine = EM_AARCH64;
constexpr uint32_t kRelative = R_AARCH64_RELATIVE;
#elif defined(__riscv)
constexpr uint16_t kMachine = EM_RISCV;
constexpr uint32_t kRelative = R_RISCV_RELATIVE;
#else
#error "no ELF machine number for this processor"
#endif

constexpr uint16_t kMaxHeaders = 64;
constexpr uint64_t kMaxImageSize = uint64_t(1) << 30;

bool isInside(uint64_t offset, uint64_t size, uint64_t limit) {
  return offset <= limit && size <= limit - offset;
}

class Loader {
public:
  Loader(std::span<const uint8_t> bytes, const char *where)
      : bytes(bytes), where(where), page(sysconf(_SC_PAGESIZE)) {}

  /// Maps, relocates and protects; then `memory` and `entry` are the image's.
  Status load();

  Buffer memory;
  uint64_t entry = 0; ///< offset in `memory` of executable code

private:
  Status bad(const char *what) {
    return fail(SLUICE_STATUS_INVALID_PACKAGE, "%s: CPU code: %s", where, what);
  }
  /// Reads a T at `offset` of the file; the caller has checked the bounds.
  template <typename T> T at(uint64_t offset) const {
    T value;
    memcpy(&value, bytes.data() + offset, sizeof(T));
    return value;
  }
  Elf64_Phdr header(uint16_t i) const {
    return at<Elf64_Phdr>(phoff + i * sizeof(Elf64_Phdr));
  }
  uint64_t floorPage(uint64_t value) const { return value & ~(page - 1); }
  uint64_t ceilPage(uint64_t value) const {
    return floorPage(value + page - 1);
  }
  Status readHeader();
  Status checkSegments();
  Status readDynamic(const Elf64_Phdr &dynamic);
  Status relocate();
  Status protect();

  std::span<const uint8_t> bytes;
  const char *where;
  const uint64_t page;
  uint64_t phoff = 0;
  uint16_t phnum = 0;
  uint64_t imageSize = 0;
  uint64_t relocations = 0, relocationsSize = 0; // addresses in the image
};

Status Loader::readHeader() {
  if (bytes.size() < sizeof(Elf64_Ehdr))
    return bad("too short for an ELF header");
  auto elf = at<Elf64_Ehdr>(0);
  if (memcmp(elf.e_ident, ELFMAG, SELFMAG) != 0)
    return bad("not an ELF file");
  if (elf.e_ident[EI_CLASS] != ELFCLASS64 ||
      elf.e_ident[EI_DATA] != ELFDATA2LSB || elf.e_machine != kMachine)
    return fail(SLUICE_STATUS_UNSUPPORTED,
                "%s: CPU code is for another machine (ELF machine %u, this is "
                "%u); compile the model for this one",
                where, elf.e_machine, kMachine);
  if (elf.e_type != ET_DYN)
    return bad("not a shared object");
  if (elf.e_phentsize != sizeof(Elf64_Phdr) || elf.e_phnum == 0 ||
      elf.e_phnum > kMaxHeaders ||
      !isInside(elf.e_phoff, uint64_t(elf.e_phnum) * sizeof(Elf64_Phdr),
                bytes.size()))
    return bad("program headers are outside the file or too many");
  phoff = elf.e_phoff;
  phnum = elf.e_phnum;
  entry = elf.e_entry;
  return SLUICE_STATUS_OK;
}

/// Checks all segments, and that the entry lies in an executable one.
Status Loader::checkSegments() {
  uint64_t end = 0;
  bool hasEntry = false;
  for (uint16_t i = 0; i < phnum; ++i) {
    Elf64_Phdr segment = header(i);
    if (segment.p_type == PT_TLS)
      return bad("has thread-local data");
    if (segment.p_type == PT_INTERP)
      return bad("asks for an interpreter");
    if (segment.p_type == PT_GNU_STACK && (segment.p_flags & PF_X))
      return bad("asks for an executable stack");
    if (segment.p_type != PT_LOAD)
      continue;
    if ((segment.p_flags & PF_W) && (segment.p_flags & PF_X))
      return bad("has a segment both writable and executable");
    if (segment.p_filesz > segment.p_memsz ||
        !isInside(segment.p_offset, segment.p_filesz, bytes.size()))
      return bad("a segment is outside the file");
    if (!isInside(segment.p_vaddr, segment.p_memsz, kMaxImageSize))
      return bad("a segment is outside the largest image allowed");
    // Pages carry one protection, so segments must not share any.
    if (segment.p_vaddr < end)
      return bad("segments overlap, or share a page");
    end = ceilPage(segment.p_vaddr + segment.p_memsz);
    hasEntry |= (segment.p_flags & PF_X) && entry >= segment.p_vaddr &&
                entry < segment.p_vaddr + segment.p_memsz;
  }
  if (!hasEntry)
    return bad("the entry is not in executable code");
  imageSize = end;
  return SLUICE_STATUS_OK;
}

/// Reads the dynamic section from the image; refuses all that needs a dynamic
/// linker but relative relocations.
Status Loader::readDynamic(const Elf64_Phdr &dynamic) {
  if (!isInside(dynamic.p_vaddr, dynamic.p_memsz, imageSize))
    return bad("the dynamic section is outside the image");
  for (uint64_t i = 0; i + sizeof(Elf64_Dyn) <= dynamic.p_memsz;
       i += sizeof(Elf64_Dyn)) {
    Elf64_Dyn tag;
    memcpy(&tag, memory.data() + dynamic.p_vaddr + i, sizeof(tag));
    switch (tag.d_tag) {
    case DT_NULL:
      return SLUICE_STATUS_OK;
    case DT_NEEDED:
      return bad("needs another library");
    case DT_INIT:
    case DT_FINI:
    case DT_INIT_ARRAY:
    case DT_FINI_ARRAY:
    case DT_PREINIT_ARRAY:
      return bad("has constructors or destructors");
    case DT_REL:
    case DT_RELR:
    case DT_JMPREL:
    case DT_TEXTREL:
      return bad("has relocations of a kind that is not allowed");
    case DT_RELA:
      relocations = tag.d_un.d_ptr;
      break;
    case DT_RELASZ:
      relocationsSize = tag.d_un.d_val;
      break;
    case DT_RELAENT:
      if (tag.d_un.d_val != sizeof(Elf64_Rela))
        return bad("relocations have an unknown size");
      break;
    default:
      break;
    }
  }
  return SLUICE_STATUS_OK;
}

Status Loader::relocate() {
  if (relocationsSize % sizeof(Elf64_Rela) != 0 ||
      !isInside(relocations, relocationsSize, imageSize))
    return bad("relocations are outside the image");
  for (uint64_t i = 0; i < relocationsSize; i += sizeof(Elf64_Rela)) {
    Elf64_Rela relocation;
    memcpy(&relocation, memory.data() + relocations + i, sizeof(relocation));
    if (ELF64_R_TYPE(relocation.r_info) != kRelative ||
        ELF64_R_SYM(relocation.r_info) != 0)
      return bad("has a relocation that is not relative");
    if (!isInside(relocation.r_offset, sizeof(uint64_t), imageSize) ||
        uint64_t(relocation.r_addend) > imageSize)
      return bad("a relocation points outside the image");
    uint64_t value =
        reinterpret_cast<uint64_t>(memory.data()) + relocation.r_addend;
    memcpy(memory.data() + relocation.r_offset, &value, sizeof(value));
  }
  return SLUICE_STATUS_OK;
}

/// Gives every segment its protection, and what lies between none. RELRO needs
/// no care: nothing writes there but the relocations, which a writable page
/// allows.
Status Loader::protect() {
  uint64_t done = 0;
  auto set = [&](uint64_t end, int protection) -> Status {
    if (end > done && mprotect(memory.data() + done, end - done, protection))
      return fail(SLUICE_STATUS_IO, "%s: cannot protect CPU code: %s", where,
                  strerror(errno));
    done = end;
    return SLUICE_STATUS_OK;
  };
  for (uint16_t i = 0; i < phnum; ++i) {
    Elf64_Phdr segment = header(i);
    if (segment.p_type != PT_LOAD)
      continue;
    SLUICE_RETURN_IF_ERROR(set(floorPage(segment.p_vaddr), PROT_NONE));
    int protection = (segment.p_flags & PF_R ? PROT_READ : 0) |
                     (segment.p_flags & PF_W ? PROT_WRITE : 0) |
                     (segment.p_flags & PF_X ? PROT_EXEC : 0);
    SLUICE_RETURN_IF_ERROR(
        set(ceilPage(segment.p_vaddr + segment.p_memsz), protection));
  }
  auto *begin = reinterpret_cast<char *>(memory.data());
  __builtin___clear_cache(begin, begin + memory.size());
  return SLUICE_STATUS_OK;
}

Status Loader::load() {
  SLUICE_RETURN_IF_ERROR(readHeader());
  SLUICE_RETURN_IF_ERROR(checkSegments());
  SLUICE_RETURN_IF_ERROR(Buffer::allocate(imageSize, "CPU code", memory));
  for (uint16_t i = 0; i < phnum; ++i) {
    Elf64_Phdr segment = header(i);
    if (segment.p_type == PT_LOAD && segment.p_filesz)
      memcpy(memory.data() + segment.p_vaddr, bytes.data() + segment.p_offset,
             segment.p_filesz);
  }
  for (uint16_t i = 0; i < phnum; ++i)
    if (Elf64_Phdr dynamic = header(i); dynamic.p_type == PT_DYNAMIC)
      SLUICE_RETURN_IF_ERROR(readDynamic(dynamic));
  SLUICE_RETURN_IF_ERROR(relocate());
  return protect();
}

} // namespace

Status ElfImage::load(std::span<const uint8_t> bytes, const char *where,
                      ElfImage &out) {
  Loader loader(bytes, where);
  SLUICE_RETURN_IF_ERROR(loader.load());
  auto query = reinterpret_cast<sluice_cpu_query_fn>(loader.memory.data() +
                                                     loader.entry);
  const sluice_cpu_library *library = query(SLUICE_CPU_ABI_VERSION);
  if (!library || library->abi_version != SLUICE_CPU_ABI_VERSION)
    return fail(SLUICE_STATUS_UNSUPPORTED,
                "%s: CPU code does not speak version %u of its contract; "
                "compile the model again",
                where, SLUICE_CPU_ABI_VERSION);
  out.memory_ = std::move(loader.memory);
  out.library_ = library;
  return SLUICE_STATUS_OK;
}

} // namespace sluice
