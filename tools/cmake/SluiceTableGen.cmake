# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# TableGen for dialects and passes. All generated headers hang on one target,
# sluice-headers, on which every library depends.

add_custom_target(sluice-headers)

set(SLUICE_PAGES "${CMAKE_SOURCE_DIR}/docs/generated")
add_custom_target(sluice-docs
  COMMAND "${CMAKE_COMMAND}" -E rm -rf "${SLUICE_PAGES}"
  COMMAND "${CMAKE_COMMAND}" -E copy_directory "${CMAKE_BINARY_DIR}/docs/generated" "${SLUICE_PAGES}"
  COMMENT "Copying the generated pages to docs/generated")

# sluice_generated(TARGET FILES...)
# Makes TARGET build FILES, before any library that is compiled.
function(sluice_generated target)
  add_custom_target(${target} DEPENDS ${ARGN})
  add_dependencies(sluice-headers ${target})
endfunction()

# sluice_tablegen(TD OUTPUT FLAGS...)
# Runs mlir-tblgen on TD of this folder; OUTPUT lands in this folder's binary dir.
function(sluice_tablegen td output)
  set(in "${CMAKE_CURRENT_SOURCE_DIR}/${td}")
  set(out "${CMAKE_CURRENT_BINARY_DIR}/${output}")
  get_filename_component(name "${output}" NAME)
  set(depfile "${CMAKE_CURRENT_BINARY_DIR}/${name}.d")
  add_custom_command(OUTPUT "${out}"
    COMMAND "${LLVM_TOOLS_BINARY_DIR}/mlir-tblgen" ${ARGN} "${in}" -o "${out}"
      -I "${CMAKE_SOURCE_DIR}" -I "${MLIR_INCLUDE_DIRS}"
      --write-if-changed -d "${depfile}"
    DEPENDS "${in}" DEPFILE "${depfile}"
    COMMENT "TableGen ${output}" VERBATIM)
endfunction()

# sluice_generated_page(TD PAGE FLAGS...)
# Writes docs/generated/PAGE.md in the build tree; tools/dev docs copies the pages to the
# sources, and a test compares the two.
function(sluice_generated_page td page)
  set(out "${CMAKE_BINARY_DIR}/docs/generated/${page}.md")
  file(RELATIVE_PATH output "${CMAKE_CURRENT_BINARY_DIR}" "${out}")
  sluice_tablegen(${td} ${output} ${ARGN})
  add_custom_target(sluice-page-${page} ALL DEPENDS "${out}")
  add_dependencies(sluice-docs sluice-page-${page})
endfunction()

# sluice_tablegen_pair(TD STEM KIND LIST FLAGS...)
# Generates STEM.h.inc and STEM.cpp.inc with -gen-KIND-decls and -gen-KIND-defs and adds
# them to the variable LIST.
function(sluice_tablegen_pair td stem kind list)
  sluice_tablegen(${td} ${stem}.h.inc -gen-${kind}-decls ${ARGN})
  sluice_tablegen(${td} ${stem}.cpp.inc -gen-${kind}-defs ${ARGN})
  set(${list} ${${list}}
    "${CMAKE_CURRENT_BINARY_DIR}/${stem}.h.inc"
    "${CMAKE_CURRENT_BINARY_DIR}/${stem}.cpp.inc" PARENT_SCOPE)
endfunction()

# sluice_dialect_tablegen(NAME)
# TableGen for the dialect in this folder, whose mnemonic is NAME in lower case. From
# the files present: NAMEOps.td (required) makes NAMEOps and NAMEDialect; NAMEEnums.td,
# NAMETypes.td, NAMEAttrs.td and NAMEInterfaces.td make .inc pairs of the same stem.
function(sluice_dialect_tablegen name)
  string(TOLOWER ${name} dialect)
  set(outputs)
  sluice_tablegen_pair(${name}Ops.td ${name}Ops op outputs -dialect=${dialect})
  sluice_tablegen_pair(${name}Ops.td ${name}Dialect dialect outputs -dialect=${dialect})
  foreach(pair Enums=enum Interfaces=op-interface)
    string(REPLACE "=" ";" pair ${pair})
    list(GET pair 0 part)
    list(GET pair 1 kind)
    if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${name}${part}.td")
      sluice_tablegen_pair(${name}${part}.td ${name}${part} ${kind} outputs)
    endif()
  endforeach()
  if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${name}Types.td")
    sluice_tablegen_pair(${name}Types.td ${name}Types typedef outputs
      --typedefs-dialect=${dialect})
  endif()
  if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${name}Attrs.td")
    sluice_tablegen_pair(${name}Attrs.td ${name}Attrs attrdef outputs
      --attrdefs-dialect=${dialect})
  endif()
  sluice_generated(sluice-${dialect}-dialect-inc ${outputs})
  sluice_generated_page(${name}Ops.td ${name}Dialect -gen-dialect-doc -dialect=${dialect})
endfunction()

# sluice_add_passes(NAME [TD])
# Makes Passes.h.inc from this folder's Passes.td (or TD): declarations, registration
# (registerNAMEPasses) and the base classes, as mlir-tblgen -gen-pass-decls does.
function(sluice_add_passes name)
  set(td Passes.td)
  if(ARGC GREATER 1)
    set(td ${ARGV1})
  endif()
  get_filename_component(stem ${td} NAME_WE)
  sluice_tablegen(${td} ${stem}.h.inc -gen-pass-decls -name=${name})
  string(TOLOWER ${name} target)
  sluice_generated(sluice-${target}-passes-inc "${CMAKE_CURRENT_BINARY_DIR}/${stem}.h.inc")
  sluice_generated_page(${td} ${name}Passes -gen-pass-doc)
endfunction()
