"""Show a figure so that everyone can read it: on paper, in the dark, on a phone, or by ear."""

from __future__ import annotations

import base64
import io
import re
import sys
from html import escape

from matplotlib import rc_context
from matplotlib.collections import Collection
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from course_lib.figures import svg
from course_lib.page import emit

_SHORTEST_ALT = 25  # characters; "A plot of the loss curve." is the least that says anything
_PATH = re.compile(r"^\S+\.(png|svg|jpe?g|gif|webp|pdf)$|_images/|^(https?|file):", re.IGNORECASE)


def show(figure: Figure, *, alt: str, caption: str | None = None, dense: bool = False) -> None:
    """Show a figure as SVG in the page's own ink, with words for those who cannot see it.

    Black in the figure becomes the colour of the text around it. The notebook also keeps a PNG on
    white, for programs that show no SVG. The figure is closed afterwards.

    Args:
        figure: any matplotlib figure; one made here or one from pyplot.
        alt: what the figure shows, in a sentence or two: the kind of plot, what is compared, and
            what is to be seen, with numbers. It is read aloud in place of the figure.
        caption: a line below the figure.
        dense: draw scattered points and images as dots in the SVG, at two dots a pixel; for
            figures of more than some thousand marks, which would otherwise weigh megabytes. Black
            marks do not follow the page's ink there.

    Raises:
        ValueError: ``alt`` says nothing, or names a file.
    """
    alt = _checked(alt)
    if dense:
        for artist in figure.findobj(lambda a: isinstance(a, Collection | AxesImage)):
            artist.set_rasterized(True)
    drawing = svg.render(figure).replace("<svg ", f'<svg role="img" aria-label="{escape(alt)}" ', 1)
    inside = drawing + (f"<figcaption>{escape(caption)}</figcaption>" if caption else "")
    emit(
        {
            "text/html": f'<figure class="course-figure" style="margin:1em 0">{inside}</figure>',
            "image/png": _png(figure),
            "text/plain": f"Figure: {alt}",
        },
        {
            "course": {"figure": {"alt": alt, "caption": caption}},
            "image/png": {"alt": alt, "width": round(figure.get_figwidth() * 72)},
        },
    )
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close(figure)  # or the notebook would show it again


def _checked(alt: str) -> str:
    """Return the text without spaces around it, or refuse it.

    Raises:
        ValueError: it says nothing, or names a file.
    """
    alt = " ".join(alt.split())
    wanted = "say in a sentence what the figure shows: kind of plot, what is compared, what to see"
    if _PATH.search(alt):
        raise ValueError(f"alt={alt!r} is a path, not a description: {wanted}")
    if len(alt) < _SHORTEST_ALT or " " not in alt:
        raise ValueError(f"alt={alt!r} says too little: {wanted}")
    return alt


def _png(figure: Figure) -> str:
    buffer = io.BytesIO()
    with rc_context({"savefig.facecolor": "white"}):
        figure.savefig(buffer, format="png", dpi=144, metadata={"Software": None})
    return base64.b64encode(buffer.getvalue()).decode("ascii")
