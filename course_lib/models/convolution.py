"""What is given and not learned: filters, a blur, a crop to the ink, histograms of gradients."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

_WINDOW = 5  # side of an edge filter, in pixels


def edge_filters(directions: int = 10) -> torch.Tensor:
    """Return Sobel's edge filter turned round, and Laplace's spot with both signs.

    Returns:
        (directions + 2, 1, 5, 5) float32. Each filter is 3 × 3 with a frame of zeros, sums to 0 and
        has length 1. Filter k answers to ink that grows in direction 2πk / directions, measured
        from right to down; the last two answer to a dark spot and to a light one.

    Args:
        directions: how many directions of edges, evenly round the circle.

    Raises:
        ValueError: there are fewer than 1.
    """
    _check_directions(directions)
    core = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    spot = torch.tensor([[0.0, -1, 0], [-1, 4, -1], [0, -1, 0]])
    angles = [2 * math.pi * k / directions for k in range(directions)]
    turned = [math.cos(angle) * core + math.sin(angle) * core.T for angle in angles]
    frame = (_WINDOW - 3) // 2
    return _unit(nn.functional.pad(torch.stack([*turned, spot, -spot]), [frame] * 4))


def gabor_filters(directions: int = 6, size: int = 5) -> torch.Tensor:
    """Return Gabor's filters: waves of four pixels in every direction that fade outwards.

    Filter 2k and 2k + 1 are cos(π u / 2) and cos(π u / 2 + π / 2), with u the distance along the
    direction πk / directions, times a Gaussian of standard deviation 1.5 pixels, less their mean.

    Source: J. Daugman, Uncertainty relation for resolution in space, spatial frequency, and
    orientation optimized by two-dimensional visual cortical filters, JOSA A 2, 1985.

    Returns:
        (2 * directions, 1, size, size) float32, each of length 1 and sum 0.

    Args:
        directions: how many directions, evenly over half a circle.
        size: height and width in pixels, an odd number, 3 or more.

    Raises:
        ValueError: an argument is out of range.
    """
    _check_directions(directions)
    if size < 3 or size % 2 == 0:
        raise ValueError(f"size={size!r}: give an odd number, 3 or more")
    steps = torch.arange(size, dtype=torch.float64) - size // 2
    down, right = torch.meshgrid(steps, steps, indexing="ij")
    fading = torch.exp(-(down**2 + right**2) / (2 * 1.5**2))
    waves = []
    for k in range(directions):
        angle = math.pi * k / directions
        along = right * math.cos(angle) + down * math.sin(angle)
        for phase in (0.0, math.pi / 2):
            wave = fading * torch.cos(math.pi / 2 * along + phase)
            waves.append(wave - wave.mean())
    return _unit(torch.stack(waves))


def blur_pool(channels: int) -> nn.Conv2d:
    """Return a layer that blurs each map and keeps every second place; nothing in it is trained.

    The weights are 1, 2, 1 each way over 16, with a frame of zeros: (n, channels, h, w) to
    (n, channels, ceil(h / 2), ceil(w / 2)).

    Source: R. Zhang, Making Convolutional Networks Shift-Invariant Again, ICML 2019.

    Args:
        channels: of the maps, which do not mix.
    """
    layer = nn.Conv2d(channels, channels, 3, stride=2, padding=1, groups=channels, bias=False)
    weights = torch.tensor([0.25, 0.5, 0.25])
    filters = weights.outer(weights).repeat(channels, 1, 1, 1)
    layer.weight = nn.Parameter(filters, requires_grad=False)
    return layer


def gradient_histograms(images: NDArray[np.floating], cell: int = 4) -> NDArray[np.float64]:
    """Return how strong the edges of each direction are in each cell of an image.

    The slope at each pixel is taken from its neighbours. It counts, with its steepness, for one of
    eight directions of 45 degrees; a cell's eight sums are divided by their length plus 0.3, so
    that faint ink counts nearly as much as dark ink, and blank paper stays at zero.

    Source: after N. Dalal and B. Triggs, Histograms of Oriented Gradients for Human Detection, CVPR
    2005, without its blocks of several cells.

    Returns:
        (n, height / cell * width / cell * 8), cells from the top left.

    Args:
        images: (n, height, width), ink from 0 to 1.
        cell: height and width of a cell in pixels.

    Raises:
        ValueError: the images are not (n, height, width), or cannot be cut into such cells.
    """
    if images.ndim != 3 or cell < 1 or images.shape[1] % cell or images.shape[2] % cell:
        raise ValueError(
            f"images of shape {images.shape} cannot be cut into cells of {cell} × {cell} pixels: "
            "give (n, height, width), both multiples of the cell"
        )
    down, right = np.gradient(images, axis=(1, 2))
    turn = np.arctan2(down, right) / (2 * np.pi) % 1
    direction = np.minimum(8 * turn, 7).astype(np.int64)
    n, height, width = images.shape
    rows, columns = height // cell, width // cell
    at = np.arange(height)[:, None] // cell * columns + np.arange(width) // cell
    which = (np.arange(n)[:, None, None] * rows * columns + at) * 8 + direction
    sums = np.bincount(which.ravel(), np.hypot(down, right).ravel(), n * rows * columns * 8)
    cells = sums.reshape(n, rows * columns, 8)
    scaled = cells / (np.linalg.norm(cells, axis=-1, keepdims=True) + 0.3)
    return np.asarray(scaled.reshape(n, -1), dtype=np.float64)


def crop_to_ink(
    images: NDArray[np.floating], side: int = 8, threshold: float = 0.3
) -> NDArray[np.floating]:
    """Return a square around the middle of what is inked, with blank paper beyond the edges.

    Args:
        images: (n, height, width), ink from 0 to 1.
        side: height and width of the square in pixels, an even number.
        threshold: more than this counts as ink.

    Returns:
        (n, side, side); around the middle of the image where nothing counts as ink.

    Raises:
        ValueError: the images are not (n, height, width), or the side is odd or below 2.
    """
    if images.ndim != 3 or side < 2 or side % 2:
        raise ValueError(
            f"images of shape {images.shape}, side={side!r}: give (n, height, width) and an even "
            "side, 2 or more"
        )
    half = side // 2
    padded = np.pad(images, ((0, 0), (half, half), (half, half)))
    squares = []
    for image in padded:
        spots = np.nonzero(image > threshold)
        ends = spots if len(spots[0]) else tuple(np.array([0, k - 1]) for k in image.shape)
        i, j = ((k.min() + k.max() + 1) // 2 for k in ends)
        squares.append(image[i - half : i + half, j - half : j + half])
    return np.stack(squares)


def _check_directions(directions: int) -> None:
    if directions < 1:
        raise ValueError(f"directions={directions!r}: give 1 or more")


def _unit(filters: torch.Tensor) -> torch.Tensor:
    """Return filters (n, size, size) as (n, 1, size, size) float32, each of length 1."""
    lengths = filters.flatten(1).norm(dim=1)[:, None, None]
    unit: torch.Tensor = filters / lengths
    return unit.unsqueeze(1).float()
