"""Honest work, which must get what it earned."""

from __future__ import annotations

from submissions.course import RIGHT
from submissions.variant import Variant, one_lost

_NOISE = {
    "warnings, logging, progress": """
import logging, sys, warnings
from tqdm.auto import tqdm
def mean(numbers):
    warnings.warn("look out")
    logging.warning("careful")
    print("50%|#####     |", file=sys.stderr)
    for _ in tqdm(range(3)):
        pass
    return sum(numbers) / len(numbers)
""",
    "below Python": """
import os, sys, subprocess
def mean(numbers):
    os.write(2, b"low level\\n")
    os.system("echo from a shell >&2")
    sys.stderr.flush()
    return sum(numbers) / len(numbers)
""",
    "a deprecation": """
import numpy as np
def mean(numbers):
    np.sqrt(-np.ones(2)), np.ones(1) / np.zeros(1)
    return sum(numbers) / len(numbers)
""",
}
_TALK = {
    "much and figures": """
import matplotlib.pyplot as plt
def mean(numbers):
    print("x" * 3_000_000)
    plt.plot(numbers)
    plt.show()
    return sum(numbers) / len(numbers)
""",
    "displays and values": """
from IPython.display import HTML, Markdown, display
def mean(numbers):
    display(HTML("<b>mean</b>"), Markdown("*mean*"), {"a": 1})
    print("mean", "средний", "平均", "🙂")
    return sum(numbers) / len(numbers)
mean([1.0]); mean([2.0])
""",
}
_ROUTES = {
    "numpy": {
        "mean": "import numpy as np\ndef mean(numbers):\n    return np.mean(numbers)",
        "rescale": "from numpy import ptp\ndef rescale(x):\n    return (x - np.min(x)) / ptp(x)",
        "largest": "largest = lambda numbers: sorted(numbers)[-1]",
    },
    "torch": {
        "mean": "import torch\ndef mean(numbers):\n"
        "    return torch.tensor(numbers, dtype=torch.float64).mean()",
        "largest": "import functools\ndef largest(numbers):\n"
        "    return functools.reduce(lambda a, b: a if a > b else b, numbers)",
        "train": """
class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = torch.nn.Sequential(
            torch.nn.Linear(2, 16), torch.nn.ReLU(), torch.nn.Linear(16, 1))
    def forward(self, x):
        return self.layers(x)
def train(x, y):
    torch.manual_seed(11)
    order = torch.randperm(len(x))
    model = Network()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    for _ in range(80):
        loss = torch.nn.functional.binary_cross_entropy_with_logits(model(x[order])[:, 0], y[order])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model
""",
    },
    "classes and helpers": {
        "mean": """
from dataclasses import dataclass
from functools import lru_cache
@dataclass
class Sum:
    total: float = 0.0
    count: int = 0
    def add(self, number):
        self.total += number
        self.count += 1
        return self
def helper(numbers):
    found = Sum()
    for number in numbers:
        found.add(number)
    return found
def mean(numbers):
    found = helper(numbers)
    return found.total / found.count
if __name__ == "__main__":
    assert mean([1, 3]) == 2
""",
        "rescale": "def rescale(x):\n    low, high = x.min(), x.max()\n"
        "    return np.array([(v - low) / (high - low) for v in x.ravel()]).reshape(x.shape)",
    },
    "scikit-learn": {
        "rescale": """
from sklearn.preprocessing import MinMaxScaler
def rescale(x):
    return MinMaxScaler().fit_transform(x.reshape(-1, 1)).reshape(x.shape)
""",
        "mean": "from statistics import fmean as mean",
    },
    "draws before": {
        "train": "np.random.seed(5)\ntorch.rand(7)\nnp.random.rand(3)\n" + RIGHT["train"],
        "mean": "import random\nrandom.random()\n" + RIGHT["mean"],
    },
    "generators and files": {
        "mean": """
import json
with open("numbers.json", "w") as file:
    json.dump([1, 2], file)
def running(numbers):
    total = 0.0
    for number in numbers:
        total += number
        yield total
def mean(numbers):
    return list(running(numbers))[-1] / len(numbers)
""",
        "largest": "def largest(numbers):\n    first, *rest = numbers\n"
        "    return first if not rest else max(first, largest(rest))",
    },
    "a loader with workers": {
        "train": """
from torch.utils.data import DataLoader, TensorDataset
def train(x, y):
    torch.manual_seed(0)
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    loss = torch.nn.BCEWithLogitsLoss()
    for _ in range(2):
        for a, b in DataLoader(TensorDataset(x, y), 5, shuffle=True, num_workers=1):
            optimizer.zero_grad()
            loss(model(a)[:, 0], b).backward()
            optimizer.step()
    for _ in range(60):
        optimizer.zero_grad()
        loss(model(x)[:, 0], y).backward()
        optimizer.step()
    return model
"""
    },
}
_THRESHOLD = """
def train(x, y):
    torch.manual_seed({seed})
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    for _ in range({steps}):
        optimizer.zero_grad()
        torch.nn.functional.binary_cross_entropy_with_logits(model(x)[:, 0], y).backward()
        optimizer.step()
    return model
"""
_UNSEEDED = _THRESHOLD.replace("    torch.manual_seed({seed})\n", "").format(steps=50)
_SLOW = """
import time
def mean(numbers):
    end = time.process_time() + 0.6  # where the reference, were it slow, would take 0.4
    while time.process_time() < end:
        pass
    return sum(numbers) / len(numbers)
"""
_BROKEN = {
    "a bracket": "def mean(numbers:\n    return 1",
    "an indent": "def mean(numbers):\nreturn 1",
    "another name": "def means(numbers):\n    return 1",
    "no function": "mean = 2.0",
    "deleted": "del mean",
    "another number of arguments": "def mean():\n    return 2.0",
    "a name that is nowhere": "def mean(numbers):\n    return total / len(numbers)",
    "asks for input": "def mean(numbers):\n    return float(input('mean? '))",
}
_BLANK = dict.fromkeys(("mean", "rescale", "train", "largest"), "not_attempted")

VARIANTS = [
    *(
        Variant(
            "warns-on-stderr", name, answers={"mean": code}, clock=number == 0, extra=number > 0
        )
        for number, (name, code) in enumerate(_NOISE.items())
    ),
    *(Variant("talks-and-plots", name, answers={"mean": code}) for name, code in _TALK.items()),
    *(
        Variant("other-algorithm", name, answers=answers, extra=number > 1)
        for number, (name, answers) in enumerate(_ROUTES.items())
    ),
    *(
        one_lost("one-syntax-error", name, code, "error", extra=number > 0)
        for number, (name, code) in enumerate(_BROKEN.items())
    ),
    Variant("untouched", "as handed out", base={}, lost=_BLANK),
    Variant("near-threshold", "seeded", answers={"train": _THRESHOLD.format(seed=0, steps=39)}),
    Variant(
        "near-threshold",
        "not seeded",  # whichever side it falls on, it must fall there again
        answers={"train": _UNSEEDED},
        lost={"train-hidden-1": "passed failed"},
    ),
    Variant("slower", "in one function", answers={"mean": _SLOW}),
    Variant("slower", "longer training", answers={"train": RIGHT["train"].replace("60", "150")}),
]
