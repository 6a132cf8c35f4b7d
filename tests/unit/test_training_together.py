"""Many trainings at once: the same as one after the other."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from course_lib import data, training
from course_lib.models import ResidualMLP, mlp
from course_lib.training import tuned_accuracy

RATES = (3e-4, 1e-2, 0.1)


def alone(make: Any, split: Any, rate: float, skipped: int) -> tuple[float, float]:
    """Return validation and test accuracy of one network, trained by a loop of its own."""
    training.set_seed(0)
    for _ in range(skipped):  # the networks that were drawn before it
        make()
    net, (X, y) = make(), split.train
    adam = torch.optim.Adam(net.parameters(), lr=rate)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(adam, 4 * 4)
    order = torch.Generator().manual_seed(0)
    for _ in range(4):
        for rows in torch.randperm(len(X), generator=order).split(50):
            adam.zero_grad()
            nn.functional.cross_entropy(net(X[rows]), y[rows]).backward()
            adam.step()
            falling.step()
    net.eval()
    with torch.no_grad():
        validation, test = (
            (net(part.X).argmax(dim=1) == part.y).double().mean().item()
            for part in (split.validation, split.test)
        )
    return validation, test


@pytest.mark.parametrize(
    "make",
    [
        lambda: mlp([2, 8, 2]),
        lambda: mlp([2, 8, 8, 2], norm="batch"),
        lambda: ResidualMLP(2, 8, 2, 2),
    ],
    ids=["plain", "batch norm", "residual"],
)
def test_each_network_trains_as_it_would_alone(make: Any) -> None:
    splits = [data.two_moons(300, noise=0.3, seed=k) for k in range(2)]  # 180 rows to train
    got = tuned_accuracy(make, splits, RATES, epochs=4)
    for k, split in enumerate(splits):
        runs = [alone(make, split, rate, 3 * k + j) for j, rate in enumerate(RATES)]
        validation = [run[0] for run in runs]
        assert got[k] == pytest.approx(runs[int(np.argmax(validation))][1], abs=1e-9)


def test_validation_and_not_test_data_choose_the_rate() -> None:
    split = data.two_moons(300, seed=0)
    part = split.validation
    upside_down = SimpleNamespace(
        train=split.train, test=split.test, validation=SimpleNamespace(X=part.X, y=1 - part.y)
    )
    right, wrong = (
        tuned_accuracy(lambda: mlp([2, 16, 2]), [each], (1e-6, 0.03), epochs=10)[0]
        for each in (split, upside_down)
    )
    assert right > 0.8 > wrong


def test_nothing_to_train_is_refused() -> None:
    with pytest.raises(ValueError, match="0 splits, 1 rates: give one or more of each"):
        tuned_accuracy(lambda: mlp([2, 2]), [], (0.1,), epochs=1)
