"""What grading a submission found, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from course_lib.grading.scoring.verdict import Status


@dataclass(frozen=True)
class Budgets:
    """Seconds that the student's process may take; the grader's own time is not charged.

    Attributes:
        check: one check.
        cell: one cell of the student's.
        submission: all of it, what is run again after a restart included.
        again: a check of a task in which a check has run out of time already.
        start: until a fresh process answers; it is charged to nothing else.
    """

    check: float = 30
    cell: float = 60
    submission: float = 240
    again: float = 5
    start: float = 60


@dataclass(frozen=True)
class CheckResult:
    """How one check ended.

    Attributes:
        message: all there is to say, for whoever grades.
        shown: what the student may read: of a hidden check its hint, and nothing that student
            code could have filled with what it was given.
        seconds: how long it took, the grader's own work included.
        output: what a visible check printed.
        changed: whether student code changed data that it was given. In a check that passed, a
            person may want to look: what it changed could be what the expected value is made of.
    """

    id: str
    task: str
    name: str
    points: float
    hidden: bool
    manual: bool
    status: Status
    message: str = ""
    shown: str = ""
    seconds: float = 0.0
    output: str = ""
    changed: bool = False


@dataclass(frozen=True)
class CellResult:
    """What one cell showed when the student's process ran it.

    Attributes:
        outputs: as in a notebook: streams, displays and the last line's value.
        error: class, message and traceback of what it raised.
    """

    id: str
    outputs: tuple[dict[str, Any], ...]
    error: tuple[str, str, str] | None
    seconds: float


@dataclass(frozen=True)
class Graded:
    """All that became of a submission.

    Attributes:
        restarts: how often the student's process had to be started anew.
        troubles: what failed on the grader's side; each needs a person.
    """

    checks: tuple[CheckResult, ...]
    cells: tuple[CellResult, ...]
    seconds: float
    restarts: int
    troubles: tuple[str, ...] = ()

    @property
    def points(self) -> float:
        """Points of the checks that passed."""
        return sum(check.points for check in self.checks if check.status == "passed")


def cell_result(cell: str, found: Any) -> CellResult:
    """Return what a cell's run came back with, whatever the student's process made of it."""
    found = found if type(found) is dict else {}
    outputs, error, seconds = (found.get(name) for name in ("outputs", "error", "seconds"))
    kept = [output for output in outputs if _sound(output)] if type(outputs) is list else []
    said = None
    if type(error) is list and len(error) == 3 and all(type(text) is str for text in error):
        said = (error[0][:100], error[1], error[2])
    return CellResult(cell, tuple(kept), said, seconds if type(seconds) is float else 0.0)


def _sound(output: Any) -> bool:
    if type(output) is not dict:
        return False
    if output.get("output_type") == "stream":
        return set(output) == {"output_type", "name", "text"} and type(output["text"]) is str
    data = output.get("data")
    return output.get("output_type") in ("display_data", "execute_result") and (
        type(data) is dict
        and all(type(key) is str and type(value) is str for key, value in data.items())
    )
