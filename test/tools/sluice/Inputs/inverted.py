# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""usage: inverted.py IN.npz OUT.npz: fails unless OUT's y is ~x of IN, in shape too."""

import sys

import numpy as np

x, y = np.load(sys.argv[1])["x"], np.load(sys.argv[2])["y"]
sys.exit(0 if x.shape == y.shape and y.dtype == np.int8 and np.array_equal(~x, y) else 1)
