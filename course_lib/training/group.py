"""Several processes that train one model together, each on its share of every batch."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DistributedSampler

from course_lib.training.devices import own_randomness
from course_lib.training.inputs import Loaded, Pair, dtype
from course_lib.training.meeting import ending_together, everyones, meet
from course_lib.training.ranks import Ranks, Tallied
from course_lib.training.trial import as_found


class Group(Ranks):
    """Several processes: see :class:`course_lib.training.ranks.Ranks` for what each method is.

    Attributes:
        index: which of the processes this is, from 0.
        count: how many there are.
    """

    def __init__(self) -> None:
        self.index, self.count = meet()
        self._wholes: list[int] = []  # the rows of each batch last shared, of all processes
        self._model: torch.nn.Module | None = None
        self._weight = 1.0  # of this process's share of the batch at hand

    def watched(self) -> AbstractContextManager[None]:
        """End this process within the block, in a few words, when another one is gone."""
        return ending_together()

    def everyones(self, thing: Any) -> list[Any]:
        """Return this small thing of each process, in all of them."""
        return everyones(thing)

    def agree(self, told: Mapping[str, str]) -> None:
        """Refuse trainings that differ between the processes."""
        first, *others = everyones(told)
        for k, other in enumerate(others, 1):
            for name in {**first, **other}:
                here, there = first.get(name, "nothing"), other.get(name, "nothing")
                if here != there:
                    raise ValueError(
                        f"{name} differs between the processes: {here} in process 0, {there} in "
                        f"process {k}; let every process do the same, with the same seeds"
                    )

    def wrapped(self, model: torch.nn.Module, trial: Callable[[], torch.Tensor]) -> torch.nn.Module:
        """Return the model in DistributedDataParallel, with the weights of process 0."""
        place = next(model.parameters()).device
        tensors = [*model.named_parameters(), *model.named_buffers()]
        shapes = {f"the model's {name}": f"{dtype(t)} {(*t.shape,)}" for name, t in tensors}
        self.agree({"the kind of device": place.type, **shapes})
        places = everyones((socket.gethostname(), str(place)))
        crowded = place.type == "mps" or (
            place.type == "cuda"
            and len(set(places)) < self.count
            and "nccl" in dist.get_backend_config()
        )
        if crowded:
            raise ValueError(
                f"{self.count} processes share {place}: pass device='cuda' to fit and start no "
                "more processes than there are GPUs (--nproc-per-node gpu), or pass device='cpu'"
            )
        self._model = model
        learnt = [weights for weights in model.parameters() if weights.requires_grad]
        with own_randomness(0, place), as_found(model):
            gradients = torch.autograd.grad(trial(), learnt, allow_unused=True)
        idle = any(everyones(any(g is None for g in gradients)))
        return DistributedDataParallel(model, find_unused_parameters=idle)

    def smallest(self, rows: int) -> int:
        """Return the length of the shortest share, which is never empty."""
        return max(1, rows // self.count)

    def share(self, batches: Iterable[Pair]) -> Iterator[Pair]:
        """Yield every count-th row of each batch; a DataLoader's are shared out already."""
        self._wholes = []
        self._weight = 1.0
        if isinstance(batches, Loaded):
            self._check_sampler(batches.sampler)
        for X, y in batches:
            if isinstance(batches, Loaded):  # the rows have been shared out already
                self._wholes.append(len(y) * self.count)
                yield X, y
                continue
            rows = len(range(self.index, len(y), self.count))
            # No process may sit out a step: one without rows takes the first, and weighs 0.
            own = slice(self.index, None, self.count) if rows else slice(0, 1)
            self._wholes.append(len(y))
            self._weight = rows * self.count / len(y)
            yield X[own], y[own]
        if self._model is not None and self._model.training:
            for buffer in self._model.buffers():  # such as batch norm's statistics
                dist.broadcast(buffer, 0)

    def _check_sampler(self, sampler: Any) -> None:
        shares = isinstance(sampler, DistributedSampler)
        if shares and (sampler.num_replicas, sampler.rank) == (self.count, self.index):
            return
        raise ValueError(
            "the DataLoader does not share its rows among the processes: give it sampler="
            f"DistributedSampler(dataset, num_replicas={self.count}, rank=int(os.environ['RANK']))"
        )

    def weighted(self, loss: Callable[[Any, torch.Tensor], Any]) -> Callable[..., Any]:
        """Weigh the loss by how long this share is, so that shares need not be equal."""
        return lambda output, y: loss(output, y) * self._weight

    def united(
        self,
        losses: list[float],
        sizes: list[int],  # noqa: ARG002 - of the shares; those of the batches are known
        outputs: list[torch.Tensor],
        targets: list[torch.Tensor],
    ) -> Tallied:
        """Return what was tallied of all processes, the same to the last bit in each."""
        means = [sum(shares) / self.count for shares in zip(*everyones(losses), strict=True)]
        output, y = ([self._gathered(torch.cat(k))] if k else [] for k in (outputs, targets))
        return means, self._wholes, output, y

    def _gathered(self, rows: torch.Tensor) -> torch.Tensor:
        """Return the rows (n, ...) of all processes, in the order of the batches last shared."""
        places = [self._places(k) for k in range(self.count)]
        padded = rows.new_zeros(len(places[0]), *rows.shape[1:])  # process 0 has the most rows
        padded[: len(rows)] = rows
        parts = [torch.empty_like(padded) for _ in places]
        dist.all_gather(parts, padded)
        found = rows.new_empty(sum(self._wholes) + 1, *rows.shape[1:])
        for place, part in zip(places, parts, strict=True):
            found[place] = part[: len(place)]
        return found[:-1]

    def _places(self, process: int) -> list[int]:
        """Return where the rows of a process stand among all; -1, the end, if they don't count."""
        places: list[int] = []
        start = 0
        for rows in self._wholes:
            places += range(start + process, start + rows, self.count) or [-1]
            start += rows
        return places
