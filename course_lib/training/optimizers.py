"""From a name or a callable to an optimizer, and from a callable to its schedule."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, NoReturn, ParamSpec, TypeVar, cast

import torch
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

from course_lib.training.inputs import Pair

MakeOptimizer = Callable[[Iterable[torch.nn.Parameter]], torch.optim.Optimizer]
MakeSchedule = Callable[[torch.optim.Optimizer], LRScheduler]

RATE = 1e-3

_P = ParamSpec("_P")
_R = TypeVar("_R")


class _Quick(torch.optim.Optimizer):
    """PyTorch's own methods without what it wraps around them.

    One wrapper keeps ``torch.compile`` out of optimizers; the first call imports the compiler,
    which takes a second, and ``fit`` compiles no more than the forward pass. The other one runs
    hooks around a step and names it to PyTorch's profiler, which takes a tenth of a small
    network's step.
    """

    add_param_group = inspect.unwrap(torch.optim.Optimizer.add_param_group)
    state_dict = inspect.unwrap(torch.optim.Optimizer.state_dict)
    load_state_dict = inspect.unwrap(torch.optim.Optimizer.load_state_dict)

    @staticmethod
    def profile_hook_step(func: Callable[_P, _R]) -> Callable[_P, _R]:
        """Leave the step as it is."""
        return func

    def register_step_pre_hook(self, hook: Any) -> NoReturn:
        """Refuse a hook, which would not be called."""
        raise NotImplementedError(
            f"the named optimizers of fit call no {hook!r}: give one of PyTorch's own, such as "
            "optimizer=functools.partial(torch.optim.Adam, fused=True)"
        )

    register_step_post_hook = register_step_pre_hook

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Drop the gradients, or set them to zero."""
        if not set_to_none:
            super().zero_grad(set_to_none)
            return
        for group in self.param_groups:
            for weights in group["params"]:
                weights.grad = None


class Adam(_Quick, torch.optim.Adam):
    """``torch.optim.Adam``: the same numbers, sooner."""

    step = torch.no_grad()(inspect.unwrap(torch.optim.Adam.step))


class SGD(_Quick, torch.optim.SGD):
    """``torch.optim.SGD``: the same numbers, sooner."""

    step = torch.no_grad()(inspect.unwrap(torch.optim.SGD.step))


NAMED: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "adam": Adam,
    "sgd": partial(SGD, momentum=0.9, nesterov=True),
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


class Schedule:
    """Sets the learning rate after each epoch, by a scheduler or not at all.

    Args:
        make: callable that makes a scheduler from the optimizer; None for a constant rate.
        optimizer: whose rate it is.
        validation: the validation rows, if there are any.

    Raises:
        TypeError: ``make`` is no callable, or returned something else than a scheduler.
        ValueError: the scheduler is of another optimizer, or needs a validation loss.
    """

    def __init__(
        self, make: MakeSchedule | None, optimizer: torch.optim.Optimizer, validation: Pair | None
    ) -> None:
        self._scheduler: LRScheduler | None = None
        if make is None:
            return
        example = "functools.partial(torch.optim.lr_scheduler.StepLR, step_size=10)"
        if not callable(make):
            raise TypeError(
                f"schedule is of type {type(make).__name__}: give a callable that makes one from "
                f"the optimizer, such as {example}"
            )
        made: Any = make(optimizer)
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
        if isinstance(made, ReduceLROnPlateau) and validation is None:
            raise ValueError(
                "schedule is a ReduceLROnPlateau, which watches the validation loss: "
                "pass a Split, which has a validation part"
            )
        self._scheduler = made

    def next(self, validation_loss: float | None) -> None:
        """Set the next epoch's rate."""
        if isinstance(self._scheduler, ReduceLROnPlateau):
            self._scheduler.step(cast(float, validation_loss))
        elif self._scheduler is not None:
            self._scheduler.step()

    def state_dict(self) -> dict[str, Any]:
        """Return the scheduler's class and state, which are empty where there is none."""
        if self._scheduler is None:
            return {"kind": "", "state": {}}
        return {"kind": type(self._scheduler).__name__, "state": self._scheduler.state_dict()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what :meth:`state_dict` returned."""
        if self._scheduler is not None:
            self._scheduler.load_state_dict(state["state"])
