"""What a training left behind: numbers by epoch, as arrays, a table, a figure, a file."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from course_lib.files import write_whole

Curve = NDArray[np.float64]
Stopped = Literal["finished", "early", "interrupted", "diverged"]

_FORMAT = "course_lib.training.History"
_ENDS: dict[str, str] = {
    "finished": "ran all its epochs",
    "early": "stopped early",
    "interrupted": "interrupted",
    "diverged": "then the loss was no number",
}
_SHOWN = 8  # rows of the table, at most


class Diverged(FloatingPointError):
    """The loss of an epoch is NaN or infinite.

    Attributes:
        history: the epochs before that one.
    """

    def __init__(self, row: Mapping[str, float], rows: Sequence[Mapping[str, float]]) -> None:
        rate = row["learning_rate"]
        which = "validation loss" if math.isfinite(row["loss"]) else "loss"
        super().__init__(
            f"the {which} is no longer a finite number in epoch {len(rows) + 1}, at learning rate "
            f"{rate:g}: try {rate / 10:g}, scale the columns of X (and y) to about -1 to 1, "
            "and look for a log or division of 0 in the loss"
        )
        self.history = History.of(rows, "diverged")


@dataclass(frozen=True, eq=False, repr=False)
class History:
    """The numbers of a training, one for each epoch that ended; printing it gives a table.

    The arrays are float64 of shape (epochs,) and cannot be written to. ``history["loss"]`` and
    ``history["validation_accuracy"]`` find any of them by name.

    Attributes:
        loss: mean training loss, taken while the weights were moving (dropout on).
        validation_loss: mean validation loss after each epoch; None without validation data.
        metrics: the other curves by name: ``accuracy``, ``validation_accuracy`` and the like.
        learning_rate: the rate that the epoch was trained with.
        seconds: how long it took, validation included.
        stopped: ``"finished"``, ``"early"`` or ``"interrupted"`` (``"diverged"`` in what
            :class:`Diverged` carries).
    """

    loss: Curve
    validation_loss: Curve | None
    metrics: Mapping[str, Curve]
    learning_rate: Curve
    seconds: Curve
    stopped: Stopped

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, float]], stopped: Stopped) -> History:
        """Return the history of these epochs, each a mapping from name to number."""
        curves = {name: [float(row[name]) for row in rows] for name in (rows[0] if rows else ())}
        return cls._from(curves, stopped)

    @classmethod
    def _from(cls, curves: Mapping[str, Sequence[float]], stopped: Stopped) -> History:
        arrays = {name: np.array(values, dtype=np.float64) for name, values in curves.items()}
        for array in arrays.values():
            array.flags.writeable = False
        nothing = np.zeros(0)
        nothing.flags.writeable = False
        return cls(
            loss=arrays.pop("loss", nothing),
            validation_loss=arrays.pop("validation_loss", None),
            learning_rate=arrays.pop("learning_rate", nothing),
            seconds=arrays.pop("seconds", nothing),
            metrics=arrays,
            stopped=stopped,
        )

    @property
    def curves(self) -> dict[str, Curve]:
        """All arrays by name, in the order of the table."""
        validation = (
            {} if self.validation_loss is None else {"validation_loss": self.validation_loss}
        )
        rest = {"learning_rate": self.learning_rate, "seconds": self.seconds}
        return {"loss": self.loss, **validation, **self.metrics, **rest}

    @property
    def best_epoch(self) -> int:
        """The epoch of lowest validation loss (training loss where there is none).

        Counted from 1, as in the table and the figure; 0 if no epoch ended.
        """
        watched = self.loss if self.validation_loss is None else self.validation_loss
        return int(np.argmin(watched)) + 1 if len(watched) else 0

    def __len__(self) -> int:
        return len(self.loss)

    def __getitem__(self, name: str) -> Curve:
        curves = self.curves
        if name not in curves:
            raise KeyError(f"the history has no {name!r}, but {', '.join(curves)}")
        return curves[name]

    def __repr__(self) -> str:
        n = len(self)
        end = (
            f"{n} epoch{'' if n == 1 else 's'} in {sum(self.seconds):.1f} s, {_ENDS[self.stopped]}"
        )
        if not n:
            return end
        on = "training" if self.validation_loss is None else "validation"
        end += f"; lowest {on} loss at epoch {self.best_epoch}"
        shown = self.curves
        del shown["seconds"]
        if len(set(self.learning_rate)) == 1:
            del shown["learning_rate"]
        picked = sorted({round(k) for k in np.linspace(0, n - 1, min(n, _SHOWN))})
        columns = [["epoch", *(str(k + 1) for k in picked)]]
        for name, values in shown.items():
            columns.append([name, *(f"{values[k]:.4g}" for k in picked)])
        widths = [max(map(len, column)) for column in columns]
        lines = [
            "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
            for row in zip(*columns, strict=True)
        ]
        return "\n".join([*lines, end])

    def plot(
        self,
        *names: str,
        title: str = "The loss, epoch by epoch",
        alt: str | None = None,
        log: bool = False,
        caption: str | None = None,
    ) -> None:
        """Show curves as a figure.

        Args:
            names: which ones; by default the loss and, if there is one, the validation loss.
            title: what to see.
            alt: what the figure shows, for those who cannot see it; by default where each curve
                starts and ends.
            log: whether the values stand on a logarithmic axis.
            caption: a line below the figure.

        Raises:
            KeyError: there is no curve of that name.
            ValueError: no epoch ended.
        """
        from course_lib import figures

        if not len(self):
            raise ValueError("the history is empty: no epoch ended, so there is nothing to plot")
        names = names or tuple(n for n in ("loss", "validation_loss") if n in self.curves)
        curves = {_label(name): self[name] for name in names}
        if alt is None:
            alt = f"Over {len(self)} epochs: " + "; ".join(
                f"{label} goes from {curve[0]:.3g} to {curve[-1]:.3g}, between "
                f"{curve.min():.3g} (epoch {int(curve.argmin()) + 1}) and "
                f"{curve.max():.3g} (epoch {int(curve.argmax()) + 1})"
                for label, curve in curves.items()
            )
        kinds = {name.removeprefix("validation_") for name in names}
        figures.loss_curves(
            curves,
            title=title,
            alt=alt,
            ylabel=kinds.pop().replace("_", " ") if len(kinds) == 1 else "value",
            log=log,
            caption=caption,
        )

    def save(self, path: str | Path) -> None:
        """Write the history to a file as JSON, whole or not at all."""
        kept = {
            "format": _FORMAT,
            "stopped": self.stopped,
            "curves": {name: curve.tolist() for name, curve in self.curves.items()},
        }
        write_whole(Path(path), f"{json.dumps(kept, indent=1)}\n")

    @classmethod
    def load(cls, path: str | Path) -> History:
        """Return the history that :meth:`save` wrote.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: the file is not a history.
        """
        problem = f"{path} is no history: load a file that History.save wrote"
        try:
            kept: Any = json.loads(Path(path).read_text(encoding="utf-8"))
        except ValueError as error:
            raise ValueError(problem) from error
        if not isinstance(kept, dict) or kept.get("format") != _FORMAT:
            raise ValueError(problem)
        try:
            history = cls._from(kept["curves"], kept["stopped"])
            lengths = {len(curve) for curve in history.curves.values()}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(problem) from error
        if len(lengths) != 1 or history.stopped not in list(_ENDS):
            raise ValueError(problem)
        return history


def _label(name: str) -> str:
    """Return a curve's name as a figure shows it: training loss, validation loss."""
    own = name.startswith("validation_") or name in ("learning_rate", "seconds")
    return (name if own else f"training {name}").replace("_", " ")
