"""Ways to grade a class: ``course grade``, stock nbgrader, otter-grader; each as it is used."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks import classes
from benchmarks.classes import SLUG, Submission
from course_lib.project import ProjectError

Scores = dict[str, float]


@dataclass(frozen=True)
class Opponent:
    """One way to grade.

    Attributes:
        label: as in a table.
        prepare: makes the folder that it grades in, with these submissions handed in.
        grade: grades what was handed in there; this is timed.
        scores: returns what it found, by student.
        whole: whether it grades the whole class in each round, and not a slice.
    """

    label: str
    prepare: Callable[[Path, Path, Sequence[Submission]], None]
    grade: Callable[[Path], None]
    scores: Callable[[Path], Scores]
    whole: bool = False


def run(command: Sequence[str], folder: Path) -> None:
    """Run a grader.

    Raises:
        ProjectError: it failed; the last that it said.
    """
    done = subprocess.run(
        command, cwd=folder, env=classes.environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = "\n".join((done.stderr or done.stdout).strip().splitlines()[-3:])
        raise ProjectError(f"{' '.join(command[1:4])} failed: {last}")


# ── course grade ──


def prepare_course(made: Path, folder: Path, class_: Sequence[Submission]) -> None:
    """Copy the checkout, whose gradebook knows the exercise already, and hand in."""
    shutil.copytree(made / "course", folder, symlinks=True)
    classes.hand_in(folder, folder / "exercises" / SLUG / f"{SLUG}.ipynb", class_)


def course_grade(folder: Path, workers: int) -> None:
    """Grade as an instructor does, in isolation."""
    run([sys.executable, "-m", "course_lib.cli", "grade", f"--workers={workers}"], folder)


def course_scores(folder: Path) -> Scores:
    """Read ``grades.csv``.

    Raises:
        ProjectError: a submission ran without isolation.
    """
    with (folder / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if bare := sorted({row["isolation"] for row in rows} - {"bubblewrap, warm"}):
        raise ProjectError(f"submissions ran in {', '.join(bare)}: there is nothing to compare")
    return {row["student"]: float(row["score"]) for row in rows}


# ── stock nbgrader ──


def prepare_stock(made: Path, folder: Path, class_: Sequence[Submission]) -> None:
    """Copy nbgrader's own course, and hand in."""
    shutil.copytree(made / "stock", folder)
    classes.hand_in(folder, folder / "release" / SLUG / f"{SLUG}.ipynb", class_)


def autograde(folder: Path) -> None:
    """Grade all in one call, as nbgrader is used."""
    run([sys.executable, "-m", "nbgrader", "autograde", SLUG], folder)


def stock_scores(folder: Path) -> Scores:
    """Read nbgrader's gradebook."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        return {one.student.id: one.score for one in book.assignment_submissions(SLUG)}


# ── otter-grader ──


def prepare_otter(made: Path, folder: Path, class_: Sequence[Submission]) -> None:
    """Write its tests and a notebook a student."""
    classes.otter(folder, classes.instructors(made / "course"), class_)


def otter_run(folder: Path, at_once: int) -> None:
    """Grade one submission a call, for it takes no more; so many calls at a time."""

    def grade(notebook: Path) -> None:
        out = folder / "out" / notebook.stem
        out.mkdir(parents=True)
        words = ["-a", str(folder / "autograder.zip"), "-o", str(out), "--no-logo"]
        run([sys.executable, "-m", "otter", "run", str(notebook), *words], folder)

    with ThreadPoolExecutor(at_once) as threads:
        list(threads.map(grade, sorted((folder / "in").glob("*.ipynb"))))


def otter_scores(folder: Path) -> Scores:
    """Read its results."""
    return {
        path.parent.name: sum(
            test.get("score", 0.0) for test in json.loads(path.read_text("utf-8"))["tests"]
        )
        for path in sorted((folder / "out").glob("*/results.json"))
    }


OURS = "course-2"
COURSE = (prepare_course, course_scores)
OPPONENTS = {
    "course-1": Opponent(
        "course grade, 1 worker", COURSE[0], partial(course_grade, workers=1), COURSE[1], whole=True
    ),
    OURS: Opponent(
        "course grade, 2 workers", COURSE[0], partial(course_grade, workers=2), COURSE[1],
        whole=True,
    ),
    "nbgrader": Opponent("nbgrader autograde", prepare_stock, autograde, stock_scores),
    "otter": Opponent("otter run", prepare_otter, partial(otter_run, at_once=1), otter_scores),
    "otter-2": Opponent(
        "otter run, 2 at a time", prepare_otter, partial(otter_run, at_once=2), otter_scores
    ),
}  # fmt: skip
