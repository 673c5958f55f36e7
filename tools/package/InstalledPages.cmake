# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Run as a script: writes the pages PAGES (a list) of folder SOURCE to OUTPUT, where the examples lie beside them. A link
# to anything else becomes its words.
list(JOIN PAGES "|" pages)
string(REGEX REPLACE "[a-z]+/" "" pages "${pages}")
foreach(page IN LISTS PAGES)
  file(READ "${SOURCE}/${page}" text)
  string(REGEX REPLACE "\\]\\((([./a-z]*/)?(${pages})|\\.\\./examples/|#|https:)" "]<\\1" text "${text}")
  string(REGEX REPLACE "\\[([^][]+)\\]\\([^)]+\\)" "\\1" text "${text}")
  string(REPLACE "]<" "](" text "${text}")
  file(WRITE "${OUTPUT}/${page}" "${text}")
  file(CHMOD "${OUTPUT}/${page}" PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
endforeach()
