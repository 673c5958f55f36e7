# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Sluice from Python: compile a model, run a package.

    import sluice

    sluice.compile("digits.onnx", "cpu", "digits.sluice", calibrate={"image": images})
    session = sluice.Session("digits.sluice")
    scores = session.run({"image": image})["scores"]
    future = session.run_async({"image": image}, timeout=0.1)
    scores = future.result()["scores"]
"""

from ._capi import Error
from ._compile import CompileError, compile
from ._session import Engine, Health, Package, PackageInfo, Profile, Quantization, Region, Session, Tensor, set_log

__all__ = [
    "CompileError",
    "Engine",
    "Error",
    "Health",
    "Package",
    "PackageInfo",
    "Profile",
    "Quantization",
    "Region",
    "Session",
    "Tensor",
    "compile",
    "set_log",
]
