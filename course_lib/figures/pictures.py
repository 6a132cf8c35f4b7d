"""Images, weights as images, and what a classifier makes of a plane."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, Normalize, to_rgba

from course_lib.figures.arrays import Values, as_array, as_images
from course_lib.figures.display import show
from course_lib.figures.style import (
    DIVERGING_MAP,
    INK,
    INK_MAP,
    MARKERS,
    ORANGE,
    PALETTE,
    WIDTH,
    canvas,
    look,
)
from course_lib.figures.svg import INK_IMAGE


def image_grid(
    images: Values,
    *,
    title: str,
    alt: str,
    titles: Sequence[str] | None = None,
    wrong: Sequence[bool] | None = None,
    columns: int = 6,
    caption: str | None = None,
) -> None:
    """Show images side by side, drawn in the page's ink.

    Args:
        images: (n, height, width), 0 for paper and the largest value for full ink.
        title: what to see.
        alt: what the figure shows, for those who cannot see it.
        titles: a short text above each image, such as the class that was read.
        wrong: which images to point out, with a heavy dashed frame and a cross before the text.
        columns: how many side by side.
        caption: a line below the figure.

    Raises:
        ValueError: the values are no images, or the lists differ in length from them.
    """
    pixels = as_images(images)
    for name, given in (("titles", titles), ("wrong", wrong)):
        if given is not None and len(given) != len(pixels):
            raise ValueError(f"image_grid got {len(pixels)} images and {len(given)} {name}")
    most = max(float(pixels.max()), 1e-12)
    columns = min(columns, len(pixels))
    rows = math.ceil(len(pixels) / columns)
    tall = (WIDTH / max(columns, 4) - 6) * pixels.shape[1] / pixels.shape[2]
    height = 30 + rows * (tall + (28 if titles else 6))
    figure, axes = canvas(title, height, rows, columns)
    with look():
        for k, spot in enumerate(axes):
            if k >= len(pixels):
                spot.set_axis_off()
                continue
            bad = wrong is not None and bool(wrong[k])
            spot.imshow(
                pixels[k],
                cmap=INK_MAP,
                vmin=0,
                vmax=most,
                interpolation="none",
                gid=f"{INK_IMAGE}{k}",
            )
            spot.set(xticks=[], yticks=[])
            spot.spines[:].set(
                visible=True,
                color=ORANGE if bad else INK,
                linewidth=3 if bad else 0.8,
                linestyle=(0, (4, 2)) if bad else "-",
                alpha=1 if bad else 0.4,
            )
            if titles is not None:
                spot.set_title(
                    f"✗ {titles[k]}" if bad else titles[k], weight="bold" if bad else 400
                )
    show(figure, alt=alt, caption=caption)


def weights(
    values: Values,
    *,
    title: str,
    alt: str,
    label: str = "weight",
    titles: Sequence[str] | None = None,
    columns: int = 8,
    caption: str | None = None,
) -> None:
    """Show weights as images on one scale: blue above zero, orange below, the page at zero.

    Args:
        values: (n, height, width), or (n, pixels) for square images; for the hidden units of an
            ``MLPClassifier``, ``model.coefs_[0].T``.
        title: what to see.
        alt: what the figure shows, for those who cannot see it.
        label: what the colours measure, with its unit.
        titles: a short text above each image.
        columns: how many side by side.
        caption: a line below the figure.

    Raises:
        ValueError: the values are no images, or the titles differ in number from them.
    """
    pixels = as_images(values)
    if titles is not None and len(titles) != len(pixels):
        raise ValueError(f"weights got {len(pixels)} images and {len(titles)} titles")
    most = max(float(np.abs(pixels).max()), 1e-12)
    columns = min(columns, len(pixels))
    rows = math.ceil(len(pixels) / columns)
    tall = (WIDTH / max(columns, 4) - 6) * pixels.shape[1] / pixels.shape[2]
    height = 84 + rows * (tall + (28 if titles else 6))
    figure, axes = canvas(title, height, rows, columns)
    with look():
        scale = Normalize(-most, most)
        for k, spot in enumerate(axes):
            if k >= len(pixels):
                spot.set_axis_off()
                continue
            spot.imshow(pixels[k], cmap=DIVERGING_MAP, norm=scale, interpolation="none")
            spot.set(xticks=[], yticks=[])
            spot.spines[:].set(visible=True, alpha=0.4)
            if titles is not None:
                spot.set_title(titles[k])
        bar = figure.colorbar(
            ScalarMappable(scale, DIVERGING_MAP),
            ax=axes,
            location="bottom",
            label=label,
            fraction=0.05,
            pad=0.03,
            shrink=0.6,
            aspect=40,
        )
        bar.outline.set_alpha(0.4)
    show(figure, alt=alt, caption=caption)


def decision_regions(
    predict: Callable[[Any], Values],
    X: Values,
    y: Values,
    *,
    title: str,
    alt: str,
    class_names: Sequence[str] | None = None,
    xlabel: str = "x",
    ylabel: str = "y",
    caption: str | None = None,
) -> None:
    """Show which class a model gives to each place in the plane, with points of known class.

    Args:
        predict: takes places (m, 2) of the same kind as ``X``, returns class numbers (m,).
        X: points (n, 2).
        y: their class numbers (n,), from 0.
        title: what to see.
        alt: what the figure shows, for those who cannot see it.
        class_names: the name of each class.
        xlabel: what the first column is, with its unit.
        ylabel: what the second column is, with its unit.
        caption: a line below the figure.

    Raises:
        ValueError: the points are not (n, 2), or the classes are more than the course has colours.
    """
    points, classes = as_array(X), as_array(y)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) != len(classes):
        raise ValueError(
            f"decision_regions needs X (n, 2) and y (n,), got {points.shape}, {classes.shape}"
        )
    low, high = points.min(axis=0), points.max(axis=0)
    low, high = low - 0.06 * (high - low), high + 0.06 * (high - low)
    side = 240
    across, up = np.meshgrid(np.linspace(low[0], high[0], side), np.linspace(low[1], high[1], side))
    places = np.column_stack([across.ravel(), up.ravel()]).astype(points.dtype)
    # A model takes what it learned from: tensors make tensors of their own kind and device.
    given = as_array(predict(X.new_tensor(places) if hasattr(X, "new_tensor") else places))
    region = given.reshape(side, side)
    count = int(max(region.max(), classes.max())) + 1
    if count > len(PALETTE):
        raise ValueError(f"decision_regions got {count} classes, and has {len(PALETTE)} colours")
    tints = ListedColormap([to_rgba(colour, 0.25) for colour in PALETTE[:count]])
    wide, tall = high - low
    figure, (axes,) = canvas(title, float(np.clip(110 + 450 * tall / wide, 250, 480)))
    with look():
        axes.imshow(
            region,
            cmap=tints,
            vmin=-0.5,
            vmax=count - 0.5,
            extent=(low[0], high[0], low[1], high[1]),
            origin="lower",
            interpolation="none",
            aspect="auto",
        )
        for k in range(count):
            mine = points[classes == k]
            name = class_names[k] if class_names is not None else f"class {k}"
            axes.plot(
                *mine.T,
                linestyle="",
                marker=MARKERS[k],
                color=PALETTE[k],
                markersize=4.5,
                label=name,
            )
        axes.set(xlabel=xlabel, ylabel=ylabel, aspect="equal")
        figure.legend(loc="outside lower left", ncols=4, handlelength=1, columnspacing=1.2)
    show(figure, alt=alt, caption=caption)
