"""One answer's verdicts both ways: in one process, and across the boundary."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from functools import cache

from runner import (
    ROOT,
    SOURCES,
    Answer,
    Bench,
    Verdict,
    bench,
    environment,
)

from course_lib.exercise import grade_id, role, task_of
from course_lib.files import write_whole
from course_lib.grading.scoring.checker import run_checks
from course_lib.grading.scoring.results import Budgets

__all__ = ["ROOT", "SOURCES", "across_boundary", "bench", "both"]

_DECIDING = (
    "boundary/*.py",
    *(f"scoring/{name}.py" for name in ("checker", "results", "run", "students", "verdict")),
)
"""The files of the grader on which a verdict depends: what ``checker`` imports, and the guest."""
SECONDS = Budgets(check=60, cell=60, submission=400)  # wide: the machine may be busy


@dataclass(frozen=True)
class Both:
    """One check of one answer, both ways."""

    answer: Answer
    id: str
    here: tuple[str, str]
    across: tuple[str, str]

    @property
    def same(self) -> bool:
        """Whether status and message agree."""
        return self.here == self.across

    def __str__(self) -> str:
        return f"{self.answer}: {self.id}\n   here   {self.here}\n   across {self.across}"


def both(bench: Bench, answer: Answer, guests) -> list[Both]:
    """Run one answer's checks both ways, the reference standing for the other tasks."""
    names = {check.id: check.name for check in bench.exercise.checks}
    verdicts = bench.of_task(answer.task, answer.source)
    here = [said(verdict, names[verdict.id]) for verdict in verdicts]
    across = {check.id: check for check in across_boundary(bench, answer, guests)}
    return [
        Both(answer, name, (status, text), (across[name].status, plain(across[name].message)))
        for name, status, text in here
    ]


def across_boundary(
    bench: Bench, answer: Answer, guests, *, checks: int | None = None, budgets: Budgets = SECONDS
) -> list[Verdict]:
    """Return the verdicts of one task's checks, or its first few, by the checker; kept by content.

    A right answer that runs out of time is not kept: that may be the machine's doing.
    """
    cells = notebook_of(bench, answer.task)
    if checks is not None:
        left = [cell for cell in cells if role(cell) == "check"][checks:]
        cells = [cell for cell in cells if cell not in left]
    rebuilt = [
        type(cell)({**cell, "source": answer.source})
        if role(cell) == "answer" and grade_id(cell) == answer.task
        else cell
        for cell in cells
    ]
    text = json.dumps([[cell.id, cell.source] for cell in rebuilt]) + environment() + grader()
    kept = bench.store / f"across-{hashlib.sha256(text.encode()).hexdigest()}.json"
    if kept.is_file():
        return [Verdict(*found) for found in json.loads(kept.read_text("utf-8"))]
    here = {grade_id(cell) for cell in cells}
    asked = tuple(check for check in bench.exercise.checks if check.id in here)
    source = replace(bench.exercise, cells=tuple(cells), checks=asked)
    results = run_checks(source, rebuilt, guests, budgets=budgets).checks
    found = [(one.id, one.status, one.message) for one in results if not one.manual]
    kept.parent.mkdir(parents=True, exist_ok=True)
    if answer.kind == "wrong" or "timeout" not in {status for _, status, _ in found}:
        write_whole(kept, json.dumps(found))  # another process may read it just then
    return [Verdict(*one) for one in found]


def notebook_of(bench: Bench, task: str) -> list:
    """Return an exercise's cells up to a task's last, without the checks of other tasks."""
    cells = bench.exercise.cells
    end = max(i for i, cell in enumerate(cells) if task_of(grade_id(cell)) == task)
    return [
        cell
        for cell in cells[: end + 1]
        if role(cell) != "check" or task_of(grade_id(cell)) == task
    ]


@cache
def grader() -> str:
    """Return a hash of the code that brings verdicts about across the boundary."""
    total, grading = hashlib.sha256(), ROOT / "course_lib" / "grading"
    for path in sorted(path for part in _DECIDING for path in grading.glob(part)):
        total.update(str(path.relative_to(grading)).encode() + path.read_bytes())
    return total.hexdigest()


def said(verdict: Verdict, name: str) -> tuple[str, str, str]:
    """Return a verdict of the runner in the words of a notebook's."""
    status, text = verdict.status, verdict.message
    if status == "failed":
        text = "\n".join(line.strip() for line in text.removeprefix(name).strip().splitlines())
    elif status == "not_attempted":
        text = ""
    elif status == "timeout":
        text = "it ran out of time: is there a loop without end?"
    else:
        text = (text.strip().splitlines() or [""])[0]
    return verdict.id, status, plain(text)


def plain(text: str) -> str:
    """Return a message without what differs from run to run: addresses, names of files, how
    often a tensor was written to."""
    return re.sub(r"0x[0-9a-f]+|<cell [^>]*>|<ipython[^>]*>|version \d+", "…", text)
