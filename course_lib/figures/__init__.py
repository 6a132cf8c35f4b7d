"""The course's figures, one line each: drawn, described, legible on white and in the dark."""

from course_lib.figures.charts import bars, confusion, intervals, loss_curves
from course_lib.figures.display import show
from course_lib.figures.pictures import decision_regions, image_grid, weights
from course_lib.figures.style import PALETTE, canvas

__all__ = [
    "PALETTE",
    "bars",
    "canvas",
    "confusion",
    "decision_regions",
    "image_grid",
    "intervals",
    "loss_curves",
    "show",
    "weights",
]
