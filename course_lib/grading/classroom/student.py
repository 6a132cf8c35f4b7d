"""A student's own notebook, checked in the terminal: by what grades it, as far as it is there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from course_lib.exercise import (
    RUNS_LATER,
    Cell,
    Exercise,
    Task,
    grade_id,
    metadata,
    parse,
    role,
)
from course_lib.grading.boundary.names import defined, imports
from course_lib.grading.isolation.plain import PlainGuests
from course_lib.grading.scoring.checker import run_checks
from course_lib.grading.scoring.notebook import load
from course_lib.grading.scoring.results import Budgets
from course_lib.grading.scoring.verdict import WORDS
from course_lib.grading.scoring.verdict import Status as Ended
from course_lib.project import Project, ProjectError

BUDGETS = Budgets()
MANUAL = "a person reads this one"
Status = Ended | Literal["later"]
_DEFINES = re.compile(r"^(?:async +)?(?:def|class) +(\w+)|^(\w+) *(?::[^=\n]+)?=[^=]", re.MULTILINE)
_COLOURS = {"✓": "\x1b[32m", "✗": "\x1b[31m", "?": "\x1b[31m"}
_GREY, _PLAIN = "\x1b[90m", "\x1b[0m"
_ANSI = re.compile(r"\x1b\[\d+m")


@dataclass(frozen=True)
class Outcome:
    """One check: its name and points, how it ended, and what the student should read."""

    id: str
    task: str
    name: str
    points: float
    status: Status
    message: str = ""
    manual: bool = False


@dataclass(frozen=True)
class Report:
    """How every check of one notebook ended."""

    title: str
    tasks: tuple[Task, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def earned(self) -> float:
        """Points of the checks that passed."""
        return sum(o.points for o in self.outcomes if o.status == "passed")

    @property
    def visible(self) -> float:
        """Points of the checks that run here."""
        return sum(o.points for o in self.outcomes if o.status != "later" and not o.manual)

    @property
    def complete(self) -> bool:
        """Whether every check that runs here passed."""
        return self.earned == self.visible


def check_notebook(project: Project, slug: str) -> Report:
    """Check ``exercises/<slug>/<slug>.ipynb``; its code runs in a folder of its own.

    Raises:
        ProjectError: there is no such exercise, its notebook cannot be read, or its checks are
            gone; the line says the cure.
    """
    folder = project.exercises / slug
    if not folder.is_dir():
        names = ", ".join(sorted(path.name for path in project.exercises.glob("*/"))) or "none yet"
        raise ProjectError(f"there is no exercise {slug!r}: there is {names}")
    cells = load(folder / f"{slug}.ipynb").cells
    exercise = parse(slug, cells)
    if not exercise.checks:
        raise ProjectError(f"{slug}.ipynb has lost its checks: restore it with git, then paste")
    later = {grade_id(cell) for cell in cells if cell.source.startswith(RUNS_LATER)}
    here = _given(exercise, later)
    own = {cell.id for cell in cells} - {cell.id for cell in here.cells}
    elsewhere = frozenset().union(*(_names(c) for c in cells if c.id in own))
    untouched = _untouched(exercise, elsewhere)
    tasks = {task.name for task in exercise.tasks}
    graded = run_checks(here, cells, PlainGuests(), budgets=BUDGETS, untouched=untouched & tasks)
    found = {check.id: check for check in graded.checks}
    outcomes = []
    for check in exercise.checks:
        status: Status = "later"
        text = ""
        if check.id in found:
            status, text = found[check.id].status, found[check.id].message
        if check.manual:
            status, text = ("not_attempted", "") if check.id in untouched else ("manual", MANUAL)
        told = (check.id, check.task, check.name, check.points, status, text, check.manual)
        outcomes.append(Outcome(*told))
    return Report(exercise.title, exercise.tasks, tuple(outcomes))


def _untouched(exercise: Exercise, elsewhere: frozenset[str]) -> set[str]:
    """Return the answers that are as handed out, by the checksum that nbgrader left in them.

    Args:
        exercise: the student's.
        elsewhere: names that cells define which the student added: those answers are not open.
    """
    from nbgrader.utils import compute_checksum

    return {
        name
        for name, cell in exercise.answers().items()
        if metadata(cell).get("checksum") == compute_checksum(cell) and not _names(cell) & elsewhere
    }


def _names(cell: Cell) -> frozenset[str]:
    """Return the names that a cell defines, or would if it compiled."""
    if cell.cell_type != "code":
        return frozenset()
    return defined(cell.source) | {a or b for a, b in _DEFINES.findall(cell.source)}


def _given(exercise: Exercise, later: set[str]) -> Exercise:
    """Return what of a student's notebook came from the instructor, and runs here.

    Cells that a student added have ids of their own, and are the student's alone.
    """

    def is_given(cell: Cell) -> bool:
        ours = role(cell) != "other" or re.fullmatch(rf"{re.escape(exercise.slug)}-\d+", cell.id)
        return bool(ours) and grade_id(cell) not in later

    kept = [cell for cell in exercise.cells if is_given(cell)]
    ours = frozenset().union(*(_names(c) for c in kept if role(c) in ("other", "check")))
    theirs = frozenset().union(*(_names(c) for c in exercise.cells)) - ours
    lines = "\n".join(f"{name} = None" for name in sorted(theirs))
    for number, cell in enumerate(kept):
        if role(cell) == "answer":  # what an instructor's would tell: which names are theirs
            source = f"{imports(cell.source)}\n{lines}"
            kept[number] = type(cell)({**cell, "source": source})
    checks = tuple(check for check in exercise.checks if check.id not in later)
    return replace(exercise, cells=tuple(kept), checks=checks)


def words(status: Status) -> tuple[str, str]:
    """Return a status as a sign and words."""
    if status == "grader_error":  # here nobody but the student changed what was given
        return "?", "a given cell fails"
    return WORDS[status] if status != "later" else ("·", "runs when you submit")


def render(report: Report, hints: int = 0, *, colour: bool = True) -> str:
    """Return a report as one screen: a line for each task that is well, or not begun.

    Of other tasks it has each check that runs here, and what it says.

    Args:
        report: from :func:`check_notebook`.
        hints: show the first so many hints of each task that is not complete.
        colour: whether whoever reads it shows colours.
    """
    lines = [report.title, ""]
    for task in report.tasks:
        lines += _of_task(task, [o for o in report.outcomes if o.task == task.name], hints)
    later = sum(o.points for o in report.outcomes if o.status == "later")
    manual = sum(o.points for o in report.outcomes if o.manual)
    total = f"{report.earned:g} of the {report.visible:g} points that are checked here"
    if later:
        total += f"; {later:g} more when you submit"
    if manual:
        total += f"; {manual:g} by a person"
    text = "\n".join([*lines, "", total])
    return text if colour else _ANSI.sub("", text)


def _of_task(task: Task, found: Sequence[Outcome], hints: int) -> list[str]:
    here = [o for o in found if o.status != "later" and not o.manual]
    ends = {o.status for o in here} or {o.status for o in found}
    points = f"{sum(o.points for o in here if o.status == 'passed'):g} of "
    points += f"{sum(o.points for o in here):g} points"
    if len(ends) == 1 and ends <= {"passed", "not_attempted", "manual", "later"}:
        [status] = ends
        told = f": {words(status)[1]}" if status != "passed" else ""
        lines = [_line(status, f"{task.title}{told} ({points})" if here else f"{task.title}{told}")]
    else:
        lines = [_line("failed", f"{task.title} ({points})")]
        for one in here:
            lines.append(
                "  " + _line(one.status, f"{one.name} ({one.points:g}): {words(one.status)[1]}")
            )
            lines += [f"      {line}" for line in one.message.splitlines()]
    if not ends <= {"passed", "later", "manual"}:
        for number, hint in enumerate(task.hints[:hints], 1):
            lines.append(f"    hint {number}: {' '.join(hint.split())}")
    return lines


def _line(status: Status, text: str) -> str:
    sign = words(status)[0]
    return f"{_COLOURS.get(sign, _GREY)}{sign}{_PLAIN} {text}"
