# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Sluice from Python: compile a model, run a package.

    import sluice

    sluice.compile("digits.onnx", "cpu", "digits.sluice", calibrate={"image": images})
    session = sluice.Session("digits.sluice")
    scores = session.run({"image": image})["scores"]
"""

from ._capi import Error
from ._compile import CompileError, compile
from ._session import Engine, Package, Profile, Quantization, Region, Session, Tensor

__all__ = [
    "CompileError",
    "Engine",
    "Error",
    "Package",
    "Profile",
    "Quantization",
    "Region",
    "Session",
    "Tensor",
    "compile",
]
