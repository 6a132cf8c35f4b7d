"""Who is in the class, from its list: one of our own, Canvas's or Moodle's, or the gradebook."""

from __future__ import annotations

import csv
import io
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from course_lib.project import Project, ProjectError

_COLUMNS = {
    # what a column may be called, without case and punctuation
    "id": ("id", "studentid", "student"),
    "name": ("name", "fullname"),
    "email": ("email", "emailaddress", "mail"),
    "login": ("login", "username", "sisloginid"),
    "number": ("number", "idnumber", "sisuserid"),
    "lms": ("lmsid", "lmsuserid", "canvasid"),
    "participant": ("identifier",),
    "submitted": ("submitted", "lastmodifiedsubmission"),
    "first": ("firstname", "first"),
    "last": ("lastname", "surname", "last"),
}
_NUMBERS = ("email", "login", "number", "lms")
_NOBODY = "Student, Test"
_MOST = 10_000_000


@dataclass(frozen=True)
class Student:
    """One student; what is not known is empty.

    Attributes:
        id: the name of their folder in ``submitted/``, and in the gradebook.
        lms: Canvas's number.
        number: the school's, which Moodle calls ID number and Canvas SIS User ID.
        participant: Moodle's number within one assignment.
        submitted: when they handed in, as the list says it.
    """

    id: str
    name: str = ""
    email: str = ""
    login: str = ""
    number: str = ""
    lms: str = ""
    participant: str = ""
    submitted: str = ""


class Roster:
    """Finds students by whatever a file's name says of them."""

    def __init__(self, students: Iterable[Student] = ()) -> None:
        self.students: dict[str, Student] = {}
        self._index: dict[str, list[str]] = {}  # ids by what they may be called
        self.complete(students)

    def complete(self, students: Iterable[Student]) -> None:
        """Add a list of students, or what it knows of those who are in an earlier list.

        Raises:
            ProjectError: two of them are the same one of an earlier list, as far as one can tell.
        """
        taken: dict[str, str] = {}
        before = Roster.__new__(Roster)
        before.students, before._index = dict(self.students), {}
        for student in students:
            known = before._same(student)
            if known is None:
                self.students[student.id] = student
                continue
            if (other := taken.setdefault(known.id, student.id)) != student.id:
                raise ProjectError(
                    f"{other} and {student.id} may both be {known.id} of an earlier list: "
                    "give both lists e-mail or login"
                )
            found = {f.name: getattr(student, f.name) for f in fields(student) if f.name != "id"}
            new = {name: value for name, value in found.items() if value}
            if known.name:  # the first list's spelling
                new.pop("name", None)
            self.students[known.id] = replace(known, **new)
        self._index = {}

    def by_key(self, *, lms: str = "", participant: str = "") -> Student | None:
        """Return the student whom the learning platform knows under a number."""
        for student in self.students.values():
            if (lms and student.lms == lms) or (participant and student.participant == participant):
                return student
        return None

    def by_text(self, text: str) -> list[Student]:
        """Return the students whose id, login, e-mail, number or name this is."""
        key = plain(text)
        if not key:
            return []
        if not self._index:
            for student in self.students.values():
                for called in _keys(student):
                    self._index.setdefault(called, []).append(student.id)
        found = [self.students[name] for name in self._index.get(key, ())]
        return [s for s in found if text in (s.id, s.login, s.email)] or found

    def _same(self, student: Student) -> Student | None:
        if student.id in self.students:
            return self.students[student.id]
        for name in _NUMBERS:
            value = getattr(student, name).casefold()
            for known in self.students.values():
                if value and value == getattr(known, name).casefold():
                    return known
        found = self.by_text(student.name) if student.name else []
        alone = found[0] if len(found) == 1 else None
        differ = alone and any(
            getattr(alone, name) and getattr(student, name) for name in _NUMBERS
        )  # two people of one name
        return None if differ else alone


def plain(text: str) -> str:
    """Return a name without case, accents, spaces and punctuation, as Canvas writes it."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if letter.isalnum())


def usable(name: str) -> bool:
    """Tell whether a folder, a table and the gradebook can hold a student's id."""
    length = len(os.fsencode(name))
    return name.isprintable() and 0 < length <= 128 and not re.search(r"^[.\s]|[/\\:*?<>|\"]", name)


