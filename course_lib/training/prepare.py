"""Everything around the loop: refuse, move, seed, set the threads, and put back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch

from course_lib.training.devices import check_seed, own_randomness, resolve, threads_for
from course_lib.training.execution import Way, channels_last, executed, repeatable
from course_lib.training.inputs import (
    Data,
    Loaded,
    Pair,
    check_metrics,
    check_number,
    one_part,
    sort_out,
)
from course_lib.training.metrics import Metric, accuracy
from course_lib.training.optimizers import MakeOptimizer, check_optimizer
from course_lib.training.ranks import Ranks
from course_lib.training.trial import Loss, default_loss, try_out

USUAL_BATCH = 32


@dataclass(frozen=True)
class Task:
    """What a loop works on, all of it on the device.

    Attributes:
        model: the network itself.
        train: the rows to go through, a pair (X, y) or a DataLoader's batches.
        validation: the rows to measure after each epoch, or None.
        loss: callable (output, y) that returns the mean over the rows.
        metrics: what else is measured, by name.
        forward: the model as it is trained: the model itself, or that in another precision,
            compiled, or spread over processes.
        ranks: the processes that train together.
        settings: what else tells this training from another, by the argument's name.
    """

    model: torch.nn.Module
    train: Data
    validation: Pair | None
    loss: Loss
    metrics: Mapping[str, Metric]
    forward: Callable[[torch.Tensor], Any]
    ranks: Ranks
    settings: Mapping[str, Any]


def check_settings(
    epochs: int,
    batch_size: int,
    seed: int,
    optimizer: str | MakeOptimizer,
    learning_rate: float,
    weight_decay: float,
) -> None:
    """Refuse numbers out of range, and an optimizer that cannot be made.

    Raises:
        TypeError: the optimizer is neither a name nor a callable.
        ValueError: a number is out of range, or the optimizer's name is unknown.
    """
    check_number("epochs", epochs, whole=True, least=1)
    check_number("batch_size", batch_size, whole=True, least=1)
    check_seed(seed)
    check_number("learning_rate", learning_rate, above=0)
    check_number("weight_decay", weight_decay, least=0)
    check_optimizer(optimizer, learning_rate, weight_decay)


@contextmanager
def prepared(
    model: torch.nn.Module,
    data: Any,
    loss: Loss | None,
    metrics: Mapping[str, Metric] | None,
    batch_size: int,
    seed: int,
    device: str | torch.device | None,
    way: Way,
) -> Iterator[Task]:
    """Check model and data of a training, move them, and yield the task.

    Within the block PyTorch's random numbers follow from ``seed``, and small models run on one
    thread; afterwards generators and threads are as they were.

    Raises:
        TypeError: an argument is of the wrong kind.
        ValueError: an argument is out of range, or model and data do not fit.
    """
    if not any(weights.requires_grad for weights in _module(model).parameters()):
        raise ValueError(
            "the model has no trainable parameters: give it layers with weights, "
            "assigned in __init__ (in a ModuleList, not in a list), with requires_grad=True"
        )
    if metrics is not None:
        check_metrics(metrics)
    ranks = Ranks.of_this_run()
    with (
        ranks.watched(),
        repeatable(way, place := resolve(device, model)),
        # Each process draws numbers of its own: the rows it drops out are not those of the others.
        own_randomness(seed + ranks.index, place),
    ):
        train, validation = sort_out(data, place)
        if isinstance(train, Loaded) and batch_size != USUAL_BATCH:
            raise ValueError(
                f"batch_size={batch_size} does not reach a DataLoader: set it there, "
                f"as in DataLoader(dataset, batch_size={batch_size}, shuffle=True)"
            )
        model.to(place)
        task = _task(model, train, validation, loss, metrics, batch_size, ranks)
        X, y = _first_batch(train, batch_size)
        with threads_for(model, X), channels_last(model, X, training=True):
            wrapped = ranks.wrapped(model, lambda: task.loss(model(X[:2]), y[:2]))
            yield replace(
                task,
                forward=executed(wrapped, way, place),
                loss=ranks.weighted(task.loss),
                settings={
                    "seed": seed,
                    "batch_size": batch_size,
                    "precision": way.precision,
                    "compiled": way.compiled,
                    "loss": task.loss,
                },
            )


@contextmanager
def prepared_to_measure(
    model: torch.nn.Module,
    part: Any,
    loss: Loss | None,
    metrics: Mapping[str, Metric] | None,
    batch_size: int,
) -> Iterator[Task]:
    """Check model and data of a measurement, move the data, and yield the task; as `prepared`."""
    place = resolve(None, _module(model))
    if metrics is not None:
        check_metrics(metrics)
    with own_randomness(0, place):
        rows = one_part(part, place)
        X, _ = _first_batch(rows, batch_size)
        task = _task(model, rows, None, loss, metrics, None, Ranks())
        with threads_for(model, X), channels_last(model, X, training=False):
            yield task


def _module(model: Any) -> torch.nn.Module:
    if not isinstance(model, torch.nn.Module):
        raise TypeError(
            f"model is of type {type(model).__name__}: give a torch.nn.Module, "
            "such as torch.nn.Sequential(...)"
        )
    return model


def _first_batch(data: Data, batch_size: int) -> Pair:
    if isinstance(data, Loaded):
        return data.first
    X, y = data
    return X[:batch_size], y[:batch_size]


def _task(
    model: torch.nn.Module,
    train: Data,
    validation: Pair | None,
    loss: Loss | None,
    metrics: Mapping[str, Metric] | None,
    batch_size: int | None,
    ranks: Ranks,
) -> Task:
    """Try everything out on a few rows, and fill in what was left to default."""
    if loss is not None and not callable(loss):
        raise TypeError(
            f"loss is of type {type(loss).__name__}: give a callable (output, y) that returns "
            "the mean over the rows, such as torch.nn.MSELoss()"
        )
    X, y = train.first if isinstance(train, Loaded) else train
    if isinstance(loss, torch.nn.Module):
        loss.to(X.device)  # class weights
    shortest = None  # there is no training
    if batch_size is not None:
        last = len(X) % batch_size or batch_size
        shortest = len(X) if isinstance(train, Loaded) else ranks.smallest(last)
    output = try_out(model, X, y, loss, shortest)
    if validation is not None:
        try_out(model, *validation, loss)
    if metrics is None:
        metrics = {} if y.is_floating_point() else {"accuracy": accuracy}
    if metrics and not isinstance(output, torch.Tensor):
        raise TypeError(
            f"the model returns {type(output).__name__}, which metrics cannot take: "
            "pass metrics={}, or return one tensor"
        )
    return Task(model, train, validation, loss or default_loss(y), metrics, model, ranks, {})
