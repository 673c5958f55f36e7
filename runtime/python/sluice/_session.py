# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Packages and sessions, with numpy arrays in and out."""

import concurrent.futures
import ctypes as c
import itertools
import json
import os
import threading
import weakref
from dataclasses import dataclass

import numpy as np

from . import _capi
from ._capi import api

# By sluice_type_t.
_TYPES = [
    np.dtype(name)
    for name in ("int8", "uint8", "int16", "int32", "int64", "float16", "float32", "float64", "bool")
]


@dataclass(frozen=True)
class Quantization:
    """real = scale * (q - zero_point)"""

    scale: float
    zero_point: int


@dataclass(frozen=True)
class Tensor:
    """An input or output of a model. `quantization` is None where there is none."""

    name: str
    dtype: np.dtype
    shape: tuple
    quantization: Quantization | None


@dataclass(frozen=True)
class Region:
    """The last run of one region. `time` is in seconds; `fallback` says that the device failed
    and the CPU took over; `counters` are the engine's, by the names of docs/spec/engine-isa.md."""

    name: str
    target: str
    device: str
    time: float
    cycles: int
    macs: int
    fallback: bool
    counters: dict


@dataclass(frozen=True)
class Profile:
    """The last run. `time` is in seconds of the host's clock; `cycles` are the device's, 0 on the
    CPU; `fallbacks` counts regions that the CPU took over, `transitions` the edges between
    regions on the device and on the CPU."""

    time: float
    cycles: int
    macs: int
    device_macs: int
    fallbacks: int
    transitions: int
    regions: list


@dataclass(frozen=True)
class Engine:
    """The engine that a package was compiled for."""

    board: str
    pc: int
    pk: int
    hash: int
    clock_mhz: float


@dataclass(frozen=True)
class PackageInfo:
    """What a package says of itself."""

    format: int
    variants: int
    compiler: str
    model: str
    target: str


@dataclass(frozen=True)
class Health:
    """Of a device, for all sessions that share it: whether nothing runs on it now, how many
    faults it has had, and how often it was tried again."""

    quarantined: bool
    faults: int
    probes: int


_log = None  # what the library calls must stay


def set_log(log):
    """Events go to log(level, line) from now on, from any thread, with syslog's levels; to
    standard error if `log` is None."""
    global _log
    new = _capi.LOG(lambda _, level, line: log(level, line.decode())) if log else _capi.LOG()
    api.log_set(new, None)
    _log = new


class _Run(concurrent.futures.Future):
    """A run under way. Its result is what Session.run returns or raises."""

    def __init__(self, session):
        super().__init__()
        self._session = session
        self.set_running_or_notify_cancel()

    def cancel(self):
        """Ends the run as soon as may be; its result is then an Error of status 8, unless it was
        done already. Returns whether it was still under way."""
        if self.done():
            return False
        api.session_cancel(self._session._handle)
        return True


_runs = {}  # under way, by number
_numbers = itertools.count(1)


_callback = threading.local()  # `runs` in a thread of the runtime's own


@_capi.DONE
def _done(number, status, message):
    _callback.runs = True
    try:
        _end_run(number, status, message)  # whose references are gone when it returns
    finally:
        _callback.runs = False


def _end_run(number, status, message):
    _runs.pop(number)(status, message.decode(errors="replace"))


def _release_session(handle):
    """The run's own thread, where the last reference may go, cannot release its session."""
    if getattr(_callback, "runs", False):
        threading.Thread(target=api.session_release, args=(handle,)).start()
    else:
        api.session_release(handle)


class Package:
    """A compiled model, verified: the folder at a path, or a dict of files {path inside: bytes}.

    Raises Error when it is not there or not as it must be. May be used by several threads.
    """

    def __init__(self, source):
        self._handle = _capi.HANDLE()
        weakref.finalize(self, api.package_release, self._handle)
        if isinstance(source, dict):
            blobs = (_capi.Blob * len(source))(
                *(_capi.Blob(os.fsencode(path), data, len(data)) for path, data in source.items())
            )
            api.package_load_memory(blobs, len(source), self._handle)
        else:
            api.package_load(os.fsencode(source), self._handle)

    @property
    def info(self):
        """The PackageInfo."""
        raw = _capi.PackageInfo()
        api.package_info(self._handle, raw)
        return PackageInfo(
            raw.format, raw.variants, raw.compiler.decode(), raw.model.decode(), raw.target.decode()
        )

    @property
    def engine(self):
        """The Engine, or None when the package was compiled for the CPU alone."""
        info = _capi.EngineInfo()
        api.package_engine(self._handle, info)
        if not info.board:
            return None
        return Engine(info.board.decode(), info.pc, info.pk, info.hash, info.clock_mhz)


