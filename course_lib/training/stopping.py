"""When to stop early, and which weights to keep."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from course_lib.training.inputs import Pair, check_number


@dataclass(frozen=True)
class EarlyStopping:
    """Stop when the validation loss has not fallen for a while.

    Attributes:
        patience: how many epochs in a row may bring no improvement before training stops.
        min_delta: by how much the loss must fall to count as one, in the loss's own unit.
        restore: whether the model ends with the weights of its lowest validation loss, rather
            than with its last ones. They are kept on the device, also when all epochs ran or
            training was interrupted.

    Raises:
        TypeError: ``restore`` is neither True nor False.
        ValueError: ``patience`` is not a whole number from 1, or ``min_delta`` is negative.
    """

    patience: int = 10
    min_delta: float = 0.0
    restore: bool = True

    def __post_init__(self) -> None:
        check_number("patience", self.patience, whole=True, least=1)
        check_number("min_delta", self.min_delta, least=0)
        if not isinstance(self.restore, bool):
            raise TypeError(f"restore={self.restore!r}: give True or False")


class Watch:
    """Watches one training: counts the epochs without improvement and keeps the best weights."""

    def __init__(
        self, rule: EarlyStopping | None, model: torch.nn.Module, validation: Pair | None
    ) -> None:
        if rule is not None and not isinstance(rule, EarlyStopping):
            raise TypeError(
                f"early_stopping is of type {type(rule).__name__}: "
                "give training.EarlyStopping(patience=10)"
            )
        if rule is not None and validation is None:
            raise ValueError(
                "early_stopping watches the validation loss, and there are no validation data: "
                "pass a Split, which has a validation part"
            )
        self.rule = rule
        self._model = model
        self._waited = 0
        self._to_beat = math.inf  # what counts as improvement is measured from here
        self._lowest = math.inf
        self._best: dict[str, Any] | None = None

    @property
    def over(self) -> bool:
        """Whether the rule has ended the training."""
        return self.rule is not None and self._waited >= self.rule.patience

    def note(self, validation_loss: float | None) -> None:
        """Take note of an epoch that ended."""
        if self.rule is None or validation_loss is None:
            return
        if self.rule.restore and validation_loss < self._lowest:
            self._lowest = validation_loss
            self._best = copy.deepcopy(self._model.state_dict())
        self._waited += 1
        if validation_loss < self._to_beat - self.rule.min_delta:
            self._to_beat, self._waited = validation_loss, 0

    def restore(self) -> None:
        """Give the model its best weights back, if any were kept."""
        if self._best is not None:
            self._model.load_state_dict(self._best)

    def state_dict(self) -> dict[str, Any]:
        """Return what the next epochs are judged by, the best weights among it."""
        return {
            "waited": self._waited,
            "to_beat": self._to_beat,
            "lowest": self._lowest,
            "best": self._best,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what :meth:`state_dict` returned, on whichever device that was."""
        self._waited, self._to_beat = state["waited"], state["to_beat"]
        self._lowest, self._best = state["lowest"], state["best"]
