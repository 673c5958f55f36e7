# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Plants faults in the compiler's back end, one at a time; the random graphs must find each.

usage: mutations.py WORK [--only N...] [--dry-run]

Builds a copy of the sources in WORK, whose test of random graphs (EngineCodegenTests) passes before a fault is
planted and must fail after. A dry run only looks whether each fault still has its place.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
TESTS = "EngineCodegenTests"

# (file, what stands there, what is planted)
MUTATIONS = [
    ("targets/engine/CodegenConstants.cpp", "zp(0) * uint32_t(weights[i]);", "zp(0);"),
    ("targets/engine/CodegenConstants.cpp", "depthwise ? i % channels : i / perChannel", "i / perChannel"),
    ("targets/engine/CodegenTransfers.cpp", "fields.pos0 = box.x * channels + box.c;", "fields.pos0 = box.x * channels;"),
    ("targets/engine/CodegenTransfers.cpp", "transfer.fold->origin * channels", "transfer.fold->origin"),
    ("targets/engine/Codegen.cpp", "setClamp(fields, {layer.lo, layer.hi});", "setClamp(fields, {layer.lo, 127});"),
    ("targets/engine/Codegen.cpp", "fields.pad_x = layer.padBefore.x;", "fields.pad_x = 0;"),
    ("targets/engine/TileProgram.cpp", "std::max(tensor.last, group)", "std::min(tensor.last, group)"),
    ("targets/engine/Schedule.cpp", "if (signals[i])", "if (signals[i] && from != Unit::Store)"),
    ("compiler/Tile/Boxes.cpp", "(kernel - 1) * dilation + 1", "(kernel - 1) * dilation"),
    ("compiler/Tile/Boxes.cpp", "box.c = all ? 0 : output.c;", "box.c = 0;"),
]


def run(*command, **options):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, **options)


def must(*command, **options):
    done = run(*command, **options)
    if done.returncode:
        sys.exit(f"`{' '.join(map(str, command))}` failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def copy_sources(work):
    """The sources with a build tree of their own, configured as the everyday one."""
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(ROOT, work, ignore=shutil.ignore_patterns("build", ".git", "__pycache__"), symlinks=True)
    (work / "build").mkdir()
    for name in ("venv", "npm"):
        if (ROOT / "build" / name).exists():
            (work / "build" / name).symlink_to(ROOT / "build" / name)
    must("cmake", "--preset", "dev", cwd=work)


def passes(work):
    """Whether the tests pass; a fault that does not even build is not one."""
    must("ninja", "-C", "build/dev", TESTS, cwd=work)
    return run(work / "build/dev/unittests" / TESTS, "--gtest_filter=*Random*", cwd=work, timeout=900).returncode == 0


def mutate(number):
    """The text of a file with one fault."""
    name, old, new = MUTATIONS[number]
    text = (ROOT / name).read_text()
    if text.count(old) != 1:
        sys.exit(f"mutation {number}: '{old}' stands {text.count(old)} times in {name}")
    return text.replace(old, new)


def caught(number, work):
    path = work / MUTATIONS[number][0]
    text = path.read_text()
    path.write_text(mutate(number))
    try:
        return not passes(work)
    finally:
        path.write_text(text)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("work", type=Path)
    parser.add_argument("--only", type=int, nargs="*", default=range(len(MUTATIONS)))
    parser.add_argument("--dry-run", action="store_true")
    arguments = parser.parse_args()
    for number in range(len(MUTATIONS)):  # also those that do not run now
        mutate(number)
    if arguments.dry_run:
        print(f"{len(MUTATIONS)} mutations have their place")
        return 0
    work = arguments.work.resolve()
    copy_sources(work)
    if not passes(work):
        sys.exit(f"{TESTS} fails before a fault is planted")
    missed = 0
    for number in arguments.only:
        ok = caught(number, work)
        missed += not ok
        name, old, new = MUTATIONS[number]
        print(f"{'caught' if ok else 'MISSED'} {number}: {name}: {old} -> {new}", flush=True)
    shutil.rmtree(work)
    print(f"{len(arguments.only) - missed} of {len(arguments.only)} mutations caught")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
