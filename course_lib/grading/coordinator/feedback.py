"""Feedback pages: what a student is told, and nothing from which a hidden check can be read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from course_lib.exercise import Exercise
from course_lib.grading.scoring.record import CellRecord, CheckRecord, Record
from course_lib.grading.scoring.verdict import WORDS

if TYPE_CHECKING:
    from course_lib.grading.coordinator.gradebook import Mark, Standing

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")
_CELL_OF = re.compile(r"(?P<answer>.+?)-(?:own-)?\d+")
_MOST = 20_000  # characters of one output on the page
_IMAGES = 20
_STOPPED = ("timeout", "memory", "error")  # the grader's words, which have no traceback


@dataclass(frozen=True)
class _Shown:
    """One check on the page."""

    name: str
    sign: str
    status: str
    earned: str
    points: str
    message: str
    output: str
    comment: str


@dataclass(frozen=True)
class _Output:
    """One output on the page: text, or a picture as a data URL."""

    kind: str
    text: str


@dataclass(frozen=True)
class _Task:
    """One task on the page; ``complete`` where no check cost marks."""

    title: str
    earned: str
    points: str
    complete: bool
    checks: list[_Shown]
    hints: tuple[str, ...]
    outputs: list[_Output]

    @property
    def lost(self) -> list[_Shown]:
        """Checks that cost marks."""
        return [check for check in self.checks if check.sign not in ("✓", "·")]


def page(record: Record, student: str, exercise: Exercise, standing: Standing) -> str:
    """Return the feedback page of one submission, HTML.

    Args:
        record: what grading found.
        student: their name.
        exercise: the instructor's; only titles and hints of its tasks are shown.
        standing: what the gradebook holds, a person's marks and comments included.
    """
    marks = standing.marks
    tasks = []
    for task in exercise.tasks:
        checks = [check for check in record.checks if check.task == task.name]
        earned = sum(marks[check.id].score for check in checks if check.id in marks)
        tasks.append(
            _Task(
                task.title,
                f"{earned:g}",
                f"{task.points:g}",
                all(check.status in ("passed", "manual") for check in checks),
                [_shown(check, marks.get(check.id), marks.get(check.task)) for check in checks],
                task.hints,
                _outputs(_cells(record, task.name)),
            )
        )
    names = {task.name for task in exercise.tasks}
    rest = [cell for cell in record.cells if _task_of(cell.id) not in names]
    return _template().render(
        title=exercise.title,
        student=student,
        score=f"{max(0.0, standing.score - standing.penalty):g}",
        most=f"{standing.most:g}",
        penalty=f"{standing.penalty:g}" if standing.penalty else "",
        waits=standing.waits,
        rejected=record.rejected,
        notes=[note for note in record.notes if "worth a look" not in note],
        tasks=tasks,
        rest=_outputs(rest),
    )


def _shown(check: CheckRecord, mark: Mark | None, answer: Mark | None) -> _Shown:
    sign, words = WORDS[check.status]
    points = "–" if mark is None else f"{mark.score:g}"
    if mark is not None and mark.waits and mark.auto is None and not mark.by_person:
        points = "–"
    elif mark is not None and mark.by_person:
        words = f"{words}; marked by a person" if not check.manual else "marked by a person"
    comment = (mark.comment if mark else "") or (answer.comment if answer else "")
    message = "" if check.status == "manual" else check.shown
    output = "" if check.status == "passed" or check.hidden else check.output
    return _Shown(
        check.name, sign, words, points, f"{check.points:g}", clean(message), clean(output), comment
    )


def _cells(record: Record, task: str) -> list[CellRecord]:
    return [cell for cell in record.cells if _task_of(cell.id) == task]


def _task_of(cell: str) -> str:
    """Return the task whose answer a cell is, or follows: ids of added cells begin with it."""
    match = _CELL_OF.fullmatch(cell)
    return match["answer"] if match else cell


def _outputs(cells: Iterable[CellRecord]) -> list[_Output]:
    found: list[_Output] = []
    for cell in cells:
        for output in cell.outputs:
            found += _output(output, sum(one.kind == "image" for one in found))
        if cell.error:
            kind, text, trace = (*cell.error, "", "")[:3]
            said = text if kind in _STOPPED else f"{kind}: {text}"
            found.append(_Output("error", clean(trace or said)))
    return [one for one in found if one.text.strip()]


def _output(output: dict[str, Any], images: int) -> list[_Output]:
    if output["output_type"] == "stream":
        return [_Output("text", clean(output["text"]))]
    data = output["data"]
    picture = data.get("image/png", "")
    if picture and images < _IMAGES and _BASE64.fullmatch(picture):
        return [_Output("image", f"data:image/png;base64,{''.join(picture.split())}")]
    return [_Output("text", clean(data.get("text/plain", "")))]


def clean(text: str) -> str:
    """Return text as it can stand on a page: no colours, no control characters, not too much."""
    text = _CONTROL.sub("", _ANSI.sub("", text).replace("\r\n", "\n").replace("\r", "\n"))
    return text if len(text) <= _MOST else f"{text[:_MOST]}\n[more was left out]"


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    return environment.get_template("feedback.html")
