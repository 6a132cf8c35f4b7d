"""Dense networks: values and gradients from matrices, counts and first weights from formulas."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - the field's name for it

from course_lib.models import ResidualMLP, mlp, parameters

BENDS = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}


def normal(Z: torch.Tensor, dim: int) -> torch.Tensor:
    """Return what normalisation makes of Z over an axis, its scale 1 and its shift 0."""
    spread = Z.var(dim=dim, keepdim=True, unbiased=False)
    return (Z - Z.mean(dim=dim, keepdim=True)) / (spread + 1e-5).sqrt()


def same_gradients(model: nn.Module, by_hand: Any, X: torch.Tensor, y: torch.Tensor) -> None:
    weights = list(model.parameters())
    got = torch.autograd.grad(F.cross_entropy(model(X), y), weights)
    wanted = torch.autograd.grad(F.cross_entropy(by_hand(X), y), weights)
    for one, other in zip(got, wanted, strict=True):
        assert torch.allclose(one, other, atol=1e-10)
    assert torch.allclose(model(X), by_hand(X), atol=1e-10)


def batch() -> tuple[torch.Tensor, torch.Tensor]:
    X = torch.rand(7, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return X, torch.arange(7) % 3


@pytest.mark.parametrize("norm", [None, "batch", "layer"])
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_a_plain_network_is_sums_and_bends(activation: Any, norm: Any) -> None:
    torch.manual_seed(0)
    model = mlp([5, 4, 6, 3], activation=activation, norm=norm).double()
    linear = [layer for layer in model if isinstance(layer, nn.Linear)]
    scaled = [layer for layer in model if isinstance(layer, nn.BatchNorm1d | nn.LayerNorm)]
    for layer in scaled:
        nn.init.uniform_(layer.weight, 0.5, 1.5)

    def by_hand(A: torch.Tensor) -> torch.Tensor:
        for k, layer in enumerate(linear[:-1]):
            Z = A @ layer.weight.T + layer.bias
            if norm is not None:
                Z = scaled[k].weight * normal(Z, 0 if norm == "batch" else 1) + scaled[k].bias
            A = BENDS[activation](Z)
        return A @ linear[-1].weight.T + linear[-1].bias

    assert len(scaled) == (0 if norm is None else 2)
    same_gradients(model, by_hand, *batch())


@pytest.mark.parametrize("blocks", [0, 1, 3])
@pytest.mark.parametrize("norm", [None, "batch", "layer"])
def test_a_block_adds_to_what_it_gets(norm: Any, blocks: int) -> None:
    torch.manual_seed(0)
    model = ResidualMLP(5, 4, blocks, 3, norm=norm).double()
    linear = [layer for layer in model.modules() if isinstance(layer, nn.Linear)]

    scaled = [m for m in model.modules() if isinstance(m, nn.BatchNorm1d | nn.LayerNorm)]
    for layer in scaled:
        nn.init.uniform_(layer.weight, 0.5, 1.5)

    def bend(A: torch.Tensor, k: int) -> torch.Tensor:
        if norm is not None:
            A = scaled[k].weight * normal(A, 0 if norm == "batch" else 1) + scaled[k].bias
        return A.relu()

    def by_hand(X: torch.Tensor) -> torch.Tensor:
        A = X @ linear[0].weight.T + linear[0].bias
        for k, layer in enumerate(linear[1:-1]):
            A = A + bend(A, k) @ layer.weight.T + layer.bias
        return bend(A, -1) @ linear[-1].weight.T + linear[-1].bias

    assert len(linear) == blocks + 2
    assert len(scaled) == (0 if norm is None else blocks + 1)
    same_gradients(model, by_hand, *batch())


def test_parameters_are_as_many_as_the_formula_says() -> None:
    assert parameters(mlp([64, 32, 32, 10])) == 65 * 32 + 33 * 32 + 33 * 10
    assert parameters(mlp([64, 32, 32, 10], norm="batch")) == 65 * 32 + 33 * 32 + 33 * 10 + 2 * 64
    assert parameters(ResidualMLP(64, 32, 5, 10, norm=None)) == 65 * 32 + 5 * 33 * 32 + 33 * 10
    assert parameters(ResidualMLP(64, 32, 5, 10)) == 65 * 32 + 5 * 33 * 32 + 33 * 10 + 6 * 64
    assert parameters(mlp([4, 2])) == 10


@pytest.mark.parametrize(
    ("init", "variance", "largest"),
    [
        ("default", 1 / (3 * 400), math.sqrt(1 / 400)),
        ("xavier", 2 / (400 + 200), math.sqrt(6 / 600)),
        ("he", 2 / 400, math.inf),
    ],
)
def test_first_weights_have_the_variance_of_their_rule(
    init: Any, variance: float, largest: float
) -> None:
    torch.manual_seed(0)
    layer = mlp([400, 200, 2], init=init)[0]
    assert layer.weight.mean().item() == pytest.approx(0, abs=4 * math.sqrt(variance / 80_000))
    assert layer.weight.var().item() == pytest.approx(variance, rel=0.02)
    assert layer.weight.abs().max().item() <= largest
    assert bool(layer.bias.any()) is (init == "default")
    if init == "he":  # a normal draw of this size leaves the range of a uniform one
        assert layer.weight.abs().max().item() > math.sqrt(3 * variance)


def test_the_default_start_is_pytorchs_own_to_the_last_bit() -> None:
    torch.manual_seed(3)
    own = nn.Sequential(nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 3))
    torch.manual_seed(3)
    ours = mlp([5, 4, 3])
    assert str(ours) == str(own)
    for name, weight in own.state_dict().items():
        assert torch.equal(ours.state_dict()[name], weight), name


def test_he_keeps_gradients_alive_where_the_default_does_not() -> None:
    X = torch.rand(64, 64, generator=torch.Generator().manual_seed(0))
    ratio = {}
    for init in ("default", "he"):
        torch.manual_seed(0)
        model = mlp([64, *[64] * 20, 10], init=init)
        F.cross_entropy(model(X), torch.arange(64) % 10).backward()
        ratio[init] = (model[0].weight.grad.norm() / model[-1].weight.grad.norm()).item()
    assert ratio["default"] < 1e-4
    assert 0.05 < ratio["he"] < 20


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: mlp([4]), "sizes=(4,): give two whole numbers or more, all 1 or more"),
        (lambda: mlp([4, 0, 2]), "sizes=(4, 0, 2)"),
        (lambda: mlp([4, 2], activation="swish"), "give one of 'relu', 'tanh', 'sigmoid'"),
        (lambda: mlp([4, 2], init="kaiming"), "give one of 'default', 'xavier', 'he'"),
        (lambda: mlp([4, 2], norm="group"), "give one of None, 'batch', 'layer'"),
        (lambda: ResidualMLP(4, 3, -1, 2), "ResidualMLP(4, 3, -1, 2): give 1 or more"),
        (lambda: ResidualMLP(4, 0, 1, 2), "ResidualMLP(4, 0, 1, 2): give 1 or more"),
        (lambda: ResidualMLP(4, 3, 1, 2, norm="none"), "norm='none': give one of None"),
    ],
)
def test_what_cannot_be_built_is_refused(make: Any, told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        make()
