"""What ``fit`` and ``evaluate`` are given: settings and data, and which of them are refused."""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset, DistributedSampler

from course_lib.data import Part, Split

Pair = tuple[torch.Tensor, torch.Tensor]


def check_number(
    name: str,
    value: Any,
    *,
    whole: bool = False,
    least: float | None = None,
    above: float | None = None,
) -> None:
    """Refuse what is not a finite number in range.

    Raises:
        ValueError: it is not; the message names the argument and its range.
    """
    kind = numbers.Integral if whole else numbers.Real
    right = type(value) is not bool and isinstance(value, kind) and math.isfinite(value)
    if right and (least is None or value >= least) and (above is None or value > above):
        return
    bound = f"from {least:g}" if least is not None else f"above {above:g}"
    raise ValueError(f"{name}={value!r}: give a {'whole ' if whole else ''}number {bound}")


class Loaded:
    """The batches of a DataLoader on the device; the first one was looked at beforehand."""

    def __init__(self, loader: DataLoader[Any], device: torch.device) -> None:
        self.loader = loader
        self._device = device
        # Where the batches are made of single rows, what picks these: a DistributedSampler, say.
        self.sampler = getattr(loader.batch_sampler, "sampler", loader.sampler)
        self._epoch = 0
        self._begun: Iterator[Any] | None = self._begin()
        try:
            self.first = self._pair(next(self._begun))
        except StopIteration:
            raise ValueError(
                "the DataLoader has no batches: give it rows (drop_last=True drops a short batch)"
            ) from None

    def __iter__(self) -> Iterator[Pair]:
        begun, self._begun = self._begun, None
        if begun is None:
            begun = self._begin()
        else:
            yield self.first  # no batch is drawn twice or lost for having been looked at
        for batch in begun:
            yield self._pair(batch)

    def _begin(self) -> Iterator[Any]:
        if isinstance(self.sampler, DistributedSampler):
            self.sampler.set_epoch(self._epoch)  # else it would draw the same order again
        self._epoch += 1
        return iter(self.loader)

    def state_dict(self) -> dict[str, Any]:
        """Return how many epochs were begun, and the states of the loader's own generators.

        Raises:
            ValueError: the workers live on between epochs, so that the states of their
                generators, to which nobody else has access, matter as well.
        """
        if self.loader.persistent_workers:
            raise ValueError(
                "checkpoint cannot hold the random numbers of a DataLoader's workers that live on "
                "from epoch to epoch: make it with persistent_workers=False"
            )
        states = {name: own.get_state() for name, own in self.generators().items()}
        return {"epoch": self._epoch, "generators": states}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what :meth:`state_dict` returned; the next epoch begins anew."""
        self._begun = None  # it was drawn from other states
        self._epoch = state["epoch"]
        for name, own in self.generators().items():
            own.set_state(state["generators"][name])

    def generators(self) -> dict[str, torch.Generator]:
        """Return the loader's own generators, each by where it hangs; often there is none."""
        loader = self.loader
        owners = {
            "loader": loader,
            "sampler": loader.sampler,
            "batch_sampler": loader.batch_sampler,
            "batch_sampler.sampler": getattr(loader.batch_sampler, "sampler", None),
            "dataset": loader.dataset,
        }
        own = {name: getattr(owner, "generator", None) for name, owner in owners.items()}
        return {name: found for name, found in own.items() if isinstance(found, torch.Generator)}

    def _pair(self, batch: Any) -> Pair:
        if not isinstance(batch, list | tuple) or len(batch) != 2:
            raise TypeError(
                f"the DataLoader yields {type(batch).__name__}, not pairs (X, y): "
                "wrap the tensors as TensorDataset(X, y), or give a collate_fn"
            )
        X, y = batch
        check_pair(X, y, "the DataLoader's ")
        return X.to(self._device), y.to(self._device)


Data = Pair | Loaded


