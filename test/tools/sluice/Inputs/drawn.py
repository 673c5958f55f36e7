# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""usage: drawn.py PAGE.html REPORT.json: opens the page in headless Chromium and fails unless all of the report is drawn."""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path


def browse(page):
    """The page's elements after its scripts ran, and what the browser logged."""
    with tempfile.TemporaryDirectory() as profile:
        result = subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={profile}", "--window-size=1400,3000",
             "--virtual-time-budget=5000", "--enable-logging=stderr", "--dump-dom", page.resolve().as_uri()],
            capture_output=True, text=True, timeout=120)
    return result.stdout, [line for line in result.stderr.splitlines() if "CONSOLE" in line]


class Drawn(HTMLParser):
    """Counts (id, tag) over the elements inside each element with an id, and gathers their text."""

    VOID = {"meta", "br", "link", "img", "input"}

    def __init__(self, html):
        super().__init__()
        self.open, self.count, self.text = [], Counter(), Counter()
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        for _, outer in self.open:
            self.count[outer, tag] += outer is not None
        if tag not in self.VOID:
            self.open.append((tag, dict(attributes).get("id")))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        for _, outer in self.open:
            if outer is not None:
                self.text[outer, data.strip()] += 1


report = json.loads(Path(sys.argv[2]).read_text())
html, log = browse(Path(sys.argv[1]))
page = Drawn(html)
problems = list(log)


def expect(condition, text):
    if not condition:
        problems.append(text)


layers = report["layers"]
expect(page.text["model", report["model"]] == 1, "the model's name is not in the header")
expect(page.count["totals", "div"] == 10, f"{page.count['totals', 'div']} totals")
expect(page.count["layers", "tr"] == len(layers) + 1, f"{page.count['layers', 'tr']} rows of layers")
expect(page.count["timeline", "path"] >= len(report["timeline"]), f"{page.count['timeline', 'path']} steps in the timeline")
arena = [entry for entry in report["memory"] if entry["space"] == "arena"]
expect(page.count["memory", "path"] >= len(arena), f"{page.count['memory', 'path']} buffers in memory")
expect(page.count["space", "option"] == 2, f"{page.count['space', 'option']} memories to choose from")
expect(page.count["graph", "path"] >= len(layers) + len(report["edges"]), f"{page.count['graph', 'path']} shapes in the graph")
for layer in layers:
    expect(page.text["layers", layer["name"]] >= 1, f"{layer['name']} is not in the table")
    expect(page.text["graph", layer["name"]] >= 1, f"{layer['name']} is not in the graph")
expect(page.count["layers", "b"] == 0, "a name became markup")
print("\n".join(problems))
sys.exit(1 if problems else 0)
