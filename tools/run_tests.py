# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the test suites, quick ones first, and ends with `N passed, N failed`.

usage: run_tests.py BUILD_TEST_DIR [--all] [SUITE...]

A suite is a folder of test/. Each runs under lit; counts come from lit's XML report.
Only a test that requires the feature `shared` may be skipped; any other skip is a
failure. A test that requires `long` takes part with --all only.
"""

import argparse
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "test"
TEST_SUFFIXES = {".mlir", ".test", ".s"}
UNIT = "unit"  # all GoogleTest binaries
FIRST = ["lint", UNIT, "dialects", "compiler", "targets", "runtime", "tools"]
LAST = ["rtl", "cts", "models", "e2e", "bench"]
SECONDS_PER_TEST = {False: 1800, True: 3 * 3600}


@dataclass
class Counts:
    passed: int = 0
    skipped: int = 0
    failures: list = field(default_factory=list)

    def add(self, other):
        self.passed += other.passed
        self.skipped += other.skipped
        self.failures += other.failures

    def __str__(self):
        text = f"{self.passed} passed, {len(self.failures)} failed"
        return text + (f", {self.skipped} skipped" if self.skipped else "")


def has_tests(folder):
    return any(p.suffix in TEST_SUFFIXES for p in folder.rglob("*"))


def suites():
    """The folders of test/ that hold tests, in the order they run."""

    def rank(name):
        if name in FIRST:
            return (0, FIRST.index(name))
        return (2, LAST.index(name)) if name in LAST else (1, name)

    names = [p.name for p in SOURCE.iterdir() if p.name == UNIT or has_tests(p)]
    return sorted(names, key=rank)


def count(report, with_long):
    """Counts of one XML report of lit."""
    counts = Counts()
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        name = f"{case.get('classname')} :: {case.get('name')}"
        skip = case.find("skipped")
        if case.find("failure") is not None:
            counts.failures.append(name)
        elif skip is None:
            counts.passed += 1
        else:
            reason = skip.get("message", "")
            missing = re.sub(r".*feature\(s\):", "", reason).replace(",", " ").split()
            if "long" in missing and not with_long:
                continue
            if missing == ["shared"]:
                counts.skipped += 1
            else:
                counts.failures.append(f"{name}: skipped: {reason}")
    return counts


def run(suite, build_test, with_long):
    """Runs one suite under lit and returns its counts."""
    report = build_test / f"{suite}.xml"
    report.unlink(missing_ok=True)
    command = [
        Path(sys.executable).parent / "lit",
        "-sv",
        f"--timeout={SECONDS_PER_TEST[with_long]}",
        f"-j{os.cpu_count()}",
        f"--xunit-xml-output={report}",
        *(["-Dlong=1"] if with_long else []),
        build_test / suite,
    ]
    status = subprocess.run(command).returncode
    if not report.exists():
        return Counts(failures=[f"{suite}: lit ended with status {status} and no report"])
    counts = count(report, with_long)
    if status and not counts.failures:
        counts.failures.append(f"{suite}: lit ended with status {status}")
    return counts


def main():
    parser = argparse.ArgumentParser(prog="tools/dev test")
    parser.add_argument("build_test", type=Path)
    parser.add_argument("--all", action="store_true", help="run the long tests too")
    parser.add_argument("suite", nargs="*", help="folders of test/ (default: all)")
    arguments = parser.parse_args()
    total = Counts()
    for suite in arguments.suite or suites():
        print(f"== {suite}", flush=True)
        counts = run(suite, arguments.build_test.resolve(), arguments.all)
        print(f"== {suite}: {counts}", flush=True)
        total.add(counts)
    for failure in total.failures:
        print(f"FAILED {failure}")
    print(total)
    return 1 if total.failures or not total.passed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
