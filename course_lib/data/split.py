"""A data set cut into training, validation and test rows, with what a reader must know about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

Array = TypeVar("Array", torch.Tensor, NDArray[Any])


class Part(NamedTuple, Generic[Array]):
    """Some rows of a data set: inputs ``X`` (rows, ...) and targets ``y`` (rows,)."""

    X: Array
    y: Array


class Rows(NamedTuple):
    """Which rows of the whole set each part took, as positions counted from 0."""

    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class Split(Generic[Array]):
    """A data set in three parts that share no row.

    Attributes:
        name: what the set is called.
        train: what a model learns from: ``X`` float32, a table (n, features), sequences (n, steps,
            features) or images (n, 1, height, width); ``y`` (n,) int64 class numbers, or float32
            values where the task is regression.
        validation: what choices are made on.
        test: what the final number is computed on, once.
        rows: where each part's rows stood in the whole set.
        class_names: the name of each class number; None where the task is regression.
        feature_names: the name of each column of ``X``; of an image, of each pixel, line by line;
            of a sequence, of each feature of a step.
        image_shape: (height, width) of the image that a row of ``X`` is, or unrolls, line by line;
            None where it is no image.
        units: the unit of the columns of ``X``, and what was done to them.
        target: what ``y`` is, with its unit.
        source: who collected the set, and where it came from.
        licence: what one may do with it.
    """

    name: str
    train: Part[Array]
    validation: Part[Array]
    test: Part[Array]
    rows: Rows
    class_names: tuple[str, ...] | None
    feature_names: tuple[str, ...]
    image_shape: tuple[int, int] | None
    units: str
    target: str
    source: str
    licence: str

    def numpy(self) -> Split[NDArray[Any]]:
        """Return the same split as NumPy arrays, which is what scikit-learn takes.

        The arrays share their memory with the tensors: writing to one writes to the other.
        """
        train, validation, test = (
            Part(np.asarray(part.X), np.asarray(part.y))
            for part in (self.train, self.validation, self.test)
        )
        # replace() is typed as returning its own type; here the kind of array changes.
        return replace(self, train=train, validation=validation, test=test)  # type: ignore[arg-type, return-value]

    def images(self, X: Array) -> Array:
        """Return rows of this set as images (rows, height, width).

        Args:
            X: rows that are unrolled (rows, height · width), or images with or without the axis
                that a convolution wants, (rows, 1, height, width).

        Raises:
            ValueError: the set holds no images, or the rows have another shape.
        """
        if self.image_shape is None:
            raise ValueError(f"{self.name} holds no images: its columns are {self.units}")
        height, width = self.image_shape
        shape = tuple(X.shape)
        is_image = shape[-2:] == (height, width) and shape[1:-2] in ((), (1,))
        if shape[-1] != height * width and not is_image:
            raise ValueError(
                f"rows of {' × '.join(map(str, shape[1:] or shape))} values are no {height} × "
                f"{width} images: pass rows of {self.name}, such as split.test.X"
            )
        return X.reshape(-1, height, width)

    def __repr__(self) -> str:
        lines = [f"{self.name}: {self.target}"]
        parts = {label: getattr(self, label) for label in ("train", "validation", "test")}
        X_texts = [f"X {tuple(part.X.shape)} {_dtype(part.X)}" for part in parts.values()]
        width = max(23, *map(len, X_texts))
        for (label, part), X_text in zip(parts.items(), X_texts, strict=True):
            y_text = f"y {tuple(part.y.shape)} {_dtype(part.y)}"
            lines.append(f"  {label:<12}{X_text:<{width}} {y_text}")
        if self.class_names is not None:
            lines.append(f"  {'classes':<12}{', '.join(self.class_names)}")
        if self.image_shape is not None:
            lines.append(f"  {'image':<12}{self.image_shape[0]} × {self.image_shape[1]}")
        lines += [f"  {key:<12}{getattr(self, key)}" for key in ("units", "source", "licence")]
        return "\n".join(lines)


def _dtype(array: torch.Tensor | NDArray[Any]) -> str:
    return str(array.dtype).removeprefix("torch.")


def cut(
    X: NDArray[np.floating[Any]],
    y: NDArray[Any],
    *,
    seed: int,
    validation: float,
    test: float,
    **about: Any,
) -> Split[torch.Tensor]:
    """Cut a whole set into three parts at random, each class in proportion.

    Args:
        X: inputs (n, ...).
        y: targets (n,): whole numbers are classes, anything else is regression.
        seed: draws the rows; the same seed draws the same rows on every machine.
        validation: the fraction of all rows for validation, between 0 and 1.
        test: the fraction of all rows for the test, between 0 and 1.
        about: the remaining fields of ``Split``.

    Raises:
        ValueError: a fraction or the seed is out of range, or a part would miss a class.
    """
    from sklearn.model_selection import train_test_split

    check_seed(seed)
    classes = np.issubdtype(y.dtype, np.integer)
    n_classes = len(np.unique(y)) if classes else 1
    _, n_validation, n_test = part_sizes(len(y), validation, test, least=n_classes)
    rest, for_test = train_test_split(
        np.arange(len(y)), test_size=n_test, random_state=seed, stratify=y if classes else None
    )
    for_train, for_validation = train_test_split(
        rest, test_size=n_validation, random_state=seed, stratify=y[rest] if classes else None
    )
    X_all = torch.from_numpy(X.astype(np.float32))
    y_all = torch.from_numpy(y.astype(np.int64 if classes else np.float32))
    rows = Rows(for_train, for_validation, for_test)
    parts = [Part(X_all[part], y_all[part]) for part in map(torch.from_numpy, rows)]
    return Split(train=parts[0], validation=parts[1], test=parts[2], rows=rows, **about)


def part_sizes(n: int, validation: float, test: float, *, least: int) -> tuple[int, int, int]:
    """Return how many of ``n`` rows are for training, validation and test.

    Raises:
        ValueError: a fraction is out of range, or a part would have fewer than ``least`` rows.
    """
    for argument, value in (("validation", validation), ("test", test)):
        if not 0 < value < 1:
            raise ValueError(f"{argument}={value!r}: give a fraction of the rows between 0 and 1")
    if validation + test >= 1:
        raise ValueError(
            f"validation={validation!r} and test={test!r} leave no rows to train on: "
            "choose two fractions whose sum is below 1"
        )
    n_validation, n_test = round(validation * n), round(test * n)
    sizes = n - n_validation - n_test, n_validation, n_test
    if min(sizes) < least:
        raise ValueError(
            f"validation={validation!r} and test={test!r} of {n} rows leave a part with fewer "
            f"rows than the {least} it needs: choose other fractions or take more rows"
        )
    return sizes


def check_whole(argument: str, value: int, what: str, *, least: int, why: str = "") -> None:
    """Refuse what is no whole number of ``least`` or more; ``what`` says what is counted.

    Raises:
        ValueError: with the argument's name and what to give.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(
            f"{argument}={value!r}: give a whole number of {what}, {least} or more{why}"
        )


def check_noise(noise: float) -> None:
    """Refuse what is no standard deviation.

    Raises:
        ValueError: the number is negative or not finite.
    """
    if not (np.isfinite(noise) and noise >= 0):
        raise ValueError(f"noise={noise!r}: give a standard deviation, 0 or more")


def check_seed(seed: int) -> None:
    """Refuse a seed that NumPy's generator cannot take.

    Raises:
        ValueError: the seed is not a whole number from 0 to 2**32 - 1.
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**32:
        raise ValueError(f"seed={seed!r}: give a whole number from 0 to 4294967295")
