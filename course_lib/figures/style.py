"""How the course's figures look: colours, marks, sizes."""

from __future__ import annotations

import textwrap
from contextlib import AbstractContextManager
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgba
from matplotlib.figure import Figure

# The colours of petroff8, which stay apart for colour-blind readers, in an order of our own: the
# first four are legible (contrast of 3 and more) on the book's white and on its dark page.
PALETTE = (
    "#578dff",
    "#ff5e02",
    "#c849a9",
    "#c91f16",
    "#656364",
    "#1845fb",
    "#adad7d",
    "#86c8dd",
)
BLUE, ORANGE = PALETTE[:2]

# Colour is never alone: the k-th series also has its own dashes and its own marker.
LINES = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (7, 2, 1.5, 2)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")

# Black is drawn in the colour of the surrounding text (see svg.py).
INK = "black"

# One unit is one CSS pixel. A figure is WIDTH pixels wide, grows a little in the text column of
# a desktop, and shrinks to about 330 on a phone, where this size of type is still legible.
WIDTH = 540
_UNITS_PER_INCH = 72

# matplotlib's stubs type a dictionary of settings by the name of each one.
_STYLE: Any = {
    "figure.dpi": _UNITS_PER_INCH,
    "figure.facecolor": "none",
    "figure.constrained_layout.use": True,
    "figure.constrained_layout.h_pad": 3 / _UNITS_PER_INCH,
    "figure.constrained_layout.w_pad": 3 / _UNITS_PER_INCH,
    "figure.constrained_layout.hspace": 0,
    "figure.constrained_layout.wspace": 0,
    "figure.titlesize": 15,
    "figure.titleweight": "bold",
    "font.family": "DejaVu Sans",  # comes with matplotlib: the layout is the same everywhere
    "font.size": 13,
    "axes.facecolor": "none",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.labelsize": 13,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 13,
    "axes.axisbelow": True,
    "grid.color": INK,
    "grid.alpha": 0.15,
    "grid.linewidth": 0.8,
    "text.color": INK,
    "xtick.color": INK,
    "xtick.labelsize": 12,
    "ytick.color": INK,
    "ytick.labelsize": 12,
    "legend.frameon": False,
    "legend.fontsize": 12,
    "legend.handlelength": 2.6,
    "lines.linewidth": 2,
    "lines.markersize": 6,
}

# From nothing to full ink: on paper and on a dark page alike the page itself is the zero.
INK_MAP = LinearSegmentedColormap.from_list("ink", [(0, 0, 0, 0), (0, 0, 0, 1)])


# Orange below zero, blue above, and the page shows through at zero.
DIVERGING_MAP = LinearSegmentedColormap.from_list(
    "diverging",
    [
        (0.0, to_rgba(ORANGE)),
        (0.5, to_rgba(ORANGE, 0)),
        (0.5, to_rgba(BLUE, 0)),
        (1.0, to_rgba(BLUE)),
    ],
)


_TITLE_CHARACTERS = 60
_TITLE_LINE = 21  # pixels


def look() -> AbstractContextManager[None]:
    """Return a context in which matplotlib draws in the course's look."""
    return rc_context(_STYLE)


def canvas(
    title: str, height: float, rows: int = 1, columns: int = 1, **grid: Any
) -> tuple[Figure, list[Axes]]:
    """Return a figure in the course's look, and its axes row by row.

    Args:
        title: what to see in the figure; a long one is broken over lines, and the figure grows.
        height: in pixels, a title of one line included; the width is 540.
        rows: rows of axes.
        columns: columns of axes.
        grid: goes to ``Figure.subplots``.
    """
    title = textwrap.fill(title, _TITLE_CHARACTERS)
    height += _TITLE_LINE * title.count("\n")
    with look():
        # Not through pyplot: no window, no list of open figures, nothing shown a second time.
        figure = Figure(figsize=(WIDTH / _UNITS_PER_INCH, height / _UNITS_PER_INCH))
        axes = figure.subplots(rows, columns, squeeze=False, **grid)
        figure.suptitle(title, x=0.01, ha="left")
    return figure, list(axes.flat)
