# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The C API of sluice.h through ctypes, which releases the GIL during each call."""

import ctypes as c
import os
from pathlib import Path


DEADLINE_EXCEEDED = 9  # of sluice_status_t


class Error(Exception):
    """A call of the runtime failed. `status` is its sluice_status_t; the text says what, where
    and what to do."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class Blob(c.Structure):
    _fields_ = [("path", c.c_char_p), ("data", c.c_char_p), ("size", c.c_size_t)]


class SessionOptions(c.Structure):
    _fields_ = [
        ("struct_size", c.c_size_t),
        ("device", c.c_char_p),
        ("variant", c.c_uint32),
        ("no_fallback", c.c_uint32),
        ("cpu_if_unfit", c.c_uint32),
    ]


class RunOptions(c.Structure):
    _fields_ = [("struct_size", c.c_size_t), ("deadline_ns", c.c_uint64)]


class PackageInfo(c.Structure):
    _fields_ = [
        ("format", c.c_uint32),
        ("variants", c.c_uint32),
        ("compiler", c.c_char_p),
        ("model", c.c_char_p),
        ("target", c.c_char_p),
    ]


class DeviceHealth(c.Structure):
    _fields_ = [
        ("quarantined", c.c_uint32),
        ("faults", c.c_uint64),
        ("probes", c.c_uint64),
        ("next_probe_ns", c.c_uint64),
    ]


class TensorInfo(c.Structure):
    _fields_ = [
        ("name", c.c_char_p),
        ("type", c.c_int),
        ("rank", c.c_uint32),
        ("shape", c.POINTER(c.c_int64)),
        ("size", c.c_size_t),
        ("quantized", c.c_int32),
        ("zero_point", c.c_int32),
        ("scale", c.c_float),
    ]


class Counter(c.Structure):
    _fields_ = [("name", c.c_char_p), ("value", c.c_uint64)]


class Profile(c.Structure):
    _fields_ = [
        ("time_ns", c.c_uint64),
        ("cycles", c.c_uint64),
        ("macs", c.c_uint64),
        ("device_macs", c.c_uint64),
        ("fallbacks", c.c_uint32),
        ("transitions", c.c_uint32),
    ]


class RegionProfile(c.Structure):
    _fields_ = [
        ("name", c.c_char_p),
        ("target", c.c_char_p),
        ("device", c.c_char_p),
        ("time_ns", c.c_uint64),
        ("cycles", c.c_uint64),
        ("macs", c.c_uint64),
        ("fallback", c.c_uint32),
        ("counter_count", c.c_uint32),
        ("counters", c.POINTER(Counter)),
    ]


class EngineInfo(c.Structure):
    _fields_ = [
        ("board", c.c_char_p),
        ("pc", c.c_uint32),
        ("pk", c.c_uint32),
        ("hash", c.c_uint64),
        ("clock_mhz", c.c_float),
    ]


HANDLE = c.c_void_p
# Context, status, message. It is called with the GIL, which the session's thread takes for it.
DONE = c.CFUNCTYPE(None, c.c_void_p, c.c_int, c.c_char_p)
LOG = c.CFUNCTYPE(None, c.c_void_p, c.c_int, c.c_char_p)
# name: argument types; each returns a sluice_status_t.
_FALLIBLE = {
    "require_version": [c.c_uint32],
    "package_load": [c.c_char_p, c.POINTER(HANDLE)],
    "package_load_memory": [c.POINTER(Blob), c.c_size_t, c.POINTER(HANDLE)],
    "package_info": [HANDLE, c.POINTER(PackageInfo)],
    "package_engine": [HANDLE, c.POINTER(EngineInfo)],
    "session_create": [HANDLE, c.POINTER(SessionOptions), c.POINTER(HANDLE)],
    "session_input_info": [HANDLE, c.c_size_t, c.POINTER(TensorInfo)],
    "session_output_info": [HANDLE, c.c_size_t, c.POINTER(TensorInfo)],
    "session_set_input": [HANDLE, c.c_size_t, c.c_void_p, c.c_size_t],
    "session_output_data": [HANDLE, c.c_size_t, c.POINTER(c.c_void_p)],
    "session_run_with": [HANDLE, c.POINTER(RunOptions)],
    "session_run_async": [HANDLE, c.POINTER(RunOptions), DONE, c.c_void_p],
    "session_cancel": [HANDLE],
    "session_health": [HANDLE, c.POINTER(DeviceHealth)],
    "session_profile": [HANDLE, c.POINTER(Profile)],
    "session_region_profile": [HANDLE, c.c_size_t, c.POINTER(RegionProfile)],
}
# name: result type, argument types.
_PLAIN = {
    "status_message": (c.c_char_p, []),
    "monotonic_ns": (c.c_uint64, []),
    "log_set": (None, [LOG, c.c_void_p]),
    "package_release": (None, [HANDLE]),
    "session_release": (None, [HANDLE]),
    "session_input_count": (c.c_size_t, [HANDLE]),
    "session_output_count": (c.c_size_t, [HANDLE]),
    "session_region_count": (c.c_size_t, [HANDLE]),
    "session_fault": (c.c_char_p, [HANDLE]),
    "session_fault_json": (c.c_char_p, [HANDLE]),
    "session_device": (c.c_char_p, [HANDLE]),
}


def _open():
    """$SLUICE_LIBRARY; or the library of the prefix that this package is installed in; or the
    system's."""
    if path := os.environ.get("SLUICE_LIBRARY"):
        return c.CDLL(path)
    installed = Path(__file__).resolve().parents[3] / "libsluice.so.0"
    return c.CDLL(str(installed) if installed.exists() else "libsluice.so.0")


class _Api:
    """Each function of sluice.h, without its prefix. One that fails raises Error."""

    def __init__(self, library):
        for name, (result, arguments) in _PLAIN.items():
            function = getattr(library, f"sluice_{name}")
            function.restype, function.argtypes = result, arguments
            setattr(self, name, function)
        for name, arguments in _FALLIBLE.items():
            function = getattr(library, f"sluice_{name}")
            function.restype, function.argtypes = c.c_int, arguments
            function.errcheck = self._check
            setattr(self, name, function)

    def _check(self, status, function, arguments):
        if status:
            raise Error(status, self.status_message().decode())
        return None


# SLUICE_VERSION_NUMBER of the header that the structures above are from.
HEADER_VERSION = 100

api = _Api(_open())
api.require_version(HEADER_VERSION)
