# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What rows of the engine's bench must hold: the use of the multipliers that is asked of an engine, and estimates that
are those of the RTL.

usage: check_engine.py ROWS.json
"""

import json
import sys

# By lanes' inputs and model, the least share of what the layer's path could do.
LEAST = {
    4: {"dscnn": 0.60, "depthwise3x3": 0.85},
    8: {"resnet8": 0.80, "vww": 0.55, "dscnn": 0.60, "conv3x3": 0.95, "conv1x1": 0.92, "depthwise3x3": 0.85},
    16: {"resnet8": 0.72, "vww": 0.45, "dscnn": 0.50, "conv3x3": 0.95, "conv1x1": 0.90, "depthwise3x3": 0.85},
}
# With int4 weights or of int16, whatever the lanes.
LEAST_OF_VARIANTS = 0.85
# How far estimate and measurement may be apart, for a model and for a layer; a layer may also be a few cycles off.
APART, BOARD_APART, LAYER_APART, LAYER_CYCLES = 0.02, 0.05, 0.10, 8


def judge_layer(layer):
    estimated, measured = layer["estimated"], layer["measured"]
    for counter in estimated:
        # Waits of LOAD that hide behind COMPUTE are the vaguest.
        share = LAYER_APART if counter in ("cycles", "compute_busy", "compute_token", "mac_cycles") else 0.3
        if abs(estimated[counter] - measured[counter]) > max(share * measured["cycles"], LAYER_CYCLES):
            yield f"{layer['layer']}: {counter} {estimated[counter]} estimated, {measured[counter]} measured"


def judge(row):
    """One line for each thing that does not hold."""
    name = f"{row['model']} {row['pc']}x{row['pk']}"
    least = LEAST_OF_VARIANTS if "-" in row["model"] else LEAST.get(row["pc"], {}).get(row["model"], 0)
    if row["of_path"] < least:
        yield f"{name}: {row['of_path']:.3f} of its path, at least {least} is asked"
    for where, kind, apart in (("", "cycles", APART), (" on the board", "board_cycles", BOARD_APART)):
        estimated, measured = row[f"estimated_{kind}"], row[kind]
        if abs(estimated - measured) > apart * measured:
            yield f"{name}: {estimated} cycles{where} estimated, {measured} measured"
    layers = row.get("layers", [])
    if layers and sum(layer["measured"]["cycles"] for layer in layers) != row["cycles"]:
        yield f"{name}: the layers' cycles are not the model's"
    for layer in layers:
        yield from (f"{name}, {problem}" for problem in judge_layer(layer))


def main():
    problems = 0
    for row in json.load(open(sys.argv[1])):
        found = list(judge(row))
        problems += len(found)
        print("\n".join(found) or f"{row['model']} {row['pc']}x{row['pk']} holds, {len(row['layers'])} layers too")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
