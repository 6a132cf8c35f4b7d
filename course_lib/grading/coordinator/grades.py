"""What grading found: a row for every student and exercise, kept in ``grades.csv``."""

from __future__ import annotations

import csv
import io
import statistics
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course_lib.files import write_whole

COLUMNS = (
    *("student", "exercise", "score", "max_score", "late_penalty", "needs_manual"),
    *("tamper", "reason", "isolation"),
)
_LISTED = 40  # rows that are printed; beyond it only those that somebody should look at
_BAR = 24


@dataclass(frozen=True)
class Row:
    """One student's result in one exercise; ``score`` is None where the grader itself failed."""

    student: str
    exercise: str
    score: float | None
    max_score: float
    needs_manual: bool
    reason: str = ""
    isolation: str = "none"
    late_penalty: float = 0.0
    tamper: bool = False
    grader_failed: bool = field(default=False, compare=False)

    @property
    def needs_a_look(self) -> bool:
        """Whether a person should look at more than a written answer."""
        return self.grader_failed or self.tamper


@dataclass(frozen=True)
class Summary:
    """All rows, by exercise and student, and the file they were written to.

    Attributes:
        set_aside: a file of another kind that stood in the table's place.
        graded: how many submissions were run; the others had not changed.
        strays: what in ``submitted/`` belongs to nobody.
    """

    rows: tuple[Row, ...]
    table: Path | None
    set_aside: Path | None = None
    graded: int = 0
    strays: tuple[str, ...] = ()

    @property
    def grader_errors(self) -> int:
        """How many submissions wait for a person because the grader failed."""
        return sum(row.grader_failed for row in self.rows)


def write_table(path: Path, rows: Collection[Row]) -> Path | None:
    """Write rows to ``grades.csv``, keeping those of exercises that were not graded this time.

    Text that a spreadsheet would take for a formula is written with an apostrophe before it.

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
    lines = kept + [{name: _plain(getattr(row, name)) for name in COLUMNS} for row in rows]
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(lines, key=lambda line: (line["exercise"], line["student"])))
    write_whole(path, text.getvalue())
    return aside


def _plain(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value


def _free_name(path: Path) -> Path:
    number = 1
    while (name := path.with_stem(f"{path.stem}-kept-{number}")).exists():
        number += 1
    return name


def render(summary: Summary) -> str:
    """Return the summary as text: how scores are spread, and what a person must do."""
    if summary.table is None:
        nothing = "nothing to grade: put notebooks in submitted/<student>/<exercise>/"
        return "\n".join([nothing + "<exercise>.ipynb", *summary.strays])
    rows, lines = summary.rows, []
    for exercise in dict.fromkeys(row.exercise for row in rows):
        lines += _spread(exercise, [row for row in rows if row.exercise == exercise])
    few = len(rows) <= _LISTED
    listed = rows if few else [row for row in rows if row.needs_a_look]
    width = max((len(row.student) for row in listed), default=0)
    lines += [_line(row, width) for row in listed]
    lines.append(f"{len(rows)} rows in {summary.table.name}, {summary.graded} graded now")
    waits = (
        (sum(row.needs_manual for row in rows), "to mark in formgrader (`make lab`)"),
        (sum(row.tamper for row in rows), "worth a look"),
        (summary.grader_errors, "where the grader failed: grade again"),
    )
    if any(number for number, _ in waits):
        lines.append(f"for a person: {', '.join(f'{n} {what}' for n, what in waits if n)}")
    if summary.set_aside:
        lines.append(f"another kind of {summary.table.name} stood here: see {summary.set_aside}")
    lines += summary.strays[:_LISTED]
    if len(summary.strays) > _LISTED:
        lines.append(f"and {len(summary.strays) - _LISTED} more in submitted/ that were left out")
    kinds = sorted({row.isolation for row in rows if row.isolation})
    lines.append(f"isolation: {'; '.join(kinds) or '–'}")
    if "none" in kinds:
        lines.append("without isolation, grade only what comes from people you trust")
    return "\n".join(lines)


def _spread(exercise: str, rows: Sequence[Row]) -> list[str]:
    """Return how the scores of an exercise are spread over fifths of what it is worth."""
    scores = [row.score for row in rows if row.score is not None]
    most = max(row.max_score for row in rows)
    if not scores or not most:
        return [exercise]
    middle = f"median {statistics.median(scores):g}, mean {statistics.fmean(scores):.1f}"
    lines = [f"{exercise}: {len(scores)} scores, {middle} of {most:g}"]
    if len(scores) < 5:
        return lines
    counts = [0] * 5
    for score in scores:
        counts[min(4, int(5 * score / most))] += 1
    for number, count in enumerate(counts):
        low, high = most * number / 5, most * (number + 1) / 5
        bar = "█" * round(_BAR * count / max(counts))
        lines.append(f"  {low:>4g} –{high:>4g}  {count:>5}  {bar}".rstrip())
    return lines


def _line(row: Row, width: int) -> str:
    score = "–" if row.score is None else f"{row.score:g}"
    flag = "  needs a person" if row.needs_manual else ""
    late = f"  late: -{row.late_penalty:g}" if row.late_penalty else ""
    look = "  look" if row.tamper else ""
    text = f"  {row.exercise}  {row.student:<{width}} {score:>5} / {row.max_score:g}"
    return f"{text}{late}{flag}{look}  {row.reason}".rstrip()
