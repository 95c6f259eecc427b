"""Computes a network over a whole image in idiomatic PyTorch: linear layers and activations in sequence, all points at
once, in float32 without TF32, eager or compiled.

bench/python.ts starts it like numpy_forward.py, which describes the files, with the device before the sizes:
python3 torch_forward.py cuda 2 30 30 3.

It prints {"version": ..., "device": ...}. Then it answers each line on stdin, such as "eager 4" or "compile 4" for four
frames, with {"ms": ...}, the time per frame by the device's clock, or {"error": ...}.
"""

import json
import sys
import time

import numpy as np
import torch
from numpy_forward import read_layers


def model_of(layers):
    modules = []
    for w, b in layers:
        linear = torch.nn.Linear(w.shape[1], w.shape[0])
        linear.weight.copy_(torch.from_numpy(w))
        linear.bias.copy_(torch.from_numpy(b))
        modules += [linear, torch.nn.Tanh()]
    modules[-1] = torch.nn.Sigmoid()
    return torch.nn.Sequential(*modules)


def chunks_of(points, widest, device):
    """All points if the activations fit into half of the free memory; otherwise equal parts, compiled once."""
    free = torch.cuda.mem_get_info()[0] if device == "cuda" else 1 << 31
    most = free // 2 // (4 * 4 * widest)  # four arrays of a layer's activations, as a margin
    count = -(-len(points) // most)
    while len(points) % count:
        count += 1
    return points.chunk(count)


def timed(draw, count, device):
    """The last of `count` results, and the milliseconds per result."""
    if device != "cuda":
        start = time.perf_counter()
        for _ in range(count):
            result = draw()
        return result, 1000 * (time.perf_counter() - start) / count
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record()
    for _ in range(count):
        result = draw()
    end.record()
    torch.cuda.synchronize()
    return result, start.elapsed_time(end) / count


@torch.no_grad()
def main():
    device, *sizes = sys.argv[1:]
    sizes = [int(size) for size in sizes]
    if device == "cuda" and not torch.cuda.is_available():
        sys.exit(f"torch {torch.__version__} finds no CUDA device")
    torch.set_float32_matmul_precision("highest")  # no TF32
    eager = model_of(read_layers(sizes)).to(device)
    models = {"eager": eager, "compile": torch.compile(eager)}
    points = torch.from_numpy(np.fromfile("points.f32", np.float32).reshape(-1, sizes[0])).to(device)
    chunks = chunks_of(points, max(sizes), device)
    name = torch.cuda.get_device_name() if device == "cuda" else device
    print(json.dumps({"version": torch.__version__, "device": name, "chunks": len(chunks)}), flush=True)
    for line in sys.stdin:
        kind, count = line.split()
        model = models[kind]

        def draw():
            return model(chunks[0]) if len(chunks) == 1 else torch.cat([model(chunk) for chunk in chunks])

        try:
            brightness, ms = timed(draw, int(count), device)
            brightness.cpu().numpy().tofile("brightness.f32")
            answer = {"ms": ms}
        except Exception as error:
            lines = [line for line in str(error).splitlines() if line.strip()]
            answer = {"error": f"{type(error).__name__}: {' '.join(lines[:2])[:200]}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
