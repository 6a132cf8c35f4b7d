"""Runs an exercise's checks against a student's cells, which run in another process.

The instructor's given cells and checks run here, in order, in one namespace; the names that the
instructor's answers define stand there for what the student's process holds under them. Every
other name (``np``, ``check``, what a given cell made) is the grader's own. So a verdict depends on
nothing of the student's but plain values that were decoded.

Given cells run on both sides. Of a demonstration (a given cell that may fail, by its tag) and of
a visible check, the student's process runs the imports and definitions only.

What a student may read of a result is never what student code said after it met a hidden check:
where it said something, the notebook runs a second time without its hidden checks, for its words
alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from course_lib.exercise import Cell, Exercise, grade_id, role
from course_lib.grading.boundary.names import imported
from course_lib.grading.boundary.session import Guests
from course_lib.grading.scoring.results import Budgets, CellResult, CheckResult, Graded
from course_lib.grading.scoring.run import Run
from course_lib.grading.scoring.students import Students
from course_lib.grading.scoring.verdict import known_kind

_BUDGETS = Budgets()


def run_checks(
    source: Exercise,
    rebuilt: Sequence[Cell],
    guests: Guests,
    *,
    budgets: Budgets = _BUDGETS,
    untouched: Iterable[str] = (),
) -> Graded:
    """Grade a submission.

    Args:
        source: the instructor's exercise, with its answers and hidden checks.
        rebuilt: the cells of the notebook to grade, from :func:`rebuild`.
        guests: where the student's process comes from.
        budgets: of time.
        untouched: tasks whose answer is as handed out.
    """
    began = time.perf_counter()
    given = [c.source for c in source.cells if c.cell_type == "code" and role(c) == "other"]
    students = Students(guests, budgets, imported(given))
    run = Run(source, students, untouched)
    try:
        run.all(rebuilt)
    finally:
        students.close()
    checks = {check.id: run.result(check) for check in source.checks}
    cells, restarts = run.cells, students.restarts
    if run.after or run.tainted:
        again = _without_hidden(run, rebuilt)
        restarts += again.students.restarts
        cells = {name: _cell(run, again, found) for name, found in cells.items()}
        checks = {name: _check(run, again, found) for name, found in checks.items()}
    return Graded(
        tuple(checks.values()),
        tuple(cells.values()),
        time.perf_counter() - began,
        restarts,
        tuple(run.troubles),
    )


def _without_hidden(run: Run, rebuilt: Sequence[Cell]) -> Run:
    """Run a notebook once more in a process that meets no hidden check.

    What it shows there cannot hold what a hidden check gave to a function. Its visible checks run
    too where the words of one are needed; what is known to run without end does not run again.
    """
    source, students = run.source, run.students
    hidden = {check.id for check in source.checks if check.hidden}
    shown = tuple(cell for cell in source.cells if grade_id(cell) not in hidden)
    left = {cell.id for cell in source.cells} - {cell.id for cell in shown}
    known = replace(source, cells=shown, checks=tuple(c for c in source.checks if not c.hidden))
    again = Run(
        known,
        students.anew(),
        run.untouched if run.tainted else {check.task for check in source.checks},
        run.late,
    )
    try:
        again.all([cell for cell in rebuilt if cell.id not in left])
    finally:
        again.students.close()
    return again


def _cell(run: Run, again: Run, found: CellResult) -> CellResult:
    """Return what a cell showed where no hidden check ever ran; of an error at least its class."""
    if found.id not in run.after:
        return found
    kind = known_kind(found.error[0]) if found.error else ""
    unsaid = replace(found, outputs=(), error=(kind or "Error", "", "") if found.error else None)
    return replace(again.cells.get(found.id, unsaid), seconds=found.seconds)


def _check(run: Run, again: Run, found: CheckResult) -> CheckResult:
    """Return a check with the words that it had where no hidden check ever ran, if it ended alike.

    If not, it keeps what it has: its hint, or the kind of an error, as a hidden check would.
    """
    other = again.checks.get(found.id)
    if found.id not in run.tainted or other is None or other.status != found.status:
        return found
    return replace(found, shown=other.shown, output=other.output)
