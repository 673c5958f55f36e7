// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/Engine/Properties.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Diagnostics.h"
#include <cstddef>

using namespace mlir;
using namespace sluice::engine;

template <> llvm::ArrayRef<FieldInfo> sluice::engine::fieldTable<Tokens>() {
  static constexpr FieldInfo table[] = {
      {"wait", 1, 1, false, offsetof(Tokens, wait), 0, 7, 0},
      {"signal", 1, 1, false, offsetof(Tokens, signal), 0, 7, 0},
  };
  return table;
}

llvm::hash_code sluice::engine::detail::hashFields(ArrayRef<FieldInfo> table,
                                                   const void *fields) {
  llvm::hash_code hash = llvm::hash_value(table.size());
  for (const FieldInfo &field : table)
    hash = llvm::hash_combine(hash, field.get(fields));
  return hash;
}

Attribute sluice::engine::detail::fieldsToAttribute(MLIRContext *context,
                                                    ArrayRef<FieldInfo> table,
                                                    const void *fields) {
  Builder builder(context);
  SmallVector<NamedAttribute> attributes;
  for (const FieldInfo &field : table)
    attributes.push_back(builder.getNamedAttr(
        field.name, builder.getI64IntegerAttr(field.get(fields))));
  return builder.getDictionaryAttr(attributes);
}

LogicalResult sluice::engine::detail::fieldsFromAttribute(
    ArrayRef<FieldInfo> table, void *fields, Attribute attribute,
    llvm::function_ref<InFlightDiagnostic()> emitError) {
  auto dictionary = dyn_cast_or_null<DictionaryAttr>(attribute);
  if (!dictionary)
    return emitError() << "expected a dictionary of fields";
  for (NamedAttribute entry : dictionary) {
    auto *field = llvm::find_if(table, [&](const FieldInfo &info) {
      return info.name == entry.getName().strref();
    });
    if (field == table.end())
      return emitError() << "no field is named '" << entry.getName().strref()
                         << "'";
    auto value = dyn_cast<IntegerAttr>(entry.getValue());
    if (!value || !value.getType().isInteger(64) ||
        value.getInt() < field->least || value.getInt() > field->greatest)
      return emitError() << "field '" << field->name << "' is not an i64 in "
                         << field->least << ".." << field->greatest;
    field->set(fields, value.getInt());
  }
  return success();
}

void sluice::engine::detail::writeFields(DialectBytecodeWriter &writer,
                                         ArrayRef<FieldInfo> table,
                                         const void *fields) {
  for (const FieldInfo &field : table)
    writer.writeSignedVarInt(field.get(fields));
}

LogicalResult sluice::engine::detail::readFields(DialectBytecodeReader &reader,
                                                 ArrayRef<FieldInfo> table,
                                                 void *fields) {
  for (const FieldInfo &field : table) {
    int64_t value;
    if (failed(reader.readSignedVarInt(value)))
      return failure();
    if (value < field.least || value > field.greatest)
      return reader.emitError() << "field '" << field.name << "' is not in "
                                << field.least << ".." << field.greatest;
    field.set(fields, value);
  }
  return success();
}
