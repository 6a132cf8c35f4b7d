"""The digit that wanders: a small handwritten digit anywhere on a larger canvas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from course_lib.data.bundled import digits
from course_lib.data.split import (
    Array,
    Part,
    Rows,
    Split,
    check_noise,
    check_seed,
    check_whole,
    part_sizes,
)

_SIDE = 8  # of a digit, in pixels
_FRAGMENT = 4  # side of a distractor, in pixels


class Places(NamedTuple):
    """Where the digits of each part lie: (rows, 2), top row and left column of the 8 × 8 square."""

    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class Wandering(Split[Array]):
    """A :class:`Split` of canvases that also knows what lies where.

    Attributes:
        places: top row and left column of each canvas's digit.
        digits: which row of the whole set of 1,797 digits each canvas shows.
    """

    places: Places
    digits: Rows


def wandering_digits(
    n: int = 4000,
    *,
    size: int = 24,
    rows: tuple[int, int] | None = None,
    columns: tuple[int, int] | None = None,
    distractors: int = 0,
    noise: float = 0.0,
    seed: int = 0,
    validation: float = 0.2,
    test: float = 0.2,
) -> Wandering[torch.Tensor]:
    """Return canvases with a handwritten digit of 8 × 8 pixels somewhere on each, ten classes.

    ``X`` (n, 1, size, size) float32: ink in each pixel, 0 (paper) to 1. ``y`` (n,) int64: the
    digit. The digits of the three parts are those of :func:`digits` with the same seed, so that no
    digit, nor a fragment of it, is in two parts. Within a part each is pasted equally often, up to
    once: ``n=1797`` shows every digit once.

    The truth: the top left corner of the digit is drawn evenly from all places that ``rows`` and
    ``columns`` leave. A distractor is a square of 4 × 4 pixels from the middle columns of another
    digit of the same part, anywhere on the canvas; where it meets ink, the darker pixel stays.
    Last, a normal draw is added to each pixel, and the sum is clipped to 0 to 1. The same seed
    draws the same digits in the same order, whatever the other arguments, so that canvases with the
    digit left and canvases with the digit right compare pair by pair.

    Source and licence: those of :func:`digits`; the canvases are drawn by this course.

    Args:
        n: canvases in all parts together, 10 or more.
        size: height and width of the canvas in pixels, 8 or more.
        rows: (first, stop), as in a slice: the digit lies within these rows. By default all.
        columns: the same for columns: ``(0, 12)`` keeps it in the left half of 24.
        distractors: how many fragments of other digits lie on each canvas.
        noise: standard deviation of what is added to each pixel, 0 or more.
        seed: draws the digits of each part, their places, the fragments and the noise.
        validation: the fraction of the canvases for validation.
        test: the fraction of the canvases for the test.

    Raises:
        ValueError: an argument is out of range, or leaves no room for a digit.
    """
    check_seed(seed)
    check_whole("n", n, "canvases", least=10)
    check_whole("size", size, "pixels", least=_SIDE)
    check_whole("distractors", distractors, "fragments", least=0)
    check_noise(noise)
    room = _room("rows", rows, size), _room("columns", columns, size)
    sizes = part_sizes(n, validation, test, least=1)
    small = digits(seed=seed)
    parts, places, shown = [], [], []
    for k, part in enumerate((small.train, small.validation, small.test)):
        # A stream for each part: a longer training part leaves the test part as it was.
        random = np.random.RandomState([seed, k])
        images = small.images(part.X).numpy()
        laps = -(-sizes[k] // len(images))
        which = np.concatenate([random.permutation(len(images)) for _ in range(laps)])[: sizes[k]]
        place = _drawn(random, room, sizes[k])
        canvas = np.zeros((sizes[k], size, size))
        canvas[_square(place, _SIDE)] = images[which]
        for _ in range(distractors):
            _add_fragment(random, canvas, images, which)
        if noise:
            canvas += noise * random.standard_normal(canvas.shape)
        X = torch.from_numpy(canvas.clip(0, 1).astype(np.float32)).unsqueeze(1)
        parts.append(Part(X, part.y[torch.from_numpy(which)]))
        places.append(place)
        shown.append(small.rows[k][which])
    return Wandering(
        name="wandering digits",
        train=parts[0],
        validation=parts[1],
        test=parts[2],
        rows=Rows(*np.split(np.arange(n), np.cumsum(sizes[:2]))),
        class_names=small.class_names,
        feature_names=tuple(f"pixel_{k // size}_{k % size}" for k in range(size**2)),
        image_shape=(size, size),
        units=small.units,
        target="which digit lies somewhere on the canvas",
        source=f"{small.source}; pasted by this course",
        licence=small.licence,
        places=Places(*places),
        digits=Rows(*shown),
    )


def _room(argument: str, span: tuple[int, int] | None, size: int) -> tuple[int, int]:
    """Return the first and the last place where the top or left edge of a digit may lie."""
    first, stop = (0, size) if span is None else span
    if first < 0 or stop - first < _SIDE or stop > size:
        raise ValueError(
            f"{argument}={span!r}: give (first, stop) within 0 to {size}, {_SIDE} or more apart, "
            "for the digit to fit in"
        )
    return first, stop - _SIDE


def _drawn(
    random: np.random.RandomState, room: tuple[tuple[int, int], tuple[int, int]], n: int
) -> NDArray[np.int64]:
    """Return ``n`` top left corners (n, 2)."""
    # int64 by name: what NumPy draws by default differs between systems.
    edges = [random.randint(first, last + 1, size=n, dtype=np.int64) for first, last in room]
    return np.column_stack(edges)


def _square(place: NDArray[np.int64], side: int) -> tuple[NDArray[np.int64], ...]:
    """Return the index, in canvases (n, height, width), of a square on each: (n, side, side)."""
    top, left = place[:, 0, None, None], place[:, 1, None, None]
    step = np.arange(side)
    return np.arange(len(place))[:, None, None], top + step[:, None], left + step


def _add_fragment(
    random: np.random.RandomState,
    canvas: NDArray[np.float64],
    images: NDArray[np.float32],
    which: NDArray[np.int64],
) -> None:
    """Lay a fragment of another digit than ``which`` on each canvas, in place."""
    n, size = len(canvas), canvas.shape[1]
    other = (which + random.randint(1, len(images), size=n, dtype=np.int64)) % len(images)
    last = _SIDE - _FRAGMENT
    # The outer columns of a digit are mostly blank.
    cut = _square(_drawn(random, ((0, last), (1, last - 1)), n), _FRAGMENT)
    free = size - _FRAGMENT
    there = _square(_drawn(random, ((0, free), (0, free)), n), _FRAGMENT)
    canvas[there] = np.maximum(canvas[there], images[other][cut])
