"""nbgrader's gradebook, written through nbgrader's own interface: one transaction a submission."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    InvalidEntry,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.exc import OperationalError
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from course_lib.grading.coordinator import journal
from course_lib.grading.scoring.record import Record
from course_lib.project import Project, ProjectError

PATIENCE = 60.0
"""Seconds to wait for another program that holds the gradebook."""

# nbgrader prints with a traceback what it raises as well, each time that a lock is waited for.
logging.getLogger("tornado.application").addFilter(
    lambda entry: not entry.getMessage().startswith("Rolling back session due to")
)


@dataclass(frozen=True)
class Mark:
    """What the gradebook holds of one cell: points, and what a person wrote.

    Attributes:
        auto: what it earned without a person, None where one must say.
        waits: whether a person should look at it.
    """

    score: float
    auto: float | None
    by_person: bool
    waits: bool
    comment: str = ""


@dataclass(frozen=True)
class Standing:
    """What the gradebook holds of one submission; ``marks`` by the cell's name."""

    score: float
    most: float
    penalty: float
    waits: bool
    marks: Mapping[str, Mark]


def configuration(project: Project) -> Config:
    """Return nbgrader's configuration of a checkout; it brings the source notebooks up to date."""
    return PyFileConfigLoader("nbgrader_config.py", path=str(project.root)).load_config()


@contextmanager
def opened(config: Config) -> Iterator[Gradebook]:
    """Yield the gradebook that a configuration names, with its journal.

    Raises:
        ProjectError: another program holds it, or it can't be written; what was entered stays.
    """
    directory = CourseDirectory(config=config)
    held = os.environ.get("PATH", "")
    scripts = str(Path(sys.executable).parent)  # nbgrader calls alembic by name
    os.environ["PATH"] = os.pathsep.join([scripts, held])
    try:
        with _plainly(), Gradebook(directory.db_url, directory.course_id) as gradebook:
            journal.prepare(gradebook)
            yield gradebook
    except OperationalError as problem:
        said = str(problem.orig)
        cure = "close what uses it (formgrader, another `course grade`)"
        if "full" in said:
            cure = "free some space on the disk"
        raise ProjectError(
            f"the gradebook could not be written ({said}): {cure} and grade again, "
            "nothing is graded twice"
        ) from None
    finally:
        os.environ["PATH"] = held


@contextmanager
def _plainly() -> Iterator[None]:
    """Raise a disk's or a lock's trouble as what it is: nbgrader calls it an invalid entry."""
    try:
        yield
    except InvalidEntry as problem:
        if isinstance(problem.__context__, OperationalError):
            raise problem.__context__ from None
        raise


@contextmanager
def transaction(gradebook: Gradebook) -> Iterator[None]:
    """Make one transaction of what nbgrader's methods would commit one by one."""
    session = gradebook.db()
    commit, session.commit = session.commit, session.flush
    try:
        with _plainly(), session.no_autoflush:  # nbgrader builds rows piece by piece
            yield
        commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        del session.commit


