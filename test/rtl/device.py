# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The Verilated engine through runtime/include/sluice/sim_abi.h."""

import ctypes
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD_MODEL = ROOT / "targets/engine/sim/build_model.py"

CTRL, GIE, IER, ISR, PROGRAM, CONST, ARENA, WATCHDOG, ABORT = 0, 4, 8, 12, 0x10, 0x20, 0x30, 0x40, 0x44
STATUS, ERROR, ERROR_INDEX, LAST_LOAD, TOKENS, BUS, CAPABILITY, COUNTERS = (
    0x80, 0x84, 0x88, 0x8C, 0x98, 0xA0, 0x100, 0x200)
COUNTER_NAMES = [
    "cycles", "load_busy", "load_token", "load_memory", "load_port", "compute_busy", "compute_token", "compute_port",
    "compute_requant", "store_busy", "store_token", "store_memory", "store_port", "fetch_stall", "mac_cycles",
    "bytes_read", "bytes_written", "instructions",
]
ERRORS = ["none", "illegal", "fence", "watchdog", "bus", "token", "aborted"]

_P, _U32, _U64 = ctypes.c_void_p, ctypes.c_uint32, ctypes.c_uint64


class _Options(ctypes.Structure):
    _fields_ = [("latency", _U32), ("bytes_per_cycle", _U32), ("stall_seed", _U32), ("memory_size", _U64)]


class _Api(ctypes.Structure):
    _fields_ = [
        ("abi_version", _U32),
        ("configuration_hash", _U64),
        ("create", ctypes.CFUNCTYPE(_P, ctypes.POINTER(_Options))),
        ("destroy", ctypes.CFUNCTYPE(None, _P)),
        ("read_register", ctypes.CFUNCTYPE(ctypes.c_int, _P, _U32, ctypes.POINTER(_U32))),
        ("write_register", ctypes.CFUNCTYPE(ctypes.c_int, _P, _U32, _U32)),
        ("memory", ctypes.CFUNCTYPE(ctypes.POINTER(ctypes.c_uint8), _P)),
        ("run", ctypes.CFUNCTYPE(_U64, _P, _U64)),
        ("cycles", ctypes.CFUNCTYPE(_U64, _P)),
        ("violation", ctypes.CFUNCTYPE(ctypes.c_char_p, _P)),
        ("trace", ctypes.CFUNCTYPE(None, _P, _P, ctypes.c_size_t)),
        ("traced", ctypes.CFUNCTYPE(ctypes.c_size_t, _P)),
    ]


MARK = np.dtype([("unit", np.uint32), ("instruction", np.uint32), ("counters", np.uint64, len(COUNTER_NAMES))])


def build(config, folder, rtl=None, *flags):
    """Path of the model of `config` in `folder`, made if it is missing or old. With --assert a failing assertion ends us."""
    command = [sys.executable, BUILD_MODEL, folder, *config.arguments(), *(["--rtl", rtl] if rtl else []), *flags]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        raise RuntimeError(result.stderr)
    return Path(result.stdout.strip())


class Device:
    def __init__(self, model, memory_size, latency=20, bytes_per_cycle=8, stall_seed=0):
        library = ctypes.CDLL(str(model))
        library.sluice_sim_query.restype = ctypes.POINTER(_Api)
        self.api = library.sluice_sim_query(2).contents
        self.sim = self.api.create(_Options(latency, bytes_per_cycle, stall_seed, memory_size))
        if not self.sim:
            raise RuntimeError("the device was not made")
        self.memory = np.ctypeslib.as_array(self.api.memory(self.sim), (memory_size,))

    def close(self):
        self.api.destroy(self.sim)

    def read(self, address):
        value = _U32()
        if self.api.read_register(self.sim, address, value):
            raise RuntimeError(f"register {address:#x} can not be read")
        return value.value

    def write(self, address, value):
        if self.api.write_register(self.sim, address, value):
            raise RuntimeError(f"register {address:#x} can not be written")

    def write_range(self, register, address, size):
        self.write(register, address & 0xFFFFFFFF)
        self.write(register + 4, address >> 32)
        self.write(register + 8, size)

    def start(self, program, bases, watchdog=5000):
        """program and bases are (address, size)."""
        self.write_range(PROGRAM, *program)
        self.write_range(CONST, *bases[0])
        self.write_range(ARENA, *bases[1])
        self.write(WATCHDOG, watchdog)
        self.write(IER, 1)
        self.write(GIE, 1)
        self.write(CTRL, 1)

    def wait(self, limit=10_000_000):
        """Runs until done and acknowledges it; the error's name. `at_done` is memory at that moment. Fails when done does not come."""
        self.api.run(self.sim, limit)
        self.at_done = self.memory.copy()
        control = self.read(CTRL)
        assert control & 2, f"not done after {limit} cycles: {self.report()}"
        self.write(ISR, 1)
        self.write(CTRL, 16)
        assert self.read(CTRL) & 2 == 0 and self.read(CTRL) & 4, "done, yet not idle after continue"
        assert self.violation() is None, self.violation()
        return ERRORS[self.read(ERROR)]

    def trace(self, instructions):
        """To be called before start(): from then on marks() has the counters at each instruction's end."""
        self.ends = np.zeros(instructions, MARK)
        self.api.trace(self.sim, self.ends.ctypes.data, instructions)

    def marks(self):
        return self.ends[: self.api.traced(self.sim)]

    def step(self, cycles):
        self.api.run(self.sim, cycles)

    def violation(self):
        text = self.api.violation(self.sim)
        return text.decode() if text else None

    def counters(self):
        word = lambda address: self.read(address)
        return {name: word(COUNTERS + 8 * i) | word(COUNTERS + 8 * i + 4) << 32 for i, name in enumerate(COUNTER_NAMES)}

    def report(self):
        registers = {"status": STATUS, "error": ERROR, "index": ERROR_INDEX, "load": LAST_LOAD, "compute": LAST_LOAD + 4,
                     "store": LAST_LOAD + 8, "tokens": TOKENS, "bus": BUS}
        return ", ".join(f"{name} {self.read(address):#x}" for name, address in registers.items())
