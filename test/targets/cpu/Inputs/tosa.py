# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes modules of deploy.regions with TOSA bodies as text."""

import subprocess

import numpy as np

from library import Library

# Sums of int16 have 48 bits, which NumPy holds in 64.
NAMES = {"int8": "i8", "int16": "i16", "int32": "i32", "int64": "i48", "float32": "f32", "bool": "i1"}


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
        properties = f" <{{{text}}}>" if text else ""
        self.lines.append(f'{result.name} = "tosa.{name}"({names}){properties} : ({types}) -> {result.type}')
        return result

    def constant(self, values, kind):
        values = np.ascontiguousarray(values, np.dtype(kind))
        if values.dtype in (bool, np.int64) or values.size == 1:
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


def array(values):
    return f"array<i64: {', '.join(map(str, values))}>"


def window(region, name, operands, shape, kind, strides, pads, **more):
    """An op with a sliding window; pads are [top, left, bottom, right], as ONNX has them."""
    pad = array([pads[0], pads[2], pads[1], pads[3]])
    return region.op(name, operands, shape, kind, pad=pad, stride=array(strides), **more)


class Case:
    """A region, what goes in and what must come out: the same bytes, or floats within `tolerance`."""

    def __init__(self, region, inputs, *expected, tolerance=None):
        self.region, self.inputs, self.expected, self.tolerance = region, inputs, expected, tolerance

    def check(self, results):
        for got, want in zip(results, self.expected, strict=True):
            equal = got == want
            if self.tolerance is not None:
                equal = np.isclose(got, want, self.tolerance, self.tolerance, equal_nan=True)
            wrong = np.argwhere(~equal)
            assert not len(wrong), f"{self.region.name}: {len(wrong)} of {want.size} differ, first at {wrong[0]}"


def compile(regions, stem, level):
    """Compiles the regions to STEM.so with sluice-translate."""
    with open(f"{stem}.mlir", "w") as file:
        file.writelines(region.text() for region in regions)
    command = ["sluice-translate", "--regions-to-cpu-library", f"--cpu-level={level}"]
    subprocess.run([*command, f"{stem}.mlir", "-o", f"{stem}.so"], check=True)


# Each level runs on machines of those after it, up to the next architecture's.
LEVELS = [["x86-64-v2", "x86-64-v3", "x86-64-v4", "x86-64-v4+avx512vnni"], ["aarch64", "aarch64+dotprod"]]


def run_levels(cases, stem, emulator):
    """Runs the cases as code of each level: of this machine or, with an emulator, of aarch64."""
    regions = [case.region for case in cases]
    for level in LEVELS[1] if emulator else native_levels(regions[:1], stem):
        compile(regions, stem, level)
        (emulate if emulator else run_here)(cases, stem, level, *emulator)
        print(f"{level}: {len(cases)} regions")


def native_levels(regions, stem):
    compile(regions, stem, "native")
    native = Library(f"{stem}.so").level
    (levels,) = (known for known in LEVELS if native in known)
    return levels[: levels.index(native) + 1]


def run_here(cases, stem, level):
    """With one worker and with three."""
    library = Library(f"{stem}.so")
    assert library.level == level
    for index, case in enumerate(cases):
        assert library.regions[index].name.decode() == case.region.name
        outputs = [(v.shape, v.kind) for v in case.region.outputs]
        for workers in (1, 3):
            case.check(library.run(index, case.inputs, outputs, workers))


def emulate(cases, stem, level, *emulator):
    """All calls in one process; see aarch64_runner.c."""
    calls, sizes = bytearray(), []
    for index, case in enumerate(cases):
        outputs = [int(np.prod(v.shape)) * v.kind.itemsize for v in case.region.outputs]
        sizes.append(outputs)
        numbers = [index, len(case.inputs), len(outputs), *(a.nbytes for a in case.inputs), *outputs]
        calls += np.array(numbers, np.uint64).tobytes()
        calls += b"".join(np.ascontiguousarray(a).tobytes() for a in case.inputs)
    results = subprocess.run([*emulator, f"{stem}.so"], input=bytes(calls), stdout=subprocess.PIPE, check=True).stdout
    offset = 0
    for case, outputs in zip(cases, sizes):
        arrays = []
        for value, size in zip(case.region.outputs, outputs):
            arrays.append(np.frombuffer(results[offset : offset + size], value.kind).reshape(value.shape))
            offset += size
        case.check(arrays)
