#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""onnxruntime as an oracle: whole models, single quantized layers, accuracies.

  ort.py run MODEL --input IN.npz -o OUT.npz [--all]       outputs, or every tensor of the graph
  ort.py layers MODEL --tensors T.npz [--layout nhwc]      each int8 layer, fed what T.npz holds
  ort.py accuracy OUT.npz --labels DATA.npz                share of samples whose top-1 is the label
  ort.py agree A.npz B.npz                                 share of samples with equal top-1

Arrays are named after the model's tensors; N samples stand in place of a leading 1. `layers` recomputes
every QuantizeLinear that T.npz has a tensor for from the nearest int8 tensors before it in T.npz, so that
no difference travels from layer to layer. `--layout nhwc` says that T.npz holds rank-4 tensors other
than the model's inputs as NHWC where the model's are NCHW. All print JSON.
"""

import argparse
import json
import sys

import numpy as np
import onnx
import onnxruntime

# What a layer may hold beside its one operation.
MOVES = {"DequantizeLinear", "QuantizeLinear", "Relu", "Clip", "Reshape", "Flatten", "Transpose", "Squeeze"}


def session(model, optimize):
    """Opens a ModelProto on one thread; without `optimize` every node runs as it stands."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    if not optimize:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def run_samples(opened, arrays):
    """Runs each of N samples by itself; returns the outputs, stacked along the leading dimension."""
    wanted = [output.name for output in opened.get_outputs()]
    ranks = {value.name: len(value.shape) for value in opened.get_inputs()}
    count = len(next(iter(arrays.values())))
    results = []
    for i in range(count):
        feed = {}
        for name, rank in ranks.items():
            sample = arrays[name][i : i + 1]
            feed[name] = sample[0] if sample.ndim > rank else sample
        results.append(opened.run(wanted, feed))
    return {name: np.concatenate([result[k] for result in results]) for k, name in enumerate(wanted)}


def run(model, arrays, expose=False, optimize=True):
    """Runs a ModelProto on N samples; with `expose` returns every node's outputs too."""
    if expose:
        model = with_outputs(model, [name for node in model.graph.node for name in node.output if name])
    return run_samples(session(model, optimize), arrays)


def with_outputs(model, names):
    """Returns a copy of the model whose graph outputs are the given tensors."""
    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
    graph = inferred.graph
    types = {value.name: value for value in [*graph.input, *graph.value_info, *graph.output]}
    outputs = [types[name] for name in names]
    del graph.output[:]
    graph.output.extend(outputs)
    return inferred


class Layers:
    """Cuts a QDQ model into pieces that end in one QuantizeLinear each."""

    def __init__(self, model):
        self.model = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
        graph = self.model.graph
        self.producers = {name: node for node in graph.node for name in node.output}
        self.weights = {tensor.name: tensor for tensor in graph.initializer}
        self.types = {value.name: value for value in [*graph.value_info, *graph.output, *graph.input]}
        self.inputs = {value.name for value in graph.input}
        kinds = onnx.TensorProto.INT8, onnx.TensorProto.INT16
        self.integers = {
            name for name, value in self.types.items() if value.type.tensor_type.elem_type in kinds
        }
        self.outputs = [node.output[0] for node in graph.node if node.op_type == "QuantizeLinear"]

    def shape(self, name):
        return [d.dim_value for d in self.types[name].type.tensor_type.shape.dim]

    def piece(self, output, known):
        """Returns the ModelProto that computes `output` from tensors in `known`, and its nodes."""
        nodes, feeds, weights, pending, seen = [], [], [], [output], set()
        while pending:
            name = pending.pop()
            if name in seen or not name:
                continue
            seen.add(name)
            if name in self.weights:
                weights.append(self.weights[name])
            elif name in known and name != output:
                feeds.append(name)
            elif name in self.producers:
                node = self.producers[name]
                nodes.append(node)
                pending.extend(node.input)
            else:
                raise KeyError(name)
        chosen = {id(node) for node in nodes}
        nodes = [node for node in self.model.graph.node if id(node) in chosen]
        graph = onnx.helper.make_graph(
            nodes, "layer", [self.types[name] for name in feeds], [self.types[output]], weights
        )
        piece = onnx.helper.make_model(
            graph, opset_imports=self.model.opset_import, ir_version=self.model.ir_version
        )
        return piece, nodes


