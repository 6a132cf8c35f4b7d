"""Curves, intervals, bars and tables of counts."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, PercentFormatter

from course_lib.figures.arrays import Values, as_array
from course_lib.figures.display import show
from course_lib.figures.style import BLUE, INK, LINES, MARKERS, ORANGE, PALETTE, canvas, look

# A row's name stands above its mark, over the whole width: long names stay legible on a phone.
_ROW = 52  # pixels
_NAME_CHARACTERS = 66


class Interval(Protocol):
    """Anything with a name, a value and an interval, such as ``claims.Evidence``."""

    @property
    def what(self) -> str: ...  # noqa: D102
    @property
    def value(self) -> float: ...  # noqa: D102
    @property
    def low(self) -> float: ...  # noqa: D102
    @property
    def high(self) -> float: ...  # noqa: D102


def _name_rows(axes: Axes, names: Sequence[str], reference: float | None) -> None:
    """Write the names above the rows at 0, 1, ..., from the top; mark the reference in each."""
    for row, name in enumerate(names):
        if reference is not None:  # a line across all rows would strike the names through
            axes.vlines(reference, row - 0.24, row + 0.3, color=INK, linewidth=1.2, linestyle="--")
        axes.text(
            0,
            row - 0.26,
            textwrap.shorten(name, _NAME_CHARACTERS, placeholder=" …"),
            transform=axes.get_yaxis_transform(),
            va="bottom",
        )
    axes.set_ylim(len(names) - 0.55, -0.75)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)


def _plainly(value: float, _position: float) -> str:
    return f"{value:g}"


def loss_curves(
    curves: Mapping[str, Values],
    *,
    title: str,
    alt: str,
    xlabel: str = "epoch",
    ylabel: str = "loss",
    log: bool = False,
    caption: str | None = None,
) -> None:
    """Show how losses (or scores) move over training, one line for each name.

    Args:
        curves: name to values, one for each epoch, the first epoch being 1.
        title: what to see.
        alt: what the figure shows, for those who cannot see it.
        xlabel: what is counted along the bottom.
        ylabel: what the values are, with their unit.
        log: whether the values stand on a logarithmic axis.
        caption: a line below the figure.

    Raises:
        ValueError: there is no curve, or a curve has no values.
    """
    if not curves:
        raise ValueError("loss_curves got no curves: give a mapping from name to values")
    figure, (axes,) = canvas(title, 320)
    with look():
        for k, (name, values) in enumerate(curves.items()):
            y = as_array(values)
            if y.ndim != 1 or not len(y):
                raise ValueError(f"curve {name!r} has shape {y.shape}: give one value an epoch")
            axes.plot(
                np.arange(1, len(y) + 1),
                y,
                label=name,
                color=PALETTE[k % len(PALETTE)],
                linestyle=LINES[k % len(LINES)],
                marker=MARKERS[k % len(MARKERS)],
                markevery=(len(y) // 10 * k // len(curves), max(1, len(y) // 10)),
            )
        axes.grid(visible=True)
        axes.set(xlabel=xlabel, ylabel=ylabel, yscale="log" if log else "linear")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
        if log:  # 0.2 reads faster than a power of ten, and raised digits need fonts that fit
            low, high = axes.get_ylim()
            axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high / low < 1000 else (1,)))
            axes.yaxis.set_major_formatter(_plainly)
            axes.yaxis.set_minor_formatter(NullFormatter())
        if len(curves) > 1:
            axes.legend()
    show(figure, alt=alt, caption=caption)


def intervals(
    rows: Sequence[Interval | tuple[str, float, float, float]],
    *,
    title: str,
    alt: str,
    xlabel: str,
    reference: float | None = None,
    points: Sequence[Values] | None = None,
    caption: str | None = None,
) -> None:
    """Show values with their intervals, one row each, against a line of reference.

    Args:
        rows: (name, value, low, high) or ``claims.Evidence``, from the top.
        title: what to see.
        alt: what the figure shows, for those who cannot see it.
        xlabel: what the values are, with their unit.
        reference: where the dashed line stands, such as 0 for no difference.
        points: for each row the values of its single runs, drawn pale behind; empty for none.
        caption: a line below the figure.

    Raises:
        ValueError: there are no rows, or not as many lists of points as rows.
    """
    lines = [r if isinstance(r, tuple) else (r.what, r.value, r.low, r.high) for r in rows]
    if not lines:
        raise ValueError("intervals got no rows: give (name, value, low, high) for each")
    if points is not None and len(points) != len(lines):
        raise ValueError(f"intervals got {len(lines)} rows and {len(points)} lists of points")
    figure, (axes,) = canvas(title, 80 + _ROW * len(lines))
    with look():
        for y, (_, value, low, high) in enumerate(lines):
            if points is not None:
                single = as_array(points[y])
                axes.plot(
                    single, np.full(len(single), y), "|", color=INK, alpha=0.35, markersize=13
                )
            axes.plot([low, high], [y, y], color=BLUE, linewidth=3, solid_capstyle="butt")
            axes.plot([value], [y], marker="o", markersize=9, color=BLUE)
        _name_rows(axes, [name for name, *_ in lines], reference)
        axes.grid(visible=True, axis="x")
        axes.set_xlabel(xlabel)
    show(figure, alt=alt, caption=caption)


def bars(
    values: Mapping[str, float],
    *,
    title: str,
    alt: str,
    xlabel: str,
    form: str = ".3g",
    reference: float | None = None,
    caption: str | None = None,
) -> None:
    """Show one number for each name as a bar, with the number at its end.

    Args:
        values: name to number, from the top.
        title: what to see.
        alt: what the figure shows, for those who cannot see it.
        xlabel: what the numbers are, with their unit.
        form: how the numbers are written, a format such as ``.1%``.
        reference: where the dashed line stands, such as a baseline.
        caption: a line below the figure.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("bars got no values: give a mapping from name to number")
    figure, (axes,) = canvas(title, 80 + _ROW * len(values))
    with look():
        drawn = axes.barh(range(len(values)), list(values.values()), height=0.36, color=BLUE)
        axes.bar_label(drawn, [f"{v:{form}}" for v in values.values()], padding=5)
        axes.margins(x=0.12)
        if form.endswith("%"):
            axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        _name_rows(axes, list(values), reference)
        axes.set_xlabel(xlabel)
    show(figure, alt=alt, caption=caption)


