# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Compiler options, ccache and the two option sets that every target has one of:
# sluice_options (runtime, plain tools) and sluice_mlir_options (all that uses MLIR).

set(CMAKE_C_STANDARD 11)
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)

# Build type Dev: assertions on, no debug information, cheap optimisation.
set(CMAKE_C_FLAGS_DEV "-O1 -g0")
set(CMAKE_CXX_FLAGS_DEV "-O1 -g0")
set(CMAKE_C_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")

option(SLUICE_SANITIZE "Build with the address and undefined-behaviour sanitizers" OFF)
if(SLUICE_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()

set(SLUICE_COMMANDS_LINK "" CACHE PATH "Where to put a link to this build's commands")
if(SLUICE_COMMANDS_LINK)
  file(MAKE_DIRECTORY "${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
  file(CREATE_LINK "${CMAKE_RUNTIME_OUTPUT_DIRECTORY}" "${SLUICE_COMMANDS_LINK}" SYMBOLIC)
endif()

# Paths are hashed relative to the repository, so that several checkouts share hits.
# The precompiled header is known to ccache by the .sum file beside it.
find_program(SLUICE_CCACHE ccache)
if(SLUICE_CCACHE)
  set(launcher /usr/bin/env
    "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" CCACHE_NOHASHDIR=1 CCACHE_DEPEND=1
    CCACHE_PCH_EXTSUM=1
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    "${SLUICE_CCACHE}")
  set(CMAKE_C_COMPILER_LAUNCHER "${launcher}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${launcher}")
endif()

# No path of this machine in a binary: __FILE__ is relative to the repository.
add_compile_options("-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=")

# One code model for libraries and executables, as the precompiled header demands.
add_compile_options(-fPIC)
add_link_options(-fuse-ld=lld -Wl,--gc-sections)

add_library(sluice_options INTERFACE)
target_include_directories(sluice_options INTERFACE
  "${CMAKE_SOURCE_DIR}" "${CMAKE_BINARY_DIR}")
target_compile_options(sluice_options INTERFACE
  -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers
  -ffunction-sections -fdata-sections -ffp-contract=off)

# Installed commands find the libraries they were linked with.
set(CMAKE_INSTALL_RPATH_USE_LINK_PATH ON)

# The shared libMLIR and libLLVM, never the static archives beside them.
find_package(MLIR REQUIRED CONFIG HINTS /usr/lib/llvm-22/lib/cmake/mlir)
set(MLIR_LINK_MLIR_DYLIB ON)
list(APPEND CMAKE_MODULE_PATH "${MLIR_CMAKE_DIR}" "${LLVM_CMAKE_DIR}")
separate_arguments(SLUICE_LLVM_DEFINITIONS UNIX_COMMAND "${LLVM_DEFINITIONS}")

add_library(sluice_mlir_options INTERFACE)
target_include_directories(sluice_mlir_options SYSTEM INTERFACE
  ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
target_compile_definitions(sluice_mlir_options INTERFACE ${SLUICE_LLVM_DEFINITIONS})
target_compile_options(sluice_mlir_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions>)
target_link_libraries(sluice_mlir_options INTERFACE sluice_options MLIR LLVM)
