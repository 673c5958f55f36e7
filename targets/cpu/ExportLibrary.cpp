// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/include/sluice/cpu_abi.h"
#include "targets/cpu/Level.h"
#include "targets/cpu/Passes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace sluice::cpu {
#define GEN_PASS_DEF_EXPORTLIBRARY
#include "targets/cpu/Passes.h.inc"
} // namespace sluice::cpu

using namespace mlir;
using namespace sluice;

namespace {

struct ExportLibrary : public cpu::impl::ExportLibraryBase<ExportLibrary> {
  using Base::Base;
  void runOnOperation() override;
};

/// Builds the functions and globals of the library.
class Exporter {
public:
  explicit Exporter(ModuleOp module)
      : b(module.getLoc(), OpBuilder::atBlockEnd(module.getBody())),
        pointer(LLVM::LLVMPointerType::get(module.getContext())),
        i32(b.getI32Type()), i64(b.getI64Type()) {}

  /// The `sluice_cpu_region_fn` that runs `region`.
  LLVM::LLVMFuncOp addEntry(LLVM::LLVMFuncOp region);

  /// The table of regions, the library and its query function.
  void addLibrary(ArrayRef<LLVM::LLVMFuncOp> regions,
                  ArrayRef<LLVM::LLVMFuncOp> entries, StringRef level);

private:
  using ValueBuilder = llvm::function_ref<Value()>;

  Type structType(ArrayRef<Type> fields) {
    return LLVM::LLVMStructType::getLiteral(b.getContext(), fields);
  }
  Value constant(Type type, int64_t value) {
    return LLVM::ConstantOp::create(b, type, b.getIntegerAttr(type, value));
  }
  Value loadField(Value object, Type type, int32_t field, Type fieldType) {
    Value address = LLVM::GEPOp::create(b, pointer, type, object,
                                        ArrayRef<LLVM::GEPArg>{0, field});
    return LLVM::LoadOp::create(b, fieldType, address);
  }
  Value makeStruct(Type type, ValueRange fields) {
    Value result = LLVM::UndefOp::create(b, type);
    for (auto [index, field] : llvm::enumerate(fields))
      result = LLVM::InsertValueOp::create(b, result, field, index);
    return result;
  }
  LLVM::GlobalOp addGlobal(StringRef name, Type type, Attribute value,
                           ValueBuilder initializer = {});
  LLVM::GlobalOp addString(const Twine &name, StringRef text);

  ImplicitLocOpBuilder b;
  Type pointer, i32, i64;
};

} // namespace

LLVM::GlobalOp Exporter::addGlobal(StringRef name, Type type, Attribute value,
                                   ValueBuilder initializer) {
  auto global = LLVM::GlobalOp::create(b, type, /*isConstant=*/true,
                                       LLVM::Linkage::Internal, name, value);
  if (initializer) {
    OpBuilder::InsertionGuard guard(b);
    b.createBlock(&global.getInitializerRegion());
    LLVM::ReturnOp::create(b, initializer());
  }
  return global;
}

LLVM::GlobalOp Exporter::addString(const Twine &name, StringRef text) {
  std::string terminated = (text + Twine('\0')).str();
  Type type = LLVM::LLVMArrayType::get(b.getI8Type(), terminated.size());
  return addGlobal(name.str(), type, b.getStringAttr(terminated));
}

LLVM::LLVMFuncOp Exporter::addEntry(LLVM::LLVMFuncOp region) {
  // The fields of sluice_cpu_call.
  Type call = structType({i32, i32, pointer, pointer, pointer, pointer});
  auto entry = LLVM::LLVMFuncOp::create(
      b, (region.getName() + "_entry").str(),
      LLVM::LLVMFunctionType::get(i32, {pointer}), LLVM::Linkage::Internal);
  OpBuilder::InsertionGuard guard(b);
  Block *block = entry.addEntryBlock(b);
  b.setInsertionPointToStart(block);
  Value argument = block->getArgument(0);

  auto count = [&](StringRef name) {
    return region->getAttrOfType<IntegerAttr>(name).getInt();
  };
  int64_t tensorCount =
      count(cpu::inputsAttrName) + count(cpu::outputsAttrName);
  Value tensors = loadField(argument, call, 5, pointer);
  SmallVector<Value> operands;
  for (int64_t index = 0; index < tensorCount; ++index) {
    Value address = LLVM::GEPOp::create(b, pointer, pointer, tensors,
                                        ArrayRef<LLVM::GEPArg>{int32_t(index)});
    operands.push_back(LLVM::LoadOp::create(b, pointer, address));
  }
  operands.push_back(loadField(argument, call, 4, pointer));
  for (int32_t field : {0, 1})
    operands.push_back(
        LLVM::ZExtOp::create(b, i64, loadField(argument, call, field, i32)));
  for (int32_t field : {2, 3})
    operands.push_back(loadField(argument, call, field, pointer));
  LLVM::CallOp::create(b, region, operands);
  LLVM::ReturnOp::create(b, constant(i32, 0));
  return entry;
}

