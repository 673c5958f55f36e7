# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Judges what engine.py --json printed.

usage: check_engine.py ROWS.json
"""

import json
import sys

# (model, pc): least share of what the layer's path could do
LEAST = {("dscnn", 4): 0.60, ("dscnn", 8): 0.60, ("dscnn", 16): 0.50, ("depthwise3x3", 4): 0.85,
         ("depthwise3x3", 8): 0.85, ("depthwise3x3", 16): 0.85}
# How far estimate and measurement may be apart, for a model and for a layer; a layer may also be a few cycles off.
APART, BOARD_APART, LAYER_APART, LAYER_CYCLES = 0.02, 0.05, 0.10, 8

for row in json.load(open(sys.argv[1])):
    name = f"{row['model']} {row['pc']}x{row['pk']}"
    least = LEAST[row["model"], row["pc"]]
    if row["of_path"] < least:
        sys.exit(f"{name}: {row['of_path']:.3f} of its path, at least {least} is asked")
    if abs(row["estimated_cycles"] - row["cycles"]) > APART * row["cycles"]:
        sys.exit(f"{name}: {row['estimated_cycles']} cycles estimated, {row['cycles']} measured")
    if abs(row["estimated_board_cycles"] - row["board_cycles"]) > BOARD_APART * row["board_cycles"]:
        sys.exit(f"{name}: {row['estimated_board_cycles']} cycles on the board estimated, {row['board_cycles']} measured")
    if sum(layer["measured"]["cycles"] for layer in row["layers"]) != row["cycles"]:
        sys.exit(f"{name}: the layers' cycles are not the model's")
    for layer in row["layers"]:
        estimated, measured = layer["estimated"], layer["measured"]
        for counter in estimated:
            # Waits of LOAD that hide behind COMPUTE are the vaguest.
            share = LAYER_APART if counter in ("cycles", "compute_busy", "compute_token", "mac_cycles") else 0.3
            apart = abs(estimated[counter] - measured[counter])
            if apart > max(share * measured["cycles"], LAYER_CYCLES):
                sys.exit(f"{name}, {layer['layer']}: {counter} {estimated[counter]} estimated, {measured[counter]} measured")
    print(f"{name} holds, {len(row['layers'])} layers too")
