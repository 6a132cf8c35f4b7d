"""What became of each check, read from an executed notebook."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from course_lib.exercise import RUNS_LATER, Exercise, grade_id, metadata, role, task_of

Status = Literal["passed", "failed", "error", "timeout", "not_attempted", "later", "manual"]
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


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


def outcomes(exercise: Exercise, untouched: set[str]) -> list[Outcome]:
    """Return how each check of an executed notebook ended, in order.

    Args:
        exercise: read from the executed notebook.
        untouched: the answers that are as handed out; their checks were not attempted, even
            where a starter ran into them.
    """
    stopped = {}
    for cell in exercise.cells:
        if role(cell) == "answer" and (error := _error(cell)):
            stopped[grade_id(cell)] = f"its answer stops with {error[0]}: {error[1]}".strip()
    cells = {grade_id(cell): cell for cell in exercise.cells if role(cell) != "other"}
    found = []
    for check in exercise.checks:
        status, message = _status(cells[check.id], check.name)
        if check.manual:
            status, message = "manual", "a person reads this one"
        if check.task in untouched and status != "later":
            status, message = "not_attempted", ""
        elif status == "error" and check.task in stopped:
            message = stopped[check.task]
        found.append(
            Outcome(check.id, check.task, check.name, check.points, status, message, check.manual)
        )
    return found


def untouched_by_checksum(cells: Any) -> set[str]:
    """Return the answers that are as handed out, by the checksum that nbgrader left in them."""
    from nbgrader.utils import compute_checksum

    return {
        task_of(grade_id(cell))
        for cell in cells
        if role(cell) in ("answer", "written")
        and metadata(cell).get("checksum") == compute_checksum(cell)
    }


def _error(cell: Any) -> tuple[str, str] | None:
    for output in reversed(cell.get("outputs", [])):  # a timeout's comes after the interrupt's
        if output.output_type == "error":
            return output.ename, _ANSI.sub("", output.evalue)
    return None


def _status(cell: Any, name: str) -> tuple[Status, str]:
    if cell.source.startswith(RUNS_LATER):
        return "later", ""
    error = _error(cell)
    if error is None:
        return "passed", ""
    kind, message = error
    if kind == "CheckFailed":
        lines = [line.strip() for line in message.removeprefix(name).strip().splitlines()]
        return "failed", "\n".join(lines)
    if kind == "NotAttempted":
        return "not_attempted", ""
    if kind == "CellTimeoutError":
        return "timeout", "it ran out of time: is there a loop without end?"
    return "error", f"{kind}: {message}".strip().splitlines()[0]
