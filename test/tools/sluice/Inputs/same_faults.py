# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Engines that cannot be: the compiler and `sluice bitstream` say the same of each.

usage: same_faults.py MODEL.onnx
"""

import subprocess
import sys

CHANGES = ["PC=12", "PK=0", "INT4=2", "PC=2,PK=2", "AXI_BYTES=4", "PC=4", "RQ_CYCLES=16", "INT16=1,RQ_CYCLES=8", "ACT_BYTES=64",
           "ACT_BANKS=1", "WGT_WORDS=131072", "WGT_WORDS=1", "PRM_WORDS=1",
           "PC=4,PK=1", "PC=64,PK=64", "PC=8,PK=1,ACT_BYTES=131072", "PC=32,PK=32"]

for target, change in [*((f"engine:ulx3s-85f,{change}", change) for change in CHANGES), ("engine:u50,PC=64,PK=64", "u50")]:
    said = []
    for command in (["check", sys.argv[1], "--target", target], ["bitstream", "--target", target, "--estimate"]):
        done = subprocess.run(["sluice", *command], capture_output=True, text=True)
        assert done.returncode == 2, (target, command[0], done.returncode, done.stderr)
        said.append(done.stderr.strip().rpartition("': ")[2])
    assert said[0] == said[1], f"{target}: '{said[0]}' and '{said[1]}'"
    print(f"{change}: {said[0]}")