def read_roster(project: Project, lists: Sequence[Path] = ()) -> Roster:
    """Return the students of the gradebook, and those of lists, which complete one another.

    Args:
        project: the checkout; its gradebook need not exist yet.
        lists: CSV files, ours (``id``, and any of ``name``, ``email``, ``login``, ``number``,
            ``lms_id``, ``submitted``), Canvas's gradebook export, Moodle's list of participants
            or grading worksheet.

    Raises:
        ProjectError: a list cannot be read, or names a student in a way that no folder can.
    """
    roster = Roster(_enrolled(project))
    for path in lists:
        roster.complete(read_list(path))
    return roster


def read_list(path: Path) -> list[Student]:
    """Return the students of one list.

    Raises:
        ProjectError: as :func:`read_roster`.
    """
    rows = read_csv(path)
    if not rows:
        raise ProjectError(f"{path} is empty: give a CSV with a column id, and name or email")
    names = [plain(cell) for cell in rows[0]]
    canvas = names[:2] == ["student", "id"]
    where = {
        field: next((names.index(alias) for alias in aliases if alias in names), None)
        for field, aliases in _COLUMNS.items()
    }
    if canvas:
        where |= {"name": 0, "lms": 1, "id": None}
    students: list[Student] = []
    for number, row in enumerate(rows[1:], 2):
        cells = {
            field: row[at].strip() if at is not None and at < len(row) else ""
            for field, at in where.items()
        }
        if canvas and (not cells["lms"].isdigit() or cells["name"] == _NOBODY):
            continue  # points possible, manual posting, and whom Canvas shows a course to
        students += _student(cells, f"{path}, line {number}")
    if not students:
        raise ProjectError(f"{path} names no student: its first line must name the columns, as id")
    return students


def read_csv(path: Path) -> list[list[str]]:
    """Return the rows of a CSV file in UTF-8, whatever separates its cells.

    Raises:
        ProjectError: there is none, or none that can be read.
    """
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        why = "is not UTF-8" if isinstance(problem, UnicodeDecodeError) else "cannot be read"
        raise ProjectError(f"{path} {why}: give a CSV file saved as UTF-8") from None
    if len(content) > _MOST:
        raise ProjectError(f"{path} is over {_MOST // 10**6} MB: give the list of one class")
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as problem:
        raise ProjectError(f"{path} is no CSV file: {problem}") from None
    return [row for row in rows if any(cell.strip() for cell in row)]


def _student(cells: dict[str, str], where: str) -> Iterator[Student]:
    name = cells.pop("name") or f"{cells['first']} {cells['last']}".strip()
    del cells["first"], cells["last"]
    participant = re.sub(r"\D", "", cells.pop("participant"))
    chosen = cells.pop("id") or cells["login"] or cells["number"] or cells["email"]
    chosen = chosen or cells["lms"]
    if not chosen and not name:
        return
    if not usable(chosen):
        raise ProjectError(f"{where}: {chosen or name!r} has no id that a folder can be named by")
    yield Student(chosen, name=name, participant=participant, **cells)


def _enrolled(project: Project) -> Iterator[Student]:
    if not (project.root / "nbgrader_config.py").is_file():
        return
    from nbgrader.coursedir import CourseDirectory

    from course_lib.grading.coordinator.gradebook import configuration, opened

    config = configuration(project)
    database = CourseDirectory(config=config).db_url
    if database.startswith("sqlite:///") and not Path(database[10:]).is_file():
        return
    with opened(config) as gradebook:
        for found in gradebook.students:
            name = f"{found.first_name or ''} {found.last_name or ''}".strip()
            lms = str(found.lms_user_id or "")
            yield Student(found.id, name=name, email=found.email or "", lms=lms)


def _keys(student: Student) -> set[str]:
    """Return all that :func:`plain` may leave of what a student is called."""
    texts = [student.id, student.login, student.email, student.number]
    words = re.split(r"[\s,]+", student.name.strip())
    texts += [" ".join(words[cut:] + words[:cut]) for cut in range(len(words))]
    return {key for key in map(plain, texts) if key}