def confusion(
    counts: Values,
    class_names: Sequence[str],
    *,
    title: str,
    alt: str,
    xlabel: str = "predicted class",
    ylabel: str = "true class",
    caption: str | None = None,
) -> None:
    """Show which class was taken for which: rows are the truth, columns the prediction.

    Args:
        counts: (classes, classes), as ``sklearn.metrics.confusion_matrix`` returns it.
        class_names: the name of each class.
        title: what to see.
        alt: what the figure shows, for those who cannot see it.
        xlabel: what the columns are.
        ylabel: what the rows are.
        caption: a line below the figure.

    Raises:
        ValueError: the counts are not square, or the names are not as many.
    """
    matrix = as_array(counts)
    size = len(class_names)
    if matrix.shape != (size, size):
        raise ValueError(f"confusion got counts of shape {matrix.shape} for {size} class names")
    worst = (matrix * (1 - np.eye(size, dtype=int))).max()
    figure, (axes,) = canvas(title, 90 + min(44, 460 // size) * size)
    with look():
        for truth, read in np.ndindex(size, size):
            count = int(matrix[truth, read])
            right = truth == read
            if count:
                # Errors are few: on the scale of the right ones they would all look empty.
                colour, most = (BLUE, matrix.max()) if right else (ORANGE, worst)
                cell = Rectangle((read - 0.5, truth - 0.5), 1, 1, facecolor=colour)
                cell.set_alpha(0.15 + 0.4 * count / most)
                axes.add_patch(cell)
            axes.text(
                read,
                truth,
                str(count),
                ha="center",
                va="center",
                weight="bold" if count and not right else "normal",
                alpha=1 if count else 0.45,
            )
        axes.set_xticks(range(size), class_names)
        axes.set_yticks(range(size), class_names)
        axes.set(xlim=(-0.5, size - 0.5), ylim=(size - 0.5, -0.5), aspect="equal")
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        axes.set(xlabel=xlabel, ylabel=ylabel)
    show(figure, alt=alt, caption=caption)
