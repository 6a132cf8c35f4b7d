"""What grading found: a row for every student and exercise, kept in ``grades.csv``."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course_lib.files import write_whole

ISOLATION = "none (nbgrader)"
"""What kept a submission from the grader's machine; nothing does yet."""
COLUMNS = ("student", "exercise", "score", "max_score", "needs_manual", "reason", "isolation")


@dataclass(frozen=True)
class Row:
    """One student's result in one exercise; ``score`` is None where the grader itself failed."""

    student: str
    exercise: str
    score: float | None
    max_score: float
    needs_manual: bool
    reason: str = ""
    isolation: str = ISOLATION
    grader_failed: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Summary:
    """All rows, by exercise and student, and the file they were written to."""

    rows: tuple[Row, ...]
    table: Path | None
    set_aside: Path | None = None  # a file of another kind that stood in the table's place

    @property
    def grader_errors(self) -> int:
        """How many submissions wait for a person because the grader failed."""
        return sum(row.grader_failed for row in self.rows)


def write_table(path: Path, rows: Collection[Row]) -> Path | None:
    """Write rows to ``grades.csv``, keeping those of exercises that were not graded this time.

    Returns:
        Where a file with other columns, such as nbgrader's own export, was moved out of the way.
    """
    exercises = {row.exercise for row in rows}
    kept: list[dict[str, Any]] = []
    aside = None
    if path.is_file():
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            ours = tuple(reader.fieldnames or ()) == COLUMNS
            kept = [line for line in reader if ours and line["exercise"] not in exercises]
        if not ours:
            aside = _free_name(path)
            path.rename(aside)
    lines = kept + [{name: getattr(row, name) for name in COLUMNS} for row in rows]
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(lines, key=lambda line: (line["exercise"], line["student"])))
    write_whole(path, text.getvalue())
    return aside


def _free_name(path: Path) -> Path:
    number = 1
    while (name := path.with_stem(f"{path.stem}-kept-{number}")).exists():
        number += 1
    return name


def render(summary: Summary) -> str:
    """Return the summary as a table, with what a person must do."""
    if summary.table is None:
        return "nothing to grade: put notebooks in submitted/<student>/<exercise>/<exercise>.ipynb"
    lines = []
    width = max(len(row.student) for row in summary.rows)
    for row in summary.rows:
        score = "–" if row.score is None else f"{row.score:g}"
        flag = "  needs a person" if row.needs_manual else ""
        text = f"  {row.exercise}  {row.student:<{width}} {score:>5} / {row.max_score:g}{flag}"
        lines.append(f"{text}  {row.reason}".rstrip())
    if summary.set_aside:
        lines.append(f"another kind of {summary.table.name} stood here: see {summary.set_aside}")
    manual = sum(row.needs_manual for row in summary.rows)
    lines.append(f"{len(summary.rows)} rows in {summary.table.name}, {manual} need a person")
    lines.append(f"isolation {ISOLATION}: grade only what comes from people you trust")
    lines.append("no feedback pages yet: nbgrader's would show the hidden checks")
    return "\n".join(lines)
