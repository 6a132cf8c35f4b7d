"""Data sets as ``Split(train, validation, test)``: real ones, and ones drawn from a known truth.

Every set is cut by a seed, the same everywhere, and carries its shapes, units, source and licence.
"""

from course_lib.data.bearing import BearingFrequencies, bearing_frequencies
from course_lib.data.bundled import breast_cancer, diabetes, digits, wine
from course_lib.data.downloads import fashion_mnist
from course_lib.data.generated import spirals, two_moons
from course_lib.data.machine import Vibration, vibration
from course_lib.data.openml import DownloadError
from course_lib.data.sequences import adding, digit_rows, recall, which_first, which_more
from course_lib.data.split import Part, Rows, Split
from course_lib.data.text import Text, manual_text
from course_lib.data.wandering import Places, Wandering, wandering_digits

__all__ = [
    "BearingFrequencies",
    "DownloadError",
    "Part",
    "Places",
    "Rows",
    "Split",
    "Text",
    "Vibration",
    "Wandering",
    "adding",
    "bearing_frequencies",
    "breast_cancer",
    "diabetes",
    "digit_rows",
    "digits",
    "fashion_mnist",
    "manual_text",
    "recall",
    "spirals",
    "two_moons",
    "vibration",
    "wandering_digits",
    "which_first",
    "which_more",
    "wine",
]
