"""From a matplotlib figure to SVG that lives inside a page."""

from __future__ import annotations

import hashlib
import io
import re
from xml.etree import ElementTree

from matplotlib import rc_context
from matplotlib.figure import Figure

# An image with a group id that starts so is drawn in the ink of the page, by its opacity.
INK_IMAGE = "ink"

_MAX_WIDTH = 600
_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_FONT = re.compile(r"; font-family: [^;]+")
_BLACK = re.compile(r"#000000\b")
# A raster inside the SVG has two dots for each of its pixels, for sharp screens.
_DOTS_PER_INCH = 144


def render(figure: Figure) -> str:
    """Return the figure as an ``<svg>`` element for a page, the same bytes each time.

    Black becomes ``currentColor`` and the background is left out, so that the figure takes the
    page's ink; every id begins with a hash of the content, so that two figures on a page do not
    use each other's parts.
    """
    buffer = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "course", "svg.image_inline": True}):
        figure.savefig(
            buffer,
            format="svg",
            dpi=_DOTS_PER_INCH,
            transparent=True,
            metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
        )
    text = buffer.getvalue()
    prefix = f"f{hashlib.sha256(text.encode()).hexdigest()[:10]}-"
    root = ElementTree.fromstring(text)  # noqa: S314  matplotlib wrote it, just now
    _frame(root)
    _ink_images(root)
    _clean(root, prefix)
    return ElementTree.tostring(root, encoding="unicode")


def _frame(root: ElementTree.Element) -> None:
    """Let the drawing fill its column, and set what matplotlib's page-wide style sheet would."""
    for defs in root.findall(f"{_SVG}defs"):
        if defs.find(f"{_SVG}style") is not None:
            root.remove(defs)  # its rule is for `*`: inline, it would style the whole page
    view_box = root.attrib["viewBox"]
    root.attrib.clear()
    root.attrib.update(
        {
            "viewBox": view_box,
            "fill": "currentColor",
            "stroke-linejoin": "round",
            "stroke-linecap": "butt",
            "style": f"display:block;width:100%;max-width:{_MAX_WIDTH}px;height:auto",
        }
    )


def _ink_images(root: ElementTree.Element) -> None:
    """Draw the images marked as ink as a mask over a plain area of ``currentColor``."""
    for parent in list(root.iter()):
        for position, image in enumerate(list(parent)):
            name = image.get("id", "")
            if image.tag != f"{_SVG}image" or not name.startswith(INK_IMAGE):
                continue
            group = ElementTree.Element(f"{_SVG}g", {"mask": f"url(#{name})"})
            mask = ElementTree.SubElement(
                group, f"{_SVG}mask", {"id": name, "style": "mask-type:alpha"}
            )
            area = {key: image.attrib[key] for key in ("width", "height", "transform")}
            ElementTree.SubElement(group, f"{_SVG}rect", area)
            del image.attrib["id"]
            mask.append(image)
            parent[position] = group


def _clean(root: ElementTree.Element, prefix: str) -> None:
    """Prefix the ids that are used, drop the others, and use the page's ink and font."""
    used = {
        match for e in root.iter() for v in e.attrib.values() for match in _REFERENCE.findall(v)
    }
    used |= {e.get(_HREF, "")[1:] for e in root.iter() if e.get(_HREF, "").startswith("#")}
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        element.tail = None
        if element.text and not element.text.strip():
            element.text = None
        link = element.attrib.pop(_HREF, None)
        for key, value in element.attrib.items():
            value = _REFERENCE.sub(rf"url(#{prefix}\1)", value)
            value = _BLACK.sub("currentColor", value)
            value = _FONT.sub("", value)
            if key in {"d", "x", "y"}:
                value = _LONG_NUMBER.sub(lambda m: f"{float(m[0]):.2f}", value)
            element.set(key, value)
        if link is not None:
            data = link.replace("\n", "")
            element.set("href", f"#{prefix}{link[1:]}" if link.startswith("#") else data)
        name = element.attrib.pop("id", None)
        if name in used:
            element.set("id", f"{prefix}{name}")
