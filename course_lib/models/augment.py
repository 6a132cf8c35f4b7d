"""Augmentation as a layer: it changes images in training and lets them pass afterwards."""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - the field's name for it


class Jitter(nn.Module):
    """Turn, zoom and shift each image a little, anew each time, in training mode only.

    Images (n, channels, side, side) stay that shape; what leaves the square is lost, and 0 comes
    in from outside. In eval mode images pass as they are. The layer has no parameters, and draws
    from PyTorch's generator of the images' device, which ``fit`` seeds.

    Args:
        degrees: the largest turn, either way.
        scale: the largest zoom, as a share of the side, either way: below 1.
        pixels: the largest shift along each axis, either way, in whole pixels: an image that is
            neither turned nor zoomed is moved without blur.

    Raises:
        ValueError: an argument is out of range.
    """

    def __init__(self, degrees: float = 0.0, scale: float = 0.0, pixels: int = 0) -> None:
        super().__init__()
        if degrees < 0 or not 0 <= scale < 1 or pixels < 0 or int(pixels) != pixels:
            raise ValueError(
                f"degrees={degrees!r}, scale={scale!r}, pixels={pixels!r}: give the largest change "
                "either way, none negative, scale below 1, pixels a whole number"
            )
        self.angle, self.scale, self.pixels = math.radians(degrees), scale, int(pixels)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        """Return images of the same shape."""
        if not self.training:
            return X
        n, side = len(X), X.shape[-1]
        turn, grow = torch.rand(2, n, device=X.device) * 2 - 1
        c, s = (self.angle * turn).cos(), (self.angle * turn).sin()
        zoom = 1 + self.scale * grow
        shift = torch.randint(-self.pixels, self.pixels + 1, (2, n), device=X.device)
        x, y = shift * (2 / side)  # the grid counts from -1 to 1
        theta = torch.stack([zoom * c, -zoom * s, x, zoom * s, zoom * c, y], dim=1)
        grid = F.affine_grid(theta.view(n, 2, 3), list(X.shape), align_corners=False)
        return F.grid_sample(X, grid, align_corners=False)

    def extra_repr(self) -> str:
        """Return what stands between the brackets when the layer is printed."""
        return f"{math.degrees(self.angle):g} degrees, scale {self.scale:g}, {self.pixels} pixels"
