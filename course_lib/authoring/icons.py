"""The handful of icons that the theme shows, as drawings of a few bytes each."""

from __future__ import annotations

# Paths on a field of 24 by 24, drawn with the text's own ink.
ICONS = {
    "angle-left": "M15 5l-7 7 7 7",
    "angle-right": "M9 5l7 7-7 7",
    "arrow-up": "M12 20V4M5 11l7-7 7 7",
    "bars": "M4 6h16M4 12h16M4 18h16",
    "circle-half-stroke": "M12 3a9 9 0 1 0 0 18 9 9 0 1 0 0-18z",
    "download": "M12 3v12M6 10l6 6 6-6M4 21h16",
    "list": "M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01",
    "magnifying-glass": "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 1 0 0-13zM15.5 15.5L21 21",
    "moon": "M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5z",
    "sun": "M12 8a4 4 0 1 0 0 8 4 4 0 1 0 0-8zM12 2v2.5M12 19.5V22M2 12h2.5M19.5 12H22"
    "M5 5l1.7 1.7M17.3 17.3L19 19M5 19l1.7-1.7M17.3 6.7L19 5",
}
# What is filled, on top of the lines.
FILLED = {"circle-half-stroke": "M12 3a9 9 0 0 1 0 18z"}


def svg(name: str) -> str:
    """Return an icon as inline SVG, hidden from those who listen: its button has the words."""
    filled = f'<path d="{FILLED[name]}" fill="currentColor"/>' if name in FILLED else ""
    return (
        '<svg class="course-icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
        f'<path d="{ICONS[name]}"/>{filled}</svg>'
    )
