"""Grades in the form that Canvas, Moodle or a spreadsheet takes them in."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from course_lib.files import write_whole
from course_lib.grading.classroom import moodle
from course_lib.grading.classroom.roster import Roster, Student, plain, read_csv, read_roster
from course_lib.project import Project, ProjectError

Platform = Literal["canvas", "moodle", "csv"]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
_POINTS = "    Points Possible"
_MOODLE = ("First name", "Last name", "ID number", "Email address")
_WORKSHEET = ("Identifier", "Grade", "Last modified (grade)")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?%?|-")


@dataclass(frozen=True)
class Grade:
    """One student's points in one exercise; ``score`` is None where a person must grade all."""

    score: float | None
    most: float
    waits: bool


Grades = Mapping[str, Mapping[str, Grade]]
"""Grades by exercise, then by student."""


@dataclass(frozen=True)
class Export:
    """What was written, and what a person should know of it."""

    path: Path
    students: int
    notes: tuple[str, ...]

    def __str__(self) -> str:
        """Return where it is, and the notes."""
        return "\n".join([f"{self.students} students in {self.path}", *self.notes])


def export(
    project: Project,
    to: Platform,
    slugs: Sequence[str] = (),
    *,
    gradebook: Path | None = None,
    lists: Sequence[Path] = (),
) -> Export:
    """Write ``grades-<platform>.csv`` from ``grades.csv``, for Moodle its feedback pages too.

    Args:
        project: the checkout.
        to: canvas or moodle, to import there; csv, a row a student, to open.
        slugs: only these exercises.
        gradebook: what the platform gave: Canvas's gradebook export, whose students and
            assignments the file then has, or Moodle's grading worksheet, which is filled in, and
            whose participants' feedback pages are put into one zip.
        lists: of the class, as for :func:`course_lib.grading.classroom.roster.read_roster`.

    Raises:
        ProjectError: there are no grades, or the given file is not the platform's.
    """
    grades = read_grades(project.root / "grades.csv", slugs)
    roster = read_roster(project, [*lists, *([gradebook] if gradebook else [])])
    notes = _waiting(grades)
    if to == "csv":
        rows = _table(grades, roster)
    elif gradebook is None:
        rows = (_canvas if to == "canvas" else _moodle)(grades, roster, notes)
    elif to == "canvas":
        rows = _into_canvas(grades, roster, gradebook, notes)
    else:
        rows = _into_worksheet(grades, roster, gradebook, notes)
    path = project.root / f"grades-{to}.csv"
    text = io.StringIO()
    csv.writer(text).writerows([safe(cell) for cell in row] for row in rows)
    # A spreadsheet takes UTF-8 for something else without the mark at its beginning.
    write_whole(path, ("\ufeff" if to == "csv" else "") + text.getvalue())
    if to == "moodle" and gradebook is not None:
        [(slug, mine)] = grades.items()
        sent = {name for name, grade in mine.items() if grade.score is not None}
        notes.append(moodle.write_pages(project, slug, gradebook, roster, sent))
    return Export(path, len(rows) - 1 - (to != "moodle"), tuple(notes))


def read_grades(path: Path, slugs: Sequence[str] = ()) -> dict[str, dict[str, Grade]]:
    """Return what ``grades.csv`` holds.

    Raises:
        ProjectError: there is none, it is another kind of file, or has not these exercises.
    """
    if not path.is_file():
        raise ProjectError("there is no grades.csv yet: run `make grade`")
    rows = read_csv(path)
    names = rows[0] if rows else []
    if missing := {"student", "exercise", "score", "max_score", "needs_manual"} - {*names}:
        raise ProjectError(f"{path.name} has no column {', '.join(sorted(missing))}: grade again")
    found: dict[str, dict[str, Grade]] = {}
    for row in rows[1:]:
        line = dict(zip(names, row, strict=False))
        score = float(line["score"]) if line["score"] else None
        grade = Grade(score, float(line["max_score"]), line["needs_manual"] == "True")
        student = line["student"]
        if student[:1] == "'" and student[1:2] in _FORMULA:
            student = student[1:]
        found.setdefault(line["exercise"], {})[student] = grade
    if unknown := sorted(set(slugs) - set(found)):
        raise ProjectError(f"{path.name} has no grades of {', '.join(unknown)}: grade first")
    return {slug: found[slug] for slug in (slugs or sorted(found))}


