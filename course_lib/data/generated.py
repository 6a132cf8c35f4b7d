"""Data sets drawn from a formula, so that the truth behind them is known."""

from __future__ import annotations

import numpy as np
import torch

from course_lib.data.split import Split, check_noise, check_seed, check_whole, cut

SOURCE = "drawn by this course from a formula"
LICENCE = "BSD-3-Clause, as this course's code"


def two_moons(
    n: int = 1000,
    *,
    noise: float = 0.1,
    seed: int = 0,
    validation: float = 0.2,
    test: float = 0.2,
) -> Split[torch.Tensor]:
    """Return points on two interlocking half circles, which no straight line parts.

    The truth: with t spread evenly over 0 to π, class 0 is (cos t, sin t) and class 1 is
    (1 - cos t, 0.5 - sin t); to each coordinate is added a normal draw of standard deviation
    ``noise``. ``X`` (n, 2) float32, without a unit; ``y`` (n,) int64, half the rows each.

    Source: the formula above, as in scikit-learn's ``make_moons``.

    Args:
        n: rows in all parts together, 20 or more.
        noise: standard deviation of what is added to each coordinate, 0 or more.
        seed: draws the noise and which rows go where.
        validation: the fraction of all rows for validation.
        test: the fraction of all rows for the test.

    Raises:
        ValueError: an argument is out of range.
    """
    from sklearn.datasets import make_moons

    _check(n, noise, seed, classes=2)
    X, y = make_moons(n, noise=noise, random_state=seed)
    return cut(
        X,
        y,
        seed=seed,
        validation=validation,
        test=test,
        name="two moons",
        class_names=("upper moon", "lower moon"),
        feature_names=("x", "y"),
        image_shape=None,
        units="coordinates in a plane, without a unit",
        target="which half circle a point was drawn from",
        source=SOURCE,
        licence=LICENCE,
    )


def spirals(
    n: int = 1000,
    *,
    turns: float = 1.5,
    noise: float = 0.02,
    classes: int = 2,
    seed: int = 0,
    validation: float = 0.2,
    test: float = 0.2,
) -> Split[torch.Tensor]:
    """Return points on spirals wound into one another, one arm a class.

    The truth: with r drawn so that the points lie evenly over the disc (the square root of a
    uniform draw), class k of K is r (cos φ, sin φ) with φ = 2π (turns · r + k / K); to each
    coordinate is added a normal draw of standard deviation ``noise``. Neighbouring arms are
    1 / (turns · K) apart along a radius. ``X`` (n, 2) float32, without a unit, noise aside within
    the unit disc; ``y`` (n,) int64, the classes equally often up to one row.

    Args:
        n: rows in all parts together, 10 or more for each class.
        turns: how often an arm goes round, above 0.
        noise: standard deviation of what is added to each coordinate, 0 or more.
        classes: how many arms, 2 or more.
        seed: draws the points and which rows go where.
        validation: the fraction of all rows for validation.
        test: the fraction of all rows for the test.

    Raises:
        ValueError: an argument is out of range.
    """
    check_whole("classes", classes, "arms", least=2)
    if not (np.isfinite(turns) and turns > 0):
        raise ValueError(f"turns={turns!r}: give how often an arm goes round, a number above 0")
    _check(n, noise, seed, classes=classes)
    # RandomState's stream is frozen for good; NumPy's newer generators may change theirs.
    random = np.random.RandomState(seed)
    y = np.arange(n) % classes
    radius = np.sqrt(random.uniform(size=n))
    angle = 2 * np.pi * (turns * radius + y / classes)
    X = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    X += noise * random.standard_normal(X.shape)
    return cut(
        X,
        y,
        seed=seed,
        validation=validation,
        test=test,
        name="spirals",
        class_names=tuple(f"arm {k}" for k in range(classes)),
        feature_names=("x", "y"),
        image_shape=None,
        units="coordinates in a plane, without a unit",
        target="which arm a point was drawn from",
        source=SOURCE,
        licence=LICENCE,
    )


def _check(n: int, noise: float, seed: int, *, classes: int) -> None:
    check_seed(seed)
    check_whole("n", n, "rows", least=10 * classes, why=f" for {classes} classes")
    check_noise(noise)
