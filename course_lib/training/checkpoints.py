"""A training that goes on where it was cut off."""

from __future__ import annotations

import glob
import io
import os
import pickle
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from course_lib.files import whole
from course_lib.training.identity import difference, identity
from course_lib.training.inputs import Loaded
from course_lib.training.optimizers import Schedule
from course_lib.training.prepare import Task
from course_lib.training.stopping import Watch

_FORMAT = "course_lib.training.Checkpoint"
_VERSION = 1
_OTHERWISE = "delete the file, or give another name"
# Taken from this call when a file is read: which kernel there is depends on the device.
_KERNELS = ("fused", "foreach", "capturable")


class Checkpoint:
    """The file that a training writes after each epoch, and goes on from.

    It holds plain values and tensors alone, all that the next epoch depends on: history, weights
    (and what else is in the model's ``state_dict``), the state of optimizer, schedule, early
    stopping and generators. Between devices the generator of the one that is missing is left out:
    such a training goes on, but draws other numbers.

    Args:
        path: the file; None for none.
        task: what the loop works on, already on the device.
        optimizer: before its first step, as is all that follows.
        schedule: of its learning rate.
        watch: of early stopping.
        order: the generator that permutes the rows.

    Raises:
        TypeError: ``path`` is no path.
    """

    def __init__(
        self,
        path: str | Path | None,
        task: Task,
        optimizer: torch.optim.Optimizer,
        schedule: Schedule,
        watch: Watch,
        order: torch.Generator,
    ) -> None:
        if path is not None and not isinstance(path, str | os.PathLike):
            raise TypeError(
                f"checkpoint is of type {type(path).__name__}: give a file's name, such as 'run.pt'"
            )
        self._given, self._task, self._optimizer = path, task, optimizer
        self._schedule, self._watch, self._order = schedule, watch, order
        self._device = next(task.model.parameters()).device
        self._written = False

    def resume(self, epochs: int) -> list[dict[str, float]]:
        """Put everything as it was at the end of the last epoch written; return the numbers so far.

        Where there is no file yet, nothing is changed, and the list is empty.

        Args:
            epochs: how many the training shall have.

        Raises:
            ValueError: the file is not of this training, or holds more epochs; some state is of a
                kind that no file can hold without code; or the processes of a run differ.
            OSError: the file cannot be read or written.
        """
        ranks = self._task.ranks
        if self._given is None and ranks.count == 1:
            return []
        self._identity = identity(self._task, self._optimizer, self._schedule, self._watch)
        ranks.agree({**self._identity, "epochs": str(epochs), "checkpoint": str(self._given)})
        if self._given is None:
            return []
        self._path = Path(self._given).resolve()  # a notebook may change its folder meanwhile
        if self._path.is_dir():
            raise ValueError(
                f"checkpoint={str(self._given)!r} is a folder: give a file, "
                f"such as {str(Path(self._given, 'run.pt'))!r}"
            )
        kept = self._read() if self._path.exists() else None
        rows: list[dict[str, float]] = kept["rows"] if kept else []
        ranks.agree({f"the number of epochs in {self._given}": str(len(rows))})
        if len(rows) > epochs:
            raise ValueError(
                f"epochs={epochs}, but {self._given} holds {len(rows)}: "
                f"give epochs={len(rows)} or more, or another name"
            )
        if kept:
            self._watch.load_state_dict(kept["watch"])
        if len(rows) < epochs and not self._watch.over and ranks.index == 0:
            self._prepare_to_write()
        if kept:
            self._restore(kept)
        return rows

    def write(self, rows: list[dict[str, float]]) -> None:
        """Write everything that the next epoch depends on, whole or not at all.

        Raises:
            ValueError: some state is of a kind that no file can hold without code.
            OSError: the file cannot be written.
        """
        if self._given is None:
            return
        processes = self._task.ranks.everyones(self._process())
        if self._task.ranks.index:
            return
        state = self._state(rows, processes)
        if not self._written:
            _prove(state)  # again: most optimizers have no state before their first step
        try:
            with whole(self._path) as part, part.open("wb") as file:
                torch.save(state, file)
                file.flush()
                os.fsync(file.fileno())  # else a power cut could leave the name and no content
        except OSError as error:
            raise self._unwritable(error) from error
        self._written = True

    def _state(self, rows: list[dict[str, float]], processes: list[Any]) -> dict[str, Any]:
        return {
            "format": _FORMAT,
            "version": _VERSION,
            "identity": self._identity,
            "rows": rows,
            "model": self._task.model.state_dict(),
            "optimizer": _of_python(self._optimizer.state_dict()),
            "schedule": _of_python(self._schedule.state_dict()),
            "watch": self._watch.state_dict(),
            "order": self._order.get_state(),
            "processes": processes,
        }

    def _process(self) -> dict[str, Any]:
        """Return the states of the generators that this process draws from."""
        states = {"cpu": torch.get_rng_state()}
        if self._device.type == "cuda":
            states["cuda"] = torch.cuda.get_rng_state(self._device)
        elif self._device.type == "mps":
            states["mps"] = torch.mps.get_rng_state()
        train = self._task.train
        return {"random": states, "loader": train.state_dict() if isinstance(train, Loaded) else {}}

    def _restore(self, kept: Mapping[str, Any]) -> None:
        """Load what was read: first what belongs to this training alone, at last what does not."""
        state = kept["optimizer"]
        for saved, own in zip(state["param_groups"], self._optimizer.param_groups, strict=True):
            saved.update({name: own[name] for name in _KERNELS if name in own})
        self._optimizer.load_state_dict(state)
        for weights, moments in self._optimizer.state.items():
            for name, value in moments.items():  # a fused step reads memory in the weights' order
                if isinstance(value, torch.Tensor) and value.shape == weights.shape:
                    moments[name] = torch.empty_like(weights, dtype=value.dtype).copy_(value)
        self._schedule.load_state_dict(kept["schedule"])
        self._order.set_state(kept["order"])
        self._task.model.load_state_dict(kept["model"])
        index = self._task.ranks.index
        known = index < len(kept["processes"])  # else there were fewer of them
        process = kept["processes"][index if known else 0]
        if isinstance(self._task.train, Loaded):
            self._task.train.load_state_dict(process["loader"])
        if not known:
            return
        states = process["random"]
        torch.set_rng_state(states["cpu"])
        if self._device.type == "cuda" and "cuda" in states:
            torch.cuda.set_rng_state(states["cuda"], self._device)
        elif self._device.type == "mps" and "mps" in states:
            torch.mps.set_rng_state(states["mps"])

    def _read(self) -> dict[str, Any]:
        """Return what the file holds, or say why it is not for this training."""
        try:
            with zipfile.ZipFile(self._path) as archive:
                damaged = archive.testzip()  # PyTorch does not look at the check sums
            if damaged:
                raise zipfile.BadZipFile(f"{damaged} is damaged")
            kept: Any = torch.load(self._path, map_location="cpu", weights_only=True)
        except OSError:
            raise
        except pickle.UnpicklingError as error:
            raise ValueError(
                f"{self._given} holds pickled code, which fit does not run: "
                "give another name, or the file that fit wrote"
            ) from error
        except Exception as error:  # damaged files fail in any way
            raise ValueError(
                f"{self._given} is damaged, or no checkpoint of fit: {_OTHERWISE}"
            ) from error
        if not isinstance(kept, dict) or kept.get("format") != _FORMAT:
            raise ValueError(f"{self._given} is no checkpoint of fit: give another name")
        if kept["version"] != _VERSION:
            raise ValueError(
                f"{self._given} is of format {kept['version']}, and this course_lib reads "
                f"{_VERSION}: install the one that wrote it, or give another name"
            )
        differs = difference(kept["identity"], self._identity)
        if differs:
            raise ValueError(f"{self._given} was written {differs}: {_OTHERWISE}")
        return kept

    def _prepare_to_write(self) -> None:
        """Find out whether a file can be written and read, and clear away what a kill left."""
        try:
            folder = self._path.parent
            folder.mkdir(parents=True, exist_ok=True)
            for part in folder.glob(f".{glob.escape(self._path.name)}.*.part"):
                part.unlink(missing_ok=True)
            state = self._state([], [self._process()])
            _prove(state)
            with tempfile.TemporaryFile(dir=folder) as file:
                torch.save(state, file)
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> OSError:
        return OSError(
            f"checkpoint {self._given} cannot be written ({error.strerror or error}): "
            "make room, or give a name in a folder of your own"
        )


def _prove(state: Mapping[str, Any]) -> None:
    """Refuse a state that could be written, but not be read without running code."""
    for name, value in state.items():
        file = io.BytesIO()
        try:
            torch.save(value, file)
            file.seek(0)
            torch.load(file, map_location="cpu", weights_only=True)
        except Exception as error:  # what cannot be pickled fails in any way
            raise ValueError(
                f"checkpoint cannot hold the state of the {name}, in which there is more than "
                "numbers and tensors: take another, or checkpoint=None"
            ) from error


def _of_python(value: Any) -> Any:
    """Return a state in which NumPy's numbers, which only code can bring back, are Python's.

    Of those with a fraction only float64 is: another one would go on with other digits.
    """
    if type(value) is dict:
        return {name: _of_python(held) for name, held in value.items()}
    if type(value) in (list, tuple):
        return type(value)(map(_of_python, value))
    return value.item() if isinstance(value, np.float64 | np.integer | np.bool_) else value
