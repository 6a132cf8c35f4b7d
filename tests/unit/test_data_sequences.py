"""Sequences: each answer follows from its sequence, and from nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from course_lib import data

TASKS: dict[str, Callable[..., Any]] = {
    "recall": lambda n=400, **more: data.recall(n, **{"lag": 6, **more}),
    "adding": lambda n=400, **more: data.adding(n, **{"length": 11, **more}),
    "which_first": lambda n=400, **more: data.which_first(n, **more),
    "which_more": lambda n=400, **more: data.which_more(n, **more),
}
SHAPES = {
    "recall": (8, 7),
    "adding": (11, 2),
    "which_first": (20, 8),
    "which_more": (20, 8),
}
DIGESTS = {
    "recall": "c5fb469db53f2270",
    "adding": "77e69b7f51a15d65",
    "which_first": "7a5997e25cb0c925",
    "which_more": "040e32e362b21546",
}
every_task = pytest.mark.parametrize("name", TASKS)


def whole(split: Any) -> tuple[np.ndarray, np.ndarray]:
    """Put the three parts together again, in the order of the whole set."""
    order = np.argsort(np.concatenate(split.rows))
    parts = (split.train, split.validation, split.test)
    X, y = (np.concatenate([np.asarray(part[k]) for part in parts])[order] for k in (0, 1))
    return X, y


@every_task
def test_shapes_and_types(name: str) -> None:
    split = TASKS[name]()
    for part, n in zip((split.train, split.validation, split.test), (240, 80, 80), strict=True):
        assert part.X.shape == (n, *SHAPES[name])
        assert part.X.dtype == torch.float32
        assert part.X.is_contiguous()
        assert part.y.shape == (n,)
        assert part.y.dtype == (torch.float32 if name == "adding" else torch.int64)
    assert len(split.feature_names) == SHAPES[name][1]
    assert sorted(np.concatenate(split.rows)) == list(range(400))


@every_task
def test_the_same_seed_draws_the_same_and_another_seed_others(name: str) -> None:
    first, again, other = (TASKS[name](seed=seed) for seed in (5, 5, 6))
    assert torch.equal(first.train.X, again.train.X)
    assert torch.equal(first.train.y, again.train.y)
    assert not np.array_equal(whole(first)[0], whole(other)[0])


@every_task
def test_the_stream_is_frozen(name: str) -> None:
    split = TASKS[name]()
    content = split.train.X.numpy().tobytes() + np.concatenate(split.rows).astype("<i8").tobytes()
    assert hashlib.sha256(content).hexdigest()[:16] == DIGESTS[name]


@pytest.mark.parametrize("name", sorted(set(TASKS) - {"adding"}))
def test_the_answers_are_equally_often(name: str) -> None:
    split = TASKS[name]()
    for part in (split.train, split.validation, split.test):
        assert np.ptp(np.bincount(part.y, minlength=len(split.class_names))) <= 1


def test_digit_rows_are_the_digits_line_by_line() -> None:
    rows, digits = data.digit_rows(seed=4, test=0.3), data.digits(seed=4, test=0.3)
    for part in ("train", "validation", "test"):
        X, y = getattr(rows, part)
        flat = getattr(digits, part)
        assert X.shape == (len(y), 8, 8)
        assert torch.equal(X[:, 3, 5], flat.X[:, 3 * 8 + 5]), "time step, then pixel"
        assert torch.equal(y, flat.y)
        assert torch.equal(rows.images(X), digits.images(flat.X))
    assert rows.name == "digit rows"
    assert len(rows.feature_names) == 8
    assert np.array_equal(rows.rows.test, digits.rows.test)


@pytest.mark.parametrize(("lag", "symbols", "fillers"), [(0, 2, 0), (5, 3, 1), (40, 5, 4)])
def test_recall_asks_for_the_symbol_it_began_with(lag: int, symbols: int, fillers: int) -> None:
    X, y = whole(data.recall(200, lag=lag, symbols=symbols, fillers=fillers))
    assert X.shape == (200, lag + 2, symbols + fillers + 1)
    assert np.array_equal(X[:, 0, :symbols], np.eye(symbols)[y])
    assert np.array_equal(X[:, 0].sum(axis=1), np.ones(200))
    between = X[:, 1:-1]
    assert not between[..., :symbols].any()
    assert not X[:, :-1, -1].any(), "the cue comes last"
    assert (between.sum(axis=-1) == (1 if fillers else 0)).all()
    assert np.array_equal(X[:, -1], np.tile(np.eye(X.shape[-1])[-1], (200, 1)))


def test_fillers_are_drawn_evenly_and_tell_nothing() -> None:
    X, y = whole(data.recall(4000, lag=10, fillers=2))
    share = np.array([X[y == symbol, 1:-1, 4].mean() for symbol in range(4)])
    assert np.abs(share - 0.5).max() < 0.03


@pytest.mark.parametrize("length", [2, 3, 10, 31])
def test_adding_adds_the_two_marked_numbers(length: int) -> None:
    X, y = whole(data.adding(300, length=length))
    numbers, marks = X[..., 0], X[..., 1]
    assert set(np.unique(marks)) <= {0, 1}
    assert (marks[:, : length // 2].sum(axis=1) == 1).all()
    assert (marks[:, length // 2 :].sum(axis=1) == 1).all()
    assert np.allclose((numbers * marks).sum(axis=1), y)
    assert numbers.min() >= 0
    assert numbers.max() <= 1


def test_answering_one_has_the_error_that_the_text_names() -> None:
    X, y = whole(data.adding(20_000, length=10))
    assert np.mean((y - 1) ** 2) == pytest.approx(1 / 6, rel=0.02)
    assert np.abs(X[..., 1].sum(axis=0) / 20_000 - 0.2).max() < 0.02, "marks anywhere in a half"


def test_which_first_is_told_by_the_order_alone() -> None:
    X, y = whole(data.which_first(2000, length=9, symbols=5))
    assert (X.sum(axis=-1) == 1).all()
    assert (X[..., :2].sum(axis=1) == 1).all(), "one A and one B"
    a, b = X[..., 0].argmax(axis=1), X[..., 1].argmax(axis=1)
    assert np.array_equal(y, (b < a).astype(int))
    bags = X.sum(axis=1)
    difference = bags[y == 0].mean(axis=0) - bags[y == 1].mean(axis=0)
    assert np.abs(difference).max() < 0.15, "the bag tells nothing"
    assert {*a} == {*b} == set(range(9))


def test_which_more_is_told_by_the_bag_alone() -> None:
    X, y = whole(data.which_more(2000, length=9, symbols=5))
    assert (X.sum(axis=-1) == 1).all()
    a, b = X[..., 0].sum(axis=1), X[..., 1].sum(axis=1)
    assert (a + b == 7).all()
    assert np.array_equal(y, (b > a).astype(int))
    shares = np.bincount(a.astype(int), minlength=8) / len(a)
    coins = np.array([1, 7, 21, 35, 35, 21, 7, 1]) / 128
    assert np.abs(shares - coins).max() < 0.03
    assert np.abs(X[y == 0, :, 0].mean(axis=0) - X[y == 0, :, 0].mean()).max() < 0.06


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: data.recall(100, lag=-1), "lag=-1: give a whole number of steps, 0 or more"),
        (lambda: data.recall(100, lag=2.0), "lag=2.0: give a whole number of steps"),
        (lambda: data.recall(100, lag=2, symbols=1), "symbols=1: give a whole number of symbols"),
        (lambda: data.recall(100, lag=2, fillers=-1), "fillers=-1: give a whole number of kinds"),
        (lambda: data.recall(39, lag=2), "n=39: give .* 40 or more for 4 symbols"),
        (lambda: data.recall(100, lag=2, seed=-1), "seed=-1: give a whole number"),
        (lambda: data.recall(100, lag=2, test=0.01), "fewer rows than the 4 it needs"),
        (lambda: data.adding(100, length=1), "length=1: give a whole number of steps, 2 or more"),
        (lambda: data.adding(9, length=5), "n=9: give a whole number of rows, 10 or more"),
        (lambda: data.adding(100, length=5, seed=0.5), "seed=0.5: give a whole number"),
        (lambda: data.which_first(100, length=1), "length=1: give a whole number of steps, 2"),
        (lambda: data.which_first(100, symbols=2), "symbols=2: give .* for A, B and others"),
        (lambda: data.which_more(100, length=6), "length=6: give a whole number of steps, 7"),
        (lambda: data.which_more(19), "n=19: give a whole number of rows, 20 or more"),
        (lambda: data.which_more(100, seed=True), "seed=True: give a whole number"),
        (lambda: data.digit_rows(test=0), "test=0: give a fraction"),
    ],
)
def test_an_argument_out_of_range_is_named_with_its_cure(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message) as raised:
        call()
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("make", [*TASKS.values(), data.digit_rows], ids=[*TASKS, "digit_rows"])
def test_every_task_says_where_it_comes_from_and_prints_as_a_table(make: Any) -> None:
    split = make()
    text = repr(split)
    for field in ("name", "target", "units", "source", "licence"):
        assert len(getattr(split, field)) > 3
        assert getattr(split, field) in text
    assert max(map(len, text.splitlines())) <= 110