def sort_out(data: Any, device: torch.device) -> tuple[Data, Pair | None]:
    """Return the training and validation rows on the device, once they were found sound.

    Args:
        data: a Split, a Part or pair (X, y), or a DataLoader; the last three have no validation.
        device: where they are moved.

    Raises:
        TypeError: it is none of these, or holds something else than tensors.
        ValueError: it is empty, of different lengths, or has values that are no numbers.
    """
    if isinstance(data, Split):
        return (
            _moved(data.train, device, f"{data.name}'s training "),
            _moved(data.validation, device, f"{data.name}'s validation "),
        )
    return one_part(data, device), None


def one_part(data: Any, device: torch.device) -> Data:
    """Return the rows of a Part, a pair (X, y) or a DataLoader on the device; else raise."""
    if isinstance(data, DataLoader):
        return Loaded(data, device)
    if isinstance(data, list | tuple) and len(data) == 2:
        return _moved(Part(*data), device, "")
    cure = "give a Split, a pair (X, y) of tensors, or a DataLoader"
    if isinstance(data, Split):
        cure = "give one of its parts, such as split.validation or split.test"
    elif isinstance(data, Dataset):
        cure = "wrap it as DataLoader(dataset, batch_size=32, shuffle=True)"
    raise TypeError(f"the data are of type {type(data).__name__}: {cure}")


def _moved(part: Any, device: torch.device, whose: str) -> Pair:
    X, y = part
    check_pair(X, y, whose)
    return X.to(device), y.to(device)


def check_pair(X: Any, y: Any, whose: str = "") -> None:
    """Refuse rows that no model can learn from.

    Args:
        X: inputs (n, ...).
        y: targets (n, ...).
        whose: put before the names X and y in messages.

    Raises:
        TypeError: one is no tensor, or ``y`` holds whole numbers that are not int64.
        ValueError: they are empty, of different lengths, or hold NaN or infinity.
    """
    for name, values in (("X", X), ("y", y)):
        if not isinstance(values, torch.Tensor):
            raise TypeError(
                f"{whose}{name} is of type {type(values).__name__}, not a tensor: "
                f"pass torch.as_tensor({name}), with its dtype float32 (or int64 for classes)"
            )
        if values.ndim == 0:
            raise ValueError(f"{whose}{name} is a single number: give one row for each example")
    if len(X) != len(y):
        raise ValueError(
            f"{whose}X has {len(X)} rows and y has {len(y)}: give as many targets as inputs"
        )
    if X.numel() == 0 or y.numel() == 0:
        raise ValueError(
            f"{whose}X {tuple(X.shape)} and y {tuple(y.shape)} are empty: give at least one row"
        )
    if not y.is_floating_point() and y.dtype != torch.int64:
        raise TypeError(
            f"{whose}y is {dtype(y)}: pass y.long() if it holds class numbers, "
            "y.float() if it holds values"
        )
    for name, values in (("X", X), ("y", y)):
        if not values.is_floating_point():
            continue
        bad = ~torch.isfinite(values)
        if bool(bad.any()):
            row, *rest = bad.nonzero()[0].tolist()
            column = f", column {rest[0]}" if rest else ""
            raise ValueError(
                f"{whose}{name} holds {int(bad.sum())} values that are NaN or infinite, the first "
                f"in row {row}{column}: fill or drop these rows"
            )


def check_metrics(metrics: Any) -> None:
    """Refuse metrics that are not a mapping from a free name to a callable.

    Raises:
        TypeError: they are not a mapping, or one is not callable.
        ValueError: a name is taken.
    """
    if not isinstance(metrics, Mapping):
        raise TypeError(
            f"metrics is of type {type(metrics).__name__}: give a mapping from names to callables, "
            'such as {"accuracy": training.accuracy}'
        )
    for name, metric in metrics.items():
        if not callable(metric):
            raise TypeError(
                f"metrics[{name!r}] is of type {type(metric).__name__}: "
                "give a callable (output, y) that returns one number"
            )
        taken = {"epoch", "loss", "learning_rate", "seconds"}
        if not isinstance(name, str) or name in taken or name.startswith("validation_"):
            raise ValueError(
                f"metrics has the name {name!r}, which the history needs: choose another"
            )


def dtype(tensor: torch.Tensor) -> str:
    """Return the tensor's dtype as a reader writes it: float32."""
    return str(tensor.dtype).removeprefix("torch.")
