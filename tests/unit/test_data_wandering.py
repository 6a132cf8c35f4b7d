"""The wandering digit: whole, where it is said to lie, and in one part only."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pytest
import torch

from course_lib import data

PARTS = ("train", "validation", "test")


def squares(split: Any, part: str) -> np.ndarray:
    """Cut the digits of a part out again, where ``places`` says that they lie: (n, 8, 8)."""
    images = split.images(getattr(split, part).X).numpy()
    places = getattr(split.places, part)
    return np.stack(
        [
            image[top : top + 8, left : left + 8]
            for image, (top, left) in zip(images, places, strict=True)
        ]
    )


def sliding(images: np.ndarray) -> np.ndarray:
    """Return every square of 4 × 4 pixels of some images (n, height, width)."""
    squares = np.lib.stride_tricks.sliding_window_view(images, (4, 4), axis=(1, 2))
    return np.ascontiguousarray(squares).reshape(-1, 4, 4)


@pytest.fixture(scope="module")
def whole() -> np.ndarray:
    """Return all 1,797 digits in their own order."""
    split = data.digits()
    X = np.concatenate([np.asarray(getattr(split, part).X) for part in PARTS])
    return X[np.argsort(np.concatenate(split.rows))].reshape(-1, 8, 8)


def test_shapes_and_types() -> None:
    split = data.wandering_digits(500, size=20)
    for part, n in zip(PARTS, (300, 100, 100), strict=True):
        X, y = getattr(split, part)
        assert X.shape == (n, 1, 20, 20)
        assert X.dtype == torch.float32
        assert X.is_contiguous()
        assert y.shape == (n,)
        assert y.dtype == torch.int64
        for place in getattr(split.places, part).T:
            assert place.dtype == np.int64
            assert place.min() >= 0
            assert place.max() <= 12
    assert split.image_shape == (20, 20)
    assert len(split.feature_names) == 400
    assert np.array_equal(np.concatenate(split.rows), np.arange(500))
    assert split.images(split.test.X).shape == (100, 20, 20)


def test_each_canvas_holds_the_digit_named_where_it_is_said_to_lie(whole: np.ndarray) -> None:
    split = data.wandering_digits(300, seed=2)
    for part in PARTS:
        shown = getattr(split.digits, part)
        assert np.array_equal(squares(split, part), whole[shown])
        X = getattr(split, part).X
        assert np.allclose(X.sum(dim=(1, 2, 3)), whole[shown].sum(axis=(1, 2))), "and nothing else"


def test_the_label_is_that_of_the_digit_shown() -> None:
    split, small = data.wandering_digits(300, seed=2), data.digits(seed=2)
    for part in PARTS:
        label = dict(zip(getattr(small.rows, part), getattr(small, part).y.tolist(), strict=True))
        assert [label[k] for k in getattr(split.digits, part)] == getattr(split, part).y.tolist()


def test_no_digit_is_in_two_parts_and_each_is_used_equally_often() -> None:
    split = data.wandering_digits(4000, seed=1)
    used = [np.unique(getattr(split.digits, part), return_counts=True) for part in PARTS]
    assert sum(len(digits) for digits, _ in used) == 1797
    assert len(set(np.concatenate([digits for digits, _ in used]))) == 1797
    assert all(np.ptp(counts) <= 1 for _, counts in used)


def test_as_many_canvases_as_digits_show_each_once() -> None:
    split = data.wandering_digits(1797)
    assert sorted(np.concatenate(split.digits)) == list(range(1797))
    assert all(
        set(getattr(split.digits, part)) == set(getattr(data.digits().rows, part)) for part in PARTS
    )


def test_digits_lie_everywhere_and_evenly() -> None:
    places = data.wandering_digits(20_000, size=10).places.train
    counts = np.bincount(places[:, 0] * 3 + places[:, 1], minlength=9)
    assert counts.sum() == 12_000
    assert np.abs(counts / 12_000 - 1 / 9).max() < 0.01


def test_rows_and_columns_confine_the_digit_and_leave_it_the_same() -> None:
    anywhere = data.wandering_digits(300)
    left = data.wandering_digits(300, columns=(0, 12))
    right = data.wandering_digits(300, columns=(12, 24))
    assert left.train.X[..., 12:].max() == 0
    assert right.train.X[..., :12].max() == 0
    assert {0, 4} <= set(left.places.train[:, 1])
    assert {12, 16} <= set(right.places.train[:, 1])
    for part in PARTS:
        assert np.array_equal(squares(left, part), squares(right, part))
        assert np.array_equal(squares(left, part), squares(anywhere, part))
    low = data.wandering_digits(300, size=16, rows=(8, 16), columns=(4, 12))
    assert set(map(tuple, low.places.test)) == {(8, 4)}


def test_a_longer_training_part_leaves_the_others_as_they_were() -> None:
    one = data.wandering_digits(1000, validation=0.2, test=0.2)
    two = data.wandering_digits(2000, validation=0.1, test=0.1)
    assert torch.equal(one.test.X, two.test.X)
    assert torch.equal(one.validation.X, two.validation.X)


def test_fragments_add_ink_and_leave_the_digits_alone() -> None:
    plain = data.wandering_digits(200, seed=3)
    cluttered = data.wandering_digits(200, distractors=2, seed=3)
    assert torch.equal(plain.train.y, cluttered.train.y)
    more = cluttered.train.X - plain.train.X
    assert more.min() >= 0, "ink is only added"
    assert (more.flatten(1).max(dim=1).values > 0.4).float().mean() > 0.95
    assert (more > 0).sum(dim=(1, 2, 3)).max() <= 2 * 16


def test_a_fragment_is_of_the_part_that_the_digit_is_of(whole: np.ndarray) -> None:
    # The digit lies in a corner: a fragment that reaches row 12 lies wholly below it.
    split = data.wandering_digits(200, rows=(0, 8), columns=(0, 8), distractors=1, seed=3)
    for part in PARTS:
        own = whole[getattr(data.digits(seed=3).rows, part)]
        known = {square.tobytes() for square in sliding(own)}
        seen = 0
        for canvas in split.images(getattr(split, part).X).numpy():
            below = canvas[8:]
            if canvas[12:].any():
                whole_fragments = [s for s in sliding(below[None]) if s.sum() == below.sum()]
                assert any(fragment.tobytes() in known for fragment in whole_fragments)
                seen += 1
        assert seen > 10


def test_noise_is_a_standard_deviation_clipped_to_ink() -> None:
    still, noisy = (data.wandering_digits(300, noise=noise) for noise in (0, 0.1))
    assert noisy.train.X.min() == 0
    assert noisy.train.X.max() == 1
    middle = (still.train.X > 0.4) & (still.train.X < 0.6)
    assert (noisy.train.X - still.train.X)[middle].std() == pytest.approx(0.1, rel=0.05)
    paper = noisy.train.X[still.train.X == 0]
    assert (paper == 0).float().mean() == pytest.approx(0.5, abs=0.02)


def test_the_same_seed_draws_the_same_and_another_seed_others() -> None:
    def make(seed: int) -> Any:
        return data.wandering_digits(200, distractors=1, noise=0.1, seed=seed)

    first, again, other = make(5), make(5), make(6)
    assert torch.equal(first.train.X, again.train.X)
    assert np.array_equal(first.places.test, again.places.test)
    assert not np.array_equal(first.places.test, other.places.test)
    assert not np.array_equal(first.digits.test, other.digits.test)


def test_the_stream_is_frozen() -> None:
    split = data.wandering_digits(200, distractors=1)
    content = b"".join(
        np.ascontiguousarray(array, dtype).tobytes()
        for array, dtype in ((split.train.X.numpy(), "<f4"), (split.places.test, "<i8"))
    )
    assert hashlib.sha256(content).hexdigest()[:16] == "9cd8c8a18f8f3e22"


def test_numpy_keeps_places_and_digits() -> None:
    split = data.wandering_digits(200)
    arrays = split.numpy()
    assert isinstance(arrays, data.Wandering)
    assert arrays.places is split.places
    assert type(arrays.test.X) is np.ndarray
    assert arrays.images(arrays.test.X).shape == (40, 24, 24)


def test_images_take_rows_unrolled_or_not_and_nothing_else() -> None:
    split = data.wandering_digits(200, size=12)
    X = split.test.X
    for shape in ((40, 144), (40, 12, 12), (40, 1, 12, 12)):
        assert torch.equal(split.images(X.reshape(shape)), X[:, 0])
    with pytest.raises(ValueError, match="rows of 3 × 12 × 12 values are no 12 × 12 images"):
        split.images(torch.zeros(2, 3, 12, 12))
    with pytest.raises(ValueError, match="rows of 1 × 24 × 24 values are no 12 × 12 images"):
        split.images(torch.zeros(2, 1, 24, 24))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 9}, "n=9: give a whole number of canvases, 10 or more"),
        ({"n": 100.0}, "n=100.0: give a whole number of canvases"),
        ({"n": 20, "test": 0.01}, "fewer rows than the 1 it needs"),
        ({"size": 7}, "size=7: give a whole number of pixels, 8 or more"),
        ({"rows": (0, 7)}, r"rows=\(0, 7\): give \(first, stop\) within 0 to 24, 8 or more apart"),
        ({"rows": (-1, 12)}, r"rows=\(-1, 12\): give"),
        ({"columns": (17, 25)}, r"columns=\(17, 25\): give"),
        ({"distractors": -1}, "distractors=-1: give a whole number of fragments, 0 or more"),
        ({"noise": -0.1}, "noise=-0.1: give a standard deviation"),
        ({"seed": -1}, "seed=-1: give a whole number"),
        ({"test": 1.0}, "test=1.0: give a fraction"),
        ({"validation": 0.6, "test": 0.4}, "leave no rows to train on"),
    ],
)
def test_an_argument_out_of_range_is_named_with_its_cure(arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message) as raised:
        data.wandering_digits(**{"n": 200, **arguments})
    assert "\n" not in str(raised.value)


def test_it_says_where_it_comes_from_and_prints_as_a_table() -> None:
    text = repr(data.wandering_digits(200))
    assert "X (120, 1, 24, 24) float32 y (120,) int64" in text
    assert "Alpaydin" in text
    assert max(map(len, text.splitlines())) <= 110
