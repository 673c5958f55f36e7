# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The digits network, stated once: train.py runs it with JAX and writes it as ONNX.

About 1.6 M multiply-accumulates a picture, with one of each operator the tensor engine has: a
convolution, a strided one, depthwise and pointwise ones, a residual add, both pools, a fully
connected layer.
"""

# name: (input channels, output channels, kernel, stride, groups)
CONVOLUTIONS = {
    "stem": (1, 8, 3, 1, 1),
    "down": (8, 24, 3, 2, 1),
    "residual.depthwise": (24, 24, 3, 1, 24),
    "residual.pointwise": (24, 24, 1, 1, 1),
    "widen.depthwise": (24, 24, 3, 1, 24),
    "widen.pointwise": (24, 48, 1, 1, 1),
    "head": (48, 48, 3, 1, 1),
}
CLASSES = 10
FEATURES = 48


def digits(ops, image):
    """Applies the network to `image` (28 x 28 x 1) through `ops`; returns the logits.

    `ops` offers conv (with batch normalization), relu, add, max_pool (2 x 2), mean (over the
    whole picture) and linear; each takes the layer's name first.
    """
    x = ops.relu("stem", ops.conv("stem", image))
    x = ops.relu("down", ops.conv("down", x))
    y = ops.relu("residual.depthwise", ops.conv("residual.depthwise", x))
    y = ops.conv("residual.pointwise", y)
    x = ops.relu("residual", ops.add("residual", x, y))
    x = ops.max_pool("pool", x)
    x = ops.relu("widen.depthwise", ops.conv("widen.depthwise", x))
    x = ops.relu("widen.pointwise", ops.conv("widen.pointwise", x))
    x = ops.relu("head", ops.conv("head", x))
    return ops.linear("classifier", ops.mean("average", x))
