"""From a learning platform's download to ``submitted/<student>/<exercise>/``."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from course_lib.files import whole, write_whole
from course_lib.grading.classroom.archive import Entry, Other, Refusal, entries
from course_lib.grading.classroom.platforms import Origin, exercise_of, origin
from course_lib.grading.classroom.roster import Roster, Student, plain, usable
from course_lib.project import Project, ProjectError

BYTES = 4_000_000_000
"""What one download may hold of notebooks, unpacked."""
_SHOWN = 200


@dataclass(frozen=True)
class Found:
    """A notebook that somebody handed in, set down in a folder of ours."""

    label: str
    slug: str
    origin: Origin
    student: str
    time: datetime | None
    copy: Path

    def order(self) -> tuple[Any, ...]:
        """Return what is greater for a later attempt; within one platform's download."""
        first = self.time.timestamp() if self.time else 0.0
        return (*self.origin.attempt, first) if self.origin.kind == "canvas" else (
            first, *self.origin.attempt)  # fmt: skip


@dataclass
class Collection:
    """What became of every file of a download; each line names the file or the student."""

    new: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    undated: list[str] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unpacked: int = 0

    def __str__(self) -> str:
        """Return what a person must know, most urgent last."""
        count = len(self.new) + len(self.replaced) + len(self.same)
        lines = [f"{count} in submitted/: {len(self.new)} new, {len(self.replaced)} newer than "
                 f"before, {len(self.same)} as before"]  # fmt: skip
        for title, found in (
            ("earlier attempts, kept in _build/collected/", self.aside),
            ("nothing from", self.missing),
            ("no notebook of an exercise, left out", self.left),
            ("late, at a time that the list must say, in a column `submitted`", self.late),
            ("in time as far as we know: write when as 2027-01-30 09:00+01:00", self.undated),
            ("refused", self.refused),
            ("of nobody in the list, kept in _build/collected/unmatched/", self.unmatched),
        ):
            if found:
                lines += [f"{title}:", *(f"  {line}" for line in found[:_SHOWN])]
            if len(found) > _SHOWN:
                lines.append(f"  and {len(found) - _SHOWN} more")
        return "\n".join(lines)


def collect(
    project: Project,
    download: Path,
    roster: Roster,
    *,
    slug: str = "",
    file_times: bool = False,
) -> Collection:
    """Put each student's newest notebook where the grader looks for it, and lose none.

    What stood there before goes to ``_build/collected/<exercise>/<student>/``.

    Args:
        project: the checkout.
        download: Canvas's or Moodle's zip, a folder of theirs, or one of ``<student>/...``.
        roster: who is in the class; while it is empty, plain folders name their students.
        slug: the exercise; by default the notebooks' names tell.
        file_times: take the files' own times for the times of handing in, where the list has
            none. A platform's zip may hold the time of the download instead.

    Raises:
        ProjectError: the download cannot be read, or the exercise is unknown.
    """
    slugs = sorted(path.stem for path in project.solutions.glob("*.md"))
    if slug and slug not in slugs:
        raise ProjectError(f"there is no exercise {slug!r}: there is {', '.join(slugs)}")
    done = Collection()
    with tempfile.TemporaryDirectory(prefix="course-collect-") as scratch:
        found: list[Found] = []
        for entry in entries(download):
            if isinstance(entry, Refusal):
                done.refused.append(f"{entry.name}: {entry.why}")
                continue
            if isinstance(entry, Other):
                done.left.append(entry.name)
                continue
            where = Path(scratch) / str(len(found))
            if notebook := _set_down(entry, where, slugs, slug, roster, file_times, done):
                found.append(notebook)
        known = {exercise: _state(project, exercise) for exercise in slugs}
        try:
            for (student, exercise), attempts in sorted(_by_student(found, done).items()):
                _place(project, student, attempts, known[exercise], done)
        finally:
            for exercise in sorted({one.slug for one in found if one.student}):
                text = json.dumps(known[exercise], indent=1, ensure_ascii=False)
                write_whole(_state_path(project, exercise), text)
        _keep_unmatched(project, [one for one in found if not one.student], done)
    here = {one.student for one in found}
    done.missing += [s for s in sorted(roster.students) if found and s not in here]
    return done


def _set_down(
    entry: Entry,
    where: Path,
    slugs: Sequence[str],
    slug: str,
    roster: Roster,
    file_times: bool,
    done: Collection,
) -> Found | None:
    label = "/".join(entry.parts)
    about = origin(entry.parts, slugs)
    exercise = exercise_of(about.file, slugs) if about else ""
    if about is None or (not exercise and not slug) or (slug and exercise not in ("", slug)):
        done.left.append(label)
        return None
    try:
        content = entry.read()
    except ProjectError as problem:
        done.refused.append(f"{label}: {problem}")
        return None
    done.unpacked += len(content)
    if done.unpacked > BYTES:
        done.refused.append(f"{label}: the download holds over {BYTES // 10**9} GB: collect parts")
        return None
    where.write_bytes(content)
    student, reason = _match(about, roster)
    time = _time(student.submitted) if student else None
    if student and time is None and student.submitted.strip("- "):
        done.undated.append(f"{student.id}, of whom the list says {student.submitted!r}")
    if time is None and file_times:
        time = entry.time
    if reason:
        label = f"{label}: {reason}"
    return Found(label, exercise or slug, about, student.id if student else "", time, where)


