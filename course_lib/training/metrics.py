"""What is measured beside the loss, and how batches add up to an epoch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch

from course_lib.training.ranks import Ranks

Metric = Callable[[torch.Tensor, torch.Tensor], Any]


def accuracy(output: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Return the fraction of right classes, 0 to 1.

    Args:
        output: scores (n, classes), or (n, classes, ...) for several answers a row; the highest
            one is the model's answer.
        y: class numbers (n,), or (n, ...).
    """
    return (output.argmax(1) == y).float().mean()


def r2(output: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Return R², the share of the variance of ``y`` that the output explains, at most 1.

    It is 0 for a model that always answers the mean of ``y``, and not a number where ``y`` does
    not vary.

    Args:
        output: predicted values, of the shape of ``y``.
        y: true values (n,) or (n, targets); with several targets, the mean of their R².

    Raises:
        ValueError: the shapes differ.
    """
    if output.shape != y.shape:
        raise ValueError(
            f"r2 got output {tuple(output.shape)} and y {tuple(y.shape)}: give both one shape"
        )
    residual = (y - output).square().sum(0)
    total = (y - y.mean(0)).square().sum(0)
    return (1 - residual / total).mean()


class Tally:
    """Adds up the batches of one epoch; nothing is read off the device before its end.

    Outputs are kept until then, so that a metric sees the whole epoch at once: no batch weighs
    too much, and R² or an F-score, which are no means over rows, come out right.
    """

    def __init__(self, metrics: Mapping[str, Metric], ranks: Ranks) -> None:
        self._metrics = metrics
        self._ranks = ranks
        self._losses: list[torch.Tensor] = []
        self._sizes: list[int] = []
        self._outputs: list[torch.Tensor] = []
        self._targets: list[torch.Tensor] = []

    def add(self, loss: torch.Tensor, output: torch.Tensor, y: torch.Tensor) -> None:
        """Take note of one batch: its mean loss, its output and its targets."""
        self._losses.append(loss.detach())
        self._sizes.append(len(y))
        if self._metrics:
            self._outputs.append(output.detach())
            self._targets.append(y)

    def results(self) -> dict[str, float]:
        """Return ``loss``, each batch weighted by its length, and each metric of all rows.

        Raises:
            TypeError: a metric did not return one number.
        """
        losses, sizes, outputs, targets = self._ranks.united(
            torch.stack(self._losses).tolist(), self._sizes, self._outputs, self._targets
        )
        total = sum(loss * size for loss, size in zip(losses, sizes, strict=True))
        found = {"loss": total / sum(sizes)}
        if self._metrics:
            output, y = torch.cat(outputs), torch.cat(targets)
            for name, metric in self._metrics.items():
                found[name] = _number(name, metric(output, y))
        return found


def _number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, RuntimeError) as error:
        shape = f" of shape {tuple(value.shape)}" if isinstance(value, torch.Tensor) else ""
        raise TypeError(
            f"metrics[{name!r}] returned {type(value).__name__}{shape}: return one number"
        ) from error
