"""Feedback pages in the zip that Moodle gives out to a whole class."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from course_lib.files import whole
from course_lib.grading.classroom.roster import Roster, read_csv
from course_lib.project import Project

PAGES = "feedback-moodle.zip"
_UPLOAD = "Upload multiple feedback files in a zip"


def identified(row: list[str], header: list[str]) -> str:
    """Return the number that a row of a grading worksheet names its participant by."""
    return re.sub(r"\D", "", row[header.index("Identifier")])


def write_pages(
    project: Project, slug: str, worksheet: Path, roster: Roster, graded: set[str]
) -> str:
    """Write ``feedback-moodle.zip`` for "Upload multiple feedback files in a zip".

    Args:
        project: the checkout.
        slug: the exercise that the assignment is of.
        worksheet: the assignment's grading worksheet, which has been found to be one.
        roster: the class, with the worksheet's participants.
        graded: students whose points are sent; only they get their page.

    Returns:
        what a person should know of it.
    """
    target = project.root / PAGES
    target.unlink(missing_ok=True)  # it may be another exercise's
    pages = list(_pages(project, slug, worksheet, roster, graded))
    if not pages:
        return f"no feedback pages of {slug} to send"
    with whole(target) as part, zipfile.ZipFile(part, "w") as archive:
        for name, page in pages:
            entry = zipfile.ZipInfo(name)  # the same pages make the same zip
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, page.read_bytes())
    return f"feedback pages in {target.name}: {len(pages)}; in Moodle: the assignment, {_UPLOAD}"


def _pages(
    project: Project, slug: str, worksheet: Path, roster: Roster, graded: set[str]
) -> Iterator[tuple[str, Path]]:
    header, *rows = read_csv(worksheet)
    named = header.index("Full name") if "Full name" in header else None
    for row in rows:
        number = identified(row, header)
        student = roster.by_key(participant=number)
        if student is None or student.id not in graded:
            continue
        page = project.root / "feedback" / student.id / slug / f"{slug}.html"
        if page.is_file():  # who handed in nothing has none
            name = row[named] if named is not None and named < len(row) else ""
            yield f"{_plain(name)}_{number}_assignfeedback_file_{slug}.html", page


def _plain(name: str) -> str:
    """Return a name that keeps the entry whole.

    Moodle splits at the first four underscores, and passes over what begins as hidden files do.
    """
    return re.sub(r"[_/\\\x00-\x1f]+", " ", name).strip(" .~") or "Participant"
