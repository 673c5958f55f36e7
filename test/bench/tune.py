# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What `sluice tune` gains over a board as it is: cycles of the RTL and milliseconds, both estimated and measured.

usage: tune.py [--json] [--board BOARD...] [NAME...]

Makes the seeded models of test/models, tunes each for each board, and runs one input on the board's engine and on the
chosen one, with the memory of the board's file. The chosen engines are verilated the first time.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import engine  # noqa: E402
import make  # noqa: E402

BOARDS = ["ulx3s-25f", "ulx3s-85f", "ulx3s-85f-16x8"]


def run(model, target, board, sample, package):
    """Estimated and measured cycles, and milliseconds at the engine's clock."""
    engine.sluice("compile", model, "--target", target, "-o", package)
    report = json.loads((package / "report.json").read_text())
    row = engine.measure_board(package, board, sample, report)
    return {"target": target, "cycles": row["board_cycles"], "estimated_cycles": row["estimated_board_cycles"],
            "ms": row["board_ms"]}


def measure(name, board, folder):
    model, sample = folder / f"{name}.onnx", folder / f"{name}.npz"
    target = f"engine:{board}"
    found = json.loads(engine.sluice("tune", model, "--target", target, "--json"))
    usual = run(model, target, board, sample, folder / f"{name}-{board}")
    tuned = run(model, found["chosen"]["target"], board, sample, folder / f"{name}-{board}-tuned")
    return {"model": name, "board": board, "points": found["points"], "front": len(found["front"]), "default": usual,
            "tuned": tuned, "gain": usual["ms"] / tuned["ms"]}


def print_row(row):
    numbers = "".join(f"{row[kind][key]:>{width}}" for kind in ("default", "tuned")
                      for key, width in (("estimated_cycles", 10), ("cycles", 9)))
    times = f"{row['default']['ms']:9.3f}{row['tuned']['ms']:9.3f}{row['gain']:7.2f}"
    print(f"{row['model']:10}{row['board']:15}{numbers}{times}  {row['tuned']['target']}", flush=True)


def main():
    parser = argparse.ArgumentParser(description="What tuning gains, in RTL cycles.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--board", nargs="*", default=BOARDS)
    parser.add_argument("names", nargs="*", help=", ".join(make.MODELS))
    options = parser.parse_args()
    if unknown := set(options.names) - set(make.MODELS):
        parser.error(f"no such model: {', '.join(sorted(unknown))}")
    rows = []
    if not options.json:
        print(f"{'model':10}{'board':15}{'estimate':>10}{'cycles':>9}{'tuned est':>10}{'cycles':>9}{'ms':>9}{'tuned':>9}{'gain':>7}")
    with tempfile.TemporaryDirectory() as folder:
        for name in options.names or make.MODELS:
            engine.write_model(name, Path(folder))
            for board in options.board:
                rows.append(measure(name, board, Path(folder)))
                if not options.json:
                    print_row(rows[-1])
    if options.json:
        print(json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()
