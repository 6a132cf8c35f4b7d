"""Real data sets that are fetched when they are asked for, and only then."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from course_lib.data.openml import Remote, table
from course_lib.data.split import Part, Rows, Split, check_seed

_FASHION_MNIST = Remote(40996, "Fashion-MNIST", 70_000, 10_000, 784, 10)


def fashion_mnist(
    *,
    seed: int = 0,
    validation: float = 1 / 6,
    folder: str | Path | None = None,
    server: str = "https://www.openml.org",
) -> Split[torch.Tensor]:
    """Return 70,000 pictures of clothes, 28 × 28 pixels, ten classes; fetched at the first call.

    ``X`` (n, 784) float32: brightness of each pixel, from 0 (background) to 1, rows unrolled from
    the top left; ``split.images(X)`` rolls them up again to (n, 28, 28). ``y`` (n,) int64: the kind
    of garment, 0 to 9, each equally often. The test part is the authors' own 10,000 pictures,
    whatever the seed.

    The first call fetches well over 100 MB, less where the server packs it, and keeps 55 MB, which
    later calls read. A copy that was damaged since is fetched again.

    Source: H. Xiao, K. Rasul and R. Vollgraf, Fashion-MNIST: a Novel Image Dataset for Benchmarking
    Machine Learning Algorithms, 2017, arXiv:1708.07747; OpenML data set 40996. MIT licence.

    Args:
        seed: draws which of the authors' 60,000 training pictures are for validation.
        validation: what fraction of them.
        folder: where the copy is kept, by default ``shallow-to-deep`` in scikit-learn's data home
            (``~/scikit_learn_data``, or what the environment variable ``SCIKIT_LEARN_DATA`` names).
        server: address of an OpenML server.

    Raises:
        ValueError: the fraction or the seed is out of range.
        DownloadError: there is no network, the server fails, what arrives is not the data set, or
            it can't be kept. Nothing half is left behind, and a later call starts again.
    """
    check_seed(seed)
    remote = _FASHION_MNIST
    n_training = remote.rows - remote.test_rows
    n_validation = round(validation * n_training) if 0 < validation < 1 else 0
    if not remote.classes <= n_validation <= n_training - remote.classes:
        raise ValueError(
            f"validation={validation!r}: give a fraction of the {n_training} training pictures "
            "between 0 and 1"
        )
    X, y = table(remote, folder, server)
    return _cut(remote, X, y, seed, n_validation)


def _cut(
    remote: Remote, X: NDArray[np.uint8], y: NDArray[np.uint8], seed: int, n_validation: int
) -> Split[torch.Tensor]:
    from sklearn.model_selection import train_test_split

    n_training = remote.rows - remote.test_rows
    for_train, for_validation = train_test_split(
        np.arange(n_training),
        test_size=n_validation,
        random_state=seed,
        stratify=y[:n_training],
    )
    rows = Rows(for_train, for_validation, np.arange(n_training, remote.rows))
    parts = [
        Part(
            torch.from_numpy(X[part]).to(torch.float32).div_(255),
            torch.from_numpy(y[part]).to(torch.int64),
        )
        for part in rows
    ]
    return Split(
        name="Fashion-MNIST",
        train=parts[0],
        validation=parts[1],
        test=parts[2],
        rows=rows,
        class_names=(
            *("T-shirt or top", "trousers", "pullover", "dress", "coat"),
            *("sandal", "shirt", "trainer", "bag", "ankle boot"),
        ),
        feature_names=tuple(f"pixel_{k // 28}_{k % 28}" for k in range(784)),
        image_shape=(28, 28),
        units="brightness of each pixel, 0 (background) to 1 (full)",
        target="which kind of garment is in the picture",
        source="Xiao, Rasul and Vollgraf 2017, arXiv:1708.07747, from OpenML (data set 40996)",
        licence="MIT",
    )
