"""Computes any network that `untrained export --to npz` writes, in float64.

    python3 npz_network.py FILE.json

The JSON has a list of {"file": NAME.npz, "points": (N, 2 + slice)}; prints the brightness of each, as JSON.
"""

import json
import math
import sys

import numpy as np

ACTIVATIONS = {
    "tanh": np.tanh, "relu": lambda x: np.maximum(x, 0), "sigmoid": lambda x: 1 / (1 + np.exp(-x)), "sin": np.sin,
    "gelu": lambda x: x / 2 * (1 + np.vectorize(math.erf)(x / math.sqrt(2))), "softplus": lambda x: np.logaddexp(0, x),
    "identity": lambda x: x, "gaussian": lambda x: np.exp(-x * x), "abs": np.abs, "step": lambda x: (x >= 0) * 1.0,
    "sawtooth": lambda x: x - 2 * np.floor((x + 1) / 2), "silu": lambda x: x / (1 + np.exp(-x)),
    "leakyRelu": lambda x: np.maximum(x, x / 100), "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
}
SIGNED = {"tanh", "sin", "sawtooth"}
FUNCTIONS = {"abs": np.abs, "square": np.square, "sin": np.sin, "cos": np.cos, "gaussian": lambda v: np.exp(-v * v)}


def activated(activation, z):
    """The activations of sums z (N, units): a name, a mix of two, or a list with one for each unit."""
    if isinstance(activation, list):
        return np.stack([activated(a, z[:, i]) for i, a in enumerate(activation)], axis=1)
    if isinstance(activation, dict):
        f = activation["fraction"]
        return (1 - f) * activated(activation["from"], z) + f * activated(activation["to"], z)
    return ACTIVATIONS[activation](z)


def folded(fold, x, y):
    """The plane, folded about its origin."""
    if fold == "mirror":
        return np.abs(x), y
    if fold == "tile" or "tile" in fold:
        half = (2 if fold == "tile" else fold["tile"]) / 2
        return tuple(half - np.abs((v + half) % (4 * half) - 2 * half) for v in (x, y))
    if fold == "kaleidoscope" or "kaleidoscope" in fold:
        n = 6 if fold == "kaleidoscope" else fold["kaleidoscope"]
        angle = np.abs(np.arctan2(y, x))
        angle = np.abs(angle - 2 * np.pi / n * np.round(angle * n / (2 * np.pi)))
        return np.hypot(x, y) * np.cos(angle), np.hypot(x, y) * np.sin(angle)
    return x, y


def inputs(net, points):
    """What the first layer receives: the features of the folded points, and the slice."""
    x, y = folded(net["fold"], points[:, 0], points[:, 1])
    coordinates = {"x": x, "y": y, "r": np.hypot(x, y), "angle": np.arctan2(y, x), "x*y": x * y}
    columns = []
    for name in net["features"]:
        function, _, of = name.rstrip(")").rpartition("(")
        columns.append(FUNCTIONS[function](coordinates[of]) if function else coordinates[name])
    return np.column_stack([*columns, points[:, 2:]])


def brightness(data, points):
    """The brightness in [0, 1] of what the picture shows at points (N, 2 + slice): one column per output."""
    net = json.loads(data["network"].item())
    activations, last_units, shown = net["activations"], net["lastUnits"], net["shown"] or {}

    def received(y, k):  # what the matrix after layer k receives
        if net["normalisation"] == "none" or k == 0:
            return y
        share = np.ones(y.shape[1])
        share[-1] = last_units[k - 1]
        mean = (y @ share / share.sum())[:, None]
        variance = ((y - mean) ** 2 @ share / share.sum())[:, None]
        return (y - mean) / np.sqrt(variance + 1e-5)

    def kept(y, k, units):  # what layer k + 1 adds of layer k
        total = np.zeros((len(y), units))
        if net["residual"] != 0 and k > 0:
            part = net["residual"] * y[:, :units]
            if units >= y.shape[1]:
                part[:, -1] *= last_units[k - 1]
            total[:, :part.shape[1]] = part
        return total

    y = before = inputs(net, points)
    layers = shown["layer"] - 1 if "layer" in shown else len(activations)
    for k in range(layers):
        before = y
        z = received(y, k) @ data[f"W{k + 1}"].T + data[f"b{k + 1}"]
        y = activated(activations[k], z) + kept(y, k, z.shape[1])
    z = received(y, layers) @ data[f"W{layers + 1}"].T + data[f"b{layers + 1}"]
    activation, added = net["outputActivation"], 0
    if "layer" in shown:
        activation, added = activations[layers], kept(y, layers, z.shape[1])
    elif net["earlier"]:
        earlier = received(before, layers - 1) @ data["W_earlier"].T + data["b_earlier"]
        z = (1 - net["earlier"]) * z + net["earlier"] * earlier

    def shown_as(activation, z, added):
        if isinstance(activation, list):
            return np.stack([shown_as(a, z[:, i], added[:, i]) for i, a in enumerate(activation)], axis=1)
        if isinstance(activation, dict):
            f = activation["fraction"]
            return (1 - f) * shown_as(activation["from"], z, added) + f * shown_as(activation["to"], z, added)
        value = ACTIVATIONS[activation](z) + added
        low, high = net["levels"]
        return np.clip(((value + 1) / 2 if activation in SIGNED else value) / (high - low) - low / (high - low), 0, 1)

    if isinstance(activation, list):
        added = np.broadcast_to(added, z.shape)
    result = shown_as(activation, z, added)
    part = shown.get("unit") or shown.get("output")
    return result[:, part - 1:part] if part else result


def main():
    np.seterr(all="ignore")  # overflows in branches that np.where discards
    with open(sys.argv[1]) as file:
        jobs = json.load(file)
    print(json.dumps([brightness(np.load(job["file"]), np.array(job["points"])).tolist() for job in jobs]))


if __name__ == "__main__":
    main()
