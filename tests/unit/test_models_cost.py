"""Parameters and multiplications, against what one works out on paper."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from course_lib.models import flops, parameters


def test_parameters_of_a_dense_network() -> None:
    model = nn.Sequential(nn.Linear(64, 100), nn.ReLU(), nn.Linear(100, 10))
    assert parameters(model) == 64 * 100 + 100 + 100 * 10 + 10


def test_running_means_and_frozen_weights_are_not_counted() -> None:
    model = nn.Sequential(nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8))
    assert parameters(model) == (9 * 8 + 8) + 2 * 8
    model[0].requires_grad_(False)
    assert parameters(model) == 2 * 8


def test_a_shared_weight_counts_once() -> None:
    one = nn.Linear(5, 5)
    assert parameters(nn.Sequential(one, nn.ReLU(), one)) == 30


@pytest.mark.parametrize("rows", [1, 3])
def test_flops_of_a_dense_network_are_its_weights(rows: int) -> None:
    model = nn.Sequential(nn.Linear(64, 100), nn.ReLU(), nn.Linear(100, 10))
    assert flops(model, torch.zeros(rows, 64)) == 64 * 100 + 100 * 10


@pytest.mark.parametrize(("stride", "padding", "side"), [(1, 0, 10), (1, 1, 12), (2, 1, 6)])
def test_flops_of_a_convolution(stride: int, padding: int, side: int) -> None:
    layer = nn.Conv2d(3, 5, 3, stride=stride, padding=padding)
    # Each of the output's numbers takes a multiplication for each weight of its filter.
    assert flops(layer, torch.zeros(2, 3, 12, 12)) == side**2 * 5 * (3 * 3 * 3)


def test_a_grouped_convolution_takes_a_group_s_share() -> None:
    layer = nn.Conv2d(4, 8, 3, padding=1, groups=2)
    assert flops(layer, torch.zeros(1, 4, 6, 6)) == 6 * 6 * 8 * (2 * 3 * 3)


def test_the_model_is_left_as_it_was() -> None:
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Dropout(0.5))
    model[2].eval()
    means = model[1].running_mean.clone()
    before = torch.random.get_rng_state()
    flops(model, torch.ones(2, 1, 5, 5))
    assert model.training
    assert model[1].training
    assert not model[2].training
    assert torch.equal(model[1].running_mean, means)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert all(weight.grad is None for weight in model.parameters())


def test_no_rows_are_refused() -> None:
    with pytest.raises(ValueError, match=r"X\[:1\]"):
        flops(nn.Linear(3, 1), torch.zeros(0, 3))


def test_a_model_that_does_more_for_one_row_is_refused() -> None:
    class First(nn.Module):
        def forward(self, X: torch.Tensor) -> torch.Tensor:
            return X[:1] @ torch.ones(3, 1)

    with pytest.raises(ValueError, match="same for each row"):
        flops(First(), torch.zeros(2, 3))
