"""The book's view of how the exercises' checks judge: ``{course-matrix}``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from course_lib.authoring.sphinx_ext import CourseDirective
from course_lib.project import Project, ProjectError

KINDS = {
    "right": "right answers",
    "wrong": "wrong answers",
    "constant": "constants",
    "hard-coded": "hard-coded",
    "mutants": "mutants",
}


def matrix_path(project: Project) -> Path:
    """Return the committed record that the tests of the exercises compare with."""
    return project.records / "confusion-matrix.json"


def read_matrix(project: Project) -> dict[str, Any]:
    """Return the record, a row for each exercise, by slug.

    A row has ``title``, for each kind of answer ``[accepted, rejected]``, and ``equivalent``, the
    number of mutants that change nothing, which are counted apart.

    Raises:
        ProjectError: there is no record, or it cannot be read.
    """
    path = matrix_path(project)
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ProjectError(
            f"{path.name} can't be read ({error}): "
            "run `ANSWERS=record course test -- tests/exercises/test_answers.py`"
        ) from None
    return found


def total(rows: dict[str, Any]) -> dict[str, Any]:
    """Return the sum of all exercises' rows."""
    summed = {kind: [sum(r[kind][i] for r in rows.values()) for i in (0, 1)] for kind in KINDS}
    return summed | {"equivalent": sum(row["equivalent"] for row in rows.values())}


class Matrix(CourseDirective):
    """``{course-matrix} part``: ``exercises`` (a row each), or ``total`` (the matrix itself)."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return one part, or fail where there is no record."""
        self.env.note_dependency(str(matrix_path(self.course)))
        try:
            rows = read_matrix(self.course)
        except ProjectError as error:
            raise self.error(str(error)) from error
        if self.arguments[0] == "total":
            return [self.summary(total(rows))]
        if self.arguments[0] == "exercises":
            return [self.exercises(rows)]
        raise self.error(f"no part {self.arguments[0]!r}: take exercises or total")

    def summary(self, summed: dict[str, Any]) -> nodes.Node:
        """Return the four counts of right and wrong answers."""
        rows = [
            (KINDS[kind], *map(str, summed[kind]), error)
            for kind, error in (
                ("right", str(summed["right"][1])),
                ("wrong", str(summed["wrong"][0])),
            )
        ]
        head = ("all exercises", "accepted", "rejected", "judged wrongly")
        return self.table(head, rows, "course-status")

    def exercises(self, rows: dict[str, Any]) -> nodes.Node:
        """Return a row for each exercise: what was judged as it should be, of how many."""
        body = []
        for row in [*rows.values(), {"title": "All"} | total(rows)]:
            good = {kind: row[kind][kind != "right"] for kind in KINDS}
            cells = (f"{good[kind]} of {sum(row[kind])}" for kind in KINDS)
            body.append((row["title"], *cells, str(row["equivalent"])))
        head = (
            "exercise",
            "right accepted",
            *(f"{KINDS[kind]} rejected" for kind in KINDS if kind != "right"),
        )
        return self.table((*head, "change nothing"), body, "course-status")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("course-matrix", Matrix)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
