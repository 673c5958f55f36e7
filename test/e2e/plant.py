# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Plants one wrong byte in a package's file, past its checksum, as a fault of the compiler would be.

usage: plant.py PACKAGE FILE OFFSET
"""

import hashlib
import pathlib
import sys


def main():
    package, name, offset = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    good = (package / name).read_bytes()
    bad = bytearray(good)
    bad[offset] ^= 0x40
    program = (package / "program.fb").read_bytes()
    before, after = hashlib.sha256(good).digest(), hashlib.sha256(bad).digest()
    if program.count(before) != 1:
        sys.exit(f"error: program.fb does not hold the digest of {name} once")
    (package / name).write_bytes(bad)
    program = program[:-32].replace(before, after)
    (package / "program.fb").write_bytes(program + hashlib.sha256(program).digest())


if __name__ == "__main__":
    main()
