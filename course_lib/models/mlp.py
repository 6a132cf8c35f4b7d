"""Dense networks of any depth: plain ones with a choice of start, and ones with shortcuts."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from itertools import pairwise
from typing import Literal

import torch
from torch import nn

Activation = Literal["relu", "tanh", "sigmoid"]
Init = Literal["default", "xavier", "he"]
Norm = Literal["batch", "layer"]

_ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
}
_NORMS: dict[str, Callable[[int], nn.Module]] = {"batch": nn.BatchNorm1d, "layer": nn.LayerNorm}
_INITS = ("default", "xavier", "he")


def mlp(
    sizes: Sequence[int],
    *,
    activation: Activation = "relu",
    init: Init = "default",
    norm: Norm | None = None,
) -> nn.Sequential:
    """Return a multilayer perceptron: linear layers with an activation after each but the last.

    In: (n, sizes[0]); out: (n, sizes[-1]), logits or values.

    With variance v for a layer's weights, from ``before`` inputs to ``after`` outputs, and biases
    of 0: ``"xavier"`` is v = 2 / (before + after), uniformly; ``"he"`` is v = 2 / before, normal.
    ``"default"`` is PyTorch's own: v = 1 / (3 before), uniformly, and biases from the same range.

    Source: X. Glorot and Y. Bengio, AISTATS 2010; K. He, X. Zhang, S. Ren and J. Sun, ICCV 2015,
    doi:10.1109/ICCV.2015.123.

    Args:
        sizes: numbers that go in, units of each hidden layer, numbers that come out.
        activation: ``"relu"``, ``"tanh"`` or ``"sigmoid"``.
        init: what the first weights are drawn from.
        norm: batch or layer normalisation of each hidden sum, before its activation.

    Raises:
        ValueError: there are fewer than two sizes, one is below 1, or a word is unknown.
    """
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(f"sizes={tuple(sizes)!r}: give two whole numbers or more, all 1 or more")
    _check("activation", activation, _ACTIVATIONS)
    _check("init", init, _INITS)
    _check("norm", norm, (None, *_NORMS))
    layers: list[nn.Module] = []
    for before, after in pairwise(sizes):
        layers.append(_linear(before, after, init))
        if norm is not None:
            layers.append(_NORMS[norm](after))
        layers.append(_ACTIVATIONS[activation]())
    del layers[-1 if norm is None else -2 :]  # the last layer's sums are the answer
    return nn.Sequential(*layers)


class ResidualMLP(nn.Module):
    """A dense network with shortcuts: each block adds a change to what it was given.

    A first linear layer to ``width``; ``blocks`` times ``x + linear(relu(norm(x)))``; then norm,
    ReLU, and a linear layer to the logits. It has ``blocks + 1`` hidden layers. Weights are drawn
    as PyTorch does. In: (n, n_features); out: (n, n_outputs).

    Source: K. He, X. Zhang, S. Ren and J. Sun, Identity Mappings in Deep Residual Networks, ECCV
    2016, doi:10.1007/978-3-319-46493-0_38, with one layer to a block instead of two.

    Args:
        n_features: how many numbers go in.
        width: how many units each hidden layer has.
        blocks: how many blocks there are; 0 leaves one hidden layer.
        n_outputs: how many logits come out.
        norm: batch or layer normalisation, or None for none.

    Raises:
        ValueError: a number is too small, or the normalisation is unknown.
    """

    def __init__(
        self,
        n_features: int,
        width: int,
        blocks: int,
        n_outputs: int,
        *,
        norm: Norm | None = "layer",
    ) -> None:
        super().__init__()
        if min(n_features, width, n_outputs) < 1 or blocks < 0:
            raise ValueError(
                f"ResidualMLP({n_features}, {width}, {blocks}, {n_outputs}): "
                "give 1 or more of each, and 0 blocks or more"
            )
        _check("norm", norm, (None, *_NORMS))
        self.first = nn.Linear(n_features, width)
        self.blocks = nn.ModuleList(
            nn.Sequential(*_bend(width, norm), nn.Linear(width, width)) for _ in range(blocks)
        )
        self.last = nn.Sequential(*_bend(width, norm), nn.Linear(width, n_outputs))

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        """Return the logits (n, n_outputs)."""
        A = self.first(X)  # (n, width)
        for change in self.blocks:
            A = A + change(A)
        logits: torch.Tensor = self.last(A)
        return logits


def _bend(width: int, norm: Norm | None) -> list[nn.Module]:
    return [nn.ReLU()] if norm is None else [_NORMS[norm](width), nn.ReLU()]


def _linear(before: int, after: int, init: Init) -> nn.Linear:
    layer = nn.Linear(before, after)
    if init == "xavier":
        nn.init.xavier_uniform_(layer.weight)
    elif init == "he":
        nn.init.normal_(layer.weight, std=math.sqrt(2 / before))
    if init != "default":
        nn.init.zeros_(layer.bias)
    return layer


def _check(name: str, word: object, known: Collection[object]) -> None:
    if word not in known:
        raise ValueError(f"{name}={word!r}: give one of {', '.join(map(repr, known))}")
