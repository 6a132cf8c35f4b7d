"""Convolutional networks for small images of one channel: a plain one, and one with shortcuts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import nn

Head = Literal["max", "mean", "flat"]


def small_cnn(
    channels: Sequence[int] = (8, 16, 32),
    *,
    classes: int = 10,
    image_shape: tuple[int, int] | None = None,
    head: Head = "max",
) -> nn.Sequential:
    """Return a plain convolutional network that halves the image with every layer.

    For each number of channels: a 3 × 3 convolution (padded, without bias), batch normalisation,
    ReLU, and the maximum of each 2 × 2 square. Then the head, and a linear layer to the logits.
    In: (n, 1, height, width), or (n, height * width) with ``image_shape``; out: (n, classes).

    Args:
        channels: how many filters each layer has, from the image on.
        classes: how many logits come out.
        image_shape: (height, width) of the images, where they come as rows of pixels; else None.
        head: what is kept of the last maps: ``"max"`` or ``"mean"`` over all places, which take
            images of any size; ``"flat"`` keeps every place and needs ``image_shape``.

    Raises:
        ValueError: a number is below 1, the image is too small to be halved that often, or the
            head is unknown or lacks ``image_shape``.
    """
    return _network(channels, 0, classes, image_shape, head)


class ResidualCNN(nn.Module):
    """The small network with shortcuts: after each convolution, blocks that add to their input.

    A block is ``x + f(x)``, then ReLU, with f two 3 × 3 convolutions that keep the number of
    channels, each with batch normalisation, and ReLU between them. Without blocks this is
    :func:`small_cnn`. In: (n, 1, height, width), or (n, height * width) with ``image_shape``;
    out: (n, classes).

    Source: K. He, X. Zhang, S. Ren and J. Sun, Deep Residual Learning for Image Recognition, CVPR
    2016, doi:10.1109/CVPR.2016.90; the image is halved by maxima here, and not by strides.

    Args:
        channels: how many filters each stage has, from the image on.
        blocks: how many blocks each stage has.
        classes: how many logits come out.
        image_shape: as in :func:`small_cnn`.
        head: as in :func:`small_cnn`.

    Raises:
        ValueError: as in :func:`small_cnn`, and for a negative number of blocks.
    """

    def __init__(
        self,
        channels: Sequence[int] = (8, 16, 32),
        *,
        blocks: int = 1,
        classes: int = 10,
        image_shape: tuple[int, int] | None = None,
        head: Head = "max",
    ) -> None:
        super().__init__()
        if blocks < 0:
            raise ValueError(f"blocks={blocks!r}: give how many blocks a stage has, 0 or more")
        self.layers = _network(channels, blocks, classes, image_shape, head)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        """Return the logits (n, classes)."""
        logits: torch.Tensor = self.layers(X)
        return logits


class Block(nn.Module):
    """``relu(x + f(x))``, (n, channels, height, width) to the same shape."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.change = nn.Sequential(*_convolution(channels, channels), nn.ReLU())
        self.change.extend(_convolution(channels, channels))

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        """Return maps of the same shape."""
        return torch.relu(X + self.change(X))


class _Overall(nn.Module):
    """Each map's largest value, or mean: (n, channels, height, width) to (n, channels)."""

    def __init__(self, how: Head) -> None:
        super().__init__()
        self.how = how

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        return X.amax(dim=(2, 3)) if self.how == "max" else X.mean(dim=(2, 3))

    def extra_repr(self) -> str:
        return self.how


def _convolution(before: int, after: int) -> list[nn.Module]:
    # Batch normalisation brings a bias of its own.
    return [nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after)]


def _network(
    channels: Sequence[int],
    blocks: int,
    classes: int,
    image_shape: tuple[int, int] | None,
    head: Head,
) -> nn.Sequential:
    _check(channels, classes, image_shape, head)
    layers: list[nn.Module] = []
    if image_shape is not None:
        layers.append(nn.Unflatten(1, (1, *image_shape)))
    for before, after in zip((1, *channels), channels, strict=False):
        layers += [*_convolution(before, after), nn.ReLU()]
        layers += [Block(after) for _ in range(blocks)]
        layers.append(nn.MaxPool2d(2))
    features = channels[-1]
    if head == "flat" and image_shape is not None:
        for side in image_shape:
            features *= side // 2 ** len(channels)
        layers.append(nn.Flatten())
    else:
        layers.append(_Overall(head))
    return nn.Sequential(*layers, nn.Linear(features, classes))


def _check(
    channels: Sequence[int], classes: int, image_shape: tuple[int, int] | None, head: Head
) -> None:
    if not channels or min(channels) < 1 or classes < 1:
        raise ValueError(
            f"channels={tuple(channels)!r}, classes={classes!r}: give whole numbers, 1 or more"
        )
    if head not in ("max", "mean", "flat"):
        raise ValueError(f"head={head!r}: give 'max', 'mean' or 'flat'")
    if image_shape is None:
        if head == "flat":
            raise ValueError("head='flat' counts the places: give image_shape=(height, width)")
    elif min(image_shape) < 2 ** len(channels):
        raise ValueError(
            f"images of {image_shape[0]} × {image_shape[1]} cannot be halved {len(channels)} "
            "times: give fewer channels or larger images"
        )
