"""From a name or a callable to an optimizer, and from a callable to its schedule."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, cast

import torch
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

from course_lib.training.inputs import Pair

MakeOptimizer = Callable[[Iterable[torch.nn.Parameter]], torch.optim.Optimizer]
MakeSchedule = Callable[[torch.optim.Optimizer], LRScheduler]

RATE = 1e-3
NAMED: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "adam": torch.optim.Adam,
    "sgd": partial(torch.optim.SGD, momentum=0.9, nesterov=True),
}
_FUSED_ON = {"cpu", "cuda"}  # where one kernel updates all weights, a third faster on small models


def check_optimizer(
    optimizer: str | MakeOptimizer, learning_rate: float, weight_decay: float
) -> None:
    """Refuse an optimizer that ``fit`` cannot make.

    Raises:
        TypeError: it is neither a name nor a callable.
        ValueError: the name is unknown, or a callable comes with a rate or decay it won't see.
    """
    if isinstance(optimizer, str):
        if optimizer not in NAMED:
            raise ValueError(
                f"optimizer={optimizer!r} is unknown: take {' or '.join(map(repr, NAMED))}, "
                "or a callable such as functools.partial(torch.optim.AdamW, lr=1e-3)"
            )
        return
    if not callable(optimizer):
        raise TypeError(
            f"optimizer is of type {type(optimizer).__name__}: give a name or what makes one "
            "from parameters, such as functools.partial(torch.optim.AdamW, lr=1e-3)"
        )
    for name, value, usual in (
        ("learning_rate", learning_rate, RATE),
        ("weight_decay", weight_decay, 0.0),
    ):
        if value != usual:
            raise ValueError(
                f"{name}={value!r} does not reach an optimizer that you make yourself: "
                "set it there, as in functools.partial(torch.optim.AdamW, lr=1e-3)"
            )


def make_optimizer(
    optimizer: str | MakeOptimizer,
    model: torch.nn.Module,
    learning_rate: float,
    weight_decay: float,
) -> torch.optim.Optimizer:
    """Return the optimizer of the model's weights, fused where PyTorch can.

    Raises:
        TypeError: a callable returned something else.
    """
    weights = list(model.parameters())
    if isinstance(optimizer, str):
        fused = all(w.device.type in _FUSED_ON and w.is_floating_point() for w in weights)
        return NAMED[optimizer](
            weights, lr=float(learning_rate), weight_decay=float(weight_decay), fused=fused
        )
    made: Any = optimizer(weights)
    if not isinstance(made, torch.optim.Optimizer):
        raise TypeError(
            f"optimizer returned {type(made).__name__}, not a torch.optim.Optimizer: "
            "give a callable such as functools.partial(torch.optim.AdamW, lr=1e-3)"
        )
    return made


def make_scheduler(
    schedule: MakeSchedule | None, optimizer: torch.optim.Optimizer, validation: Pair | None
) -> Callable[[float | None], None]:
    """Return what to call after each epoch, with its validation loss, to set the next rate.

    Raises:
        TypeError: ``schedule`` is no callable, or returned something else than a scheduler.
        ValueError: the scheduler is of another optimizer, or needs a validation loss.
    """
    if schedule is None:
        return lambda _: None
    example = "functools.partial(torch.optim.lr_scheduler.StepLR, step_size=10)"
    if not callable(schedule):
        raise TypeError(
            f"schedule is of type {type(schedule).__name__}: give a callable that makes one from "
            f"the optimizer, such as {example}"
        )
    made: Any = schedule(optimizer)
    if not isinstance(made, LRScheduler):
        raise TypeError(
            f"schedule returned {type(made).__name__}, not a scheduler: "
            f"give a callable such as {example}"
        )
    if made.optimizer is not optimizer:
        raise ValueError(
            "schedule returned a scheduler of another optimizer: "
            "make it from the one that it is called with"
        )
    if not isinstance(made, ReduceLROnPlateau):
        return lambda _: made.step()
    if validation is None:
        raise ValueError(
            "schedule is a ReduceLROnPlateau, which watches the validation loss: "
            "pass a Split, which has a validation part"
        )
    return cast(Callable[[float | None], None], made.step)
