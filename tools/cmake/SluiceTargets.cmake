# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Libraries, tools and unit tests. Sources and LINK are all that a caller writes.

# One precompiled header serves all MLIR code. It is never cached: it names its inputs
# by absolute path. Its .sum stands for its contents in ccache's keys, so that
# everything compiled with it is cached.
add_library(sluice_mlir_pch OBJECT "${CMAKE_SOURCE_DIR}/tools/cmake/MlirPch.cpp")
target_link_libraries(sluice_mlir_pch PRIVATE sluice_mlir_options)
target_precompile_headers(sluice_mlir_pch PRIVATE <tools/cmake/MlirPch.h>)
target_compile_options(sluice_mlir_pch PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
set_target_properties(sluice_mlir_pch PROPERTIES C_COMPILER_LAUNCHER "" CXX_COMPILER_LAUNCHER "")
# A plain dependency on an object library does not wait for its objects; this one does.
add_custom_target(sluice-mlir-pch DEPENDS $<TARGET_OBJECTS:sluice_mlir_pch>)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  "${CMAKE_SOURCE_DIR}/tools/cmake/MlirPch.h")
file(SHA256 "${CMAKE_SOURCE_DIR}/tools/cmake/MlirPch.h" pch_digest)
set(SLUICE_MLIR_PCH CMakeFiles/sluice_mlir_pch.dir/cmake_pch.hxx.pch)
file(WRITE "${CMAKE_BINARY_DIR}/${SLUICE_MLIR_PCH}.sum"
  "${pch_digest} ${LLVM_PACKAGE_VERSION} ${CMAKE_CXX_COMPILER_VERSION} ${CMAKE_BUILD_TYPE} ${SLUICE_SANITIZE}\n")

# sluice_use_mlir(TARGET SCOPE): MLIR's headers, flags, libraries and the shared header.
function(sluice_use_mlir target scope)
  target_link_libraries(${target} ${scope} sluice_mlir_options)
  # Not REUSE_FROM: that spells absolute paths, which would part checkouts in ccache.
  target_compile_options(${target} PRIVATE
    "$<$<COMPILE_LANGUAGE:CXX>:SHELL:-include-pch ${SLUICE_MLIR_PCH}>")
  add_dependencies(${target} sluice-headers sluice-mlir-pch)
endfunction()

# sluice_add_library(NAME SOURCES... [LINK LIBRARIES...])
# A static library of the compiler, a dialect or a target.
function(sluice_add_library name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  sluice_use_mlir(${name} PUBLIC)
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
endfunction()

# sluice_add_dialect(NAME SOURCES... [LINK LIBRARIES...])
# TableGen for the dialect in this folder, and its library SluiceNAMEDialect.
function(sluice_add_dialect name)
  sluice_dialect_tablegen(${name})
  sluice_add_library(Sluice${name}Dialect ${ARGN})
endfunction()

# sluice_add_runtime_library(NAME SOURCES... [LINK LIBRARIES...])
# A static library without anything of MLIR or LLVM.
function(sluice_add_runtime_library name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  add_dependencies(${name} sluice-headers)
  target_link_libraries(${name} PUBLIC sluice_options ${ARG_LINK})
endfunction()

# sluice_add_tool(NAME SOURCES... [LINK LIBRARIES...] [PLAIN])
# A command in build/bin; PLAIN leaves MLIR out.
function(sluice_add_tool name)
  cmake_parse_arguments(ARG "PLAIN" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  if(ARG_PLAIN)
    add_dependencies(${name} sluice-headers)
    target_link_libraries(${name} PRIVATE sluice_options)
  else()
    sluice_use_mlir(${name} PRIVATE)
  endif()
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  add_dependencies(sluice-test-depends ${name})
endfunction()

# sluice_add_unittest(NAME SOURCES... [LINK LIBRARIES...] [PLAIN])
# GoogleTest binary NAME (which ends in Tests), run by test/unit; PLAIN leaves MLIR out.
find_package(GTest REQUIRED)
add_custom_target(sluice-test-depends)
function(sluice_add_unittest name)
  if(NOT name MATCHES "Tests$")
    message(FATAL_ERROR "${name}: the name of a unit test ends in Tests")
  endif()
  sluice_add_tool(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE GTest::gtest GTest::gtest_main)
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/unittests")
endfunction()

# sluice_add_driver(NAME SOURCES... [LINK LIBRARIES...] [TEST])
# The driver plug-in libsluice-driver-NAME.so (runtime/hal/Plugin.h), where libsluice
# looks for it; installed as component driver-NAME, unless it serves a TEST only.
function(sluice_add_driver name)
  cmake_parse_arguments(ARG "TEST" "" "LINK" ${ARGN})
  set(target sluice-driver-${name})
  add_library(${target} MODULE ${ARG_UNPARSED_ARGUMENTS} $<TARGET_OBJECTS:SluiceDriverObjects>)
  add_dependencies(${target} sluice-program-fbs)
  target_include_directories(${target} PRIVATE "${CMAKE_SOURCE_DIR}/runtime/include")
  target_link_libraries(${target} PRIVATE sluice_options ${ARG_LINK})
  target_compile_definitions(${target} PRIVATE SLUICE_ENABLE_UNSTABLE)
  target_compile_options(${target} PRIVATE -fvisibility=hidden -fvisibility-inlines-hidden)
  set(map "${CMAKE_SOURCE_DIR}/runtime/driver.map")
  target_link_options(${target} PRIVATE "-Wl,--version-script=${map}")
  set_target_properties(${target} PROPERTIES LINK_DEPENDS "${map}"
    LIBRARY_OUTPUT_DIRECTORY "${CMAKE_LIBRARY_OUTPUT_DIRECTORY}/sluice/drivers")
  add_dependencies(sluice-test-depends ${target})
  if(NOT ARG_TEST)
    set_property(GLOBAL APPEND PROPERTY SLUICE_DRIVERS ${name})
    install(TARGETS ${target} LIBRARY
      DESTINATION "${CMAKE_INSTALL_LIBDIR}/sluice/drivers" COMPONENT driver-${name})
  endif()
endfunction()
