"""Where training runs, on how many threads, and on whose random numbers."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from course_lib.data import split

# Multiply-adds of a batch below which a second thread costs more than it brings.
_SMALL = 5_000_000


def set_seed(seed: int) -> None:
    """Seed Python, NumPy and PyTorch (the CPU and every GPU), so that what follows repeats.

    Call it right before a model is made: a model's first weights are drawn then, on the CPU.
    ``fit`` has a seed of its own and leaves these generators as they were.

    Args:
        seed: a whole number from 0 to 2**32 - 1.

    Raises:
        ValueError: the seed is something else.
    """
    check_seed(seed)
    random.seed(int(seed))
    np.random.seed(int(seed))
    torch.manual_seed(int(seed))


def check_seed(seed: Any) -> None:
    """Refuse what is no seed of a data set either; NumPy's whole numbers are welcome.

    Raises:
        ValueError: the seed is not a whole number from 0 to 2**32 - 1.
    """
    split.check_seed(int(seed) if isinstance(seed, np.integer) else seed)


def best_device() -> str:
    """Return the fastest device here: ``"cuda"``, else Apple's ``"mps"``, else ``"cpu"``."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def resolve(device: str | torch.device | None, model: torch.nn.Module) -> torch.device:
    """Return the device to train on: the given one, or where the model's weights are.

    Raises:
        ValueError: there is no such device here.
    """
    if device is None:
        tensors = [*model.parameters(), *model.buffers()]
        return tensors[0].device if tensors else torch.device("cpu")
    try:
        found = torch.device(device)
        torch.empty(0, device=found)
    except (RuntimeError, AssertionError, TypeError) as error:  # as the backend pleases
        raise ValueError(
            f"device={device!r} is not available here: "
            f"take device={best_device()!r}, which training.best_device() returns"
        ) from error
    return found


@contextmanager
def own_randomness(seed: int, device: torch.device) -> Iterator[None]:
    """Draw from ``seed`` within the block (dropout, a loader's shuffling), then as if nothing was.

    PyTorch's generators of the CPU and of ``device`` are put back when the block ends.
    """
    before = torch.get_rng_state()
    there: Any = {"cuda": torch.cuda, "mps": torch.mps}.get(device.type)
    where = (device,) if device.type == "cuda" else ()  # there is only one mps
    if there:
        before_there = there.get_rng_state(*where)
    try:
        torch.default_generator.manual_seed(int(seed))
        if device.type == "cuda":
            with torch.cuda.device(device):
                torch.cuda.manual_seed(int(seed))
        elif there:
            there.manual_seed(int(seed))
        yield
    finally:
        torch.set_rng_state(before)
        if there:
            there.set_rng_state(before_there, *where)


@contextmanager
def threads_for(model: torch.nn.Module, X: torch.Tensor) -> Iterator[None]:
    """Use one thread within the block if batches like ``X`` are little work, else all as before.

    Little is meant strictly: rows of plain numbers or images on the CPU, of which a batch costs
    fewer than five million multiply-adds. A row costs about one for each weight, and an image at
    most one for each pixel and weight of a convolution. There a second thread gains nothing, and
    when the machine is busy the two wait for each other.

    Args:
        model: the network.
        X: a batch of inputs, of the length that training will use.
    """
    before = torch.get_num_threads()
    if X.ndim in (2, 4) and X.is_floating_point() and X.device.type == "cpu":
        pixels = X[0, 0].numel()
        a_row = sum(w.numel() * (pixels if w.ndim == 4 else 1) for w in model.parameters())
        if len(X) * a_row < _SMALL:
            torch.set_num_threads(1)
    try:
        yield
    finally:
        if torch.get_num_threads() != before:
            torch.set_num_threads(before)
