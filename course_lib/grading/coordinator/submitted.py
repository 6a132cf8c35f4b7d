"""What ``submitted/`` holds: whose work on which exercise, and what belongs to nobody."""

from __future__ import annotations

import difflib
import os
import stat
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from course_lib.grading.scoring.handed import fault, names
from course_lib.project import Project, ProjectError


@dataclass(frozen=True)
class Submitted:
    """What was found.

    Attributes:
        pairs: (exercise, student), sorted; of known exercises only.
        strays: a line for whatever else lies there.
        others: what students handed in who were not asked for, as ``pairs``.
    """

    pairs: tuple[tuple[str, str], ...]
    strays: tuple[str, ...]
    others: tuple[tuple[str, str], ...] = ()


def find(project: Project, slugs: Sequence[str] = (), students: Sequence[str] = ()) -> Submitted:
    """Look through ``submitted/``; links are named, nothing is followed.

    Args:
        project: the checkout.
        slugs: only these exercises; by default all.
        students: only these students; by default all.

    Raises:
        ProjectError: an exercise is unknown, or nobody handed it in; a student handed in nothing.
    """
    known = {path.stem for path in project.solutions.glob("*.md")}
    if unknown := sorted(set(slugs) - known):
        there = ", ".join(sorted(known)) or "none yet"
        raise ProjectError(f"there is no exercise {', '.join(unknown)}: there is {there}")
    pairs, strays = _all(project.root / "submitted", known)
    if missing := sorted(set(slugs) - {slug for slug, _ in pairs}):
        raise ProjectError(f"nothing was handed in for {', '.join(missing)}")
    asked = sorted(pair for pair in pairs if not slugs or pair[0] in slugs)
    if absent := sorted(set(students) - {student for _, student in asked}):
        what = f" for {', '.join(slugs)}" if slugs else ""
        raise ProjectError(f"nothing was handed in{what} by {', '.join(map(_text, absent))}")
    others = [pair for pair in asked if students and pair[1] not in students]
    return Submitted(tuple(p for p in asked if p not in others), tuple(strays), tuple(others))


def _all(folder: Path, known: Collection[str]) -> tuple[list[tuple[str, str]], list[str]]:
    pairs, strays = [], []
    for student in names(folder):
        here = f"submitted/{_text(student)}"
        if kind := fault(folder / student, wanted=stat.S_ISDIR):
            strays.append(f"{here} is {kind}: it was left out")
        elif not _usable(student):
            strays.append(f"{here} is no name of a student: rename the folder")
        else:
            try:
                found = names(folder / student)
            except PermissionError:
                strays.append(f"{here} can't be read: give yourself the right to, grade again")
                continue
            pairs += [(slug, student) for slug in found if slug in known]
            others = [name for name in found if name not in known]
            strays += [f"{here}/{_text(name)} {_no_exercise(name, known)}" for name in others]
    return pairs, strays


def _no_exercise(name: str, known: Collection[str]) -> str:
    """Say that a name is no exercise's, and which one may be meant."""
    stem = _text(name).lower().removesuffix(".ipynb")
    likely = difflib.get_close_matches(stem, known, 1, 0.8)
    cure = f": is it {likely[0]}? Rename it to {likely[0]}/" if likely else ": it was left out"
    if likely and name.endswith(".ipynb"):
        cure = f": put it into a folder {likely[0]}/"
    return f"is no exercise{cure}"


def _usable(name: str) -> bool:
    """Tell whether the gradebook, a table and a file's name can hold a student's name."""
    return name.isprintable() and len(os.fsencode(name)) <= 128


def _text(name: str) -> str:
    """Return a file's name as text that can be printed on one line."""
    text = os.fsencode(name).decode("utf-8", "replace")
    return text if text.isprintable() else ascii(text)[1:-1]
