"""The book's view of the grader's acceptance table: ``{course-submissions} kind``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from course_lib.authoring.sphinx_ext import CourseDirective, element
from course_lib.project import Project, ProjectError

KINDS = {
    "forge": "Claims points that were not earned",
    "read": "Wants to learn the hidden checks",
    "damage": "Reaches beyond the sandbox",
    "exhaust": "Starves the grader",
    "malformed": "An honest accident with the file",
    "honest": "Honest work",
}
NOT_SEEN = {
    "network": "not run: there is no network where we ran it",
    "infinite-loop": "we kept no times",
    "infinite-print": "we kept no sizes",
}
"""Why our own run of stock nbgrader cannot show what a row is about."""
_DOTTED = re.compile(r"(?<=[A-Za-z])\.(?=[A-Za-z_])|(?<=[A-Za-z])_(?=[A-Za-z])")


def table_path(project: Project) -> Path:
    """Return the committed record of what each row of the table got."""
    return project.records / "submissions.json"


def stock_path(project: Project) -> Path:
    """Return the committed record of what stock nbgrader gave for the same bytes."""
    return project.records / "stock.json"


def read_table(project: Project) -> dict[str, Any]:
    """Return the record of the table.

    ``rows`` holds for each row its ``kind``, ``row``, ``does``, ``expect``, perhaps ``stock``, and
    ``found``: what each submission got, by student. It is written only where each got what it must.

    Raises:
        ProjectError: there is no record, or it cannot be read.
    """
    path = table_path(project)
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ProjectError(
            f"{path.name} can't be read ({error}): make it anew, see tests/grading"
        ) from None
    return found


def read_stock(project: Project) -> dict[str, Any]:
    """Return the record of stock nbgrader: ``date``, ``versions``, and ``found`` by student.

    It is made on request only: where there is none, nothing was found.
    """
    path = stock_path(project)
    if not path.is_file():
        return {"date": "", "versions": {}, "found": {}}
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def gathered(row: str, found: Mapping[str, str]) -> list[str]:
    """Return the different outcomes of a row's submissions, each with who had it.

    Args:
        row: the row's name, with which its students' names begin.
        found: what they got, by student.
    """
    names: dict[str, list[str]] = {}
    for student, outcome in found.items():
        variant = student.removeprefix(f"{row}-").replace("-", " ")
        # Why a file could not be graded differs in each.
        names.setdefault(outcome.partition(":")[0], []).append(variant)
    if len(names) == 1:
        [(outcome, variants)] = names.items()
        return [outcome if len(variants) == 1 else f"{outcome} ({len(variants)} variants)"]
    return [f"{outcome} ({'; '.join(variants)})" for outcome, variants in names.items()]


def stock_said(
    row: str, noted: str, students: Mapping[str, Any], found: Mapping[str, str]
) -> list[str]:
    """Return what stock nbgrader gave for a row, an outcome each.

    Args:
        row: its name.
        noted: what was seen on another occasion; told where our own run cannot show it.
        students: whose submissions the row's are.
        found: what stock nbgrader gave, by student.
    """
    said = gathered(row, {student: found[student] for student in students if student in found})
    if row in NOT_SEEN:
        said.append(NOT_SEEN[row] + (f"; seen elsewhere: {noted}" if noted else ""))
    return said


def breakable(text: str) -> str:
    """Return text whose dotted names may break after a dot or an underscore, in a narrow column."""
    return _DOTTED.sub(lambda found: f"{found[0]}\u200b", text)


class Submissions(CourseDirective):
    """``{course-submissions} kind``: rows of the acceptance table, ours beside stock nbgrader's.

    The argument is a kind of row, or ``run``: when and with what the table was made.
    """

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return one kind's table, or fail where there is no record."""
        for path in (table_path(self.course), stock_path(self.course)):
            self.env.note_dependency(str(path))
        kind = self.arguments[0]
        try:
            record, stock = read_table(self.course), read_stock(self.course)
        except ProjectError as error:
            raise self.error(str(error)) from error
        if kind == "run":
            return [nodes.paragraph("", self.told(record, stock))]
        if kind not in KINDS:
            raise self.error(f"no kind {kind!r}: take {', '.join(KINDS)}, or run")
        found = (row for row in record["rows"] if row["kind"] == kind)
        head = ("the submission", "must get, and gets here", "holds", "stock nbgrader")
        rows = [list(self.cells(row, stock["found"])) for row in found]
        return [self.table(head, rows, "course-status course-submissions", KINDS[kind])]

    @staticmethod
    def cells(row: Mapping[str, Any], stock: Mapping[str, str]) -> Iterator[nodes.Node | str]:
        """Yield a row's cells; a record is there only if every row of it holds."""
        yield breakable(row["does"])
        must = element("div", breakable(row["expect"]), css="course-must")
        yield element("div", must, *_lines(gathered(row["row"], row["found"])))
        yield "✓"
        said = stock_said(row["row"], row.get("stock", ""), row["found"], stock)
        yield element("div", *_lines(said))

    @staticmethod
    def told(record: Mapping[str, Any], stock: Mapping[str, Any]) -> str:
        """Return when and with what the two columns were obtained."""
        number = sum(len(row["found"]) for row in record["rows"])
        told = f"Graded on {record['date']}: {len(record['rows'])} rows, {number} submissions."
        if stock["found"]:
            versions = ", ".join(f"{name} {one}" for name, one in stock["versions"].items())
            told += (
                f" Stock nbgrader was run on {len(stock['found'])} of them on {stock['date']}, "
                f"with {versions}."
            )
        return told


def _lines(outcomes: list[str]) -> list[nodes.Node]:
    return [element("div", breakable(outcome)) for outcome in outcomes]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("course-submissions", Submissions)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
