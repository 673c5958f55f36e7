# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Judges what engine.py --json printed.

usage: check_engine.py ROWS.json
"""

import json
import sys

# (model, pc): least share of what the layer's path could do
LEAST = {("dscnn", 8): 0.60, ("dscnn", 16): 0.50, ("depthwise3x3", 8): 0.85, ("depthwise3x3", 16): 0.85}
APART = 0.02  # estimate and measurement

for row in json.load(open(sys.argv[1])):
    name = f"{row['model']} {row['pc']}x{row['pk']}"
    least = LEAST[row["model"], row["pc"]]
    if row["of_path"] < least:
        sys.exit(f"{name}: {row['of_path']:.3f} of its path, at least {least} is asked")
    if abs(row["estimated_cycles"] - row["cycles"]) > APART * row["cycles"]:
        sys.exit(f"{name}: {row['estimated_cycles']} cycles estimated, {row['cycles']} measured")
    print(f"{name} holds")
