"""The convolutional networks: counts from formulas, values and gradients from functions."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - the field's name for it

from course_lib.models import ResidualCNN, flops, parameters, small_cnn


def batch(rows: int = 6, height: int = 24, width: int = 24) -> torch.Tensor:
    return torch.rand(rows, 1, height, width, generator=torch.Generator().manual_seed(0))


def by_hand(weights: dict[str, torch.Tensor], X: torch.Tensor, blocks: int) -> torch.Tensor:
    """Return the logits in training mode, from PyTorch's functions and the weights' names."""
    names = iter(weights)

    def conv(X: torch.Tensor) -> torch.Tensor:
        X = F.conv2d(X, weights[next(names)], padding=1)
        mean = X.mean(dim=(0, 2, 3), keepdim=True)
        spread = X.var(dim=(0, 2, 3), keepdim=True, unbiased=False)
        scale, shift = (weights[next(names)].view(1, -1, 1, 1) for _ in range(2))
        return scale * (X - mean) / (spread + 1e-5).sqrt() + shift

    for _ in range(3):
        X = conv(X).relu()
        for _ in range(blocks):
            X = (X + conv(conv(X).relu())).relu()
        X = F.max_pool2d(X, 2)
    return X.amax(dim=(2, 3)) @ weights[next(names)].T + weights[next(names)]


@pytest.mark.parametrize("blocks", [0, 1, 2])
def test_outputs_and_gradients_are_those_of_the_formula(blocks: int) -> None:
    torch.manual_seed(0)
    model = ResidualCNN((3, 4, 5), blocks=blocks).double()
    for name, weight in model.named_parameters():
        if "weight" in name and weight.ndim == 1:  # batch norm's, which begin as ones and zeros
            nn.init.uniform_(weight, 0.5, 1.5)
    X, y = batch().double(), torch.arange(6)
    copies = {n: w.detach().clone().requires_grad_() for n, w in model.named_parameters()}
    F.cross_entropy(model(X), y).backward()
    F.cross_entropy(by_hand(copies, X, blocks), y).backward()
    for name, weight in model.named_parameters():
        assert weight.grad is not None
        assert torch.allclose(weight.grad, copies[name].grad, atol=1e-10), name
    assert torch.allclose(model(X), by_hand(copies, X, blocks), atol=1e-10)


def test_without_blocks_it_is_the_small_network() -> None:
    small, residual = small_cnn(), ResidualCNN(blocks=0)
    residual.layers.load_state_dict(small.state_dict())
    assert torch.equal(small(batch()), residual(batch()))


def test_a_shortcut_passes_the_gradient_past_weights_of_zero() -> None:
    model = ResidualCNN((4,), blocks=3)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "change" in name:
                weight.zero_()
    model(batch()).sum().backward()
    first = next(model.parameters())
    assert first.grad is not None
    assert first.grad.abs().max() > 0


@pytest.mark.parametrize("blocks", [0, 1])
@pytest.mark.parametrize("channels", [(2, 4, 8), (8, 16, 32), (5,)])
def test_counts_from_the_formula(channels: tuple[int, ...], blocks: int) -> None:
    model = ResidualCNN(channels, blocks=blocks)
    numbers, multiplications, side = 0, 0, 24
    for before, after in zip((1, *channels), channels, strict=False):
        filters = 9 * before * after + blocks * 2 * 9 * after**2
        numbers += filters + 2 * after * (1 + 2 * blocks)  # batch norm: a scale and a shift
        multiplications += side**2 * filters
        side //= 2
    assert parameters(model) == numbers + 10 * channels[-1] + 10
    assert flops(model, batch()) == multiplications + 10 * channels[-1]


def test_the_default_network_is_as_large_as_its_chapter_says() -> None:
    assert parameters(small_cnn()) == 6_274


@pytest.mark.parametrize("make", [small_cnn, ResidualCNN])
def test_rows_of_pixels_are_rolled_up(make: Any) -> None:
    rows, images = make(image_shape=(24, 16)), make()
    images.load_state_dict(dict(zip(images.state_dict(), rows.state_dict().values(), strict=True)))
    X = batch(4, 24, 16)
    assert torch.equal(rows(X.flatten(1)), images(X))


@pytest.mark.parametrize("head", ["max", "mean"])
def test_a_head_over_all_places_takes_any_size_and_forgets_the_place(head: Any) -> None:
    model = small_cnn((4, 8), head=head).eval()
    assert model(batch(2, 33, 17)).shape == (2, 10)
    X = torch.zeros(1, 1, 32, 32)
    X[..., 8:16, 8:16] = batch(1, 8, 8)
    moved = X.roll((4, 8), dims=(2, 3))  # multiples of 4, by which two layers halve
    assert torch.allclose(model(X), model(moved), atol=1e-5)


def test_a_flat_head_keeps_the_place() -> None:
    model = small_cnn((4, 8), image_shape=(32, 20), head="flat").eval()
    assert model[-1].in_features == 8 * 8 * 5
    X = torch.zeros(1, 1, 32, 20)
    X[..., 8:16, 4:12] = batch(1, 8, 8)
    moved = X.roll(8, dims=2)
    assert not torch.allclose(model(X.flatten(1)), model(moved.flatten(1)), atol=1e-3)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"channels": ()}, "channels=()"),
        ({"channels": (8, 0)}, "whole numbers"),
        ({"classes": 0}, "classes=0"),
        ({"head": "min"}, "'max', 'mean' or 'flat'"),
        ({"head": "flat"}, "image_shape"),
        ({"image_shape": (8, 6)}, "larger images"),
    ],
)
@pytest.mark.parametrize("make", [small_cnn, ResidualCNN])
def test_what_cannot_be_built_is_refused(make: Any, settings: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        make(**settings)


def test_a_negative_number_of_blocks_is_refused() -> None:
    with pytest.raises(ValueError, match="0 or more"):
        ResidualCNN(blocks=-1)
