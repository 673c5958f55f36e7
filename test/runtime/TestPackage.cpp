// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "test/runtime/TestPackage.h"

#include "runtime/base/Sha256.h"

#include <cstring>
#include <fstream>
#include <iterator>

namespace sluice::test {

using namespace program;

Bytes testLibrary() {
  std::ifstream file(SLUICE_TEST_LIBRARY, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

// Offsets in the arena.
enum : uint32_t { kX = 0, kCopied = 256, kY = 512, kArenaSize = 768 };

static void put(Bytes &command, size_t at, uint64_t value, size_t size) {
  memcpy(command.data() + at, &value, size);
}

/// LOAD_ACT of x, STORE of either half to `copied`, END
/// (docs/spec/engine-isa.md).
static Bytes copyCommands() {
  constexpr uint32_t kHalf = TestPackage::kTensorSize / 2, kChunk = 8;
  Bytes load(64), end(64);
  load[0] = 0x01;
  load[1] = 0x40; // signal STORE
  put(load, 8, kX, 4);
  load[12] = 1;
  put(load, 16, 1, 2);
  put(load, 18, 1, 2);
  put(load, 20, TestPackage::kTensorSize, 2);
  put(load, 36, TestPackage::kTensorSize, 4);
  end[0] = 0x3f;
  Bytes all = load;
  for (uint32_t half : {0, 1}) {
    Bytes store(64);
    store[0] = 0x20;
    store[1] = half == 0 ? 0x01 : 0; // wait for LOAD
    put(store, 4, half * kHalf / kChunk, 4);
    put(store, 8, kCopied + half * kHalf, 4);
    store[12] = 1;
    put(store, 16, 1, 2);
    put(store, 18, 1, 2);
    put(store, 20, kHalf, 2);
    all.insert(all.end(), store.begin(), store.end());
  }
  all.insert(all.end(), end.begin(), end.end());
  return all;
}

static std::unique_ptr<Range> rangeOf(uint32_t file, uint64_t size) {
  return std::make_unique<Range>(file, 0, size);
}

static std::unique_ptr<BufferT> makeBuffer(const char *name, uint64_t offset) {
  auto buffer = std::make_unique<BufferT>();
  buffer->name = name;
  buffer->type = ElementType::i8;
  buffer->shape = {1, 4, 4, 16};
  buffer->offset = offset;
  buffer->size = TestPackage::kTensorSize;
  buffer->quantization = std::make_unique<Quantization>(0.5f, 3);
  return buffer;
}

enum FileIndex : uint32_t { kCode, kCommands, kConstants, kSource };

static std::unique_ptr<RegionT> makeRegion(const char *name, const char *target,
                                           uint32_t input, uint32_t index,
                                           uint64_t codeSize) {
  auto region = std::make_unique<RegionT>();
  region->name = name;
  region->target = target;
  region->inputs = {input};
  region->outputs = {input + 1};
  region->macs = 1000;
  auto cpu = std::make_unique<CpuCodeT>();
  cpu->code = rangeOf(kCode, codeSize);
  cpu->index = index;
  cpu->level = SLUICE_TEST_LEVEL;
  region->cpu.push_back(std::move(cpu));
  return region;
}

static std::unique_ptr<EngineConfigurationT> makeEngine() {
  auto engine = std::make_unique<EngineConfigurationT>();
  engine->board = "ulx3s-85f";
  engine->pc = 8;
  engine->pk = 8;
  engine->act_bytes = 131072;
  engine->act_banks = 8;
  engine->wgt_words = 1024;
  engine->prm_words = 256;
  engine->axi_bytes = 8;
  engine->int4 = 1;
  engine->isa = 1;
  engine->clock_mhz = 50;
  std::string text = "PC=8 PK=8 ACT_BYTES=131072 ACT_BANKS=8 WGT_WORDS=1024 "
                     "PRM_WORDS=256 AXI_BYTES=8 INT4=1 ISA=1";
  uint64_t hash = 0xcbf29ce484222325;
  for (unsigned char c : text)
    hash = (hash ^ c) * 0x100000001b3;
  engine->hash = hash;
  return engine;
}

static const char kKernel[] = "kernel void copy(global const char *x, global "
                              "char *y) {\n"
                              "  y[get_global_id(0)] = x[get_global_id(0)];\n"
                              "}\n";

/// Region "copy" for OpenCL.
static std::unique_ptr<KernelCodeT> copyKernels() {
  auto launch = std::make_unique<KernelLaunchT>();
  launch->kernel = "copy";
  launch->groups = {4, 1, 1};
  launch->items = TestPackage::kTensorSize / 4;
  launch->arguments = {{0, 0, KernelSpace::tensor},
                       {1, 0, KernelSpace::tensor}};
  auto code = std::make_unique<KernelCodeT>();
  code->source = rangeOf(kSource, strlen(kKernel));
  code->constants = rangeOf(kConstants, 0);
  code->launches.push_back(std::move(launch));
  return code;
}

TestPackage::TestPackage() {
  files["copy.cl"] = Bytes(kKernel, kKernel + strlen(kKernel));
  files["cpu.so"] = testLibrary();
  files["commands.bin"] = copyCommands();
  files["constants.bin"] = Bytes(64);
  program.version = 1;
  program.compiler = "test";
  program.model = "test.onnx";
  program.target = "engine:ulx3s-85f";
  program.engine = makeEngine();
  for (const char *path :
       {"cpu.so", "commands.bin", "constants.bin", "copy.cl"}) {
    auto file = std::make_unique<FileT>();
    file->path = path;
    program.files.push_back(std::move(file));
  }
  uint64_t codeSize = files["cpu.so"].size();
  auto variant = std::make_unique<VariantT>();
  variant->inputs = {0};
  variant->outputs = {2};
  variant->arena_size = kArenaSize;
  variant->buffers.push_back(makeBuffer("x", kX));
  variant->buffers.push_back(makeBuffer("copied", kCopied));
  variant->buffers.push_back(makeBuffer("y", kY));
  variant->regions.push_back(makeRegion("copy", "engine", 0, 0, codeSize));
  variant->regions.push_back(makeRegion("invert", "cpu", 1, 1, codeSize));
  auto engine = std::make_unique<EngineCodeT>();
  engine->commands = rangeOf(kCommands, 256);
  engine->constants = rangeOf(kConstants, 64);
  variant->regions[0]->engine = std::move(engine);
  variant->regions[0]->kernels = copyKernels();
  auto layer = std::make_unique<LayerT>();
  layer->name = "conv1";
  layer->kind = "conv2d";
  layer->output = "copied";
  layer->macs = 1000;
  layer->last_command = 3;
  variant->regions[0]->layers.push_back(std::move(layer));
  program.variants.push_back(std::move(variant));
}

Bytes seal(Bytes bytes) {
  Sha256Digest digest = sha256(bytes.data(), bytes.size());
  bytes.insert(bytes.end(), digest.begin(), digest.end());
  return bytes;
}

std::map<std::string, Bytes> TestPackage::build() const {
  ProgramT whole(program);
  if (!keepTable)
    for (auto &entry : whole.files) {
      auto file = files.find(entry->path);
      if (file == files.end())
        continue;
      Sha256Digest digest = sha256(file->second.data(), file->second.size());
      entry->size = file->second.size();
      entry->sha256.assign(digest.begin(), digest.end());
    }
  flatbuffers::FlatBufferBuilder builder;
  FinishProgramBuffer(builder, Program::Pack(builder, &whole));
  std::map<std::string, Bytes> all = files;
  all["program.fb"] = seal({builder.GetBufferPointer(),
                            builder.GetBufferPointer() + builder.GetSize()});
  return all;
}

sluice_status_t loadFiles(const std::map<std::string, Bytes> &files,
                          sluice_package_t **out) {
  std::vector<sluice_blob_t> blobs;
  for (const auto &[path, bytes] : files)
    blobs.push_back({path.c_str(), bytes.data(), bytes.size()});
  return sluice_package_load_memory(blobs.data(), blobs.size(), out);
}

sluice_status_t TestPackage::load(sluice_package_t **out) const {
  return loadFiles(build(), out);
}

} // namespace sluice::test
