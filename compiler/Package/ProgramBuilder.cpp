// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Package/Package.h"
#include "compiler/Support/Layer.h"
#include "dialects/Deploy/Deploy.h"
#include "runtime/package/program_generated.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/SHA256.h"

using namespace mlir;

namespace sluice {

namespace fb = program;

std::string getInputName(func::FuncOp function, unsigned index) {
  auto name = function.getArgAttrOfType<StringAttr>(index, "onnx.name");
  return name ? name.str() : "input_" + std::to_string(index);
}

std::string getResultName(func::FuncOp function, unsigned index) {
  auto name = function.getResultAttrOfType<StringAttr>(index, "onnx.name");
  return name ? name.str() : "output_" + std::to_string(index);
}

namespace {
/// Builds the object tree of a program (the FlatBuffers object API).
class ProgramBuilder {
public:
  ProgramBuilder(func::FuncOp function, const PackageParts &parts)
      : function(function), parts(parts) {}

  FailureOr<std::vector<PackageFile>> build(std::vector<PackageFile> extra);

private:
  LogicalResult addArguments();
  LogicalResult addRegion(deploy::RegionOp region, unsigned index);
  LogicalResult addOutputs();
  LogicalResult addBuffer(Value value, std::string name, int64_t offset,
                          DictionaryAttr attrs);
  void describeDeviceRegion(fb::RegionT &made, const RegionParts &region);
  void describeHostRegion(fb::RegionT &made, deploy::RegionOp region);
  std::unique_ptr<fb::EngineCodeT> addEngineCode(const RegionParts &region);
  std::unique_ptr<fb::KernelCodeT> addKernelCode(StringRef name,
                                                 const RegionParts &region);
  std::string getBufferName(deploy::RegionOp region, unsigned result);
  void addLibraries();
  void addEngineConfiguration();
  void addFiles();
  /// Appends to a file of the package; gives the bytes' place.
  std::unique_ptr<fb::Range> append(unsigned file, ArrayRef<uint8_t> bytes);
  std::unique_ptr<fb::Range> addConstants(const RegionParts &region) {
    if (!constantsFile)
      constantsFile = addFile("constants.bin");
    return append(*constantsFile, region.constants);
  }
  unsigned addFile(std::string path) {
    files.push_back({std::move(path), {}});
    return files.size() - 1;
  }

