"""Seconds to an accuracy: scikit-learn's MLP, the same network by ``fit``, and a small CNN.

Each gets the same rows, batch size and tuning: every width and rate of a grid, on splits that are
used for nothing else; and a few seconds of training, in which an MLP goes through the rows more
often than a CNN. Measuring the validation rows after each epoch is part of the time.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits
from torch import nn

from course_lib import data, training

LEVELS = (0.97, 0.985)
SEEDS = (0, 1, 2, 3, 4)
TUNED_ON = (100, 101)  # seeds of other splits, on which width and rate are chosen
RATES = (0.001, 0.003, 0.01, 0.03)
BATCH = 32

Curve = list[tuple[float, float]]  # after each epoch: seconds since the start, accuracy


@dataclass(frozen=True)
class Contender:
    """One way to learn the digits.

    Attributes:
        label: as in a table.
        train: (split, width, rate, epochs, seed) to its curve.
        widths: to choose from.
        unit: what a width counts.
        epochs: how long it may try.
    """

    label: str
    train: Callable[[Any, int, float, int, int], Curve]
    widths: tuple[int, ...]
    unit: str
    epochs: int


def by_sklearn(split: Any, width: int, rate: float, epochs: int, seed: int) -> Curve:
    """scikit-learn's classifier, an epoch at a time."""
    from sklearn.neural_network import MLPClassifier

    parts = split.numpy()
    net = MLPClassifier([width], batch_size=BATCH, learning_rate_init=rate, random_state=seed)
    curve = []
    start = time.perf_counter()
    for _ in range(epochs):
        net.partial_fit(*parts.train, classes=np.arange(10))
        right = net.score(*parts.validation)
        curve.append((time.perf_counter() - start, float(right)))
    return curve


def by_fit(model: nn.Module, split: Any, rate: float, epochs: int, seed: int) -> Curve:
    """A network by the course's function, validation and history included."""
    start = time.perf_counter()
    history = training.fit(
        model, split, epochs=epochs, batch_size=BATCH, learning_rate=rate, seed=seed
    )
    ends = history.seconds.cumsum()
    before = time.perf_counter() - start - ends[-1]  # checks and the trial pass
    return [
        (float(before + end), float(right))
        for end, right in zip(ends, history["validation_accuracy"], strict=True)
    ]


def mlp(split: Any, width: int, rate: float, epochs: int, seed: int) -> Curve:
    """One hidden layer, as scikit-learn's."""
    training.set_seed(seed)
    model = nn.Sequential(nn.Linear(64, width), nn.ReLU(), nn.Linear(width, 10))
    return by_fit(model, split, rate, epochs, seed)


def cnn(split: Any, width: int, rate: float, epochs: int, seed: int) -> Curve:
    """Two convolutions on the 8 × 8 pixels, the second of twice the channels, and pooling."""
    training.set_seed(seed)
    model = nn.Sequential(
        *(nn.Unflatten(1, (1, 8, 8)), nn.Conv2d(1, width, 3, padding=1), nn.ReLU()),
        *(nn.Conv2d(width, 2 * width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(2 * width * 16, 10)),
    )
    return by_fit(model, split, rate, epochs, seed)


CONTENDERS = {
    "sklearn": Contender("scikit-learn's MLP", by_sklearn, (64, 128, 256), "hidden units", 300),
    "mlp": Contender("MLP by fit", mlp, (64, 128, 256), "hidden units", 300),
    "cnn": Contender("small CNN by fit", cnn, (8, 16, 32), "channels", 60),
}


def seconds_to(level: float, curve: Curve) -> float:
    """Return the seconds until an accuracy was first reached; infinity if it never was."""
    return next((seconds for seconds, right in curve if right >= level), math.inf)


def choose(contender: Contender) -> tuple[int, float]:
    """Return the width and rate that are quickest to the higher level, then to the lower one.

    A setting that reaches it on more of the splits comes first, however long it takes.
    """

    def score(setting: tuple[int, float]) -> list[float]:
        curves = [
            contender.train(data.digits(seed=seed), *setting, contender.epochs, seed)
            for seed in TUNED_ON
        ]
        told: list[float] = []
        for level in reversed(LEVELS):
            reached = [s for s in (seconds_to(level, curve) for curve in curves) if s < math.inf]
            told += [len(curves) - len(reached), sum(reached)]
        return told

    return min(itertools.product(contender.widths, RATES), key=score)


def measure(
    seeds: tuple[int, ...] = SEEDS,
    contenders: Mapping[str, Contender] = CONTENDERS,
    say: Callable[[str], object] = str,
) -> dict[str, Any]:
    """Return what each contender needs to reach the levels, for each seed of split and weights.

    Returns:
        ``levels``, ``seeds``, ``batch_size``, ``rows``, ``tried``, and ``contenders``, each with
        its setting, its ``best`` accuracy of each seed, and ``seconds`` of each seed by level,
        None where the level was never reached.
    """
    settings = {}
    curves: dict[str, list[Curve]] = {name: [] for name in contenders}
    with threadpool_limits(1):  # NumPy's threads and PyTorch's
        for name, contender in contenders.items():
            settings[name] = choose(contender)
            say(f"digits: width and rate of {contender.label} chosen")
        for seed in seeds:  # interleaved, as everything here
            split = data.digits(seed=seed)
            for name, contender in contenders.items():
                curve = contender.train(split, *settings[name], contender.epochs, seed)
                curves[name].append(curve)
            say(f"digits: seed {seed} done")
    return {
        "levels": list(LEVELS),
        "seeds": list(seeds),
        "batch_size": BATCH,
        "rows": {"train": len(split.train.X), "validation": len(split.validation.X)},
        "tried": {"rates": list(RATES), "splits": len(TUNED_ON)},
        "contenders": {
            name: {
                "label": contender.label,
                "epochs": contender.epochs,
                "setting": {"width": settings[name][0], "unit": contender.unit,
                            "learning_rate": settings[name][1]},
                "best": [max(right for _, right in curve) for curve in curves[name]],
                "seconds": {
                    f"{level:g}": reached([seconds_to(level, curve) for curve in curves[name]])
                    for level in LEVELS
                },
            }
            for name, contender in contenders.items()
        },
    }  # fmt: skip


def reached(seconds: list[float]) -> dict[str, Any]:
    """Return the median and range over seeds; one that never got there counts as infinite.

    Returns:
        ``each``, ``reached`` (how many seeds), and ``median``, ``low``, ``high``; None for what
        is infinite.
    """

    def told(value: float) -> float | None:
        return round(value, 4) if value < math.inf else None

    return {
        "each": [told(value) for value in seconds],
        "reached": sum(value < math.inf for value in seconds),
        "median": told(median(seconds)),
        "low": told(min(seconds)),
        "high": told(max(seconds)),
    }
