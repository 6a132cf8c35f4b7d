"""Numbers as pages hold them, turned into NumPy arrays without importing torch."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# A list, a NumPy array or a tensor; torch's types cannot be named here without importing it.
Values = Any


def as_array(values: Values) -> NDArray[Any]:
    """Return values as a NumPy array, from a tensor on any device too."""
    if hasattr(values, "detach"):
        values = values.detach().cpu()
    return np.asarray(values)


def as_images(values: Values) -> NDArray[Any]:
    """Return pixels as images (n, height, width); rows of a square number of values are rolled up.

    Raises:
        ValueError: the values are no images.
    """
    images = as_array(values)
    if images.ndim == 2:
        side = round(images.shape[1] ** 0.5)
        if side * side == images.shape[1]:
            images = images.reshape(-1, side, side)
    if images.ndim != 3 or not len(images):
        raise ValueError(
            f"values of shape {images.shape} are no images: give (n, height, width), "
            "such as split.images(split.test.X)"
        )
    return images
