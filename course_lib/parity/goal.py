"""What the twin of an estimator learns: its targets, and the loss of each row and output."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.neural_network import MLPRegressor
from sklearn.utils.multiclass import type_of_target
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy


@dataclass(frozen=True)
class Goal:
    """What the network is to bring out, and how its errors count.

    Attributes:
        outputs: how many numbers come out for each row.
        losses: takes output and targets, returns the loss of each row and output (n, outputs).
        classes: the labels in the order of the outputs; None in regression.
    """

    outputs: int
    losses: Callable[[Tensor, Tensor], Any]  # a Tensor; PyTorch leaves its backward() untyped
    classes: NDArray[Any] | None

    def decide(self, output: Tensor) -> NDArray[Any]:
        """Return class numbers (n,), or values (n,) or (n, outputs), from outputs (n, outputs)."""
        if self.classes is not None:
            output = output.argmax(dim=1) if self.outputs > 1 else (output > 0).long()
        return output.squeeze(-1).cpu().numpy()


def make_goal(
    estimator: Any, y: NDArray[Any], dtype: torch.dtype, forget: Collection[str]
) -> tuple[Goal, Tensor]:
    """Return what to learn, and the targets as the loss takes them."""
    customary = "loss" in forget
    if isinstance(estimator, MLPRegressor):
        values = torch.from_numpy(y.reshape(len(y), -1)).to(dtype)
        return Goal(values.shape[1], squares if customary else half_squares, None), values
    classes, numbers = np.unique(y.ravel(), return_inverse=True)
    if type_of_target(y) not in ("binary", "multiclass") or len(classes) < 2:
        raise ValueError(
            f"y of shape {y.shape} holds {type_of_target(y)} targets and {len(classes)} different "
            "values: a classifier's twin needs one label for each row, and two labels or more"
        )
    labels = torch.from_numpy(numbers)
    if len(classes) == 2 and not customary:
        return Goal(1, binary_cross_entropies, classes), labels.unsqueeze(1).to(dtype)
    return Goal(len(classes), cross_entropies, classes), labels


def cross_entropies(logits: Tensor, y: Tensor) -> Tensor:
    """Return the loss of each row (n, 1), from logits (n, classes) and class numbers (n,)."""
    return cross_entropy(logits, y, reduction="none").unsqueeze(1)


def binary_cross_entropies(logits: Tensor, y: Tensor) -> Tensor:
    """Return the loss of each row (n, 1), from logits (n, 1) and 0 or 1 (n, 1)."""
    return binary_cross_entropy_with_logits(logits, y, reduction="none")


def half_squares(output: Tensor, y: Tensor) -> Tensor:
    """Return the loss of each row and output (n, outputs), as scikit-learn has it."""
    return (output - y) ** 2 / 2


def squares(output: Tensor, y: Tensor) -> Tensor:
    """Return the loss of each row and output (n, outputs), as ``MSELoss`` has it."""
    return (output - y) ** 2
