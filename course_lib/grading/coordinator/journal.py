"""Which record each row of the gradebook holds, kept in the gradebook itself.

A row and its line in the journal are one transaction. So whatever moment a run is killed at, and
whichever copy of the gradebook is put back, what is missing is known.
"""

from __future__ import annotations

from typing import Any

from nbgrader.api import Gradebook
from sqlalchemy import Column, MetaData, String, Table, delete, insert, select

_TABLE = Table(
    "course_journal",
    MetaData(),
    Column("exercise", String(128), primary_key=True),
    Column("student", String(128), primary_key=True),
    Column("mark", String(200), nullable=False),
)
SOURCE = ""
"""The student under whom an exercise's own mark stands."""


def prepare(gradebook: Gradebook) -> None:
    """Make the journal where there is none yet."""
    _TABLE.create(gradebook.engine, checkfirst=True)


def marks(gradebook: Gradebook, slug: str) -> dict[str, str]:
    """Return what was entered last, by student."""
    found = select(_TABLE.c.student, _TABLE.c.mark).where(_TABLE.c.exercise == slug)
    return {row.student: row.mark for row in gradebook.db.execute(found)}


def mark(gradebook: Gradebook, slug: str, student: str) -> str:
    """Return what was entered last of one submission; "" where nothing was."""
    here: Any = (_TABLE.c.exercise == slug) & (_TABLE.c.student == student)
    found: str | None = gradebook.db.execute(select(_TABLE.c.mark).where(here)).scalar()
    return found or ""


def enter(gradebook: Gradebook, slug: str, student: str, mark: str) -> None:
    """Note what is being entered, as part of the transaction that goes on."""
    here: Any = (_TABLE.c.exercise == slug) & (_TABLE.c.student == student)
    gradebook.db.execute(delete(_TABLE).where(here))
    gradebook.db.execute(insert(_TABLE).values(exercise=slug, student=student, mark=mark))
