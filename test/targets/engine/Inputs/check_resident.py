# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""usage: check_resident.py REPORT CYCLES

Fails unless all of a model's MACs are the engine's, in at most CYCLES, with at most two
transitions, and nothing but the model's input and output passes through the arena.
"""

import json
import math
import sys


def main():
    report = json.load(open(sys.argv[1], encoding="utf-8"))
    totals = report["totals"]
    print(totals)
    assert totals["macs_on_device"] == totals["macs"] > 0
    assert totals["transitions"] <= 2
    assert 0 < totals["cycles"] <= int(sys.argv[2])
    layers = [layer for layer in report["layers"] if layer["place"] == "engine"]
    stores = [layer for layer in layers if layer["bytes_stored"]]
    assert stores == [stores[-1]], "an inner layer stores its result"
    assert totals["bytes_stored"] == math.prod(stores[-1]["shape"])


if __name__ == "__main__":
    main()
