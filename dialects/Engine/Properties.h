// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What MLIR needs to keep the structures of Isa.h as properties of ops:
// equality, hash, attribute and bytecode forms. Found by argument-dependent
// lookup from the generated code.

#ifndef SLUICE_DIALECTS_ENGINE_PROPERTIES_H
#define SLUICE_DIALECTS_ENGINE_PROPERTIES_H

#include "dialects/Engine/Isa.h"
#include "mlir/Bytecode/BytecodeImplementation.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/Hashing.h"

namespace sluice::engine {

/// A structure described by a table of fields.
template <typename T>
concept FieldStruct = requires { fieldTable<T>(); };

template <> llvm::ArrayRef<FieldInfo> fieldTable<Tokens>();

namespace detail {
llvm::hash_code hashFields(llvm::ArrayRef<FieldInfo> table, const void *fields);
mlir::Attribute fieldsToAttribute(mlir::MLIRContext *context,
                                  llvm::ArrayRef<FieldInfo> table,
                                  const void *fields);
llvm::LogicalResult
fieldsFromAttribute(llvm::ArrayRef<FieldInfo> table, void *fields,
                    mlir::Attribute attribute,
                    llvm::function_ref<mlir::InFlightDiagnostic()> emitError);
void writeFields(mlir::DialectBytecodeWriter &writer,
                 llvm::ArrayRef<FieldInfo> table, const void *fields);
llvm::LogicalResult readFields(mlir::DialectBytecodeReader &reader,
                               llvm::ArrayRef<FieldInfo> table, void *fields);
} // namespace detail

template <FieldStruct T> llvm::hash_code hash_value(const T &fields) {
  return detail::hashFields(fieldTable<T>(), &fields);
}

template <FieldStruct T>
mlir::Attribute convertToAttribute(mlir::MLIRContext *context,
                                   const T &fields) {
  return detail::fieldsToAttribute(context, fieldTable<T>(), &fields);
}

template <FieldStruct T>
llvm::LogicalResult
convertFromAttribute(T &fields, mlir::Attribute attribute,
                     llvm::function_ref<mlir::InFlightDiagnostic()> emitError) {
  return detail::fieldsFromAttribute(fieldTable<T>(), &fields, attribute,
                                     emitError);
}

template <FieldStruct T>
void writeToMlirBytecode(mlir::DialectBytecodeWriter &writer, const T &fields) {
  detail::writeFields(writer, fieldTable<T>(), &fields);
}

template <FieldStruct T>
llvm::LogicalResult readFromMlirBytecode(mlir::DialectBytecodeReader &reader,
                                         T &fields) {
  return detail::readFields(reader, fieldTable<T>(), &fields);
}

} // namespace sluice::engine

#endif // SLUICE_DIALECTS_ENGINE_PROPERTIES_H
