"""What tells one training from another: settings, model, data, each as a few words."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch.utils.data import Subset

from course_lib.training.inputs import Data, Loaded, dtype
from course_lib.training.optimizers import Schedule
from course_lib.training.prepare import Task
from course_lib.training.stopping import Watch

_HASHED = 16_000_000  # bytes of a tensor, at most; of a larger one as many rows, evenly spaced
# How an optimizer computes, not what: these may differ between devices.
_MANNER = {"params", "fused", "foreach", "capturable", "differentiable", "initial_lr"}


def identity(
    task: Task,
    optimizer: torch.optim.Optimizer,
    schedule: Schedule,
    watch: Watch,
) -> dict[str, str]:
    """Return what a training hangs on, by name; all of it is taken before the first step.

    Two trainings of the same identity have the same history, but for what cannot be seen from
    here: what the code of a model, loss, metric or data set does, and the model's first weights.
    """
    settings = {name: _named(value) for name, value in task.settings.items()}
    return {
        **settings,
        **dict(_optimizer(optimizer)),
        **dict(_schedule(schedule)),
        "early_stopping": str(watch.rule),
        "metrics": ", ".join(f"{name} ({_named(of)})" for name, of in task.metrics.items()),
        **dict(_model(task.model)),
        **dict(_data("training", task.train)),
        **dict(_data("validation", task.validation)),
    }


def difference(theirs: Mapping[str, str], ours: Mapping[str, str]) -> str | None:
    """Say in what two identities differ first, or return None."""
    for name in {**ours, **theirs}:
        one, other = theirs.get(name), ours.get(name)
        if one is None:
            return f"without {name}, this call has {other}"
        if one != other:
            return f"with {name}={one}, this call has {other or 'none'}"
    return None


def _named(value: Any) -> str:
    """Return a setting as a reader writes it; a callable by its name, with no address in it."""
    if isinstance(value, functools.partial):
        given = [*map(_named, value.args)]
        given += [f"{name}={_named(of)}" for name, of in value.keywords.items()]
        return f"{_named(value.func)}({', '.join(given)})"
    if isinstance(value, torch.nn.Module):
        held = "".join(f", {name} {_named(of)}" for name, of in value.state_dict().items())
        return _plain(value) + held
    if isinstance(value, torch.Tensor):
        return f"{_shape(value)} {_content(value)}"
    if callable(value):
        return str(getattr(value, "__name__", type(value).__name__))
    return _plain(value)


def _plain(value: Any) -> str:
    return re.sub(r" at 0x[0-9a-fA-F]+", "", str(value))


def _optimizer(optimizer: torch.optim.Optimizer) -> Iterator[tuple[str, str]]:
    yield "optimizer", type(optimizer).__name__
    groups = optimizer.state_dict()["param_groups"]
    for k, group in enumerate(groups):
        of = f" of group {k}" if len(groups) > 1 else ""
        # A schedule has changed the rate already, and keeps the one that was given.
        yield f"learning_rate{of}", _plain(group.get("initial_lr", group.get("lr")))
        for name, value in group.items():
            if name not in _MANNER | {"lr"}:
                yield f"{name}{of}", _plain(value)
        if of:
            yield f"weights{of}", str(len(group["params"]))


def _schedule(schedule: Schedule) -> Iterator[tuple[str, str]]:
    state = schedule.state_dict()
    yield "schedule", state["kind"] or "None"
    for name, value in state["state"].items():
        yield f"schedule's {name}", _plain(value)


def _model(model: torch.nn.Module) -> Iterator[tuple[str, str]]:
    """Tell weights by shape and dtype, and layers without layers by how they print."""
    learnt = {name for name, weights in model.named_parameters() if weights.requires_grad}
    for name, weights in model.state_dict().items():
        if isinstance(weights, torch.Tensor):
            frozen = "" if name in learnt else ", not trained"
            yield f"the model's {name}", _shape(weights) + frozen
    for name, module in model.named_modules():
        told = type(module).__name__ if any(module.children()) else _plain(module)
        yield f"the model's layer {name!r}" if name else "the model", told


def _data(part: str, data: Data | None) -> Iterator[tuple[str, str]]:
    if isinstance(data, Loaded):
        yield from _loader(data)
        return
    for name, values in zip("Xy", data or (), strict=False):
        yield f"{part} {name}", _shape(values)
        yield f"the digest of {part} {name}", _content(values)


def _loader(data: Loaded) -> Iterator[tuple[str, str]]:
    """Tell a DataLoader by what can be looked at without drawing rows."""
    loader = data.loader
    for name, values in zip("Xy", data.first, strict=True):
        yield f"rows of the DataLoader's {name}", _shape(values[0])
    for name in ("sampler", "batch_sampler", "dataset"):
        yield f"the DataLoader's {name}", type(getattr(loader, name)).__name__
    for name in ("batch_size", "drop_last"):
        yield f"the DataLoader's {name}", str(getattr(loader, name))
    yield "the DataLoader's generators", ", ".join(data.generators())
    length = getattr(loader.dataset, "__len__", None)
    yield "the length of the DataLoader's dataset", str(length and length())
    dataset, held = loader.dataset, []
    while isinstance(dataset, Subset):
        held.append(torch.as_tensor(dataset.indices))
        dataset = dataset.dataset
    for k, values in enumerate([*held, *getattr(dataset, "tensors", ())]):
        yield f"the digest of the DataLoader's tensor {k}", _content(values)


def _shape(values: torch.Tensor) -> str:
    return f"{dtype(values)} {tuple(values.shape)}"


def _content(values: torch.Tensor) -> str:
    """Return a digest of the values, the same on every device."""
    every = values.nbytes // _HASHED + 1
    rows = values.detach() if values.ndim else values.detach()[None]
    seen = rows[::every].cpu().contiguous()
    return hashlib.blake2b(seen.view(torch.uint8).numpy().data, digest_size=8).hexdigest()
