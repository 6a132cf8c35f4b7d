"""What grading one submission found, as it is kept: ``_build/grading/records/``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from course_lib.exercise import task_of
from course_lib.files import write_whole
from course_lib.grading.scoring.verdict import Status
from course_lib.project import Project


@dataclass(frozen=True)
class CheckRecord:
    """How one check ended.

    Attributes:
        earned: None where a person decides.
        message: all there is to say, for whoever grades.
        shown: what the student may read.
        output: what a visible check printed.
    """

    id: str
    task: str
    name: str
    points: float
    earned: float | None
    hidden: bool
    manual: bool
    status: Status
    message: str = ""
    shown: str = ""
    output: str = ""


@dataclass(frozen=True)
class CellRecord:
    """What one cell of the student's showed, nothing of what a hidden check made it show.

    Attributes:
        outputs: as in a notebook.
        error: class, message and traceback of what it raised, else empty.
    """

    id: str
    outputs: tuple[dict[str, Any], ...] = ()
    error: tuple[str, ...] = ()


@dataclass(frozen=True)
class Record:
    """What became of one submission; the same bytes give the same, but for the time it took.

    Attributes:
        exercise: its slug.
        key: a hash of all that decides: the submission, the exercise, the grader, its versions.
        isolation: what kept the student's code from the grader's machine.
        rejected: why nothing could be graded, with the cure; else empty.
        reason: what cost marks and what was set right, in one line.
        notes: what was set right.
        tamper: whether the code reaches for what no answer needs; for a person to look at.
        score: points earned without a person's.
        needs_person: whether a check waits for a person.
        timing: seconds, in all, of each check and of each cell.
    """

    exercise: str
    key: str
    isolation: str
    rejected: str
    notes: tuple[str, ...]
    tamper: bool
    score: float
    max_score: float
    needs_person: bool
    reason: str
    checks: tuple[CheckRecord, ...]
    cells: tuple[CellRecord, ...] = ()
    timing: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def grader_failed(self) -> bool:
        """Whether a check waits for a person because the grader failed."""
        return any(check.status == "grader_error" for check in self.checks)

    @property
    def decided(self) -> bool:
        """Whether there is anything that the grader decided; else the score says nothing."""
        return any(not c.manual and c.status != "grader_error" for c in self.checks)


def reason(checks: Sequence[CheckRecord], rejected: str, notes: Sequence[str]) -> str:
    """Say in one line what cost marks and what was set right."""
    if rejected:
        return "; ".join([rejected, *notes])
    auto = [check for check in checks if check.status != "manual"]
    if {check.status for check in auto} == {"not_attempted"}:
        return "; ".join(["not attempted", *notes])
    parts: dict[str, list[str]] = {}
    for check in auto:
        if check.status == "passed":
            continue
        task = task_of(check.id)
        whole = {c.status for c in auto if task_of(c.id) == task} == {check.status}
        said = parts.setdefault(_words(check), [])
        if (label := task if whole else check.id) not in said:
            said.append(label)
    lines = [f"{status}: {', '.join(names)}" for status, names in parts.items()]
    return "; ".join([*lines, *notes])


def _words(check: CheckRecord) -> str:
    if check.status == "grader_error":
        return f"the grader failed, a person must look: {' '.join(check.message.split())}"
    return check.status.replace("_", " ")


def dumps(record: Record) -> str:
    """Return a record as JSON; of a character of which student code printed half, a ``?``."""
    text = json.dumps(asdict(record), ensure_ascii=False, indent=1) + "\n"
    return text.encode("utf-8", "replace").decode("utf-8")


def loads(text: str) -> Record:
    """Return a record from JSON.

    Raises:
        ValueError: it is none, or one of another version.
    """
    data = json.loads(text)
    try:
        checks = tuple(CheckRecord(**check) for check in data.pop("checks"))
        cells = tuple(
            CellRecord(cell["id"], tuple(cell["outputs"]), tuple(cell["error"]))
            for cell in data.pop("cells")
        )
        return Record(**data | {"notes": tuple(data["notes"])}, checks=checks, cells=cells)
    except (TypeError, KeyError, AttributeError) as problem:
        raise ValueError(f"no record: {problem}") from None


def place(project: Project, slug: str, student: str) -> Path:
    """Return where a record is kept."""
    return project.build / "grading" / "records" / slug / f"{student}.json"


def keep(project: Project, student: str, record: Record) -> None:
    """Write a record, whole or not at all."""
    write_whole(place(project, record.exercise, student), dumps(record))


def find(project: Project, slug: str, student: str) -> Record | None:
    """Return the record of a submission, None where there is none that can be read."""
    try:
        return loads(place(project, slug, student).read_text("utf-8"))
    except (OSError, ValueError):
        return None