class Session:
    """A package on a device, ready to run.

    package: a Package, or what makes one.
    device: "auto", "cpu", "sim:latency=20", ...
    variant: the set of input shapes, in the package's order.
    fallback: whether the CPU takes over a region whose device fails; else `run` raises Error.
    cpu_if_unfit: whether the CPU stands in for a device that is not there or that the package
        does not fit; else this raises Error.

    Threads may share a session: they run one after the other. Those with a session each run at
    the same time.
    """

    def __init__(self, package, device="auto", variant=0, fallback=True, cpu_if_unfit=False):
        self._handle = _capi.HANDLE()
        weakref.finalize(self, _release_session, self._handle)
        self._lock = threading.Lock()
        package = package if isinstance(package, Package) else Package(package)
        options = _capi.SessionOptions(
            c.sizeof(_capi.SessionOptions), device.encode(), variant, not fallback, cpu_if_unfit
        )
        api.session_create(package._handle, options, self._handle)
        inputs, outputs = api.session_input_count(self._handle), api.session_output_count(self._handle)
        self.inputs = [self._tensor(api.session_input_info, i) for i in range(inputs)]
        self.outputs = [self._tensor(api.session_output_info, i) for i in range(outputs)]

    def _tensor(self, get, index):
        info = _capi.TensorInfo()
        get(self._handle, index, info)
        quantization = Quantization(info.scale, info.zero_point) if info.quantized else None
        return Tensor(info.name.decode(), _TYPES[info.type], tuple(info.shape[: info.rank]), quantization)

    def run(self, inputs, timeout=None):
        """Runs the model once: {name: array} of every input to {name: array} of every output.

        The arrays have the type and shape of `inputs`; what comes back belongs to the caller.
        timeout: seconds within which the result must be there.
        Raises ValueError for an array that does not fit, Error when the run fails. Other threads
        go on meanwhile.
        """
        arrays, options = self._arrays(inputs), self._options(timeout)
        self._take_turn(timeout)
        try:
            self._set(arrays)
            api.session_run_with(self._handle, options)
            return self._outputs()
        finally:
            self._lock.release()

    def run_async(self, inputs, timeout=None):
        """Starts a run, once the one before is over, and returns its concurrent.futures.Future,
        whose cancel() ends it."""
        arrays, options = self._arrays(inputs), self._options(timeout)
        self._take_turn(timeout)
        number, run = next(_numbers), _Run(self)

        def end(status, message):
            outputs = None if status else self._outputs()
            self._lock.release()
            if status:
                run.set_exception(_capi.Error(status, message))
            else:
                run.set_result(outputs)

        try:
            self._set(arrays)
            _runs[number] = end
            api.session_run_async(self._handle, options, _done, number)
        except BaseException:
            _runs.pop(number, None)
            self._lock.release()
            raise
        return run

    def _take_turn(self, timeout):
        if not self._lock.acquire(timeout=-1 if timeout is None else max(timeout, 0)):
            raise _capi.Error(_capi.DEADLINE_EXCEEDED, "the run before is still under way at the deadline")

    @staticmethod
    def _options(timeout):
        deadline = 0 if timeout is None else api.monotonic_ns() + int(timeout * 1e9)
        return _capi.RunOptions(c.sizeof(_capi.RunOptions), deadline)

    def _arrays(self, inputs):
        arrays = [self._fitting(tensor, inputs) for tensor in self.inputs]
        if unknown := inputs.keys() - {tensor.name for tensor in self.inputs}:
            names = ", ".join(tensor.name for tensor in self.inputs)
            raise ValueError(f"the model has no input {sorted(unknown)[0]!r}; it has {names}")
        return arrays

    def _set(self, arrays):
        for index, array in enumerate(arrays):
            api.session_set_input(self._handle, index, array.ctypes.data, array.nbytes)

    def _outputs(self):
        return {tensor.name: self._output(index) for index, tensor in enumerate(self.outputs)}

    @staticmethod
    def _fitting(tensor, inputs):
        if tensor.name not in inputs:
            raise ValueError(f"input {tensor.name!r} is missing")
        array = np.asarray(inputs[tensor.name], order="C")
        if array.dtype != tensor.dtype or array.shape != tensor.shape:
            raise ValueError(
                f"input {tensor.name!r} is {tensor.dtype} {list(tensor.shape)}, "
                f"not {array.dtype} {list(array.shape)}"
            )
        return array

    def _output(self, index):
        tensor, data = self.outputs[index], c.c_void_p()
        api.session_output_data(self._handle, index, data)
        result = np.empty(tensor.shape, tensor.dtype)
        c.memmove(result.ctypes.data, data, result.nbytes)
        return result

    @property
    def device(self):
        """What the session runs on: "cpu", "sim", ..."""
        return api.session_device(self._handle).decode()

    @property
    def fault(self):
        """The device's state at its last fault, in lines; empty when there was none."""
        with self._lock:
            return api.session_fault(self._handle).decode(errors="replace")

    @property
    def fault_report(self):
        """The same as a dict; None when there was none."""
        with self._lock:
            text = api.session_fault_json(self._handle).decode(errors="replace")
        return json.loads(text) if text else None

    @property
    def health(self):
        """The device's Health."""
        raw = _capi.DeviceHealth()
        api.session_health(self._handle, raw)
        return Health(bool(raw.quarantined), raw.faults, raw.probes)

    @property
    def profile(self):
        """The Profile of the last run."""
        with self._lock:
            raw = _capi.Profile()
            api.session_profile(self._handle, raw)
            regions = [self._region(i) for i in range(api.session_region_count(self._handle))]
        return Profile(
            raw.time_ns / 1e9, raw.cycles, raw.macs, raw.device_macs, raw.fallbacks, raw.transitions, regions
        )

    def _region(self, index):
        raw = _capi.RegionProfile()
        api.session_region_profile(self._handle, index, raw)
        counters = {raw.counters[i].name.decode(): raw.counters[i].value for i in range(raw.counter_count)}
        return Region(
            raw.name.decode(), raw.target.decode(), raw.device.decode(), raw.time_ns / 1e9, raw.cycles,
            raw.macs, bool(raw.fallback), counters,
        )  # fmt: skip