def _match(about: Origin, roster: Roster) -> tuple[Student | None, str]:
    """Return whose a file is, or None and why nobody's."""
    if about.lms and (student := roster.by_key(lms=about.lms)):
        return student, ""
    if about.participant and (student := roster.by_key(participant=about.participant)):
        return student, ""
    for name in about.names:
        found = roster.by_text(name)
        if len(found) == 1:
            return found[0], ""
        if found:
            same = ", ".join(one.id for one in found)
            return None, f"{name} may be {same}: give the list their numbers (lms_id)"
    if roster.students:
        return None, "not in the list"
    if about.kind == "plain" and len(about.names) == 1 and usable(about.names[0]):
        return Student(about.names[0]), ""
    return None, "there is no list: give --roster"


def _time(text: str) -> datetime | None:
    from dateutil import parser  # type: ignore[import-untyped]

    try:
        return parser.parse(text).astimezone(timezone.utc) if text.strip("- ") else None  # noqa: UP017
    except (ValueError, OverflowError):
        return None


def _by_student(found: Sequence[Found], done: Collection) -> dict[tuple[str, str], list[Found]]:
    """Return each student's attempts, the newest last."""
    attempts: dict[tuple[str, str], list[Found]] = {}
    for one in found:
        if one.student:
            attempts.setdefault((one.student, one.slug), []).append(one)
    for (student, slug), several in attempts.items():
        several.sort(key=lambda one: (bool(exercise_of(one.origin.file, [slug])), one.order()))
        if several[-1].origin.late and several[-1].time is None:
            done.late.append(student)
    return attempts


def _place(
    project: Project,
    student: str,
    attempts: Sequence[Found],
    state: dict[str, Any],
    done: Collection,
) -> None:
    newest, slug = attempts[-1], attempts[-1].slug
    folder = project.root / "submitted" / student / slug
    for path in (folder, folder.parent, folder.parent.parent, folder / f"{slug}.ipynb"):
        if path.is_symlink():
            done.refused.append(f"{path.relative_to(project.root)} is a link: remove it")
            return
    for old in attempts[:-1]:
        if old.copy.read_bytes() != newest.copy.read_bytes():
            done.aside.append(_aside(project, slug, student, old.copy))
    target = folder / f"{slug}.ipynb"
    content, before = newest.copy.read_bytes(), _bytes(target)
    known = state.get(student, {})
    order = [newest.origin.kind, *newest.order()]
    if before is not None and before != content and _older(order, known.get("order", [])):
        done.aside.append(_aside(project, slug, student, newest.copy))
        done.same.append(student)
        return
    if before is None:
        done.new.append(student)
    elif before == content:
        done.same.append(student)
    else:
        done.aside.append(_aside(project, slug, student, target))
        done.replaced.append(student)
    if before != content:
        with whole(target) as part:
            part.write_bytes(content)
    _stamp(folder, newest.time, changed=before != content)
    digest = hashlib.sha256(content).hexdigest()
    state[student] = {"from": newest.label, "order": order, "sha256": digest}


def _stamp(folder: Path, time: datetime | None, *, changed: bool) -> None:
    """Write the time of handing in as nbgrader reads it; an unknown time counts as in time."""
    stamp = folder / "timestamp.txt"
    if stamp.is_symlink() or (changed and time is None):
        stamp.unlink(missing_ok=True)
    if time is not None:
        write_whole(stamp, f"{time:%Y-%m-%d %H:%M:%S.%f} UTC")


def _older(order: Sequence[Any], known: Sequence[Any]) -> bool:
    """Tell whether an attempt was handed in before another; only one platform's compare."""
    return bool(known) and order[0] == known[0] and list(order) < list(known)


def _aside(project: Project, slug: str, student: str, file: Path) -> str:
    content = file.read_bytes()
    name = f"{hashlib.sha256(content).hexdigest()[:12]}.ipynb"
    target = project.build / "collected" / slug / student / name
    with whole(target) as part:
        part.write_bytes(content)
    return str(target.relative_to(project.build / "collected"))


def _keep_unmatched(project: Project, found: Sequence[Found], done: Collection) -> None:
    for one in found:
        content = one.copy.read_bytes()
        name = plain("".join(one.origin.names[:1]) or one.origin.lms) or "nobody"
        digest = hashlib.sha256(content).hexdigest()[:12]
        folder = project.build / "collected" / "unmatched" / f"{name[:60]}-{digest}"
        with whole(folder / f"{one.slug}.ipynb") as part:
            part.write_bytes(content)
        done.unmatched.append(f"{one.label} ({folder.name})")


def _state_path(project: Project, slug: str) -> Path:
    return project.build / "collected" / f"{slug}.json"


def _state(project: Project, slug: str) -> dict[str, Any]:
    try:
        found = json.loads(_state_path(project, slug).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
