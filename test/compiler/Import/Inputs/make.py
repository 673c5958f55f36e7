# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes an ONNX file FILE.onnx for each FILE in a folder, from ONNX's textual form.

usage: make.py FOLDER
"""

import sys
from pathlib import Path

import onnx


def main():
    for path in sorted(Path(sys.argv[1]).iterdir()):
        if not path.suffix:
            model = onnx.parser.parse_model(path.read_text(encoding="utf-8"))
            onnx.save(model, f"{path}.onnx")


if __name__ == "__main__":
    main()
