"""The processes that train one model together; nearly always there is one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
import torch.distributed as dist  # `import torch` has loaded it already

from course_lib.training.inputs import Pair

# Losses and sizes of the batches, then the outputs and targets kept of them.
Tallied = tuple[list[float], list[int], list[torch.Tensor], list[torch.Tensor]]


def first_process() -> bool:
    """Say whether this is process 0 of a run under torchrun, or the only one there is.

    A script that several processes execute prints once with it: ``if first_process(): print(...)``.
    """
    if dist.is_available() and dist.is_initialized():
        return dist.get_rank() == 0
    return os.environ.get("RANK", "0") == "0"


class Ranks:
    """The only process: it takes every row, and what it finds is what there is to find.

    :class:`course_lib.training.group.Group` is the same for several.

    Attributes:
        index: which of the processes this is, from 0.
        count: how many there are.
    """

    index = 0
    count = 1

    @staticmethod
    def of_this_run() -> Ranks:
        """Return the processes that torchrun started, which this one joins, or itself alone.

        Raises:
            RuntimeError: the others did not come.
        """
        joined = dist.is_available() and dist.is_initialized()
        count = dist.get_world_size() if joined else int(os.environ.get("WORLD_SIZE", "1"))
        if count == 1 or not (joined or {"RANK", "MASTER_ADDR", "MASTER_PORT"} <= {*os.environ}):
            return Ranks()
        from course_lib.training.group import Group

        return Group()

    def watched(self) -> AbstractContextManager[None]:
        """Within the block, end this process when another one is gone, and say so."""
        return nullcontext()

    def everyones(self, thing: Any) -> list[Any]:
        """Return this small thing of each process, in all of them."""
        return [thing]

    def agree(self, told: Mapping[str, str]) -> None:
        """Refuse trainings that are not the same in all processes, each told by a few words.

        Raises:
            ValueError: they differ; the message says in what.
        """

    def wrapped(
        self,
        model: torch.nn.Module,
        trial: Callable[[], torch.Tensor],  # noqa: ARG002 - nothing to find out for one
    ) -> torch.nn.Module:
        """Return the model whose gradients are the mean over the processes.

        Args:
            model: the network, on its device.
            trial: returns the model's loss on a few rows.

        Raises:
            ValueError: the processes have models of different shapes, or one GPU for several.
        """
        return model

    def smallest(self, rows: int) -> int:
        """Return how many rows of a batch this long the process with the fewest is given."""
        return rows

    def share(self, batches: Iterable[Pair]) -> Iterable[Pair]:
        """Return of each batch (X, y) the rows that are this process's."""
        return batches

    def weighted(self, loss: Callable[[Any, torch.Tensor], Any]) -> Callable[..., Any]:
        """Return the loss of which the mean over the processes is the whole batch's."""
        return loss

    def united(
        self,
        losses: list[float],
        sizes: list[int],
        outputs: list[torch.Tensor],
        targets: list[torch.Tensor],
    ) -> Tallied:
        """Return what was tallied over the batches last shared, of all processes together.

        Args:
            losses: each batch's weighted mean loss.
            sizes: each batch's rows.
            outputs: each batch's outputs (n, ...), or none at all.
            targets: likewise.
        """
        return losses, sizes, outputs, targets
