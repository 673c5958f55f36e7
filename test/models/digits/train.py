#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Trains the digits model and writes digits.onnx beside this file.

Needs the packages of tools/packages/training.txt; three minutes on two cores. Seeds are fixed: the same
versions of JAX and NumPy on the same kind of processor give the same weights. Prints the float
accuracy on the held-out images of data.py and refuses to write a model below 98 %.
"""

import pathlib
import sys

import data
import export
import jax
import jax.numpy as jnp
import network
import numpy as np
import onnx

SEED = 20240607
EPOCHS = 60
BATCH = 50
PEAK_RATE = 0.01
MOMENTUM = 0.9  # of the running batch statistics
SMOOTHING = 0.05  # share of the label spread over all classes
LEAST_ACCURACY = 0.98


class JaxOps:
    """The `ops` of network.digits on NHWC arrays. In training, new batch statistics are collected."""

    def __init__(self, parameters, training):
        self.parameters = parameters
        self.training = training
        self.statistics = {}

    def conv(self, layer, x):
        _, _, kernel, stride, groups = network.CONVOLUTIONS[layer]
        weights = self.parameters[f"{layer}.weight"]
        edge = kernel // 2
        if groups > 1:  # XLA's grouped convolution is slow on a CPU; nine shifted products are not
            height, width = x.shape[1:3]
            padded = jnp.pad(x, ((0, 0), (edge, edge), (edge, edge), (0, 0)))
            x = sum(
                padded[:, i : i + height, j : j + width] * weights[i, j, 0]
                for i in range(kernel)
                for j in range(kernel)
            )
        else:
            x = jax.lax.conv_general_dilated(
                x, weights, (stride, stride), [(edge, edge)] * 2, dimension_numbers=("NHWC", "HWIO", "NHWC")
            )
        return self.normalize(layer, x)

    def normalize(self, layer, x):
        if self.training:
            mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
            self.statistics[f"{layer}.mean"] = mean
            self.statistics[f"{layer}.variance"] = variance
        else:
            mean, variance = self.parameters[f"{layer}.mean"], self.parameters[f"{layer}.variance"]
        scale = self.parameters[f"{layer}.scale"] / jnp.sqrt(variance + export.EPSILON)
        return (x - mean) * scale + self.parameters[f"{layer}.bias"]

    def relu(self, _layer, x):
        return jnp.maximum(x, 0)

    def add(self, _layer, x, y):
        return x + y

    def max_pool(self, _layer, x):
        n, height, width, channels = x.shape
        return x.reshape(n, height // 2, 2, width // 2, 2, channels).max((2, 4))

    def mean(self, _layer, x):
        return x.mean((1, 2))

    def linear(self, layer, x):
        return x @ self.parameters[f"{layer}.weight"] + self.parameters[f"{layer}.bias"]


def initial_parameters(rng):
    """He-normal weights, HWIO; scale 1, bias 0; float32."""
    parameters = {}
    for layer, (inputs, outputs, kernel, _, groups) in network.CONVOLUTIONS.items():
        shape = kernel, kernel, inputs // groups, outputs
        spread = np.sqrt(2 / np.prod(shape[:3]))
        parameters[f"{layer}.weight"] = rng.normal(0, spread, shape)
        for key, value in (("scale", 1), ("bias", 0), ("mean", 0), ("variance", 1)):
            parameters[f"{layer}.{key}"] = np.full(outputs, value)
    shape = network.FEATURES, network.CLASSES
    parameters["classifier.weight"] = rng.normal(0, np.sqrt(1 / network.FEATURES), shape)
    parameters["classifier.bias"] = np.zeros(network.CLASSES)
    return {name: jnp.asarray(value, jnp.float32) for name, value in parameters.items()}


def augment(key, images):
    """Turns (±12°), scales (±12 %), shears (±0.15) and shifts (±2 pixels) each image; NHWC."""
    keys = jax.random.split(key, 4)
    n, size = images.shape[:2]

    def uniform(which, limit, shape=()):
        return jax.random.uniform(keys[which], (n, *shape), minval=-limit, maxval=limit)

    angle, zoom, shear = uniform(0, 0.21), 1 + uniform(1, 0.12), uniform(2, 0.15)
    shift = uniform(3, 2.0, (2,))
    rows, columns = jnp.meshgrid(*[jnp.arange(size) - (size - 1) / 2] * 2, indexing="ij")

    def warp(image, angle, zoom, shear, shift):
        sine, cosine = jnp.sin(angle), jnp.cos(angle)
        y = (cosine * rows + sine * columns) * zoom + shift[0]
        x = (cosine * columns - sine * rows) * zoom + shear * y + shift[1]
        places = [y + (size - 1) / 2, x + (size - 1) / 2]
        return jax.scipy.ndimage.map_coordinates(image[..., 0], places, order=1)[..., None]

    return jax.vmap(warp)(images, angle, zoom, shear, shift)


def loss(parameters, images, targets):
    ops = JaxOps(parameters, training=True)
    scores = jax.nn.log_softmax(network.digits(ops, images))
    return -(targets * scores).sum(1).mean(), ops.statistics


@jax.jit
def step(parameters, first, second, images, labels, key, count, rate):
    """One step of Adam on an augmented batch; batch statistics are averaged as they come."""
    targets = jax.nn.one_hot(labels, network.CLASSES) * (1 - SMOOTHING) + SMOOTHING / network.CLASSES
    gradients, statistics = jax.grad(loss, has_aux=True)(parameters, augment(key, images), targets)
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradients)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradients)

    def move(p, m, v):
        return p - rate * (m / (1 - 0.9**count)) / (jnp.sqrt(v / (1 - 0.999**count)) + 1e-8)

    parameters = jax.tree.map(move, parameters, first, second)
    for name, value in statistics.items():
        parameters[name] = MOMENTUM * parameters[name] + (1 - MOMENTUM) * value
    return parameters, first, second


@jax.jit
def predict(parameters, images):
    return network.digits(JaxOps(parameters, training=False), images).argmax(1)


def train(images, labels):
    rng = np.random.RandomState(SEED)
    key = jax.random.PRNGKey(SEED)
    parameters = initial_parameters(rng)
    first = second = jax.tree.map(jnp.zeros_like, parameters)
    total = EPOCHS * (len(labels) // BATCH)
    count = 0
    for epoch in range(EPOCHS):
        order = rng.permutation(len(labels))
        for start in range(0, len(order) - BATCH + 1, BATCH):
            picked = order[start : start + BATCH]
            rate = PEAK_RATE * min(1, count / (total / 10)) * (0.5 + 0.5 * np.cos(np.pi * count / total))
            count += 1
            parameters, first, second = step(
                parameters, first, second, images[picked], labels[picked], jax.random.fold_in(key, count), count, rate
            )
        accuracy = float((predict(parameters, images) == labels).mean())
        print(f"epoch {epoch + 1} of {EPOCHS}: {accuracy:.4f} of the training images", flush=True)
    return parameters


def main():
    (images, labels), (unseen, truth), _ = data.split()
    parameters = train(images.transpose(0, 2, 3, 1), labels)
    accuracy = float((predict(parameters, unseen.transpose(0, 2, 3, 1)) == truth).mean())
    print(f"float accuracy on {len(truth)} held-out images: {accuracy:.4f}")
    if accuracy < LEAST_ACCURACY:
        sys.exit(f"error: accuracy {accuracy:.4f} is under {LEAST_ACCURACY}; digits.onnx is left as it was")
    path = pathlib.Path(__file__).with_name("digits.onnx")
    source = f"test/models/digits/train.py, seed {SEED}"
    onnx.save(export.to_onnx({name: np.asarray(value) for name, value in parameters.items()}, source), path)
    print(f"wrote {path.name}, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
