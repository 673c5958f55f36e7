// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loader takes what sluice/cpu_abi.h allows and nothing else.

#include "runtime/package/Elf.h"
#include "test/runtime/TestPackage.h"

#include <cstring>
#include <elf.h>
#include <gtest/gtest.h>

using namespace sluice;
using namespace sluice::test;

namespace {

class Elf : public testing::Test {
protected:
  template <typename T> T *at(uint64_t offset) {
    return reinterpret_cast<T *>(bytes.data() + offset);
  }
  Elf64_Ehdr *header() { return at<Elf64_Ehdr>(0); }
  /// The n-th program header of a type.
  Elf64_Phdr *segment(uint32_t type, int n = 0) {
    for (uint16_t i = 0; i < header()->e_phnum; ++i) {
      auto *found = at<Elf64_Phdr>(header()->e_phoff + i * sizeof(Elf64_Phdr));
      if (found->p_type == type && n-- == 0)
        return found;
    }
    ADD_FAILURE() << "no segment of type " << type;
    return nullptr;
  }
  Elf64_Dyn *tag(int64_t wanted) {
    auto *tags = at<Elf64_Dyn>(segment(PT_DYNAMIC)->p_offset);
    while (tags->d_tag != wanted && tags->d_tag != DT_NULL)
      ++tags;
    return tags;
  }
  void expectRefused(const char *text,
                     Status status = SLUICE_STATUS_INVALID_PACKAGE) {
    ElfImage image;
    EXPECT_EQ(ElfImage::load(bytes, "cpu.so", image), status) << text;
    EXPECT_NE(std::string(sluice_status_message()).find(text),
              std::string::npos)
        << sluice_status_message();
  }

  Bytes bytes = testLibrary();
};

TEST_F(Elf, RunsCode) {
  ElfImage image;
  ASSERT_EQ(ElfImage::load(bytes, "cpu.so", image), SLUICE_STATUS_OK)
      << sluice_status_message();
  const sluice_cpu_library &library = image.library();
  ASSERT_EQ(library.region_count, 3u);
  EXPECT_STREQ(library.regions[1].name, "invert");
  alignas(64) int8_t in[256] = {5}, out[256], scratch[256];
  void *tensors[] = {in, out};
  sluice_cpu_call call = {0, 1, nullptr, nullptr, scratch, tensors};
  EXPECT_EQ(library.regions[1].run(&call), 0);
  EXPECT_EQ(out[0], ~5);
  EXPECT_EQ(out[255], -1);
}

TEST_F(Elf, RefusesAnotherMachine) {
  header()->e_machine = EM_386;
  expectRefused("for another machine", SLUICE_STATUS_UNSUPPORTED);
}

TEST_F(Elf, RefusesWhatIsNoSharedObject) {
  header()->e_type = ET_EXEC;
  expectRefused("not a shared object");
  bytes.resize(10);
  expectRefused("too short");
}

TEST_F(Elf, RefusesWritableCode) {
  segment(PT_LOAD)->p_flags = PF_R | PF_W | PF_X;
  expectRefused("both writable and executable");
}

TEST_F(Elf, RefusesSegmentsOutside) {
  segment(PT_LOAD, 1)->p_filesz = bytes.size() + 1;
  segment(PT_LOAD, 1)->p_memsz = bytes.size() + 1;
  expectRefused("a segment is outside the file");
  segment(PT_LOAD, 1)->p_filesz = 0;
  segment(PT_LOAD, 1)->p_memsz = uint64_t(1) << 40;
  expectRefused("outside the largest image");
}

TEST_F(Elf, RefusesOverlappingSegments) {
  segment(PT_LOAD, 1)->p_vaddr = segment(PT_LOAD)->p_vaddr;
  expectRefused("segments overlap");
}

TEST_F(Elf, RefusesAnEntryOutsideCode) {
  header()->e_entry = segment(PT_LOAD)->p_vaddr;
  expectRefused("the entry is not in executable code");
}

TEST_F(Elf, RefusesNeedsAndConstructors) {
  Elf64_Dyn saved = *tag(DT_RELAENT);
  for (auto [wanted, text] :
       {std::pair{DT_NEEDED, "needs another library"},
        {DT_INIT_ARRAY, "has constructors"},
        {DT_JMPREL, "relocations of a kind that is not allowed"}}) {
    tag(saved.d_tag)->d_tag = wanted;
    expectRefused(text);
    tag(wanted)->d_tag = saved.d_tag;
  }
  saved = *tag(DT_RELAENT);
  tag(DT_RELAENT)->d_un.d_val = 16;
  expectRefused("unknown size");
}

TEST_F(Elf, RefusesOtherRelocations) {
  // lld leaves the relocations where the address is also the file's offset.
  auto *relocation = at<Elf64_Rela>(tag(DT_RELA)->d_un.d_ptr);
  Elf64_Rela saved = *relocation;
  relocation->r_info = ELF64_R_INFO(1, R_X86_64_64);
  expectRefused("not relative");
  *relocation = saved;
  relocation->r_offset = uint64_t(1) << 32;
  expectRefused("points outside");
  *relocation = saved;
  relocation->r_addend = -1;
  expectRefused("points outside");
  *relocation = saved;
  tag(DT_RELASZ)->d_un.d_val = uint64_t(1) << 33;
  expectRefused("outside the image");
}

TEST_F(Elf, RefusesThreadLocals) {
  segment(PT_GNU_STACK)->p_type = PT_TLS;
  expectRefused("thread-local");
}

} // namespace
