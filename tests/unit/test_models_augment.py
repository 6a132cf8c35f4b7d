"""Jitter: within its bounds, label and shape kept, asleep in eval mode."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import ndimage
from torch import nn

from course_lib import training
from course_lib.models import Jitter, parameters


def images(n: int = 200, side: int = 16) -> torch.Tensor:
    X = torch.zeros(n, 1, side, side)
    X[..., 4:12, 4:12] = torch.rand(n, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    return X


def test_in_eval_mode_images_pass() -> None:
    X = images()
    assert Jitter(20, 0.3, 3).eval()(X) is X


def test_shifts_are_whole_pixels_and_all_of_them_occur() -> None:
    torch.manual_seed(0)
    X = images(2000)
    moved = Jitter(pixels=4)(X)
    assert torch.allclose(moved.sum(dim=(1, 2, 3)), X.sum(dim=(1, 2, 3)), atol=1e-3)
    seen = set()
    for before, after in zip(X[:, 0], moved[:, 0], strict=True):
        top, left = (int((after.sum(dim=d) > 1e-4).nonzero()[0]) - 4 for d in (1, 0))
        assert torch.allclose(before.roll((top, left), dims=(0, 1)), after, atol=1e-4)
        seen.add((top, left))
    assert seen == {(dy, dx) for dy in range(-4, 5) for dx in range(-4, 5)}


def drawing(monkeypatch: pytest.MonkeyPatch, turn: float, grow: float) -> None:
    """Have the next draws be these, each from -1 (the largest one way) to 1 (the other)."""
    drawn = (torch.tensor([[turn], [grow]]) + 1) / 2
    monkeypatch.setattr(torch, "rand", lambda *shape, **settings: drawn)


def test_a_quarter_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    X = images(1)
    drawing(monkeypatch, turn=1, grow=0)
    assert torch.allclose(Jitter(degrees=90)(X)[0, 0], torch.rot90(X[0, 0]), atol=1e-4)


def test_a_zoom_is_scipy_s(monkeypatch: pytest.MonkeyPatch) -> None:
    X = images(1)
    drawing(monkeypatch, turn=0, grow=1)
    at = 1.5 * (np.arange(16) - 7.5) + 7.5
    expected = ndimage.map_coordinates(X[0, 0].numpy(), np.meshgrid(at, at, indexing="ij"), order=1)
    assert np.allclose(Jitter(scale=0.5)(X)[0, 0], expected, atol=1e-4)


def test_turning_is_limited() -> None:
    torch.manual_seed(0)
    X = torch.zeros(500, 1, 31, 31)
    X[:, :, 15, 15:] = 1  # a hand of a clock, at three
    turned = Jitter(degrees=30)(X)[:, 0]
    rows, columns = torch.meshgrid(torch.arange(31) - 15.0, torch.arange(31) - 15.0, indexing="ij")
    mass = turned.sum(dim=(1, 2))
    y, x = ((turned * at).sum(dim=(1, 2)) / mass for at in (rows, columns))
    angles = torch.atan2(y, x).rad2deg()
    assert angles.abs().max() <= 31
    assert angles.min() < -25
    assert angles.max() > 25


def test_it_trains_within_fit_and_repeats_by_the_seed() -> None:
    def curve(seed: int) -> list[float]:
        training.set_seed(0)
        model = nn.Sequential(Jitter(10, 0.1, 1), nn.Flatten(), nn.Linear(256, 10))
        data = images(64), torch.arange(64) % 10
        return list(training.fit(model, data, epochs=3, seed=seed).loss)

    assert curve(1) == curve(1)
    assert curve(1) != curve(2)
    assert parameters(Jitter(10)) == 0


@pytest.mark.parametrize(
    "settings", [{"degrees": -1}, {"scale": 1.0}, {"scale": -0.1}, {"pixels": -1}, {"pixels": 0.5}]
)
def test_what_is_out_of_range_is_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(settings))):
        Jitter(**settings)