def to_layout(array, shape, layout):
    """Brings N samples to the model's shape; `layout` nhwc moves the channels of rank 4 forward."""
    if layout == "nhwc" and len(shape) == 4:
        array = array.reshape(-1, shape[2], shape[3], shape[1]).transpose(0, 3, 1, 2)
    return np.ascontiguousarray(array.reshape(-1, *shape[1:]))


def compare(model, tensors, layout="model", optimize=True):
    """Recomputes every layer of a QDQ model whose output is in `tensors` from `tensors` alone.

    Returns one dict a layer: output, ops, inputs, values, exact and within_one (shares), distinct
    (values taken by the given tensor), largest (absolute difference). Layers that `tensors` lacks
    are named under missing, unless they only move values.
    """
    layers = Layers(model)
    known = {}
    for name, array in tensors.items():
        # Float tensors inside a layer are no cuts: a layer runs from integers to integers.
        if name in layers.inputs or name in layers.integers:
            known[name] = to_layout(array, layers.shape(name), "model" if name in layers.inputs else layout)
    rows, missing = [], []
    for output in layers.outputs:
        piece, nodes = layers.piece(output, known)
        ops = [node.op_type for node in nodes if node.op_type not in MOVES]
        if output not in known:
            missing += [output] if ops else []
            continue
        feeds = [value.name for value in piece.graph.input]
        expected = run_samples(session(piece, optimize), {name: known[name] for name in feeds})[output]
        difference = np.abs(expected.astype(np.int32) - known[output])
        rows.append(
            {
                "output": output,
                "ops": ops,
                "inputs": feeds,
                "values": int(difference.size),
                "exact": float((difference == 0).mean()),
                "within_one": float((difference <= 1).mean()),
                "largest": int(difference.max()),
                "distinct": int(np.unique(known[output]).size),
            }
        )
    return {"layers": rows, "missing": missing}


def top1(scores):
    """The index of the largest score of each of N samples."""
    return scores.reshape(len(scores), -1).argmax(1)


def accuracy(scores, labels):
    return float((top1(scores) == labels).mean())


def agreement(a, b):
    return float((top1(a) == top1(b)).mean())


def check_layers(rows, within_one, distinct):
    """Says on standard error which layers miss the bounds; returns 1 if any does or there are none."""
    bad = [row for row in rows if row["within_one"] < within_one or row["distinct"] < distinct]
    for row in bad:
        print(f"error: {row['output']}: {row['within_one']:.4%} within 1, {row['distinct']} values", file=sys.stderr)
    if not rows:
        print("error: no layer of the model stands in the tensors", file=sys.stderr)
    return 1 if bad or not rows else 0


def _only(arrays, path):
    names = [name for name in arrays.files if name != "label"]
    if len(names) != 1:
        sys.exit(f"error: {path}: expected one array beside label, found {', '.join(names) or 'none'}")
    return arrays[names[0]]


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("run")
    verb.add_argument("model")
    verb.add_argument("--input", required=True)
    verb.add_argument("-o", "--output", required=True)
    verb.add_argument("--all", action="store_true")
    verb = verbs.add_parser("layers")
    verb.add_argument("model")
    verb.add_argument("--tensors", required=True)
    verb.add_argument("--layout", choices=["model", "nhwc"], default="model")
    verb.add_argument("--unoptimized", action="store_true", help="run the graph's nodes as they stand, in float")
    verb.add_argument("--within-one", type=float, default=0, metavar="SHARE", help="fail below it, in any layer")
    verb.add_argument("--distinct", type=int, default=0, metavar="N", help="fail below it, in any layer")
    verb = verbs.add_parser("accuracy")
    verb.add_argument("scores")
    verb.add_argument("--labels", required=True)
    verb = verbs.add_parser("agree")
    verb.add_argument("first")
    verb.add_argument("second")
    return parser.parse_args()


def main():
    args = _arguments()
    if args.verb == "run":
        results = run(onnx.load(args.model), dict(np.load(args.input)), args.all)
        np.savez(args.output, **results)
        print(json.dumps({name: list(array.shape) for name, array in results.items()}))
    elif args.verb == "layers":
        result = compare(onnx.load(args.model), np.load(args.tensors), args.layout, not args.unoptimized)
        print(json.dumps(result, indent=1))
        return check_layers(result["layers"], args.within_one, args.distinct)
    elif args.verb == "accuracy":
        labels = np.load(args.labels)["label"]
        print(json.dumps({"accuracy": accuracy(_only(np.load(args.scores), args.scores), labels)}))
    else:
        first, second = (_only(np.load(path), path) for path in (args.first, args.second))
        print(json.dumps({"agreement": agreement(first, second)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
