# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Maps a CPU library as runtime/include/sluice/cpu_abi.h says and calls its regions."""

import ctypes
import mmap
import struct
import threading

import numpy as np

PT_LOAD, PT_DYNAMIC = 1, 2
DT_NEEDED, DT_RELA, DT_RELASZ = 1, 7, 8
RELATIVE = {62: 8, 183: 1027, 243: 3}  # machine: its relative relocation
PAGE = 4096

Barrier = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


class Call(ctypes.Structure):
    _fields_ = [
        ("worker_index", ctypes.c_uint32),
        ("worker_count", ctypes.c_uint32),
        ("barrier", ctypes.c_void_p),
        ("barrier_context", ctypes.c_void_p),
        ("scratch", ctypes.c_void_p),
        ("tensors", ctypes.POINTER(ctypes.c_void_p)),
    ]


RegionFn = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.POINTER(Call))


class Region(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("run", RegionFn),
        ("scratch_size", ctypes.c_uint64),
        ("input_count", ctypes.c_uint32),
        ("output_count", ctypes.c_uint32),
    ]


class Table(ctypes.Structure):
    _fields_ = [
        ("abi_version", ctypes.c_uint32),
        ("region_count", ctypes.c_uint32),
        ("level", ctypes.c_char_p),
        ("regions", ctypes.POINTER(Region)),
    ]


class Segments:
    """The parts of an ELF file that a loader needs."""

    def __init__(self, elf):
        self.elf = elf
        self.machine, self.entry, offset, count = (
            *struct.unpack_from("<H", elf, 18),
            *struct.unpack_from("<QQ", elf, 24),
            *struct.unpack_from("<H", elf, 56),
        )
        headers = [struct.unpack_from("<IIQQQQQQ", elf, offset + 56 * i) for i in range(count)]
        self.loads = [h for h in headers if h[0] == PT_LOAD]
        (dynamic,) = (h for h in headers if h[0] == PT_DYNAMIC)
        self.dynamic = {}
        for at in range(dynamic[2], dynamic[2] + dynamic[5], 16):
            tag, value = struct.unpack_from("<QQ", elf, at)
            self.dynamic[tag] = value
        self.size = max(h[3] + h[6] for h in self.loads)


def aligned(size):
    """A zeroed byte array at an address that is a multiple of 64."""
    raw = np.zeros(size + 64, np.uint8)
    start = -raw.ctypes.data % 64
    return raw[start : start + size]


class Library:
    def __init__(self, path):
        segments = Segments(open(path, "rb").read())
        assert DT_NEEDED not in segments.dynamic
        self.memory = mmap.mmap(-1, -(-segments.size // PAGE) * PAGE)
        base = ctypes.addressof(ctypes.c_char.from_buffer(self.memory))
        for _, _, offset, address, _, size, _, _ in segments.loads:
            self.memory[address : address + size] = segments.elf[offset : offset + size]
        start = segments.dynamic.get(DT_RELA, 0)
        for at in range(start, start + segments.dynamic.get(DT_RELASZ, 0), 24):
            where, info, addend = struct.unpack_from("<QQq", self.memory, at)
            assert info == RELATIVE[segments.machine], hex(info)
            struct.pack_into("<Q", self.memory, where, base + addend)
        libc = ctypes.CDLL(None, use_errno=True)
        for _, flags, _, address, _, _, size, _ in segments.loads:
            assert flags & 3 != 3, "a segment is writable and executable"
            first = address // PAGE * PAGE
            length = address + size - first
            protection = {4: 1, 5: 5, 6: 3}[flags]
            assert libc.mprotect(ctypes.c_void_p(base + first), ctypes.c_size_t(length), protection) == 0
        query = ctypes.CFUNCTYPE(ctypes.POINTER(Table), ctypes.c_uint32)(base + segments.entry)
        assert not query(0), "an unknown version of the contract was accepted"
        self.table = query(1).contents
        assert self.table.abi_version == 1
        self.level = self.table.level.decode()
        self.regions = [self.table.regions[i] for i in range(self.table.region_count)]

    def run(self, index, inputs, outputs, workers=1):
        """Runs a region on arrays; `outputs` are (shape, type) pairs. Returns arrays."""
        region = self.regions[index]
        assert (region.input_count, region.output_count) == (len(inputs), len(outputs))
        arrays = []
        for array in inputs:
            copy = aligned(array.nbytes)
            copy[:] = np.frombuffer(np.ascontiguousarray(array).tobytes(), np.uint8)
            arrays.append(copy)
        sizes = [int(np.prod(shape)) * np.dtype(kind).itemsize for shape, kind in outputs]
        guards = [aligned(size + 64) for size in sizes]
        for array, size in zip(guards, sizes):
            array[size:] = 0xA5
        pointers = [a.ctypes.data for a in arrays + guards]
        tensors = (ctypes.c_void_p * len(pointers))(*pointers)
        scratch = aligned(region.scratch_size + 64)
        scratch[:] = 0xA5
        barrier = threading.Barrier(workers)
        callback = Barrier(lambda context: (barrier.wait(), None)[1])
        address = ctypes.cast(callback, ctypes.c_void_p) if workers > 1 else None
        status = [None] * workers

        def work(worker):
            call = Call(worker, workers, address, None, scratch.ctypes.data, tensors)
            status[worker] = region.run(ctypes.byref(call))

        threads = [threading.Thread(target=work, args=(w,)) for w in range(1, workers)]
        for thread in threads:
            thread.start()
        work(0)
        for thread in threads:
            thread.join()
        assert status == [0] * workers, status
        assert (scratch[region.scratch_size :] == 0xA5).all(), "wrote past the scratch buffer"
        results = []
        for array, size, (shape, kind) in zip(guards, sizes, outputs):
            assert (array[size:] == 0xA5).all(), "wrote past an output"
            results.append(array[:size].view(kind).reshape(shape))
        return results
