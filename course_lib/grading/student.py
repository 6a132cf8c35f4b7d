"""A student's own notebook, checked in the terminal."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from course_lib.exercise import Task, parse
from course_lib.grading.notebook import load
from course_lib.grading.outcomes import Outcome, Status, outcomes, untouched_by_checksum
from course_lib.project import Project, ProjectError

SECONDS = 60
"""What one cell may take."""
_MARKS: dict[Status, tuple[str, str, str]] = {
    "passed": ("✓", "\x1b[32m", "passed"),
    "failed": ("✗", "\x1b[31m", "failed"),
    "error": ("✗", "\x1b[31m", "error"),
    "timeout": ("✗", "\x1b[31m", "timeout"),
    "not_attempted": ("○", "\x1b[90m", "not attempted"),
    "later": ("·", "\x1b[90m", "runs when you submit"),
    "manual": ("·", "\x1b[90m", "read by a person"),
}


@dataclass(frozen=True)
class Report:
    """How every check of one notebook ended."""

    title: str
    tasks: tuple[Task, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def earned(self) -> float:
        """Points of the checks that passed."""
        return sum(o.points for o in self.outcomes if o.status == "passed")

    @property
    def visible(self) -> float:
        """Points of the checks that run here."""
        return sum(o.points for o in self.outcomes if o.status != "later" and not o.manual)

    @property
    def complete(self) -> bool:
        """Whether every check that runs here passed."""
        return self.earned == self.visible


def check_notebook(project: Project, slug: str) -> Report:
    """Execute ``exercises/<slug>/<slug>.ipynb`` in a copy of its folder, and read its checks.

    Raises:
        ProjectError: there is no such exercise, its notebook cannot be read or executed, or its
            checks are gone; the line says the cure.
    """
    from nbclient.exceptions import CellTimeoutError

    from course_lib.grading.preprocessors import BoundedExecute

    folder = project.exercises / slug
    if not folder.is_dir():
        names = ", ".join(sorted(path.name for path in project.exercises.glob("*/"))) or "none yet"
        raise ProjectError(f"there is no exercise {slug!r}: there is {names}")
    notebook = load(folder / f"{slug}.ipynb")
    if not parse(slug, notebook.cells).checks:
        raise ProjectError(f"{slug}.ipynb has lost its checks: restore it with git, then paste")
    untouched = untouched_by_checksum(notebook.cells)
    runner = BoundedExecute(timeout=SECONDS, kernel_name="python3")
    runner.extra_arguments = ["--IPKernelApp.log_level=ERROR"]  # it warns of its own sockets
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            cell.metadata.pop("tags", None)  # a skipped check would count as passed
    with tempfile.TemporaryDirectory(prefix="course-check-") as scratch:
        copy = Path(scratch) / slug
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
        try:
            notebook, _ = runner.preprocess(notebook, {"metadata": {"path": str(copy)}})
        except CellTimeoutError:
            raise ProjectError(f"{slug}: Python did not stop when asked to: restart it") from None
    exercise = parse(slug, notebook.cells)
    return Report(exercise.title, exercise.tasks, tuple(outcomes(exercise, untouched)))


def render(report: Report, hints: int = 0) -> str:
    """Return a report as text: each check by task, what it says, and the points so far.

    Args:
        report: from :func:`check_notebook`.
        hints: show the first so many hints of each task that is not complete.
    """
    lines = [report.title]
    for task in report.tasks:
        lines += ["", task.title]
        found = [o for o in report.outcomes if o.task == task.name]
        for outcome in found:
            mark, colour, word = _MARKS[outcome.status]
            lines.append(f"  {colour}{mark}\x1b[0m {outcome.name} ({outcome.points:g}): {word}")
            lines += [f"      {line}" for line in outcome.message.splitlines()]
        if any(o.status not in ("passed", "later", "manual") for o in found):
            for number, hint in enumerate(task.hints[:hints], 1):
                text = " ".join(hint.split())
                lines.append(f"    hint {number}: {text}")
    later = sum(o.points for o in report.outcomes if o.status == "later")
    manual = sum(o.points for o in report.outcomes if o.manual)
    total = f"{report.earned:g} of the {report.visible:g} points that are checked here"
    if later:
        total += f"; {later:g} more when you submit"
    if manual:
        total += f"; {manual:g} by a person"
    return "\n".join([*lines, "", total])
