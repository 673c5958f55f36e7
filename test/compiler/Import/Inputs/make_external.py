# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes models whose weights lie in other files, sound ones and broken ones.

usage: make_external.py FOLDER
"""

import os
import sys
from pathlib import Path

import onnx
from onnx import TensorProto, helper


def write(path, **entries):
    """A model that adds 40 weights, which lie where the entries say."""
    weights = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[40],
                          data_location=TensorProto.EXTERNAL)
    for key, value in entries.items():
        weights.external_data.add(key=key, value=str(value))
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("Add", ["x", "w"], ["y"])], "external",
        [value("x", TensorProto.FLOAT, [40])], [value("y", TensorProto.FLOAT, [40])],
        [weights])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    path.write_bytes(model.SerializeToString())


def main():
    folder = Path(sys.argv[1])
    (folder / "models" / "data").mkdir(parents=True, exist_ok=True)
    models = folder / "models"
    (folder / "secret").write_bytes(bytes(160))
    (models / "data" / "w").write_bytes(b"head" + b"\x00\x00\x80\x3f" * 40)
    if not (models / "link").is_symlink():
        os.symlink("../secret", models / "link")
    write(models / "good.onnx", location="data/w", offset=4, length=160)
    write(models / "default.onnx", location="data/w")
    write(models / "absolute.onnx", location=str((folder / "secret").resolve()))
    write(models / "above.onnx", location="data/../../secret")
    write(models / "link.onnx", location="link")
    write(models / "missing.onnx", location="data/none")
    write(models / "beyond.onnx", location="data/w", offset=8)
    write(models / "wrap.onnx", location="data/w", offset=2**64 - 16)
    write(models / "short.onnx", location="data/w", length=80)
    write(models / "letters.onnx", location="data/w", offset="four")
    write(models / "nowhere.onnx", offset=0)


if __name__ == "__main__":
    main()
