# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the functions of kernels/prelude.cl on an OpenCL device, built for several instruction sets.

usage: prelude.py PRELUDE

A product must give the same bytes with AVX-512, with AVX2 and in plain OpenCL C; so must what rounds.
"""

import ctypes
import pathlib
import sys

import numpy as np

CL = ctypes.CDLL("libOpenCL.so.1")
for name in ("clCreateContext", "clCreateCommandQueue", "clCreateProgramWithSource", "clCreateKernel", "clCreateBuffer"):
    getattr(CL, name).restype = ctypes.c_void_p
COPY_HOST, READ_WRITE = 32, 1
KERNELS = """
kernel void products(global const char *weights, global const short *values, global int16 *sums) {
  local short pair[2];
  const int i = get_global_id(0);
  pair[0] = values[2 * i];
  pair[1] = values[2 * i + 1];
  sums[i] = dot2(weights + 32 * i, pair, sums[i]);
}
kernel void upper(global const int16 *a, global const int16 *b, global int16 *c) {
  c[get_global_id(0)] = multiply_high_int16(a[get_global_id(0)], b[get_global_id(0)]);
}
kernel void rounded(global const float16 *x, global const float16 *unused, global int16 *y) {
  y[get_global_id(0)] = round_int16(x[get_global_id(0)]);
}
"""
SETS = {"own": "", "AVX2": "#undef __AVX512BW__\n", "plain": "#undef __AVX512BW__\n#undef __AVX2__\n"}


def check(code):
    assert code == 0, f"OpenCL error {code}"


class Program:
    """KERNELS with the prelude before them."""

    def __init__(self, prelude):
        platform, self.device = ctypes.c_void_p(), ctypes.c_void_p()
        check(CL.clGetPlatformIDs(1, ctypes.byref(platform), None))
        check(CL.clGetDeviceIDs(platform, ctypes.c_uint64(0xFFFFFFFF), 1, ctypes.byref(self.device), None))
        self.context = ctypes.c_void_p(CL.clCreateContext(None, 1, ctypes.byref(self.device), None, None, None))
        self.queue = ctypes.c_void_p(CL.clCreateCommandQueue(self.context, self.device, ctypes.c_uint64(0), None))
        text = ctypes.c_char_p((prelude + KERNELS).encode())
        self.program = ctypes.c_void_p(
            CL.clCreateProgramWithSource(self.context, 1, ctypes.byref(text), None, None)
        )
        check(CL.clBuildProgram(self.program, 1, ctypes.byref(self.device), b"", None, None))

    def run(self, name, arrays):
        """Runs kernel `name` on three arrays, 16 lanes an item; returns what is in the last."""
        kernel = ctypes.c_void_p(CL.clCreateKernel(self.program, name.encode(), None))
        buffers = []
        for index, array in enumerate(arrays):
            flags, size = ctypes.c_uint64(READ_WRITE | COPY_HOST), ctypes.c_size_t(array.nbytes)
            data = array.ctypes.data_as(ctypes.c_void_p)
            buffers.append(ctypes.c_void_p(CL.clCreateBuffer(self.context, flags, size, data, None)))
            check(CL.clSetKernelArg(kernel, index, ctypes.c_size_t(8), ctypes.byref(buffers[-1])))
        items, one = ctypes.c_size_t(arrays[2].size // 16), ctypes.c_size_t(1)
        check(
            CL.clEnqueueNDRangeKernel(
                self.queue, kernel, 1, None, ctypes.byref(items), ctypes.byref(one), 0, None, None
            )
        )
        result = np.empty_like(arrays[2])
        size, data = ctypes.c_size_t(result.nbytes), result.ctypes.data_as(ctypes.c_void_p)
        check(CL.clEnqueueReadBuffer(self.queue, buffers[2], 1, ctypes.c_size_t(0), size, data, 0, None, None))
        return result


def products(rng):
    """Weights, values, sums, and what dot2 makes of them; extremes come first, sums wrap."""
    weights = rng.integers(-128, 128, (100, 16, 2)).astype(np.int8)
    values = rng.integers(-255, 256, (100, 2)).astype(np.int16)
    sums = rng.integers(-(2**31), 2**31, (100, 16)).astype(np.int32)
    weights[0], values[0], sums[1] = -128, -255, 2**31 - 1
    weights[1], values[1] = -128, -255
    products = (weights.astype(np.int64) * values[:, None, :]).sum(2)
    return (weights, values, sums), (sums + products).astype(np.int32)


def uppers(rng):
    a, b = (rng.integers(-(2**31), 2**31, 1600).astype(np.int32) for _ in range(2))
    a[0] = b[0] = a[1] = -(2**31)
    return (a, b, np.zeros_like(a)), ((a.astype(np.int64) * b) >> 32).astype(np.int32)


def rounds(rng):
    x = rng.normal(0, 1000, 1600).astype(np.float32)
    special = [0.5, 1.5, -0.5, -2.5, 2147483520, 2147483648, -2147483648, 3e9, -3e9, np.inf, -np.inf, np.nan]
    x[: len(special)] = special
    x[100:200] = rng.integers(-1000, 1000, 100) + 0.5
    expected = np.clip(np.rint(np.nan_to_num(x.astype(np.float64), nan=0.0)), -(2**31), 2**31 - 1)
    return (x, x, np.zeros(1600, np.int32)), expected.astype(np.int32)


def main():
    prelude = pathlib.Path(sys.argv[1]).read_text()
    for name, undefined in SETS.items():
        program = Program(undefined + prelude)
        for kernel, make in (("products", products), ("upper", uppers), ("rounded", rounds)):
            arrays, expected = make(np.random.default_rng(3))
            got = program.run(kernel, arrays).reshape(expected.shape)
            different = np.flatnonzero(got != expected)
            assert not different.size, f"{name}: {kernel}: {different.size} values differ, the first is {different[0]}"
        print(f"{name}: exact")


if __name__ == "__main__":
    main()
