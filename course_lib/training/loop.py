"""The training loop, and its counterpart that only measures."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import DataLoader

from course_lib.data import Part, Split
from course_lib.training.checkpoints import Checkpoint
from course_lib.training.execution import Precision, Way
from course_lib.training.history import Diverged, History, Stopped
from course_lib.training.inputs import Data, Pair, check_number
from course_lib.training.metrics import Metric, Tally
from course_lib.training.optimizers import (
    RATE,
    MakeOptimizer,
    MakeSchedule,
    Schedule,
    make_optimizer,
)
from course_lib.training.prepare import (
    USUAL_BATCH,
    Task,
    check_settings,
    prepared,
    prepared_to_measure,
)
from course_lib.training.progress import progress_bar
from course_lib.training.stopping import EarlyStopping, Watch
from course_lib.training.trial import Loss, as_found

Rows = Part[torch.Tensor] | tuple[torch.Tensor, torch.Tensor] | DataLoader[Any]

AT_ONCE = 1024  # rows to measure at a time, unless told otherwise


def batches(data: Data, batch_size: int, order: torch.Generator | None = None) -> Iterable[Pair]:
    """Return one epoch of batches (X, y): permuted once if there is an order, then split.

    The last batch holds what is left. A DataLoader makes its own batches.
    """
    if not isinstance(data, tuple):
        return data
    X, y = data
    if order is not None:
        rows = torch.randperm(len(X), generator=order).to(X.device)
        X, y = X[rows], y[rows]
    size = int(batch_size)  # torch.split takes no NumPy number
    return zip(torch.split(X, size), torch.split(y, size), strict=True)


def fit(
    model: torch.nn.Module,
    split: Split[torch.Tensor] | Rows,
    *,
    epochs: int = 20,
    batch_size: int = USUAL_BATCH,
    optimizer: str | MakeOptimizer = "adam",
    learning_rate: float = RATE,
    weight_decay: float = 0.0,
    loss: Loss | None = None,
    metrics: Mapping[str, Metric] | None = None,
    schedule: MakeSchedule | None = None,
    early_stopping: EarlyStopping | None = None,
    seed: int = 0,
    device: str | torch.device | None = None,
    precision: Precision = "float32",
    compiled: bool = False,
    deterministic: bool = False,
    checkpoint: str | Path | None = None,
    progress: bool | None = None,
) -> History:
    """Train a model in place and return what happened, epoch by epoch.

    Model and data are tried out on two rows first, so that what does not fit is refused before
    training begins. The model ends in eval mode, ready to predict. Random numbers (batch order,
    dropout) follow from ``seed``; PyTorch's own generators are left as they were. A model of
    which a batch is little work on the CPU runs on one thread, and the setting is put back.

    Interrupted (Ctrl-C, or the stop button), it returns the epochs that ended.

    Started by ``torchrun``, the same script trains in several processes, on PyTorch's
    DistributedDataParallel: each takes its share of every batch, ``batch_size`` is that of all
    together, and the history is that of one process, the same in each but for ``seconds``. Weights
    begin as process 0's, dropout draws differently in each, batch norm sees its share alone, and
    ``"cuda"`` is each process's own GPU. A DataLoader needs a DistributedSampler and counts its
    batches by process. When one process ends, all do, and so at Ctrl-C.

    Args:
        model: the network; its first weights are yours (see :func:`set_seed`).
        split: a ``Split``, whose validation part is measured after each epoch; or only training
            data: a ``Part`` or pair of tensors X (n, ...) and y (n, ...), or a DataLoader of such
            pairs. X is of the dtype of the model's weights, mostly float32.
        epochs: how many times to go through the training rows.
        batch_size: rows to a step; the last batch holds what is left. A DataLoader has its own.
        optimizer: ``"adam"``, ``"sgd"`` (Nesterov momentum 0.9), or a callable that makes one from
            parameters and brings its own rate: ``functools.partial(torch.optim.AdamW, lr=0.01)``.
        learning_rate: of the two named ones.
        weight_decay: likewise; it is added to the gradient of weights and biases (L2).
        loss: callable (output, y) that returns the mean over the rows. By default cross-entropy
            where y is int64 class numbers, and mean squared error where y is float.
        metrics: name to callable (output, y), which gets all rows of an epoch at once, and returns
            one number. By default ``accuracy`` for classes, nothing for values. All outputs of an
            epoch are kept for it; ``metrics={}`` keeps none.
        schedule: callable that makes a ``torch.optim.lr_scheduler`` from the optimizer; it is
            stepped once an epoch.
        early_stopping: ends training by the validation loss, and restores the best weights.
        seed: draws the order of the rows, on the CPU, and seeds what the model draws.
        device: where to train, such as ``"cuda"``; by default where the model is. Model and data
            are moved there once, and the model stays there.
        precision: ``"bfloat16"`` computes the forward pass of training in 16 bits where PyTorch
            holds that to be safe; weights, loss and measurements stay in 32.
        compiled: whether to train through ``torch.compile``, which takes seconds before the first
            step and needs a C++ compiler; dropout draws other numbers there.
        deterministic: whether to allow only operations that repeat to the last bit.
        checkpoint: a file that is written after each epoch, whole or not at all. Called again with
            the same arguments, training goes on after the last epoch in it, to the same numbers as
            if it had never been cut off (but ``seconds``). A finished training returns its history
            at once; more ``epochs`` go on. Each training needs a name of its own: the model's
            first weights are not compared, nor what its code does.
        progress: whether to show a bar; by default where a person watches, never in a build.

    Raises:
        TypeError: an argument is of the wrong kind.
        ValueError: an argument is out of range, model and data do not fit, the checkpoint is of
            another training, or the processes of a run do not all do the same.
        RuntimeError: the model could not be compiled, an operation does not repeat though
            ``deterministic`` asks for it, or the other processes of the run did not come.
        OSError: the checkpoint cannot be read or written.
        Diverged: the loss became NaN or infinite; the history so far is attached.
    """
    check_settings(epochs, batch_size, seed, optimizer, learning_rate, weight_decay)
    way = Way(precision, compiled, deterministic)
    with (
        prepared(model, split, loss, metrics, batch_size, seed, device, way) as task,
        progress_bar(progress, epochs) as show,
    ):
        opt = make_optimizer(optimizer, model, learning_rate, weight_decay)
        rate = Schedule(schedule, opt, task.validation)
        watch = Watch(early_stopping, model, task.validation)
        order = torch.Generator().manual_seed(int(seed))  # on the CPU
        saved = Checkpoint(checkpoint, task, opt, rate, watch, order)
        rows = saved.resume(epochs)  # none without a file
        try:
            while len(rows) < epochs and not watch.over:
                start = time.perf_counter()
                tally = Tally(task.metrics, task.ranks)
                model.train()
                for X, y in task.ranks.share(batches(task.train, batch_size, order)):
                    output = task.forward(X)
                    batch_loss = task.loss(output, y)
                    opt.zero_grad()
                    batch_loss.backward()
                    opt.step()
                    tally.add(batch_loss, output, y)
                row = tally.results()
                if task.validation is not None:
                    found = _measure(task, task.validation)
                    row |= {f"validation_{name}": value for name, value in found.items()}
                row["learning_rate"] = float(opt.param_groups[0]["lr"])
                row["seconds"] = time.perf_counter() - start
                validation_loss = row.get("validation_loss")
                if not math.isfinite(row["loss"] + (validation_loss or 0.0)):
                    raise Diverged(row, rows)
                rows.append(row)
                watch.note(validation_loss)
                rate.next(validation_loss)
                saved.write(rows)
                show(rows)
            stopped: Stopped = "early" if watch.over else "finished"
        except KeyboardInterrupt:
            stopped = "interrupted"
        finally:
            model.eval()
        watch.restore()
    return History.of(rows, stopped)


def evaluate(
    model: torch.nn.Module,
    part: Rows,
    *,
    loss: Loss | None = None,
    metrics: Mapping[str, Metric] | None = None,
    batch_size: int = AT_ONCE,
) -> dict[str, float]:
    """Return the model's loss and metrics on rows that it may never have seen.

    It is measured in eval mode and without gradients, on the model's device. The model, each
    module's mode and the random generators are left as they were.

    Args:
        model: the network.
        part: a ``Part`` or pair of tensors (X, y), or a DataLoader of such pairs.
        loss: as for :func:`fit`.
        metrics: as for :func:`fit`.
        batch_size: how many rows go through at once, which changes nothing but memory and time.

    Returns:
        ``loss``, and each metric by its name.

    Raises:
        TypeError: an argument is of the wrong kind.
        ValueError: an argument is out of range, or model and data do not fit.
    """
    check_number("batch_size", batch_size, whole=True, least=1)
    with prepared_to_measure(model, part, loss, metrics, batch_size) as task:
        return _measure(task, task.train, batch_size)


def _measure(task: Task, data: Data, batch_size: int = AT_ONCE) -> dict[str, float]:
    tally = Tally(task.metrics, task.ranks)
    with as_found(task.model), torch.no_grad():
        for X, y in task.ranks.share(batches(data, batch_size)):
            output = task.model(X)
            tally.add(task.loss(output, y), output, y)
    return tally.results()
