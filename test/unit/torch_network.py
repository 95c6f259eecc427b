"""Runs exported PyTorch scripts.

    python3 torch_network.py FILE.json

The JSON has a list of {"file": NAME.py, "points": (N, 2 + slice)}; prints, as JSON, the brightness that the module of
each computes and the bytes of the picture that it draws.
"""

import importlib.util
import json
import sys

import torch


def loaded(path):
    spec = importlib.util.spec_from_file_location("exported", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def results():
    with open(sys.argv[1]) as file:
        jobs = json.load(file)
    for job in jobs:
        module = loaded(job["file"])
        with torch.no_grad():
            brightness = module.Network()(torch.tensor(job["points"], dtype=torch.float64))
        yield {"brightness": brightness.tolist(), "picture": module.draw(*module.SIZE).flatten().tolist()}


print(json.dumps(list(results())))
