"""Grading everything in ``submitted/``: one submission at a time, each in its own process."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from course_lib.exercise import task_of
from course_lib.grading import process
from course_lib.grading.grades import Row, Summary, render, write_table
from course_lib.grading.notebook import load
from course_lib.grading.process import StepError, take_step
from course_lib.project import Project, ProjectError

__all__ = ["grade", "render"]

_Scores = dict[str, dict[str, list[Any]]]  # {exercise: {student: [score, most, needs a person]}}


@dataclass(frozen=True)
class _Result:
    """What is remembered of a graded submission; ``key`` says of which bytes."""

    key: str
    reason: str
    zero: bool = False
    grader_failed: bool = False


def grade(
    project: Project,
    slugs: Sequence[str] = (),
    *,
    progress: Callable[[str], None] | None = None,
) -> Summary:
    """Grade ``submitted/<student>/<slug>/<slug>.ipynb`` into ``gradebook.db`` and ``grades.csv``.

    A submission whose bytes, exercise and grader are those of last time is not run again.
    Everybody who is in the gradebook or handed in anything gets a row for each exercise that
    somebody handed in.

    Args:
        project: the checkout.
        slugs: only these exercises; by default all that were handed in.
        progress: called with one line before each submission.

    Raises:
        ProjectError: an exercise is unknown, or changed its cells after its first submission
            was graded.
    """
    handed_in = _submissions(project, slugs)
    if not handed_in:
        return Summary((), None)
    exercises = sorted({slug for slug, _ in handed_in})
    known = _begin(project, exercises)
    results = {}
    for number, (slug, student) in enumerate(handed_in, 1):
        if progress:
            progress(f"{number}/{len(handed_in)}  {slug}  {student}")
        results[slug, student] = _grade_one(project, slug, student, student in known[slug])
    zeros = [pair for pair, result in results.items() if result.zero]
    scores: _Scores = take_step(project.root, "end", {"exercises": exercises, "zeros": zeros})
    rows = tuple(
        _row(slug, student, score, results.get((slug, student)))
        for slug in exercises
        for student, score in sorted(scores[slug].items())
    )
    table = project.root / "grades.csv"
    aside = write_table(table, rows)
    return Summary(rows, table, aside)


def _submissions(project: Project, slugs: Sequence[str]) -> list[tuple[str, str]]:
    """Return (exercise, student) of every folder in submitted/."""
    found = sorted(
        (path.name, path.parent.name)
        for path in (project.root / "submitted").glob("*/*")
        if path.is_dir() and not path.name.startswith(".") and not path.parent.name.startswith(".")
    )
    handed_in = {slug for slug, _ in found}
    if missing := sorted(set(slugs) - handed_in):
        raise ProjectError(f"nothing was handed in for {', '.join(missing)}")
    for slug in sorted(handed_in & set(slugs or handed_in)):
        if not (project.solutions / f"{slug}.md").is_file():
            raise ProjectError(f"submitted/ holds {slug!r}, which has no source in solutions/")
    return [(slug, student) for slug, student in found if not slugs or slug in slugs]


def _begin(project: Project, exercises: Sequence[str]) -> _Scores:
    """Bring the gradebook up to date with the sources; return the scores that it holds."""
    folder = project.build / "grading"
    stamps = {slug: folder / f"{slug}.source" for slug in exercises}
    digests = {slug: _digest([project.solutions / f"{slug}.md"]) for slug in exercises}
    fresh = not (project.root / "gradebook.db").is_file()
    changed = [
        slug
        for slug, stamp in stamps.items()
        if fresh or not stamp.is_file() or stamp.read_text("utf-8") != digests[slug]
    ]
    try:
        known: _Scores = take_step(
            project.root, "begin", {"exercises": exercises, "changed": changed}
        )
    except StepError as error:
        if "submissions associated" in str(error):
            raise ProjectError(
                f"one of {', '.join(changed)} gained or lost cells after its first submission "
                "was graded: move gradebook.db away and grade again"
            ) from None
        raise ProjectError(f"nbgrader could not open the gradebook: {error}") from None
    folder.mkdir(parents=True, exist_ok=True)
    for slug in changed:
        stamps[slug].write_text(digests[slug], encoding="utf-8")
    return known


def _grade_one(project: Project, slug: str, student: str, graded: bool) -> _Result:
    folder = project.root / "submitted" / student / slug
    memory = project.build / "grading" / student / f"{slug}.json"
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    library = Path(__file__).parents[1]
    code = [path for path in sorted(library.rglob("*.py")) if path.parent.name != "authoring"]
    ours = [project.solutions / f"{slug}.md", project.root / "nbgrader_config.py", *code]
    key = _digest([*files, *ours])
    if graded and memory.is_file():
        result = _Result(**json.loads(memory.read_text("utf-8")))
        if result.key == key and not result.grader_failed:
            return result
    result = replace(_run(project, slug, student, folder), key=key)
    memory.parent.mkdir(parents=True, exist_ok=True)
    memory.write_text(json.dumps(asdict(result)), encoding="utf-8")
    return result


def _run(project: Project, slug: str, student: str, folder: Path) -> _Result:
    try:
        load(folder / f"{slug}.ipynb")
        found = take_step(project.root, "autograde", {"exercise": slug, "student": student})
    except ProjectError as problem:
        reason = str(problem)
    except subprocess.TimeoutExpired:
        reason = f"stopped after {process.SECONDS} seconds"
    except StepError as error:
        reason = f"the grader failed, a person must look: {error}"
        return _Result("", reason, zero=True, grader_failed=True)
    else:
        return _Result("", _reason(found["checks"], found["notes"]))
    shutil.rmtree(project.root / "autograded" / student / slug, ignore_errors=True)
    return _Result("", reason, zero=True)


def _reason(checks: list[list[str]], notes: list[str]) -> str:
    """Say in one line what cost marks and what was set right; checks are [id, status]."""
    auto = [(name, status) for name, status in checks if status != "manual"]
    lost = [(name, status) for name, status in auto if status != "passed"]
    if {status for _, status in auto} == {"not_attempted"}:
        return "; ".join(["not attempted", *notes])
    parts: dict[str, list[str]] = {}
    for name, status in lost:
        task = task_of(name)
        whole = {s for n, s in auto if task_of(n) == task} == {status}
        said = parts.setdefault(status.replace("_", " "), [])
        if (label := task if whole else name) not in said:
            said.append(label)
    return "; ".join(
        [*(f"{status}: {', '.join(names)}" for status, names in parts.items()), *notes]
    )


def _row(slug: str, student: str, score: list[Any], result: _Result | None) -> Row:
    points, most, manual = score
    if result is None:
        return Row(student, slug, points, most, manual, "nothing was handed in")
    if result.grader_failed:
        return Row(student, slug, None, most, True, result.reason, grader_failed=True)
    return Row(student, slug, points, most, manual, result.reason)


def _digest(paths: Sequence[Path]) -> str:
    total = hashlib.sha256(os.environ.get("COURSE_TERM", "").encode())
    for path in paths:
        total.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