  func::FuncOp function;
  const PackageParts &parts;
  fb::ProgramT program;
  fb::VariantT *variant = nullptr;
  llvm::DenseMap<Value, uint32_t> bufferOf;
  llvm::StringSet<> names; // of buffers
  std::vector<PackageFile> files;
  SmallVector<unsigned> libraryFiles;
  std::optional<unsigned> commandsFile, constantsFile;
};
} // namespace

static std::optional<fb::ElementType> getElementType(Type type) {
  if (type.isF32())
    return fb::ElementType::f32;
  if (type.isF64())
    return fb::ElementType::f64;
  if (type.isF16())
    return fb::ElementType::f16;
  if (type.isUnsignedInteger(8))
    return fb::ElementType::u8;
  if (type.isSignlessInteger(1))
    return fb::ElementType::boolean;
  if (type.isSignlessInteger(8))
    return fb::ElementType::i8;
  if (type.isSignlessInteger(16))
    return fb::ElementType::i16;
  if (type.isSignlessInteger(32))
    return fb::ElementType::i32;
  if (type.isSignlessInteger(64))
    return fb::ElementType::i64;
  return std::nullopt;
}

std::unique_ptr<fb::Range> ProgramBuilder::append(unsigned file,
                                                  ArrayRef<uint8_t> bytes) {
  std::vector<uint8_t> &to = files[file].bytes;
  to.resize(llvm::alignTo(to.size(), 64));
  auto range = std::make_unique<fb::Range>(file, to.size(), bytes.size());
  to.insert(to.end(), bytes.begin(), bytes.end());
  return range;
}

LogicalResult ProgramBuilder::addBuffer(Value value, std::string name,
                                        int64_t offset, DictionaryAttr attrs) {
  auto type = cast<RankedTensorType>(value.getType());
  auto elementType = getElementType(type.getElementType());
  if (!elementType)
    return function.emitError("tensor '")
           << name << "' has elements of type " << type.getElementType()
           << ", which a package cannot hold";
  auto buffer = std::make_unique<fb::BufferT>();
  buffer->name = name;
  buffer->type = *elementType;
  buffer->shape.assign(type.getShape().begin(), type.getShape().end());
  buffer->offset = offset;
  buffer->size = deploy::getPackedBytes(type);
  auto scale = attrs ? attrs.getAs<FloatAttr>("quant.scale") : FloatAttr();
  auto zeroPoint =
      attrs ? attrs.getAs<IntegerAttr>("quant.zero_point") : IntegerAttr();
  if (scale && zeroPoint) {
    buffer->quantization = std::make_unique<fb::Quantization>(
        scale.getValue().convertToFloat(),
        static_cast<int32_t>(zeroPoint.getInt()));
  }
  bufferOf[value] = variant->buffers.size();
  variant->buffers.push_back(std::move(buffer));
  return success();
}

LogicalResult ProgramBuilder::addArguments() {
  for (BlockArgument argument : function.getArguments()) {
    unsigned index = argument.getArgNumber();
    auto offset =
        function.getArgAttrOfType<IntegerAttr>(index, deploy::offsetAttrName);
    if (!offset)
      return function.emitError("has no memory plan");
    if (failed(addBuffer(argument, getInputName(function, index),
                         offset.getInt(), function.getArgAttrDict(index))))
      return failure();
    variant->inputs.push_back(bufferOf[argument]);
  }
  return success();
}

/// A result of the model goes by its name there, any other by the tensor's name
/// in the model, or one like it if that is taken.
std::string ProgramBuilder::getBufferName(deploy::RegionOp region,
                                          unsigned result) {
  for (OpOperand &use : region.getResult(result).getUses())
    if (isa<func::ReturnOp>(use.getOwner()))
      return getResultName(function, use.getOperandNumber());
  Operation *made =
      region.getBodyBlock().getTerminator()->getOperand(result).getDefiningOp();
  auto name =
      made ? made->getAttrOfType<StringAttr>("onnx.output") : StringAttr();
  std::string unique =
      name ? name.str() : region.getName().str() + "_" + std::to_string(result);
  for (unsigned i = 0; !names.insert(unique).second; ++i)
    unique += "_" + std::to_string(i);
  return unique;
}

std::unique_ptr<fb::EngineCodeT>
ProgramBuilder::addEngineCode(const RegionParts &region) {
  if (!commandsFile)
    commandsFile = addFile("commands.bin");
  auto code = std::make_unique<fb::EngineCodeT>();
  code->commands = append(*commandsFile, region.commands);
  code->constants = addConstants(region);
  code->spill_offset = region.spillOffset;
  code->spill_size = region.spillSize;
  return code;
}

void ProgramBuilder::describeDeviceRegion(fb::RegionT &made,
                                          const RegionParts &region) {
  if (region.kernels.launches.empty())
    made.engine = addEngineCode(region);
  else
    made.kernels = addKernelCode(made.name, region);
  made.macs = region.macs;
  made.estimated_cycles = region.estimatedCycles;
  for (const LayerParts &layer : region.layers) {
    auto entry = std::make_unique<fb::LayerT>();
    entry->name = layer.name;
    entry->kind = layer.kind;
    entry->output = layer.output;
    entry->macs = layer.macs;
    entry->estimated_cycles = layer.estimatedCycles;
    entry->first_command = layer.firstCommand;
    entry->last_command = layer.lastCommand;
    made.layers.push_back(std::move(entry));
  }
}

/// A processor has no commands: the region's body tells what it computes.
void ProgramBuilder::describeHostRegion(fb::RegionT &made,
                                        deploy::RegionOp region) {
  for (const Layer &layer : matchLayers(region.getBodyBlock())) {
    auto entry = std::make_unique<fb::LayerT>();
    entry->name = layer.name;
    entry->kind = stringify(layer.kind).str();
    entry->output = layer.outputName;
    entry->macs = layer.macs;
    made.macs += layer.macs;
    made.layers.push_back(std::move(entry));
  }
}

/// The source is a file of its own, for people.
std::unique_ptr<fb::KernelCodeT>
ProgramBuilder::addKernelCode(StringRef name, const RegionParts &region) {
  const KernelParts &kernels = region.kernels;
  auto code = std::make_unique<fb::KernelCodeT>();
  code->source = append(addFile((name + ".cl").str()),
                        llvm::arrayRefFromStringRef(kernels.source));
  code->options = kernels.options;
  code->constants = addConstants(region);
  code->scratch_size = kernels.scratchSize;
  for (const KernelLaunch &launch : kernels.launches) {
    auto entry = std::make_unique<fb::KernelLaunchT>();
    entry->kernel = launch.kernel;
    entry->groups.assign(launch.groups.begin(), launch.groups.end());
    entry->items = launch.items;
    for (const KernelArgument &argument : launch.arguments)
      entry->arguments.emplace_back(argument.offset, argument.size,
                                    fb::KernelSpace(argument.space));
    code->launches.push_back(std::move(entry));
  }
  return code;
}

LogicalResult ProgramBuilder::addRegion(deploy::RegionOp region,
                                        unsigned index) {
  auto made = std::make_unique<fb::RegionT>();
  made->name = region.getName().str();
  made->target = region.getTarget().str();
  for (Value input : region.getInputs())
    made->inputs.push_back(bufferOf.lookup(input));
  std::optional<ArrayRef<int64_t>> offsets = region.getOffsets();
  if (!offsets)
    return region.emitError("has no memory plan");
  for (auto [i, output] : llvm::enumerate(region.getOutputs())) {
    DictionaryAttr attrs;
    for (OpOperand &use : output.getUses())
      if (isa<func::ReturnOp>(use.getOwner()))
        attrs = function.getResultAttrDict(use.getOperandNumber());
    if (failed(
            addBuffer(output, getBufferName(region, i), (*offsets)[i], attrs)))
      return failure();
    made->outputs.push_back(bufferOf[output]);
  }
  for (auto [library, file] : llvm::zip_equal(parts.libraries, libraryFiles)) {
    if (index >= library.regions.size() ||
        library.regions[index].name != region.getName())
      return region.emitError("has no CPU code for level ") << library.level;
    auto cpu = std::make_unique<fb::CpuCodeT>();
    cpu->code = std::make_unique<fb::Range>(file, 0, library.elf.size());
    cpu->index = index;
    cpu->level = library.level;
    made->cpu.push_back(std::move(cpu));
  }
  if (auto it = parts.regions.find(region.getName()); it != parts.regions.end())
    describeDeviceRegion(*made, it->second);
  else
    describeHostRegion(*made, region);
  variant->regions.push_back(std::move(made));
  return success();
}

LogicalResult ProgramBuilder::addOutputs() {
  Operation *end = function.getBody().front().getTerminator();
  for (Value value : end->getOperands()) {
    if (!value.getDefiningOp<deploy::RegionOp>())
      return function.emitError("has a result that no region makes");
    variant->outputs.push_back(bufferOf.lookup(value));
  }
  return success();
}

void ProgramBuilder::addLibraries() {
  for (const LibraryParts &library : parts.libraries) {
    std::string fileName = "cpu-" + library.level + ".elf";
    llvm::replace(fileName, '+', '-'); // a package's paths are plain
    unsigned file = addFile(fileName);
    files[file].bytes = library.elf;
    libraryFiles.push_back(file);
  }
}

void ProgramBuilder::addEngineConfiguration() {
  if (!parts.device)
    return;
  auto engine = std::make_unique<fb::EngineConfigurationT>();
  engine->board = parts.device->board;
  engine->pc = parts.device->parameter("PC");
  engine->pk = parts.device->parameter("PK");
  engine->act_bytes = parts.device->parameter("ACT_BYTES");
  engine->act_banks = parts.device->parameter("ACT_BANKS");
  engine->wgt_words = parts.device->parameter("WGT_WORDS");
  engine->prm_words = parts.device->parameter("PRM_WORDS");
  engine->axi_bytes = parts.device->parameter("AXI_BYTES");
  engine->rq_cycles = parts.device->parameter("RQ_CYCLES");
  engine->int4 = parts.device->parameter("INT4");
  engine->int16 = parts.device->parameter("INT16");
  engine->isa = parts.device->isa;
  engine->hash = parts.device->hash;
  engine->clock_mhz = static_cast<float>(parts.device->clockMhz);
  for (const auto &[name, region] : parts.regions)
    engine->features |= region.features;
  program.engine = std::move(engine);
}

void ProgramBuilder::addFiles() {
  for (const PackageFile &file : files) {
    auto entry = std::make_unique<fb::FileT>();
    entry->path = file.path;
    entry->size = file.bytes.size();
    auto digest = llvm::SHA256::hash(file.bytes);
    entry->sha256.assign(digest.begin(), digest.end());
    program.files.push_back(std::move(entry));
  }
}

/// The program with its sha256 at its end.
static std::vector<uint8_t> seal(flatbuffers::span<uint8_t> program) {
  std::vector<uint8_t> bytes(program.begin(), program.end());
  auto digest = llvm::SHA256::hash(bytes);
  bytes.insert(bytes.end(), digest.begin(), digest.end());
  return bytes;
}

FailureOr<std::vector<PackageFile>>
ProgramBuilder::build(std::vector<PackageFile> extra) {
  program.version = 1;
  program.compiler = "sluice 0.1.0";
  program.model = parts.model;
  program.target = parts.target;
  program.variants.push_back(std::make_unique<fb::VariantT>());
  variant = program.variants.back().get();
  auto size = function->getAttrOfType<IntegerAttr>(deploy::arenaSizeAttrName);
  variant->arena_size = size ? size.getInt() : 0;
  addEngineConfiguration();
  addLibraries();
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    names.insert(getInputName(function, i));
  for (unsigned i = 0; i < function.getNumResults(); ++i)
    names.insert(getResultName(function, i));
  if (failed(addArguments()))
    return failure();
  for (auto [index, region] :
       llvm::enumerate(function.getOps<deploy::RegionOp>()))
    if (failed(addRegion(region, index)))
      return failure();
  if (failed(addOutputs()))
    return failure();
  std::move(extra.begin(), extra.end(), std::back_inserter(files));
  addFiles();
  flatbuffers::FlatBufferBuilder builder;
  fb::FinishProgramBuffer(builder, fb::Program::Pack(builder, &program));
  files.insert(files.begin(), {"program.fb", seal(builder.GetBufferSpan())});
  return std::move(files);
}

FailureOr<std::vector<PackageFile>>
makePackage(func::FuncOp function, const PackageParts &parts,
            std::vector<PackageFile> extra) {
  return ProgramBuilder(function, parts).build(std::move(extra));
}

} // namespace sluice
