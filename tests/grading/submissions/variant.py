"""One submission: what is in it, and what must come of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from submissions.course import RIGHT, SLUG, WRONG, Everyday, cell, code_cell

POINTS = {
    "mean-check-1": 2.0,
    "mean-hidden-1": 4.0,
    "rescale-check-1": 2.0,
    "rescale-hidden-1": 3.0,
    "train-check-1": 2.0,
    "train-hidden-1": 3.0,
    "largest-check-1": 2.0,
    "mislead": 2.0,
}
CHECKS = tuple(name for name in POINTS if name != "mislead")
ALL = dict.fromkeys(("mean", "rescale", "train", "largest"), "failed error")
"""Nothing is earned, whatever was tried."""

Notebook = dict[str, Any]


@dataclass(frozen=True)
class Variant:
    """One way to hand in what a row of the table says.

    Attributes:
        row: of submissions.yml.
        name: what sets it apart from the row's other variants.
        answers: sources by grade_id, in place of those of ``base``.
        base: what the other answers are.
        first: a cell put before all others.
        last: a cell put after all others.
        change: what is done to the notebook before it is saved.
        write: fills the folder in place of saving the notebook; is given the course too.
        beside: further files in the folder, or what makes them.
        lost: the statuses, parted by spaces, that checks may end with, by check or task; all
            others must pass.
        rejected: what the reason must say where nothing can be graded.
        notes: what reason or notes must say.
        tamper: whether the record must say that something was tampered with; None leaves it open.
        prints: what the student's own output must show: that the attempt was made.
        clock: whether what it prints differs from run to run, as a progress bar does.
        most: seconds that grading it may take.
        extra: the table does not name it.
    """

    row: str
    name: str
    answers: Mapping[str, str] = field(default_factory=dict)
    base: Mapping[str, str] = field(default_factory=lambda: RIGHT)
    first: str = ""
    last: str = ""
    change: Callable[[Notebook], Any] | None = None
    write: Callable[[Everyday, Path, Notebook], None] | None = None
    beside: Callable[[Everyday, Path], None] | None = None
    lost: Mapping[str, str] = field(default_factory=dict)
    rejected: str = ""
    notes: str = ""
    tamper: bool | None = None
    prints: str = ""
    clock: bool = False
    most: float = 60.0
    extra: bool = False

    @property
    def student(self) -> str:
        """Whose submission it is."""
        return f"{self.row}-{self.name}".replace(" ", "-").replace("/", "")

    def statuses(self, check: str) -> set[str]:
        """Return how a check may end."""
        task = check.rpartition("-")[0].removesuffix("-check").removesuffix("-hidden")
        return set((self.lost.get(check) or self.lost.get(task) or "passed").split())

    def notebook(self, course: Everyday) -> Notebook:
        """Return the notebook, as plain JSON."""
        notebook = course.blank()
        for name, source in {**self.base, **self.answers}.items():
            cell(notebook, name)["source"] = source
        for one in notebook["cells"]:
            one["source"] = course.filled(one["source"])
        if self.first:
            notebook["cells"].insert(0, code_cell(course.filled(self.first), "mine-first"))
        if self.last:
            notebook["cells"].append(code_cell(course.filled(self.last), "mine-last"))
        if self.change:
            self.change(notebook)
        return notebook

    def hand_in(self, course: Everyday) -> None:
        """Write it where a student's submission lies."""
        folder = course.folder(self.student)
        folder.mkdir(parents=True, exist_ok=True)
        if self.write:
            self.write(course, folder, self.notebook(course))
        else:
            text = json.dumps(self.notebook(course), indent=1)
            (folder / f"{SLUG}.ipynb").write_text(text, encoding="utf-8")
        if self.beside:
            self.beside(course, folder)


def forged(row: str, name: str, **more: Any) -> Variant:
    """Return a submission with nothing right in it that claims marks all the same."""
    return Variant(row, name, **({"base": WRONG, "lost": ALL} | more))


def one_lost(row: str, name: str, mean: str, status: str, **more: Any) -> Variant:
    """Return a submission with everything right but the first task."""
    answers = {"mean": mean} | more.pop("answers", {})
    return Variant(row, name, answers=answers, lost={"mean": status}, **more)
