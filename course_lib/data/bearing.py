"""How often a flaw in a rolling bearing strikes: geometry and nothing else."""

from __future__ import annotations

import math
from typing import Any, Generic, NamedTuple, TypeVar

import torch
from numpy.typing import NDArray

from course_lib.data.split import check_whole

Frequency = TypeVar("Frequency", float, NDArray[Any], torch.Tensor)


class BearingFrequencies(NamedTuple, Generic[Frequency]):
    """How often, in Hz, what happens in a rolling bearing whose outer race stands still.

    ``cage`` (FTF): a turn of the cage that holds the balls. ``outer_race`` (BPFO), ``inner_race``
    (BPFI): a ball passes a point of that race. ``ball`` (BSF): a ball turns about itself; a flaw on
    it strikes twice a turn, once on each race.
    """

    cage: Frequency
    outer_race: Frequency
    inner_race: Frequency
    ball: Frequency


def bearing_frequencies(
    speed: Frequency,
    *,
    balls: int = 9,
    ball_diameter: float = 7.94,
    pitch_diameter: float = 39.04,
    contact_angle: float = 0.0,
) -> BearingFrequencies[Frequency]:
    """Return the frequencies that a flaw in a rolling bearing shows at a speed of the shaft.

    With ratio r = ball_diameter / pitch_diameter · cos(contact_angle), N balls and the speed f:
    cage f (1 - r) / 2, outer race N f (1 - r) / 2, inner race N f (1 + r) / 2, ball
    f (1 - r²) · pitch_diameter / (2 ball_diameter). They hold where the balls roll without
    slipping. The default bearing is that of :func:`vibration`.

    Source: R. B. Randall and J. Antoni, Rolling element bearing diagnostics, Mechanical Systems
    and Signal Processing 25, 2011, doi:10.1016/j.ymssp.2010.07.017.

    Args:
        speed: turns of the inner race a second, in Hz: a number, an array or a tensor; the
            frequencies are of the same kind and shape.
        balls: how many balls, 2 or more.
        ball_diameter: in mm, or any unit that ``pitch_diameter`` has too.
        pitch_diameter: of the circle on which the centres of the balls run.
        contact_angle: in degrees, 0 or more and below 90.

    Raises:
        ValueError: an argument is out of range.
    """
    check_whole("balls", balls, "balls", least=2)
    if not 0 < ball_diameter < pitch_diameter < math.inf:
        raise ValueError(
            f"ball_diameter={ball_diameter!r} and pitch_diameter={pitch_diameter!r}: give two "
            "lengths above 0, that of the ball the smaller"
        )
    if not 0 <= contact_angle < 90:
        raise ValueError(f"contact_angle={contact_angle!r}: give degrees, 0 or more and below 90")
    size = ball_diameter / pitch_diameter
    ratio = size * math.cos(math.radians(contact_angle))
    cage = (1 - ratio) / 2
    ball = (1 - ratio**2) / (2 * size)
    return BearingFrequencies(
        speed * cage, speed * (balls * cage), speed * (balls * (1 - cage)), speed * ball
    )
