"""Sequences: the digit line by line, and tasks of memory and order whose truth is known.

``X`` is (n, steps, features) float32 throughout, as ``nn.LSTM(batch_first=True)`` takes it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from course_lib.data.bundled import digits
from course_lib.data.generated import LICENCE, SOURCE
from course_lib.data.split import Part, Split, check_seed, check_whole, cut

_PLACES = 7  # steps of which_more that hold an A or a B: odd, so that one wins


def digit_rows(*, seed: int = 0, validation: float = 0.2, test: float = 0.2) -> Split[torch.Tensor]:
    """Return the 1,797 digits read from top to bottom, a line of pixels at each time step.

    ``X`` (n, 8, 8) float32: row of the set, time step, pixel of that line, ink from 0 to 1. ``y``
    (n,) int64: the digit. It is :func:`digits` with the same arguments, rolled up: the same rows
    in the same parts, and the same source and licence.

    Args:
        seed: draws which rows go where.
        validation: the fraction of all rows for validation.
        test: the fraction of all rows for the test.

    Raises:
        ValueError: a fraction or the seed is out of range.
    """
    split = digits(seed=seed, validation=validation, test=test)
    parts = [
        Part(split.images(part.X), part.y) for part in (split.train, split.validation, split.test)
    ]
    return replace(
        split,
        name="digit rows",
        train=parts[0],
        validation=parts[1],
        test=parts[2],
        feature_names=tuple(f"column_{k}" for k in range(8)),
    )


def recall(
    n: int = 4000,
    *,
    lag: int,
    symbols: int = 4,
    fillers: int = 2,
    seed: int = 0,
    validation: float = 0.2,
    test: float = 0.2,
) -> Split[torch.Tensor]:
    """Return sequences that begin with a symbol and ask for it much later.

    The truth: step 0 holds one of ``symbols``; the next ``lag`` steps hold fillers, drawn evenly
    and of no meaning; the last step holds the cue, the same in all sequences. ``y`` (n,) int64 is
    the symbol of step 0. ``X`` (n, lag + 2, symbols + fillers + 1) float32 is one-hot: symbols
    first, then fillers, the cue last; with ``fillers=0`` the steps between are all zeros. The
    symbols are equally often, so that guessing is right once in ``symbols``.

    Args:
        n: sequences in all parts together.
        lag: steps between the symbol and the cue, 0 or more.
        symbols: how many symbols there are to remember, 2 or more.
        fillers: how many kinds of filler there are.
        seed: draws the fillers and which rows go where.
        validation: the fraction of all rows for validation.
        test: the fraction of all rows for the test.

    Raises:
        ValueError: an argument is out of range.
    """
    check_seed(seed)
    check_whole("lag", lag, "steps", least=0)
    check_whole("symbols", symbols, "symbols", least=2)
    check_whole("fillers", fillers, "kinds of filler", least=0)
    check_whole("n", n, "rows", least=10 * symbols, why=f" for {symbols} symbols")
    random = np.random.RandomState(seed)
    y = np.arange(n) % symbols
    X = np.zeros((n, lag + 2, symbols + fillers + 1), np.float32)
    X[np.arange(n), 0, y] = 1
    if fillers:
        between = random.randint(fillers, size=(n, lag), dtype=np.int64)
        X[:, 1:-1, symbols:-1] = np.eye(fillers, dtype=np.float32)[between]
    X[:, -1, -1] = 1
    return _sequences(
        X,
        y,
        seed=seed,
        validation=validation,
        test=test,
        name=f"recall over {lag} steps",
        class_names=tuple(f"symbol {k}" for k in range(symbols)),
        feature_names=(
            *(f"symbol {k}" for k in range(symbols)),
            *(f"filler {k}" for k in range(fillers)),
            "cue",
        ),
        units="1 where a step holds the symbol, filler or cue, else 0",
        target="which symbol the sequence began with",
    )


def adding(
    n: int = 4000,
    *,
    length: int,
    seed: int = 0,
    validation: float = 0.2,
    test: float = 0.2,
) -> Split[torch.Tensor]:
    """Return sequences of numbers of which two are marked and wanted as a sum (regression).

    The truth: each step holds a number drawn evenly from 0 to 1 and a mark, which is 1 at one step
    of the first half and at one of the second (drawn evenly), and 0 elsewhere. ``y`` (n,) float32
    is the sum of the two marked numbers. ``X`` (n, length, 2) float32: number, mark. Who always
    answers 1 has a mean squared error of 1/6.

    Source: S. Hochreiter and J. Schmidhuber, Long Short-Term Memory, Neural Computation 9, 1997,
    doi:10.1162/neco.1997.9.8.1735, in a simpler form.

    Args:
        n: sequences in all parts together.
        length: steps of a sequence, 2 or more.
        seed: draws numbers, marks and which rows go where.
        validation: the fraction of all rows for validation.
        test: the fraction of all rows for the test.

    Raises:
        ValueError: an argument is out of range.
    """
    check_seed(seed)
    check_whole("length", length, "steps", least=2)
    check_whole("n", n, "rows", least=10)
    random = np.random.RandomState(seed)
    X = np.zeros((n, length, 2), np.float32)
    X[..., 0] = random.uniform(size=(n, length))
    row, half = np.arange(n), length // 2
    first = random.randint(half, size=n, dtype=np.int64)
    second = random.randint(half, length, size=n, dtype=np.int64)
    X[row, first, 1] = X[row, second, 1] = 1
    return _sequences(
        X,
        X[row, first, 0] + X[row, second, 0],
        seed=seed,
        validation=validation,
        test=test,
        name=f"adding over {length} steps",
        class_names=None,
        feature_names=("number", "mark"),
        units="a number from 0 to 1, and a mark that is 0 or 1",
        target="sum of the two marked numbers, 0 to 2",
    )


def which_first(
    n: int = 4000,
    *,
    length: int = 20,
    symbols: int = 8,
    seed: int = 0,
    validation: float = 0.2,
    test: float = 0.2,
) -> Split[torch.Tensor]:
    """Return sequences that ask which came first, A or B: nothing but the order tells.

    The truth: one step holds symbol 0 (A) and another symbol 1 (B), drawn evenly; all others hold
    one of the other symbols, of no meaning. ``y`` (n,) int64 is 0 if A came first and 1 if B did,
    equally often. ``X`` (n, length, symbols) float32, one-hot. Read backwards, a sequence holds
    the same symbols and has the other answer: what sees only how often each symbol occurs is right
    half the time, whatever it computes. Its counterpart is :func:`which_more`.

    Args:
        n: sequences in all parts together.
        length: steps of a sequence, 2 or more.
        symbols: how many there are, A and B included, 3 or more.
        seed: draws places, symbols and which rows go where.
        validation: the fraction of all rows for validation.
        test: the fraction of all rows for the test.

    Raises:
        ValueError: an argument is out of range.
    """
    random, y, code = _letters(n, length, symbols, seed, least=2)
    a, b = 0, 1
    for row, answer in enumerate(y):
        early, late = sorted(random.permutation(length)[:2])
        code[row, [early, late]] = (a, b) if answer == 0 else (b, a)
    return _sequences(
        np.eye(symbols, dtype=np.float32)[code],
        y,
        seed=seed,
        validation=validation,
        test=test,
        name="which came first",
        class_names=("A before B", "B before A"),
        target="whether A or B came first",
        **_about_letters(symbols),
    )


def which_more(
    n: int = 4000,
    *,
    length: int = 20,
    symbols: int = 8,
    seed: int = 0,
    validation: float = 0.2,
    test: float = 0.2,
) -> Split[torch.Tensor]:
    """Return sequences that ask which came more often, A or B: the order tells nothing.

    The truth: seven steps, drawn evenly, hold symbol 0 (A) or symbol 1 (B), each as a coin falls;
    all others hold one of the other symbols, of no meaning. ``y`` (n,) int64 is 0 if A is in the
    majority and 1 if B is, equally often. ``X`` (n, length, symbols) float32, one-hot. Shuffled in
    time, a sequence keeps its answer. Its counterpart is :func:`which_first`.

    Args:
        n: sequences in all parts together.
        length: steps of a sequence, 7 or more.
        symbols: how many there are, A and B included, 3 or more.
        seed: draws places, symbols and which rows go where.
        validation: the fraction of all rows for validation.
        test: the fraction of all rows for the test.

    Raises:
        ValueError: an argument is out of range.
    """
    random, y, code = _letters(n, length, symbols, seed, least=_PLACES)
    for row, answer in enumerate(y):
        coins = random.randint(2, size=_PLACES, dtype=np.int64)
        majority = int(coins.sum() > _PLACES // 2)
        code[row, random.permutation(length)[:_PLACES]] = coins ^ majority ^ answer
    return _sequences(
        np.eye(symbols, dtype=np.float32)[code],
        y,
        seed=seed,
        validation=validation,
        test=test,
        name="which came more often",
        class_names=("more A", "more B"),
        target="whether A or B came more often",
        **_about_letters(symbols),
    )


def _letters(
    n: int, length: int, symbols: int, seed: int, *, least: int
) -> tuple[np.random.RandomState, NDArray[np.int64], NDArray[np.int64]]:
    """Return the stream, the answers (n,) and sequences (n, length) of symbols 2 and up."""
    check_seed(seed)
    check_whole("length", length, "steps", least=least)
    check_whole("symbols", symbols, "symbols", least=3, why=", for A, B and others")
    check_whole("n", n, "rows", least=20)
    random = np.random.RandomState(seed)
    return random, np.arange(n) % 2, random.randint(2, symbols, size=(n, length), dtype=np.int64)


def _about_letters(symbols: int) -> dict[str, Any]:
    others = (f"symbol {k}" for k in range(2, symbols))
    return {
        "feature_names": ("A", "B", *others),
        "units": "1 where a step holds the symbol, else 0",
    }


def _sequences(X: NDArray[np.float32], y: NDArray[Any], **about: Any) -> Split[torch.Tensor]:
    return cut(X, y, image_shape=None, source=SOURCE, licence=LICENCE, **about)