def safe(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; numbers stay as they are."""
    if cell.lstrip().startswith(_FORMULA[:4]) or cell.startswith(_FORMULA[4:]):
        return cell if _NUMBER.fullmatch(cell) else f"'{cell}"
    return cell


def _table(grades: Grades, roster: Roster) -> list[list[str]]:
    students = _students(grades, roster)
    rows = [["student", "name", "email", *grades, "total"]]
    most = [max((g.most for g in grades[slug].values()), default=0.0) for slug in grades]
    rows.append(["out of", "", "", *map(_number, most), _number(sum(most))])
    for one in students:
        mine = [grades[slug].get(one.id) for slug in grades]
        total = sum(g.score or 0 for g in mine if g)
        undecided = any(g and g.score is None for g in mine)
        rows.append([one.id, one.name, one.email, *map(_cell, mine),
                     "" if undecided else _number(total)])  # fmt: skip
    return rows


def _canvas(grades: Grades, roster: Roster, notes: list[str]) -> list[list[str]]:
    rows = [[*_CANVAS, *grades], [_POINTS, "", "", "", "", *_most(grades)]]
    for one in _students(grades, roster):
        mine = [_cell(grades[slug].get(one.id)) for slug in grades]
        rows.append([_sortable(one.name), one.lms, one.number, one.login or one.id, "", *mine])
    notes.append("Canvas finds students by its ID or their login and adds assignments it does not "
                 "know: better give it its own export with --gradebook")  # fmt: skip
    return rows


def _into_canvas(
    grades: Grades, roster: Roster, gradebook: Path, notes: list[str]
) -> list[list[str]]:
    table = read_csv(gradebook)
    header = table[0]
    if [plain(cell) for cell in header[:2]] != ["student", "id"] or "Section" not in header:
        raise ProjectError(f"{gradebook} is no gradebook export of Canvas: Grades, Export")
    known = header.index("Section") + 1
    where = {slug: _column(header, known, slug, notes) for slug in grades}
    titles = [header[at] if at is not None else slug for slug, at in where.items()]
    rows, seen = [[*header[:known], *titles]], set()
    for row in table[1:]:
        row += [""] * (len(header) - len(row))
        old = {slug: row[at] if at is not None else "" for slug, at in where.items()}
        if row[0].strip() == "Points Possible":
            most = dict(zip(grades, _most(grades), strict=True))
            for slug, given in old.items():
                if given and float(given.replace(",", ".")) != float(most[slug]):
                    notes.append(f"{slug}: out of {given} in Canvas, of {most[slug]} here: change "
                                 "the assignment's points in Canvas first")  # fmt: skip
            rows.append([_POINTS, *row[1:known], *(old[s] or most[s] for s in grades)])
        elif row[1].strip().isdigit():
            student = roster.by_key(lms=row[1].strip())
            name = student.id if student else ""
            seen.add(name)
            mine = [_cell(grades[slug].get(name)) or old[slug] for slug in grades]
            rows.append([*row[:known], *mine])
    _unseen(grades, seen, notes, "Canvas's export")
    return rows


def _moodle(grades: Grades, roster: Roster, notes: list[str]) -> list[list[str]]:
    rows = [[*_MOODLE, *(f"Assignment: {slug} (Real)" for slug in grades)]]
    nobody = []
    for one in _students(grades, roster):
        if not (one.email or one.number):
            nobody.append(one.id)
            continue
        last, first = _split(one.name)
        mine = [_cell(grades[slug].get(one.id)) or "-" for slug in grades]
        rows.append([first, last, one.number, one.email, *mine])
    if nobody:
        notes.append(f"left out, for the list has no e-mail or number: {', '.join(nobody)}")
    most = ", ".join(f"{slug} {most}" for slug, most in zip(grades, _most(grades), strict=True))
    notes.append("for the feedback pages, give an assignment's grading worksheet with --gradebook")
    notes.append("in Moodle: Grades, Import, CSV file; map from Email address to Email address; "
                 f"maximum grades: {most}")  # fmt: skip
    return rows


def _into_worksheet(
    grades: Grades, roster: Roster, gradebook: Path, notes: list[str]
) -> list[list[str]]:
    if len(grades) != 1:
        raise ProjectError("a grading worksheet is of one assignment: name the exercise")
    [(slug, mine)] = grades.items()
    table = read_csv(gradebook)
    header = table[0]
    if missing := [name for name in _WORKSHEET if name not in header]:
        raise ProjectError(
            f"{gradebook} has no column {', '.join(missing)}: give the grading worksheet of the "
            "assignment, downloaded in English"
        )
    at, seen = header.index("Grade"), set()
    most = header.index("Maximum grade") if "Maximum grade" in header else None
    for row in table[1:]:
        row += [""] * (len(header) - len(row))
        student = roster.by_key(participant=moodle.identified(row, header))
        grade = mine.get(student.id) if student else None
        seen.add(student.id if student else "")
        row[at] = _cell(grade) or row[at]
        if grade and most is not None and float(row[most].replace(",", ".") or 0) != grade.most:
            note = (f"out of {row[most]} in Moodle, of {_number(grade.most)} here: change the "
                    "assignment's maximum grade in Moodle first")  # fmt: skip
            notes += [note] * (note not in notes)
    _unseen(grades, seen, notes, "Moodle's worksheet")
    notes.append(f"in Moodle: the assignment of {slug}, Upload grading worksheet")
    return table


def _column(header: Sequence[str], known: int, slug: str, notes: list[str]) -> int | None:
    """Return the column of an exercise's assignment in Canvas's header: "slug (1234)"."""
    found = [
        at
        for at, title in enumerate(header[known:], known)
        if plain(slug) in (plain(title), plain(re.sub(r"\s*\(\d+\)$", "", title)))
    ]
    if len(found) != 1:
        why = "several" if found else "no"
        notes.append(f"{slug}: {why} assignments of that name in Canvas, so a new one is made; "
                     "to fill one in, call it so there and export again")  # fmt: skip
        return None
    return found[0]


def _students(grades: Grades, roster: Roster) -> list[Student]:
    names = {name for mine in grades.values() for name in mine} | set(roster.students)
    return [roster.students.get(name) or Student(name) for name in sorted(names)]


def _unseen(grades: Grades, seen: Iterable[str], notes: list[str], where: str) -> None:
    names = {name for mine in grades.values() for name in mine}
    if lost := sorted(names - set(seen)):
        notes.append(f"graded, but not in {where}: {', '.join(lost)}")
    if seen_only := sorted(set(seen) - names - {""}):
        notes.append(f"no grade, so left as it was: {', '.join(seen_only)}")


def _waiting(grades: Grades) -> list[str]:
    count = sum(grade.waits for mine in grades.values() for grade in mine.values())
    return [f"{count} still wait for a person: their points may grow"] if count else []


def _most(grades: Grades) -> list[str]:
    return [_number(max((g.most for g in mine.values()), default=0)) for mine in grades.values()]


def _cell(grade: Grade | None) -> str:
    return "" if grade is None or grade.score is None else _number(grade.score)


def _number(value: float) -> str:
    return f"{round(value, 2):g}"


def _split(name: str) -> tuple[str, str]:
    """Return last name and first name."""
    if "," in name:
        last, _, first = name.partition(",")
        return last.strip(), first.strip()
    first, _, last = name.rpartition(" ")
    return last, first


def _sortable(name: str) -> str:
    return ", ".join(part for part in _split(name) if part)
