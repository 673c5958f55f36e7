# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""usage: arrays.py FOLDER: inputs for the test package (x: int8, 1x4x4x16), good and bad."""

import sys
from pathlib import Path

import numpy as np

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(7)
x = random.integers(-128, 128, (5, 4, 4, 16)).astype(np.int8)
np.savez(folder / "five.npz", x=x, label=np.arange(5))
np.savez_compressed(folder / "one.npz", x=x[:1])
np.savez(folder / "three_flat.npz", x=x[:3].reshape(3, 256))
np.savez(folder / "one_flat.npz", x=x[0].reshape(256))
np.savez(folder / "many.npz", x=np.tile(x, (40000, 1, 1, 1)))
np.savez(folder / "named.npz", y=x)
np.savez(folder / "float.npz", x=x.astype(np.float32))
np.savez(folder / "shaped.npz", x=x[:, :, :, :15])
np.savez(folder / "fortran.npz", x=np.asfortranarray(x))
(folder / "text.npz").write_text("this is no archive\n")
(folder / "cut.npz").write_bytes((folder / "five.npz").read_bytes()[:-40])
