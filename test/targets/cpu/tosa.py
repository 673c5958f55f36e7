# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes modules of deploy.regions with TOSA bodies as text."""

import subprocess

import numpy as np

from library import Library

NAMES = {"int8": "i8", "int16": "i16", "int32": "i32", "float32": "f32", "bool": "i1"}


def tensor(shape, kind):
    return f"tensor<{''.join(f'{n}x' for n in shape)}{NAMES[np.dtype(kind).name]}>"


class Value:
    def __init__(self, name, shape, kind):
        self.name, self.shape, self.kind = name, tuple(shape), np.dtype(kind)

    @property
    def type(self):
        return tensor(self.shape, self.kind)


class Region:
    """One region; `op` appends an op, `finish` names the outputs."""

    def __init__(self, name, *inputs):
        self.name, self.lines, self.outputs = name, [], []
        self.inputs = [Value(f"%x{i}", shape, kind) for i, (shape, kind) in enumerate(inputs)]

    def op(self, name, operands, shape, kind, **attributes):
        result = Value(f"%v{len(self.lines)}", shape, kind)
        text = ", ".join(f"{key} = {value}" for key, value in attributes.items())
        types = ", ".join(v.type for v in operands)
        names = ", ".join(v.name for v in operands)
        self.lines.append(f'{result.name} = "tosa.{name}"({names}) <{{{text}}}> : ({types}) -> {result.type}')
        return result

    def constant(self, values, kind):
        values = np.ascontiguousarray(values, np.dtype(kind))
        if values.dtype == bool or values.size == 1:
            data = str(values.tolist()).lower()
        else:
            data = '"0x' + values.tobytes().hex().upper() + '"'
        return self.op("const", [], values.shape, kind, values=f"dense<{data}> : {tensor(values.shape, kind)}")

    def shape(self, sizes):
        """A !tosa.shape constant."""
        result = Value(f"%v{len(self.lines)}", (), np.int8)
        kind = f"!tosa.shape<{len(sizes)}>"
        values = f"dense<{list(sizes)}> : tensor<{len(sizes)}xindex>"
        self.lines.append(f'{result.name} = "tosa.const_shape"() <{{values = {values}}}> : () -> {kind}')
        result.__class__ = type("Shape", (Value,), {"type": kind})
        return result

    def rescale(self, value, multipliers, shifts, zin=0, zout=0, kind=np.int8, scale32=False):
        operands = [
            value,
            self.constant(np.atleast_1d(multipliers), np.int32 if scale32 else np.int16),
            self.constant(np.atleast_1d(shifts), np.int8),
            self.constant([zin], value.kind),
            self.constant([zout], kind),
        ]
        return self.op(
            "rescale", operands, value.shape, kind, scale32=str(scale32).lower(),
            rounding_mode='#tosa.rounding_mode<SINGLE_ROUND>', input_unsigned="false",
            output_unsigned="false", per_channel=str(np.size(multipliers) > 1).lower(),
        )  # fmt: skip

    def clamp(self, value, lo, hi):
        kind = NAMES[value.kind.name]
        lo, hi = (f"{v:e}" if kind == "f32" else v for v in (lo, hi))
        return self.op("clamp", [value], value.shape, value.kind, min_val=f"{lo} : {kind}", max_val=f"{hi} : {kind}")

    def finish(self, *outputs):
        self.outputs = outputs
        return self

    def text(self):
        names = ", ".join(f"{v.name} = %a{i}" for i, v in enumerate(self.inputs))
        arguments = ", ".join(f"%a{i}: {v.type}" for i, v in enumerate(self.inputs))
        types = ", ".join(v.type for v in self.inputs)
        results = ", ".join(v.type for v in self.outputs)
        values = ", ".join(v.name for v in self.outputs)
        body = "\n    ".join(self.lines)
        one = f"%r:{len(self.outputs)}"
        returned = ", ".join(f"%r#{i}" for i in range(len(self.outputs)))
        return (
            f'func.func @"{self.name}"({arguments}) -> ({results}) {{\n'
            f'  {one} = deploy.region "{self.name}" on "cpu" ({names}) : ({types}) -> ({results}) {{\n'
            f"    {body}\n    deploy.yield {values} : {results}\n  }}\n  return {returned} : {results}\n}}\n"
        )


def compile(regions, stem, level):
    """Compiles the regions to STEM.so with sluice-translate and maps it."""
    with open(f"{stem}.mlir", "w") as file:
        file.writelines(region.text() for region in regions)
    command = ["sluice-translate", "--regions-to-cpu-library", f"--cpu-level={level}"]
    subprocess.run([*command, f"{stem}.mlir", "-o", f"{stem}.so"], check=True)
    return Library(f"{stem}.so")
