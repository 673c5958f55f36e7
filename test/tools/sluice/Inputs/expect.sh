# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# usage: expect.sh CODE PATTERN COMMAND...
# Passes when the command exits with CODE and its standard error is one line that matches.
code=$1 pattern=$2
shift 2
text=$("$@" 2>&1 >/dev/null)
got=$?
if [ "$got" != "$code" ] || [ "$(printf '%s\n' "$text" | wc -l)" != 1 ] ||
  ! printf '%s\n' "$text" | grep -qx -- "$pattern.*"; then
  printf 'exit code %s, wanted %s; wanted a line like\n%s\ngot\n%s\n' "$got" "$code" "$pattern" "$text" >&2
  exit 1
fi
