"""Computes a network over a whole image in idiomatic numpy: all points at once, with one matrix product per layer.

bench/python.ts starts it in a folder with points.f32, of shape (N, inputs), and weights.f32, which holds for each layer
W (units, inputs) and then b (units). Run: python3 numpy_forward.py 2 30 30 3, with the number of inputs and then of
units in each layer.

It prints {"version": ...}. Then it answers each line on stdin, such as "float32 4" for four frames in float32, with
{"ms": ...}, the time per frame, after writing the last brightness to brightness.f32, of shape (N, outputs).
"""

import json
import sys
import time

import numpy as np


def read_layers(sizes):
    numbers = np.fromfile("weights.f32", np.float32)
    layers = []
    for inputs, units in zip(sizes, sizes[1:]):
        w, b, numbers = np.split(numbers, [units * inputs, units * (inputs + 1)])
        layers.append((w.reshape(units, inputs), b))
    return layers


def forward(layers, y):
    for w, b in layers[:-1]:
        y = np.tanh(y @ w.T + b)
    w, b = layers[-1]
    return 1 / (1 + np.exp(-(y @ w.T + b)))


def main():
    sizes = [int(word) for word in sys.argv[1:]]
    layers = read_layers(sizes)
    points = np.fromfile("points.f32", np.float32).reshape(-1, sizes[0])
    print(json.dumps({"version": np.__version__}), flush=True)
    for line in sys.stdin:
        dtype, count = line.split()
        cast_layers = [(w.astype(dtype), b.astype(dtype)) for w, b in layers]
        cast_points = points.astype(dtype)
        start = time.perf_counter()
        for _ in range(int(count)):
            brightness = forward(cast_layers, cast_points)
        ms = 1000 * (time.perf_counter() - start) / int(count)
        brightness.astype(np.float32).tofile("brightness.f32")
        print(json.dumps({"ms": ms}), flush=True)


if __name__ == "__main__":
    main()