def patiently(gradebook: Gradebook, act: Any) -> None:
    """Do something in one transaction; again where another program held the gradebook."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with transaction(gradebook):
                act()
            return
        except OperationalError as problem:
            if "locked" not in str(problem.orig) or time.monotonic() > end:
                raise
            time.sleep(0.2)


def stubs(gradebook: Gradebook, slug: str) -> dict[str, str]:
    """Return what each cell said as handed out, by grade_id."""
    return {cell.name: cell.source for cell in gradebook.find_notebook(slug, slug).source_cells}


def enter(
    gradebook: Gradebook,
    student: str,
    record: Record,
    config: Config,
    *,
    mark: str,
    timestamp: str = "",
) -> None:
    """Enter a record, as part of the transaction that goes on; a person's marks stay.

    Args:
        gradebook: an open one, which has the exercise.
        student: their name; unknown ones are enrolled.
        record: what grading found.
        config: nbgrader's, for its plugin of late penalties.
        mark: what the journal notes.
        timestamp: when it was handed in; "" where nothing says.
    """
    slug = record.exercise
    gradebook.update_or_create_student(student)
    when = {"timestamp": timestamp} if timestamp else {}
    gradebook.update_or_create_submission(slug, student, **when)
    notebook = gradebook.find_submission_notebook(slug, slug, student)
    checks = {check.id: check for check in record.checks}
    changed = journal.mark(gradebook, slug, student) != mark
    for grade in notebook.grades:
        check = checks[grade.name]
        judged = grade.manual_score is not None
        # A person's mark stands; where what they judged is another now, they look again.
        if changed or not judged or grade.auto_score != check.earned:
            grade.needs_manual_grade = check.earned is None or judged
        grade.auto_score = check.earned
    for comment in notebook.comments:
        found = next((c for c in record.checks if c.task == comment.name), None)
        untouched = found is not None and found.status == "not_attempted"
        comment.auto_comment = "No response." if untouched else None
    penalise(gradebook, slug, student, config)
    journal.enter(gradebook, slug, student, mark)


def enter_one(config: Config, student: str, record: Record, timestamp: str) -> None:
    """Enter a record in a transaction of its own; see :func:`enter`."""
    with opened(config) as book:
        mark = mark_of(record, timestamp)
        how = {"mark": mark, "timestamp": timestamp}
        patiently(book, lambda: enter(book, student, record, config, **how))


def mark_of(record: Record, timestamp: str) -> str:
    """Return what the journal notes of a record that was handed in at a time."""
    return f"{record.key} {timestamp}"


def penalise(gradebook: Gradebook, slug: str, student: str, config: Config) -> None:
    """Set the penalty for being late, as nbgrader's own preprocessor does."""
    submission = gradebook.find_submission(slug, student)
    notebook = gradebook.find_submission_notebook(slug, slug, student)
    gradebook.db.flush()
    gradebook.db.refresh(submission)
    gradebook.db.refresh(notebook)
    notebook.late_submission_penalty = None
    if submission.total_seconds_late > 0:
        own = AssignLatePenalties(config=config)
        own.init_plugin()
        penalty = own.plugin_inst.late_submission_penalty(
            student, notebook.score, submission.total_seconds_late
        )
        if penalty is not None:
            notebook.late_submission_penalty = own._check_late_penalty(notebook, penalty)


def enter_absent(gradebook: Gradebook, slug: str, student: str) -> None:
    """Enter that nothing was handed in: zero, and nothing for a person to read."""
    gradebook.update_or_create_submission(slug, student)
    for grade in gradebook.find_submission_notebook(slug, slug, student).grades:
        grade.auto_score, grade.needs_manual_grade = 0.0, False


def standings(gradebook: Gradebook, slug: str, student: str = "") -> dict[str, Standing]:
    """Return what the gradebook holds of an exercise, by student; of one only, where named."""
    comments = {
        (one, cell): text
        for one, cell, text in _of(gradebook, Comment, slug, student, Comment.comment)
    }
    found: dict[str, dict[str, Mark]] = {}
    wanted = (Grade.score, Grade.auto_score, Grade.manual_score, Grade.needs_manual_grade)
    for one, cell, score, auto, judged, waits in _of(gradebook, Grade, slug, student, *wanted):
        comment = comments.get((one, cell)) or ""
        mark = Mark(score, auto, judged is not None, bool(waits), comment)
        found.setdefault(one, {})[cell] = mark
    rows = (
        gradebook.db.query(
            SubmittedAssignment.student_id,
            SubmittedNotebook.score,
            SubmittedNotebook.max_score,
            SubmittedNotebook.late_submission_penalty,
            SubmittedNotebook.needs_manual_grade,
        )
        .select_from(SubmittedNotebook)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .filter(SubmittedAssignment.assignment_id == gradebook.find_assignment(slug).id)
    )
    if student:
        rows = rows.filter(SubmittedAssignment.student_id == student)
    return {
        one: Standing(score, most, penalty or 0.0, bool(waits), found.get(one, {}))
        for one, score, most, penalty, waits in rows
    }


def _of(gradebook: Gradebook, kind: Any, slug: str, student: str, *wanted: Any) -> Any:
    """Return (student, cell, *wanted) of every grade or comment of an exercise."""
    found = (
        gradebook.db.query(SubmittedAssignment.student_id, BaseCell.name, *wanted)
        .select_from(kind)
        .join(BaseCell, kind.cell_id == BaseCell.id)
        .join(SubmittedNotebook, kind.notebook_id == SubmittedNotebook.id)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .filter(SubmittedAssignment.assignment_id == gradebook.find_assignment(slug).id)
    )
    return found.filter(SubmittedAssignment.student_id == student) if student else found