void Exporter::addLibrary(ArrayRef<LLVM::LLVMFuncOp> regions,
                          ArrayRef<LLVM::LLVMFuncOp> entries, StringRef level) {
  // The fields of sluice_cpu_region.
  Type record = structType({pointer, pointer, i64, i32, i32});
  Type table = LLVM::LLVMArrayType::get(record, regions.size());
  SmallVector<LLVM::GlobalOp> names;
  for (LLVM::LLVMFuncOp region : regions)
    names.push_back(addString(
        region.getName() + "_name",
        region->getAttrOfType<StringAttr>(cpu::nameAttrName).getValue()));

  auto addressOf = [&](auto symbol) -> Value {
    return LLVM::AddressOfOp::create(b, symbol);
  };
  LLVM::GlobalOp regionTable =
      addGlobal("sluice_cpu_regions", table, {}, [&]() -> Value {
        SmallVector<Value> records;
        for (auto [index, region] : llvm::enumerate(regions)) {
          auto integer = [&](Type type, StringRef name) {
            return constant(type,
                            region->getAttrOfType<IntegerAttr>(name).getInt());
          };
          records.push_back(makeStruct(
              record, {addressOf(names[index]), addressOf(entries[index]),
                       integer(i64, cpu::scratchAttrName),
                       integer(i32, cpu::inputsAttrName),
                       integer(i32, cpu::outputsAttrName)}));
        }
        return makeStruct(table, records);
      });

  LLVM::GlobalOp levelName = addString("sluice_cpu_level", level);
  Type library = structType({i32, i32, pointer, pointer});
  LLVM::GlobalOp libraryGlobal =
      addGlobal("sluice_cpu_library", library, {}, [&]() -> Value {
        return makeStruct(library,
                          {constant(i32, SLUICE_CPU_ABI_VERSION),
                           constant(i32, regions.size()), addressOf(levelName),
                           addressOf(regionTable)});
      });

  auto query = LLVM::LLVMFuncOp::create(
      b, "sluice_cpu_query", LLVM::LLVMFunctionType::get(pointer, {i32}));
  query.setVisibility_(LLVM::Visibility::Hidden);
  OpBuilder::InsertionGuard guard(b);
  Block *block = query.addEntryBlock(b);
  b.setInsertionPointToStart(block);
  Value version = block->getArgument(0);
  Value speaks = LLVM::ICmpOp::create(b, LLVM::ICmpPredicate::eq, version,
                                      constant(i32, SLUICE_CPU_ABI_VERSION));
  Value null = LLVM::ZeroOp::create(b, pointer);
  LLVM::ReturnOp::create(
      b, LLVM::SelectOp::create(b, speaks, addressOf(libraryGlobal), null)
             .getResult());
}

void ExportLibrary::runOnOperation() {
  llvm::Expected<const cpu::Level *> found = cpu::findLevel(level);
  if (!found) {
    getOperation().emitError(llvm::toString(found.takeError()));
    return signalPassFailure();
  }
  SmallVector<LLVM::LLVMFuncOp> regions, entries;
  for (auto func : getOperation().getOps<LLVM::LLVMFuncOp>())
    if (func->hasAttr(cpu::regionAttrName))
      regions.push_back(func);
  llvm::sort(regions, [](LLVM::LLVMFuncOp a, LLVM::LLVMFuncOp b) {
    auto index = [](LLVM::LLVMFuncOp func) {
      return func->getAttrOfType<IntegerAttr>(cpu::regionAttrName).getInt();
    };
    return index(a) < index(b);
  });
  Exporter exporter(getOperation());
  for (LLVM::LLVMFuncOp region : regions) {
    region.setLinkage(LLVM::Linkage::Internal);
    entries.push_back(exporter.addEntry(region));
  }
  exporter.addLibrary(regions, entries, (*found)->name);
}
