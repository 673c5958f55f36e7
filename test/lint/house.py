# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The house rules that a program can check.

usage: house.py RULE ROOT

Prints one line per violation and exits with 1 if there is any. Each rule's .test file
also plants violations and expects them to be found.
"""

import os
import re
import sys
from pathlib import Path

GENERATED = {"build", ".git", "__pycache__", ".cache", "node_modules"}
SOURCES = {".h", ".hpp", ".c", ".cpp", ".td", ".py", ".cmake", ".sv", ".svh", ".fbs", ".mlir", ".test", ".s", ".cl"}
NAMED_SOURCES = {"CMakeLists.txt", "dev", "run"}
LONGEST_FILE = 600  # lines; "under about 500"


def files(root, suffixes=None):
    """All files of the tree but generated ones, as paths relative to root."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(set(folders) - GENERATED)
        for name in sorted(names):
            path = Path(folder, name)
            if suffixes is None or path.suffix in suffixes:
                yield path.relative_to(root)


def is_source(path):
    return path.suffix in SOURCES or path.name in NAMED_SOURCES


def text(root, path):
    return (root / path).read_text(encoding="utf-8", errors="replace")


def matches(root, path, pattern):
    """(line number, match) of each line's first match of the pattern."""
    for number, line in enumerate(text(root, path).splitlines(), 1):
        if match := re.search(pattern, line):
            yield number, match


def licence(root):
    """Each source names the licence in its first three lines."""
    tag = "SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception"
    for path in files(root):
        if is_source(path) and tag not in "\n".join(text(root, path).splitlines()[:3]):
            yield f"{path}: the first lines lack '{tag}'"


def size(root):
    """No source is much longer than 500 lines."""
    for path in files(root):
        if is_source(path) and (lines := text(root, path).count("\n")) > LONGEST_FILE:
            yield f"{path}: {lines} lines; split it (at most {LONGEST_FILE})"


def words(root):
    """No notes to self, and no path of a developer's machine."""
    pattern = r"\b(TODO|FIXME|XXX|HACK)\b|/(home|work|root)/\w"
    for path in files(root):
        if (is_source(path) or path.suffix == ".md") and path.name != "house.py":
            for number, match in matches(root, path, pattern):
                yield f"{path}:{number}: '{match[0]}' does not belong in a source"


# (where, what it must not include, except for, the rule in words)
LAYERS = [
    (r"runtime/", r"(compiler|dialects|targets|mlir|mlir-c|llvm|llvm-c|google|onnx)/", None,
     "the runtime knows nothing of the compiler, MLIR or LLVM"),
    (r"dialects/", r"(compiler|targets|runtime|tools)/", None,
     "dialects depend on other dialects only"),
    (r"(?!targets/|test/)", r"targets/[^/]+/", None,
     "no target is named outside targets/; use targets/Target.h"),
    (r"compiler/", r"dialects/Engine/", r"compiler/Pipelines/RegisterAll\.cpp",
     "the engine dialect belongs to its target"),
    (r"(?!compiler/Import/|test/compiler/Import/)", r"(google/protobuf|onnx)/|.*\.pb\.h", None,
     "the ONNX protobuf stays in compiler/Import"),
]


def layering(root):
    """Includes follow the dependency rules."""
    for path in files(root, {".h", ".hpp", ".c", ".cpp"}):
        for number, match in matches(root, path, r'^\s*#\s*include\s*[<"]([^>"]+)[>"]'):
            for where, banned, exception, rule in LAYERS:
                if not re.match(where, str(path)) or not re.match(banned, match[1]):
                    continue
                if not (exception and re.fullmatch(exception, str(path))):
                    yield f"{path}:{number}: includes {match[1]}: {rule}"


def targets(root):
    """No string of the compiler names a target."""
    names = "|".join(sorted(p.name for p in (root / "targets").iterdir() if p.is_dir()))
    for path in files(root, {".h", ".cpp", ".td"}):
        if path.parts[0] == "compiler":
            for number, match in matches(root, path, rf'^(?!\s*//).*"({names})[":]'):
                yield f"{path}:{number}: names the target {match[1]}; ask targets/Target.h"


def passes(root):
    """Each pass of a Passes.td stands in a RUN line."""
    runs = "\n".join(
        match.string
        for path in files(root / "test", {".mlir", ".test"})
        for _, match in matches(root / "test", path, r"RUN:")
    )
    for path in files(root, {".td"}):
        for number, match in matches(root, path, r'^def\s+\w+\s*:\s*\w*Pass<"([^"]+)"'):
            if not re.search(rf"(?<![\w-])-{{0,2}}{re.escape(match[1])}(?![\w-])", runs):
                yield f"{path}:{number}: no RUN line under test/ has the pass {match[1]}"


OWN_TESTS = {"lint", "unit", "models", "e2e", "cts", "rtl", "bench", "conformance"}


def mirror(root):
    """Each folder of test/ has the path of a folder it tests, or is one of OWN_TESTS."""
    folders = {path.parent for path in files(root / "test")} - {Path(".")}
    for folder in sorted(folders):
        if folder.parts[0] in OWN_TESTS or "Inputs" in folder.parts:
            continue
        if not (root / folder).is_dir():
            yield f"test/{folder}: the tree has no folder {folder} that this would test"


def anchors(page):
    """What a link may name within a page: its headings, as GitHub makes anchors of them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(root):
    """Relative links in Markdown lead to a file and, where they name one, to a heading of it."""
    linked = re.compile(r"\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]*))?\)")
    for path in files(root, {".md"}):
        for number, line in enumerate(text(root, path).splitlines(), 1):
            for target, anchor in linked.findall(line):
                page = (root / path).parent / target if target else root / path
                name = os.path.relpath(page, root)
                if not page.exists():
                    yield f"{path}:{number}: there is no {name}"
                elif anchor and anchor not in anchors(page):
                    yield f"{path}:{number}: {name} has no heading #{anchor}"


def paths(root):
    """The repository paths quoted in Markdown are there; one with the placeholder NAME in it is only a pattern."""
    tops = "tools|docs|test|compiler|dialects|targets|runtime"
    quoted = re.compile(rf"`((?:{tops})/[\w./-]+)(?: [^`]*)?`")
    for path in files(root, {".md"}):
        for number, line in enumerate(text(root, path).splitlines(), 1):
            for target in quoted.findall(line):
                if "NAME" not in target and not (root / target).exists():
                    yield f"{path}:{number}: there is no {target}"


RULES = {rule.__name__: rule for rule in (licence, size, words, layering, targets, passes, mirror, links, paths)}


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in RULES:
        sys.exit(f"usage: house.py {'|'.join(RULES)} ROOT")
    violations = list(RULES[sys.argv[1]](Path(sys.argv[2]).resolve()))
    print("\n".join(violations))
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
