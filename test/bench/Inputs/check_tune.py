# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Judges what tune.py --json printed.

usage: check_tune.py ROWS.json
"""

import json
import sys

APART, LEAST_GAIN = 0.05, 1.02

rows = json.load(open(sys.argv[1]))
for row in rows:
    for kind in ("default", "tuned"):
        estimated, measured = row[kind]["estimated_cycles"], row[kind]["cycles"]
        if abs(estimated - measured) > APART * measured:
            sys.exit(f"{row['model']}, {row[kind]['target']}: {estimated} cycles estimated, {measured} measured")
print(f"faster on {sum(row['gain'] >= LEAST_GAIN for row in rows)} of {len(rows)}")
