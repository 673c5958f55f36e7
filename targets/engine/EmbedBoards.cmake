# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Run as a script: writes OUTPUT, the board files BOARDS (a list) as entries of a C++ array.
set(entries "")
foreach(board IN LISTS BOARDS)
  get_filename_component(name "${board}" NAME_WE)
  file(READ "${board}" json)
  string(APPEND entries "{\"${name}\", R\"json(${json})json\"},\n")
endforeach()
file(WRITE "${OUTPUT}" "${entries}")
