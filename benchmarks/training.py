"""The training loop against its peers: every opponent once a round, in processes of their own."""

from __future__ import annotations

import gc
import importlib
import math
import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import torch
from torch import nn

from benchmarks.cases import CASES, Case, error
from benchmarks.loops import Trial
from course_lib.training import accuracy


@dataclass(frozen=True)
class Opponent:
    """One way to train.

    Attributes:
        label: as in a table.
        made_by: the function that makes its trial, as module:name.
        library: the module whose version is told, and which has to be there.
        cases: the cases it can do; None for all.
    """

    label: str
    made_by: str
    library: str
    cases: tuple[str, ...] | None = None

    def can(self, case: str) -> bool:
        """Say whether it takes part in a case."""
        return self.cases is None or case in self.cases


BASE, OURS = "loop", "fit"
# Rows of a table, in its order. What shares a library shares a process: a library that patches
# PyTorch touches nobody else.
OPPONENTS = {
    BASE: Opponent("hand-written loop", "benchmarks.loops:by_hand", "torch"),
    "loader": Opponent("DataLoader loop", "benchmarks.loops:by_loader", "torch"),
    OURS: Opponent("fit", "benchmarks.loops:by_fit", "torch"),
    "skorch": Opponent("skorch", "benchmarks.peers:by_skorch", "skorch"),
    "lightning-off": Opponent(
        "Lightning, everything off", "benchmarks.peers:by_bare_lightning", "lightning"
    ),
    "lightning": Opponent("Lightning, default", "benchmarks.peers:by_lightning", "lightning"),
    "fastai": Opponent("fastai", "benchmarks.peers:by_fastai", "fastai"),
    "keras": Opponent("Keras on PyTorch", "benchmarks.keras_peer:by_keras", "keras"),
    "sklearn": Opponent(
        "scikit-learn's MLP",
        "benchmarks.loops:by_sklearn",
        "sklearn",
        ("mlp", "mlp-32", "deep", "deep-32"),
    ),
}


def quiet_worker() -> None:
    """Make a process ready: one thread, and nothing said on a terminal that is not its own."""
    os.environ["KERAS_BACKEND"] = "torch"
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    torch.set_num_threads(1)


def version(library: str) -> str:
    """Import a library and return its version; an ImportError says that it is missing."""
    found: str = importlib.import_module(library).__version__
    return found


def maker(name: str) -> Callable[[Case, nn.Module, torch.Tensor, torch.Tensor], Trial]:
    """Return the function that makes an opponent's trial; its library is imported here."""
    module, _, function = OPPONENTS[name].made_by.partition(":")
    found: Callable[..., Trial] = getattr(importlib.import_module(module), function)
    return found


def make_trial(name: str, case: Case) -> Trial:
    """Return an opponent's trial of a case, found to start from the same function as the others.

    Raises:
        RuntimeError: its outputs before training are not those of the common first weights.
    """
    X, y = case.data()
    model = case.model()
    with torch.no_grad():
        expected = model.eval()(X[:8])
    trial = maker(name)(case, model, X, y)
    found = trial.outputs(X[:8])
    if case.classes:  # scores are equal up to a number added to all of a row
        expected, found = expected.log_softmax(1), found.log_softmax(1)
    if not torch.allclose(expected, found, atol=1e-4):
        raise RuntimeError(f"{name} does not start from the common first weights")
    return trial


def measure(name: str, case: Case) -> dict[str, float]:
    """Return what one run of an opponent took, and what its network then is worth.

    Returns:
        ``cpu`` and ``wall``, microseconds a step; ``loss`` and ``metric`` of the trained network
        on its training rows, computed in one way for all.
    """
    trial = make_trial(name, case)
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    trial.train()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    X, y = case.data()
    output = trial.outputs(X)
    return {
        "cpu": 1e6 * cpu / case.steps,
        "wall": 1e6 * wall / case.steps,
        "loss": float(case.loss()(output, y)),
        "metric": float((accuracy if case.classes else error)(output, y)),
    }


def measure_named(name: str, case: str) -> dict[str, float]:
    """Do the same for a case by its name, which another process can be told."""
    return measure(name, CASES[case])


def curve_gap(case: Case, dtype: torch.dtype = torch.float32) -> float:
    """Return the largest relative difference of fit's loss curve to the hand-written loop's.

    Both train the same weights on the same batches. In float64 rounding is 500 million times
    finer than in float32: a curve that differs by more than rounding shows there.
    """
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        curves = []
        for name in (BASE, OURS):
            X, y = (part.to(dtype) if part.is_floating_point() else part for part in case.data())
            trial = maker(name)(case, case.model().to(dtype), X, y)
            trial.train()
            curves.append(trial.losses)
    finally:
        torch.set_default_dtype(before)
    first, second = (torch.tensor(losses, dtype=torch.float64) for losses in curves)
    return float(((first - second).abs() / first).max())


def curve_gaps(case: str) -> dict[str, float]:
    """Return the gap of a case, by its name, in both precisions."""
    return {
        str(dtype).removeprefix("torch."): curve_gap(CASES[case], dtype)
        for dtype in (torch.float32, torch.float64)
    }


class Arena:
    """The processes that opponents run in, one for each library, and who is missing."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = list(names)
        self.missing: dict[str, str] = {}
        self.versions: dict[str, str] = {}
        self._workers: dict[str, ProcessPoolExecutor] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Arena:
        for name in self.names:
            library = OPPONENTS[name].library
            try:
                told = {"sklearn": "scikit-learn"}.get(library, library)
                self.versions[told] = self.call(name, version, library)
            except Exception as problem:  # whatever keeps it from loading, it is told by name
                self.missing[name] = _one_line(problem)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def call(self, name: str, function: Callable[..., Any], *arguments: Any) -> Any:
        """Return what the function returns in the opponent's process."""
        group = OPPONENTS[name].library
        group = "torch" if group == "sklearn" else group
        if group not in self._workers:
            worker = ProcessPoolExecutor(1, get_context("spawn"), initializer=quiet_worker)
            self._workers[group] = self._stack.enter_context(worker)
        return self._workers[group].submit(function, *arguments).result()


def rounds(
    arena: Arena,
    case: str,
    count: int,
    run: Callable[[str, str], dict[str, float]] | None = None,
) -> Iterator[tuple[str, dict[str, float] | str]]:
    """Yield (opponent, numbers or what went wrong) of each run that counts.

    Every opponent runs once a round and the order rotates, so that a slow minute of the machine
    falls on all. The first round warms up and does not count.
    """
    run = run or (lambda name, case: arena.call(name, measure_named, name, case))
    able = [name for name in arena.names if name not in arena.missing]
    able = [name for name in able if OPPONENTS[name].can(case)]
    for turn in range(count + 1):
        start = turn % max(len(able), 1)
        for name in able[start:] + able[:start]:
            try:
                numbers = run(name, case)
                if not all(map(math.isfinite, numbers.values())):
                    raise ArithmeticError("its loss is no finite number")
            except Exception as problem:  # an opponent that fails is told, and the others go on
                able = [other for other in able if other != name]
                yield name, _one_line(problem)
            else:
                if turn:
                    yield name, numbers


def _one_line(problem: Exception) -> str:
    lines = str(problem).strip().splitlines()
    return f"{type(problem).__name__}: {lines[0] if lines else 'no message'}"
