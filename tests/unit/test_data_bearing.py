"""The frequencies of a rolling bearing, against the textbook."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

from course_lib import data


def test_frequencies_follow_the_closed_formulas() -> None:
    f, n, d, pitch, angle = 25.0, 12, 15.0, 70.0, 20.0
    found = data.bearing_frequencies(
        f, balls=n, ball_diameter=d, pitch_diameter=pitch, contact_angle=angle
    )
    ratio = d / pitch * math.cos(angle / 180 * math.pi)
    assert found.cage == pytest.approx(f / 2 * (1 - ratio))
    assert found.outer_race == pytest.approx(n * f / 2 * (1 - ratio))
    assert found.inner_race == pytest.approx(n * f / 2 * (1 + ratio))
    assert found.ball == pytest.approx(f * pitch / (2 * d) * (1 - ratio**2))


def test_the_default_bearing_is_the_6205_of_the_literature() -> None:
    # Smith and Randall 2015, doi:10.1016/j.ymssp.2015.04.021: the Case Western rig's drive end.
    found = data.bearing_frequencies(1.0)
    assert found.outer_race == pytest.approx(3.585, abs=5e-4)
    assert found.inner_race == pytest.approx(5.415, abs=5e-4)
    assert found.cage == pytest.approx(0.3983, abs=5e-4)
    assert found.ball == pytest.approx(2.357, abs=5e-4)


def test_both_races_together_see_every_ball_at_the_speed_of_the_shaft() -> None:
    found = data.bearing_frequencies(7.0, balls=11, contact_angle=15.0)
    assert found.outer_race + found.inner_race == pytest.approx(11 * 7.0)
    assert found.outer_race == pytest.approx(11 * found.cage)


def test_frequencies_are_of_the_kind_of_the_speed() -> None:
    speeds = [20.0, 30.0]
    assert type(data.bearing_frequencies(20.0).ball) is float
    for kind in (np.array(speeds), torch.tensor(speeds)):
        for found, one in zip(
            data.bearing_frequencies(kind), data.bearing_frequencies(30.0), strict=True
        ):
            assert type(found) is type(kind)
            assert found.shape == (2,)
            assert float(found[1]) == pytest.approx(one)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: data.bearing_frequencies(1.0, balls=1), "balls=1: give a whole number of balls"),
        (
            lambda: data.bearing_frequencies(1.0, ball_diameter=40.0),
            "ball_diameter=40.0 and pitch_diameter=39.04: give two lengths above 0",
        ),
        (lambda: data.bearing_frequencies(1.0, ball_diameter=0.0), "ball_diameter=0.0 and"),
        (
            lambda: data.bearing_frequencies(1.0, contact_angle=90.0),
            "contact_angle=90.0: give degrees, 0 or more and below 90",
        ),
    ],
)
def test_an_argument_out_of_range_is_named_with_its_cure(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
