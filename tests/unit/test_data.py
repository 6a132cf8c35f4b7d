"""Data sets: what they hold, that no row leaks, that a seed means the same everywhere."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from course_lib import data

SETS: dict[str, Callable[..., Any]] = {
    "digits": data.digits,
    "breast cancer": data.breast_cancer,
    "wine": data.wine,
    "diabetes": data.diabetes,
    "two moons": data.two_moons,
    "spirals": data.spirals,
}
CLASSED = sorted(set(SETS) - {"diabetes"})
every_set = pytest.mark.parametrize("make", SETS.values(), ids=SETS)

# Of the whole set in its own order, and of the rows that seed 0 draws: a change in a library,
# in the data or in the drawing changes every number of the book.
DIGESTS = {
    "digits": ("8b3b6ae90863430b", "fed61ad3ccf020cf"),
    "breast cancer": ("f86286b06e0eb4fb", "26a27f456e3e5e98"),
    "wine": ("300d849b9eb766c3", "5b7c7d983c8ba730"),
    "diabetes": ("dfe8bf1029241357", "d62cf45350141392"),
    "two moons": ("8527c3b16e74bf6f", "ec1fbf505d6629a7"),
    "spirals": ("190226a0b7a949c0", "2a0ce0f0efc26fa6"),
}


def whole(split: Any) -> tuple[np.ndarray, np.ndarray]:
    """Put the three parts together again, in the order of the whole set."""
    order = np.argsort(np.concatenate(split.rows))
    parts = (split.train, split.validation, split.test)
    X, y = (np.concatenate([np.asarray(part[k]) for part in parts])[order] for k in (0, 1))
    return X, y


def digest(*arrays: np.ndarray) -> str:
    content = b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)
    return hashlib.sha256(content).hexdigest()[:16]


@pytest.mark.parametrize(
    ("name", "rows", "columns"),
    [
        ("digits", (1079, 359, 359), 64),
        ("breast cancer", (341, 114, 114), 30),
        ("wine", (106, 36, 36), 13),
        ("diabetes", (266, 88, 88), 10),
        ("two moons", (600, 200, 200), 2),
        ("spirals", (600, 200, 200), 2),
    ],
)
def test_shapes_and_types(name: str, rows: tuple[int, ...], columns: int) -> None:
    split = SETS[name]()
    for part, n in zip((split.train, split.validation, split.test), rows, strict=True):
        assert isinstance(part.X, torch.Tensor)
        assert part.X.shape == (n, columns)
        assert part.X.dtype == torch.float32
        assert part.X.is_contiguous()
        assert part.y.shape == (n,)
        assert part.y.dtype == (torch.float32 if name == "diabetes" else torch.int64)
    assert split.name == name
    assert len(split.feature_names) == columns


@every_set
def test_no_row_is_in_two_parts_and_none_is_lost(make: Callable[..., Any]) -> None:
    rows = make(seed=3).rows
    drawn = np.concatenate(rows)
    assert len(set(drawn.tolist())) == len(drawn)
    assert sorted(drawn.tolist()) == list(range(len(drawn)))


@every_set
def test_rows_name_the_rows_that_the_parts_hold(make: Callable[..., Any]) -> None:
    (X, y), (X_other, y_other) = whole(make(seed=3)), whole(make(seed=3, test=0.3))
    assert np.array_equal(X, X_other)
    assert np.array_equal(y, y_other)


@every_set
def test_the_same_seed_draws_the_same_rows_and_another_seed_others(make: Any) -> None:
    first, again, other = make(seed=5), make(seed=5), make(seed=6)
    for one, two, three in zip(first.rows, again.rows, other.rows, strict=True):
        assert np.array_equal(one, two)
        assert not np.array_equal(one, three)
    assert torch.equal(first.train.X, again.train.X)


@pytest.mark.parametrize("name", SETS)
def test_the_data_and_the_draw_have_not_changed(name: str) -> None:
    split = SETS[name]()
    rows = np.concatenate(split.rows).astype("<i8")
    assert (digest(*whole(split)), digest(rows)) == DIGESTS[name]


@pytest.mark.parametrize("name", CLASSED)
def test_each_part_holds_the_classes_in_proportion(name: str) -> None:
    split = SETS[name](seed=1)
    _, y = whole(split)
    expected = np.bincount(y) / len(y)
    for part in (split.train, split.validation, split.test):
        share = np.bincount(part.y.numpy(), minlength=len(expected)) / len(part.y)
        assert np.abs(share - expected).max() < 1.5 / len(part.y)
    assert len(split.class_names) == len(expected)


@every_set
def test_numpy_shares_the_memory(make: Callable[..., Any]) -> None:
    split = make()
    arrays = split.numpy()
    for part in ("train", "validation", "test"):
        X, y = getattr(arrays, part)
        assert type(X) is np.ndarray
        assert type(y) is np.ndarray
        X[0, 0], y[0] = 7, 7
        assert getattr(split, part).X[0, 0] == 7
        assert getattr(split, part).y[0] == 7
    assert arrays.name == split.name


def test_digits_are_scaled_and_roll_up_into_images() -> None:
    split = data.digits()
    X, _ = whole(split)
    assert X.min() == 0
    assert X.max() == 1
    images = split.images(split.test.X)
    assert images.shape == (359, 8, 8)
    assert torch.equal(images[4, 2], split.test.X[4, 16:24]), "line by line"
    assert split.numpy().images(split.numpy().test.X).shape == (359, 8, 8)


def test_a_table_has_no_images() -> None:
    split = data.wine()
    with pytest.raises(ValueError, match="wine holds no images"):
        split.images(split.test.X)


def test_images_refuse_rows_of_another_length() -> None:
    with pytest.raises(ValueError, match="rows of 30 values are no 8 × 8 images"):
        data.digits().images(torch.zeros(2, 30))


def test_diabetes_is_already_scaled_as_its_text_says() -> None:
    X, y = whole(data.diabetes())
    assert np.allclose((X.astype(float) ** 2).sum(axis=0), 1, atol=1e-4)
    assert (y.min(), y.max()) == (25, 346)


def test_two_moons_without_noise_lie_on_their_half_circles() -> None:
    X, y = whole(data.two_moons(200, noise=0))
    upper, lower = X[y == 0], X[y == 1]
    assert np.allclose(np.hypot(*upper.T), 1, atol=1e-6)
    assert upper[:, 1].min() >= -1e-6
    assert np.allclose(np.hypot(lower[:, 0] - 1, lower[:, 1] - 0.5), 1, atol=1e-6)
    assert lower[:, 1].max() <= 0.5 + 1e-6


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_spirals_without_noise_lie_on_the_arm_of_their_class(classes: int) -> None:
    turns = 2.0
    X, y = whole(data.spirals(300, turns=turns, noise=0, classes=classes))
    radius, angle = np.hypot(*X.T), np.arctan2(X[:, 1], X[:, 0])
    arm = (angle / (2 * np.pi) - turns * radius) * classes % classes
    distance = np.abs(arm - y)
    assert np.minimum(distance, classes - distance).max() < 1e-2
    assert radius.max() <= 1


def test_noise_is_a_standard_deviation() -> None:
    (still, _), (moved, _) = (whole(data.spirals(4000, noise=noise)) for noise in (0, 0.2))
    assert (moved - still).std() == pytest.approx(0.2, rel=0.05)


@pytest.mark.parametrize("make", [data.two_moons, data.spirals])
def test_another_seed_draws_other_noise(make: Callable[..., Any]) -> None:
    assert not np.array_equal(whole(make(seed=0))[0], whole(make(seed=1))[0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: data.digits(test=0), "test=0: give a fraction"),
        (lambda: data.digits(validation=1.2), "validation=1.2: give a fraction"),
        (lambda: data.digits(validation=float("nan")), "validation=nan: give a fraction"),
        (lambda: data.digits(validation=0.5, test=0.5), "leave no rows to train on"),
        (lambda: data.wine(test=0.005), "fewer rows than the 3 it needs"),
        (lambda: data.wine(seed=-1), "seed=-1: give a whole number"),
        (lambda: data.wine(seed=1.5), "seed=1.5: give a whole number"),
        (lambda: data.two_moons(seed=-1), "seed=-1: give a whole number"),
        (lambda: data.two_moons(19), "n=19: give a whole number of rows, 20 or more"),
        (lambda: data.two_moons(50.0), "n=50.0: give a whole number of rows"),
        (lambda: data.two_moons(noise=-0.1), "noise=-0.1: give a standard deviation"),
        (lambda: data.spirals(29, classes=3), "30 or more for 3 classes"),
        (lambda: data.spirals(noise=float("inf")), "noise=inf: give a standard deviation"),
        (lambda: data.spirals(turns=0), "turns=0: give how often"),
        (lambda: data.spirals(classes=1), "classes=1: give a whole number of arms"),
    ],
)
def test_an_argument_out_of_range_is_named_with_its_cure(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message) as raised:
        call()
    assert "\n" not in str(raised.value)


@every_set
def test_every_set_says_where_it_comes_from_and_prints_as_a_table(make: Any) -> None:
    split = make()
    text = repr(split)
    for field in ("name", "target", "units", "source", "licence"):
        assert len(getattr(split, field)) > 3
        assert getattr(split, field) in text
    assert all(str(tuple(part.X.shape)) in text for part in (split.train, split.test))
    assert max(map(len, text.splitlines())) <= 110
    assert repr(split.numpy()) == text
