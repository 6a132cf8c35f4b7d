"""The committed records of ``course bench``, for the pages that show them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from course_lib.project import Project, ProjectError


def record_path(project: Project, name: str) -> Path:
    """Return the file of one record, ``training``, ``startup`` or ``grading``."""
    return project.root / "benchmarks" / "records" / f"{name}.json"


def read_record(project: Project, name: str = "training") -> dict[str, Any]:
    """Return what the last whole run of ``course bench`` measured.

    ``cases`` holds for each case its ``opponents``, by name, with ``cpu`` and ``wall``
    (microseconds a step: ``median``, quartiles ``low`` and ``high``, all ``rounds``, and the
    ``ratio`` to the hand-written loop), ``loss`` and ``metric``; ``goals`` is judged already.

    Raises:
        ProjectError: there is no record, or it cannot be read.
    """
    path = record_path(project, name)
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ProjectError(
            f"no record of the benchmarks at {path.relative_to(project.root)}: run `make bench`"
        ) from None
    except ValueError as error:
        raise ProjectError(
            f"{path.relative_to(project.root)} is no JSON ({error}): run `make bench` again"
        ) from error
    return found
