// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a run costs beside the regions' own code: chains of regions on the CPU
// that copy 256 bytes each. Run by dispatch.py.

#include "runtime/package/Elf.h"
#include "test/runtime/TestPackage.h"

#include <benchmark/benchmark.h>
#include <cstring>

namespace program = sluice::program;
using namespace sluice::test;

namespace {

/// x → copy → ... → copy, `count` times, each into a buffer of its own.
PackagePtr makeChain(uint32_t count) {
  TestPackage chain;
  program::VariantT &variant = chain.variant();
  program::RegionT copy(*variant.regions[0]);
  copy.target = "cpu";
  copy.engine = nullptr;
  copy.layers.clear();
  program::BufferT buffer(*variant.buffers[1]);
  variant.regions.clear();
  variant.buffers.resize(1);
  for (uint32_t i = 0; i < count; ++i) {
    copy.inputs = {i};
    copy.outputs = {i + 1};
    buffer.name = "copy" + std::to_string(i);
    buffer.offset = (i + 1) * TestPackage::kTensorSize;
    variant.regions.push_back(std::make_unique<program::RegionT>(copy));
    variant.buffers.push_back(std::make_unique<program::BufferT>(buffer));
  }
  variant.outputs = {count};
  variant.arena_size = (count + 1) * TestPackage::kTensorSize;
  sluice_package_t *package = nullptr;
  chain.load(&package);
  return PackagePtr(package);
}

void runChain(benchmark::State &state) {
  PackagePtr package = makeChain(state.range(0));
  sluice_session_options_t options = {};
  options.struct_size = sizeof(options);
  options.device = "cpu";
  sluice_session_t *handle = nullptr;
  void *input = nullptr;
  if (!package || sluice_session_create(package.get(), &options, &handle) ||
      sluice_session_input_data(handle, 0, &input)) {
    state.SkipWithError(sluice_status_message());
    return;
  }
  SessionPtr session(handle);
  memset(input, 7, TestPackage::kTensorSize);
  for (auto _ : state)
    if (sluice_session_run(session.get())) {
      state.SkipWithError(sluice_status_message());
      return;
    }
  const void *output = nullptr;
  sluice_session_output_data(session.get(), 0, &output);
  if (memcmp(input, output, TestPackage::kTensorSize) != 0)
    state.SkipWithError("the chain's output is not its input");
}
BENCHMARK(runChain)->Name("regions")->RangeMultiplier(16)->Range(1, 256);

/// The regions' own code, called directly: what is no overhead.
void callCode(benchmark::State &state) {
  Bytes bytes = testLibrary();
  sluice::ElfImage image;
  if (sluice::ElfImage::load(bytes, "cpu.so", image)) {
    state.SkipWithError(sluice_status_message());
    return;
  }
  auto count = size_t(state.range(0));
  sluice::Buffer arena;
  sluice::Buffer::allocate((count + 1) * TestPackage::kTensorSize, "the chain",
                           arena);
  for (auto _ : state)
    for (size_t i = 0; i < count; ++i) {
      uint8_t *from = arena.data() + i * TestPackage::kTensorSize;
      void *tensors[] = {from, from + TestPackage::kTensorSize};
      sluice_cpu_call call = {};
      call.worker_count = 1;
      call.tensors = tensors;
      benchmark::DoNotOptimize(image.library().regions[0].run(&call));
    }
}
BENCHMARK(callCode)->Name("code")->RangeMultiplier(16)->Range(1, 256);

} // namespace

BENCHMARK_MAIN();
