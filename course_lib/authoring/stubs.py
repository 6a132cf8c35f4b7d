"""The preprocessors that make a student notebook, run by nbgrader itself.

``nbgrader_config.py`` puts them in place of nbgrader's own, so that its commands, formgrader and
``course exercises`` release the same notebook.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions, NbGraderPreprocessor

from course_lib.exercise import RUNS_LATER, check_name, grade_id, is_hidden

_STARTER = re.compile(
    # a SOLUTION region and the STARTER region that takes its place
    r"^[ \t]*### BEGIN SOLUTION\n(?:(?!^[ \t]*### END SOLUTION).*\n)*[ \t]*### END SOLUTION\n\s*"
    r"^[ \t]*### BEGIN STARTER\n((?:(?!^[ \t]*### END STARTER).*\n)*)[ \t]*### END STARTER$",
    re.MULTILINE,
)
_KEPT = ("deletable", "editable", "jupyter", "nbgrader", "tags")


class ClearSolutionsForStarters(ClearSolutions):  # type: ignore[misc]
    """Puts a starter where the source has one, nbgrader's stub in place of other solutions.

    A starter (a planted bug, a half-written loop) stands commented out in a STARTER region right
    after its SOLUTION region.
    """

    def _replace_solution_region(self, cell: Any, language: str) -> bool:
        cell.source, starters = _STARTER.subn(lambda m: _uncomment(m[1]), cell.source)
        return super()._replace_solution_region(cell, language) or starters > 0


def starters(source: str) -> list[str]:
    """Return what a source's starters become in the student's notebook."""
    return [_uncomment(found[1]) for found in _STARTER.finditer(source)]


def _uncomment(lines: str) -> str:
    return "\n".join(re.sub(r"^(\s*)# ?", r"\1", line) for line in lines.rstrip("\n").split("\n"))


class ClearHiddenTestsKeepName(ClearHiddenTests):  # type: ignore[misc]
    """Leaves one line of a hidden check, which says that it runs later, and its name."""

    def preprocess_cell(self, cell: Any, resources: Any, cell_index: int) -> tuple[Any, Any]:
        """Remove the hidden tests of one cell."""
        name = check_name(cell)
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        if is_hidden(cell) and not cell.source.strip():
            cell.source = f"{RUNS_LATER}: {name}"
        return cell, resources


class Normalise(NbGraderPreprocessor):  # type: ignore[misc]
    """Leaves only what is content, so that the same source always gives the same file."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Set ids, drop outputs and volatile metadata, and sign the content."""
        slug = resources["nbgrader"]["notebook"]
        nb.nbformat, nb.nbformat_minor = 4, 5
        for position, cell in enumerate(nb.cells):
            cell.id = cell_id(slug, position, cell)
            cell.metadata = type(nb)({k: v for k, v in cell.metadata.items() if k in _KEPT})
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        nb.metadata = type(nb)(
            kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"},
            course={"content": content_hash(nb)},
        )
        return nb, resources


def cell_id(slug: str, position: int, cell: Any) -> str:
    """Return a cell's lasting id, which nbformat allows 64 characters."""
    return (grade_id(cell) or f"{slug}-{position}")[:64]


def content_hash(nb: Any) -> str:
    """Return a short hash of what a student notebook says, saved outputs left out.

    A notebook whose hash is the one in its metadata is as generated: nobody has worked in it.
    """
    content = [[c.cell_type, c.source, c.metadata.get("nbgrader")] for c in nb.cells]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
