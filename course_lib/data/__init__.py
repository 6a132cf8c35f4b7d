"""Data sets as ``Split(train, validation, test)``: real ones, and ones drawn from a known truth.

Every set is cut by a seed, the same everywhere, and carries its shapes, units, source and licence.
"""

from course_lib.data.bundled import breast_cancer, diabetes, digits, wine
from course_lib.data.downloads import fashion_mnist
from course_lib.data.generated import spirals, two_moons
from course_lib.data.openml import DownloadError
from course_lib.data.split import Part, Rows, Split

__all__ = [
    "DownloadError",
    "Part",
    "Rows",
    "Split",
    "breast_cancer",
    "diabetes",
    "digits",
    "fashion_mnist",
    "spirals",
    "two_moons",
    "wine",
]
