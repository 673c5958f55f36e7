# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Run as a script: writes OUTPUT, the templates KERNELS (a list) as entries of a C++ array.
set(entries "")
foreach(kernel IN LISTS KERNELS)
  get_filename_component(name "${kernel}" NAME_WE)
  file(READ "${kernel}" text)
  string(APPEND entries "{\"${name}\", R\"cl(${text})cl\"},\n")
endforeach()
file(WRITE "${OUTPUT}" "${entries}")
