"""Handing in: through nbgrader's exchange where there is one, else as a zip for a platform."""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from course_lib.exercise import Exercise, metadata, parse
from course_lib.files import whole, write_whole
from course_lib.grading.scoring.notebook import load
from course_lib.project import Project, ProjectError

_SECONDS = 120


@dataclass(frozen=True)
class Receipt:
    """What was handed in, or is to be.

    Attributes:
        path: the zip; None where the exchange took the notebook.
        digest: SHA-256 of the zip, or of the notebook that the exchange took.
        answered: tasks with something of the student's in them, and all tasks.
        checks: what the checks say now, one line each.
    """

    slug: str
    name: str
    path: Path | None
    digest: str
    time: datetime
    answered: tuple[int, int]
    checks: tuple[str, ...]

    def __str__(self) -> str:
        """Return one screen: what it is, what the checks say, what to do with it."""
        time = f"{self.time:%Y-%m-%d %H:%M:%S %Z}".strip()
        done, tasks = self.answered
        lines = [
            f"{self.slug}, {self.name}, {time}",
            f"your answers to {done} of {tasks} tasks" + (": none is written yet" * (not done)),
            *self.checks,
            f"sha256 {self.digest}",
        ]
        if self.path is None:
            return "\n".join([*lines, "handed in: it is in the class's exchange"])
        return "\n".join(
            [
                *lines,
                f"in {self.path}: your notebook, without outputs, and nothing else",
                "Not handed in yet: upload this zip where your class hands in, and keep the "
                "receipt beside it.",
            ]
        )


def submit(
    project: Project,
    slug: str,
    *,
    name: str = "",
    as_zip: bool = False,
    check: bool = True,
) -> Receipt:
    """Hand in ``exercises/<slug>/<slug>.ipynb``.

    Args:
        project: a clone, or what a class was given.
        slug: the exercise.
        name: whose it is, for the zip's name; by default the login name.
        as_zip: make a zip even where there is an exchange.
        check: run the visible checks first; they decide nothing.

    Raises:
        ProjectError: there is no such exercise, its notebook cannot be read or has lost its
            cells, or the exchange refuses; says the cure.
    """
    path = _notebook(project, slug)
    notebook = load(path)
    exercise = parse(slug, notebook.cells)
    if not exercise.checks:
        raise ProjectError(
            f"{path.name} has lost its checks: take a fresh copy, paste your answers"
        )
    answered = _answered(exercise)
    name = _safe(name or getpass.getuser())
    said = _checks(project, slug) if check else ()
    time = datetime.now().astimezone()
    zipped = None
    if not as_zip and exchange_has(project, slug):
        _to_exchange(project, slug)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    else:
        zipped = project.root / "handin" / f"{slug}-{name}.zip"
        _zip(path, zipped, f"{slug}.ipynb")
        digest = hashlib.sha256(zipped.read_bytes()).hexdigest()
    receipt = Receipt(slug, name, zipped, digest, time, answered, said)
    if zipped is not None:
        write_whole(zipped.with_suffix(".receipt.txt"), f"{receipt}\n")
    return receipt


def exchange_has(project: Project, slug: str) -> bool:
    """Tell whether nbgrader's exchange, as configured here, takes this exercise."""
    if sys.platform == "win32":
        return False
    from jupyter_core.paths import jupyter_config_path
    from traitlets.config import Config
    from traitlets.config.loader import ConfigFileNotFound, PyFileConfigLoader

    settings = Config()
    for folder in [*reversed(jupyter_config_path()), str(project.root)]:
        try:
            settings.merge(PyFileConfigLoader("nbgrader_config.py", path=folder).load_config())
        except ConfigFileNotFound:
            continue
        except Exception as problem:  # somebody's own Python
            raise ProjectError(f"{folder}/nbgrader_config.py does not work: {problem}") from None
    root = Path(settings.Exchange.get("root") or "/usr/local/share/nbgrader/exchange")
    course = root / str(settings.CourseDirectory.get("course_id") or "")
    inbound = course / "inbound"
    return (course / "outbound" / slug).is_dir() and os.access(inbound, os.W_OK | os.X_OK)


def _to_exchange(project: Project, slug: str) -> None:
    command = [sys.executable, "-m", "nbgrader", "submit", slug]
    try:
        result = subprocess.run(
            command, cwd=project.root, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise ProjectError("the exchange does not answer: use `course submit --zip`") from None
    if result.returncode:
        last = (result.stderr.strip().splitlines() or ["no message"])[-1]
        raise ProjectError(f"the exchange refused: {last}: use `course submit --zip`")


def _notebook(project: Project, slug: str) -> Path:
    path = project.exercises / slug / f"{slug}.ipynb"
    if re.fullmatch(r"[\w-]+", slug) and path.parent.is_dir():
        return path
    names = sorted(found.parent.name for found in project.exercises.glob("*/*.ipynb"))
    raise ProjectError(f"there is no exercise {slug!r}: there is {', '.join(names) or 'none yet'}")


def _answered(exercise: Exercise) -> tuple[int, int]:
    """Return how many answers differ from what was handed out, by nbgrader's checksum, and all."""
    from nbgrader.utils import compute_checksum

    cells = exercise.answers().values()
    return sum(metadata(one).get("checksum") != compute_checksum(one) for one in cells), len(cells)


def _safe(name: str) -> str:
    safe = re.sub(r"[^\w.-]+", "-", name).strip("-.")[:60]
    if not safe:
        raise ProjectError(f"{name!r} makes no name of a file: give --name")
    return safe


def _checks(project: Project, slug: str) -> tuple[str, ...]:
    """Return what the visible checks say, or why they could not be run, which stops nobody."""
    from course_lib.grading.classroom.student import check_notebook, words

    try:
        report = check_notebook(project, slug)
    except ProjectError as problem:
        return (f"the checks could not be run: {problem}",)
    here = [one for one in report.outcomes if one.status != "later" and not one.manual]
    passed = sum(one.status == "passed" for one in here)
    lines = [f"{passed} of {len(here)} checks that run here pass, "
             f"{report.earned:g} of their {report.visible:g} points"]  # fmt: skip
    for one in here:
        if one.status != "passed":
            lines.append(f"  {words(one.status)[1]}: {one.name}")
    return tuple(lines)


def _zip(notebook: Path, target: Path, name: str) -> None:
    """Write a zip that holds the notebook without what running it left, and nothing else."""
    data = json.loads(notebook.read_text("utf-8"))
    text = json.dumps(_without_outputs(data), indent=1, ensure_ascii=False) + "\n"
    with whole(target) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text.encode("utf-8", "replace"))


def _without_outputs(data: dict[str, Any]) -> dict[str, Any]:
    for cell in data["cells"]:
        if cell.get("cell_type") == "code":
            cell["outputs"], cell["execution_count"] = [], None
        cell.pop("attachments", None) if cell.get("cell_type") == "code" else None
    if isinstance(data.get("metadata"), dict):
        data["metadata"].pop("widgets", None)
    return data
