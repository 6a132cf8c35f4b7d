"""Graders against each other: one class of notebooks, graded by each in turn.

Stock nbgrader and otter-grader run submissions with the rights of whoever grades; ``course grade``
isolates each. What everyone finds is compared with what each submission is worth.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks import classes, memory, stages
from benchmarks.classes import Submission
from benchmarks.graders import OPPONENTS, OURS, course_grade, prepare_course
from course_lib.authoring.machine import hardware
from course_lib.project import ProjectError

SUBMISSIONS = 100
SLICES = 5
"""The others are slower: in each round they grade a fifth of the class, in five the whole."""
GOAL = 10.0


def make(folder: Path, library: Path) -> None:
    """Make what opponents copy; the exercise is entered in both gradebooks.

    Args:
        folder: an empty one.
        library: the checkout whose grader is measured.
    """
    ours = folder / "course"
    handed_out = classes.course(ours, library)
    classes.stock(folder / "stock", classes.instructors(ours))
    classes.hand_in(ours, handed_out, classes.submissions(1))
    course_grade(ours, workers=1)
    for left in ("submitted", "autograded", "feedback", "_build/grading"):
        shutil.rmtree(ours / left)


def timed(made: Path, name: str, class_: Sequence[Submission]) -> float:
    """Return the seconds that an opponent takes for submissions, from its start to its end.

    Raises:
        ProjectError: it fails, or finds other scores than the submissions are worth.
    """
    one = OPPONENTS[name]
    with tempfile.TemporaryDirectory(dir=made) as scratch:
        folder = Path(scratch) / name
        one.prepare(made, folder, class_)
        began = time.perf_counter()
        one.grade(folder)
        seconds = time.perf_counter() - began
        found = one.scores(folder)
    for submission in class_:
        if found.get(submission.student) != submission.score:
            raise ProjectError(
                f"{one.label} gives {submission.student} {found.get(submission.student)}, "
                f"not {submission.score:g}: there is nothing to compare"
            )
    return seconds


def rounds(
    made: Path, names: Sequence[str], count: int, class_: Sequence[Submission]
) -> Iterator[tuple[str, int, float]]:
    """Yield (opponent, submissions, seconds) of each run that counts.

    Everyone runs once a round and the order rotates, so that a slow minute of the machine falls
    on all. Before the first round each grades one submission, which reads it from the disk.
    """
    for name in names:
        timed(made, name, class_[:1])
    size = -(-len(class_) // SLICES)
    for turn in range(count):
        start, first = turn % len(names), turn % SLICES * size
        for name in (*names[start:], *names[:start]):
            part = class_ if OPPONENTS[name].whole else class_[first : first + size]
            yield name, len(part), timed(made, name, part)


def measure(
    library: Path, names: Sequence[str], count: int, say: Callable[[str], None]
) -> dict[str, Any]:
    """Run the race, then look at ``course grade`` from within; return the record.

    Args:
        library: the checkout whose grader is measured.
        names: of opponents.
        count: how many rounds.
        say: told how far it is.

    Raises:
        ProjectError: this is not Linux, or a grader fails.
    """
    if sys.platform != "linux":
        raise ProjectError("grading runs on Linux only")
    load = os.getloadavg()[0]
    class_ = classes.submissions(SUBMISSIONS)
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory(prefix="course-bench-") as scratch:
        made = Path(scratch)
        make(made, library)
        for name, number, seconds in rounds(made, names, count, class_):
            runs[name].append({"submissions": number, "seconds": round(seconds, 2)})
            say(f"{OPPONENTS[name].label}: {number} submissions in {seconds:.1f} s")
        prepare_course(made, made / "within", class_)
        within = stages.measure(made / "within")
        say("course grade by stage: done")
        worker = {}
        for workers in (1, 2):
            prepare_course(made, made / f"memory-{workers}", class_)
            worker[str(workers)] = memory.measure(made / f"memory-{workers}", workers)
        say("memory: done")
    return {
        "date": date.today().isoformat(),
        "load": load,
        "hardware": hardware(),
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("torch", "nbgrader", "otter-grader")},
        },
        "submissions": len(class_),
        "opponents": {name: OPPONENTS[name].label for name in names},
        "runs": runs,
        "goal": judged(runs),
        "stages": within,
        "memory": worker,
    }


def rates(runs: Sequence[dict[str, float]]) -> list[float]:
    """Return submissions a second, by round."""
    return [one["submissions"] / one["seconds"] for one in runs]


def judged(runs: dict[str, list[dict[str, float]]]) -> dict[str, Any]:
    """Return how many times as fast ours is as the fastest other, within a round; the median.

    ``met`` is None where not all were measured.
    """
    others = [name for name, one in OPPONENTS.items() if not one.whole]
    measured = met = None
    if all(runs.get(name) for name in (OURS, *others)):
        fastest = [max(each) for each in zip(*(rates(runs[name]) for name in others), strict=True)]
        ours = rates(runs[OURS])
        measured = round(median(a / b for a, b in zip(ours, fastest, strict=True)), 2)
        met = measured >= GOAL
    return {"of": OURS, "bound": GOAL, "measured": measured, "met": met}


def render(record: dict[str, Any]) -> str:
    """Return the record as tables in Markdown."""
    lines = ["| Grader | submissions a second | quartiles | seconds each |", "|---|---|---|---|"]
    for name, runs in record["runs"].items():
        found = rates(runs)
        low, middle, high = quantiles(found, n=4, method="inclusive") if found[1:] else found * 3
        lines.append(
            f"| {record['opponents'][name]} | {middle:.2f} | {low:.2f} to {high:.2f} | "
            f"{1 / middle:.2f} |"
        )
    goal = record["goal"]
    verdict = {True: "met", False: "missed", None: "not measured"}[goal["met"]]
    lines += ["", f"Goal, {goal['bound']:g} times the faster: {goal['measured']}, {verdict}.", ""]
    lines += ["| Stage | seconds |", "|---|---|"]
    within = record["stages"]
    lines += [f"| {name}, once | {seconds:.2f} |" for name, seconds in within["once"].items()]
    lines += [f"| {name}, each | {taken:.4f} |" for name, taken in within["each"].items()]
    lines += ["", "| Workers | a worker, MB | coordinator, MB | all, MB |", "|---|---|---|---|"]
    for workers, peak in record["memory"].items():
        told = " | ".join(f"{peak[part]:.0f}" for part in ("worker", "coordinator", "all"))
        lines.append(f"| {workers} | {told} |")
    return "\n".join(lines)
