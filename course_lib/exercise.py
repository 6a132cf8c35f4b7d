"""What an exercise is: tasks, their answers, checks, points and hints, read from a notebook.

The same reading serves the source (``solutions/<slug>.md``) and the student notebook made from
it. Cells are told apart by nbgrader's metadata: an answer is a code cell with ``solution``, a
check a code cell with ``grade``, a written answer a Markdown cell with both.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from course_lib.project import ProjectError

Cell = Any
"""An nbformat cell: attributes ``cell_type``, ``source`` and ``metadata``."""
Role = Literal["answer", "check", "written", "other"]

POINTS = 20
"""What every exercise is worth."""
RUNS_LATER = "# runs when you submit"
"""What the student version keeps of a hidden check, followed by the check's name."""

_GRADED_ID = re.compile(r"(?P<task>.+)-(?P<kind>check|hidden|written)-\d+")
_HINT = re.compile(r"<summary>\s*Hint\s+(\d+)\s*</summary>(.*?)</details>", re.DOTALL)
_FENCED = re.compile(r"^(`{3,}|~{3,}).*?^\1", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)


@dataclass(frozen=True)
class Check:
    """One graded cell: one check, or one written answer that a person grades."""

    id: str
    task: str
    name: str
    points: float
    hidden: bool
    manual: bool = False


@dataclass(frozen=True)
class Task:
    """One task: a statement with three hints, an answer cell, and its checks."""

    name: str
    title: str
    points: float
    hints: tuple[str, ...]


@dataclass(frozen=True)
class Exercise:
    """An exercise as its notebook gives it; ``cells`` are in order, tasks and checks too."""

    slug: str
    title: str
    cells: tuple[Cell, ...]
    tasks: tuple[Task, ...]
    checks: tuple[Check, ...]

    @property
    def points(self) -> float:
        """What a full answer earns."""
        return sum(check.points for check in self.checks)

    def answers(self) -> dict[str, Cell]:
        """Return the cells that a student writes in, by grade_id."""
        return {grade_id(c): c for c in self.cells if role(c) in ("answer", "written")}


def metadata(cell: Cell) -> dict[str, Any]:
    """Return nbgrader's metadata of a cell, empty where it has none or something else."""
    found = cell.metadata.get("nbgrader")
    return found if isinstance(found, dict) else {}


def grade_id(cell: Cell) -> str:
    """Return the cell's name in the gradebook, empty where it has none."""
    found = metadata(cell).get("grade_id")
    return found if isinstance(found, str) else ""


def role(cell: Cell) -> Role:
    """Return what a cell is for."""
    found = metadata(cell)
    graded, solution = bool(found.get("grade")), bool(found.get("solution"))
    if cell.cell_type == "code" and graded != solution:
        return "check" if graded else "answer"
    return "written" if cell.cell_type == "markdown" and graded and solution else "other"


def task_of(cell_id: str) -> str:
    """Return the task that a grade_id belongs to: the part before ``-check-1`` and the like."""
    match = _GRADED_ID.fullmatch(cell_id)
    return match["task"] if match else cell_id


def is_hidden(cell: Cell) -> bool:
    """Tell whether a check runs only on the grader's side."""
    match = _GRADED_ID.fullmatch(grade_id(cell))
    return match is not None and match["kind"] == "hidden"


def check_calls(tree: ast.Module) -> list[ast.Call]:
    """Return the calls of ``check(...)`` in a cell."""
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "check"
    ]


def check_name(cell: Cell) -> str:
    """Return the name that a check cell gives its check, else its grade_id."""
    for line in cell.source.splitlines():
        if line.startswith(RUNS_LATER + ": "):
            return str(line.removeprefix(RUNS_LATER + ": "))
    try:
        calls = check_calls(ast.parse(cell.source))
    except SyntaxError:
        calls = []
    if calls and calls[0].args and isinstance(calls[0].args[0], ast.Constant):
        return str(calls[0].args[0].value)
    return grade_id(cell)


def parse(slug: str, cells: Iterable[Cell]) -> Exercise:
    """Read an exercise from the cells of its notebook, leniently: rules are checked elsewhere."""
    cells = tuple(cells)
    checks: list[Check] = []
    titles: dict[str, str] = {}
    hints: dict[str, tuple[str, ...]] = {}
    statement: list[str] = []
    for cell in cells:
        what = role(cell)
        if what == "other":
            statement += [cell.source] if cell.cell_type == "markdown" else []
            continue
        task = task_of(grade_id(cell))
        if task not in titles:
            text = "\n".join(statement)
            titles[task] = (_headings(text) or [task])[-1]
            hints[task] = tuple(body.strip() for _, body in sorted(_HINT.findall(text)))
        statement.clear()
        if what != "answer":
            points = float(metadata(cell).get("points") or 0)
            name = check_name(cell) if what == "check" else titles[task]
            checks.append(
                Check(grade_id(cell), task, name, points, is_hidden(cell), what == "written")
            )
    tasks = tuple(
        Task(name, titles[name], sum(c.points for c in checks if c.task == name), hints[name])
        for name in titles
    )
    first = next((h for c in cells if c.cell_type == "markdown" for h in _headings(c.source)), slug)
    return Exercise(slug, first, cells, tasks, tuple(checks))


def _headings(text: str) -> list[str]:
    """Return the headings of a statement; a comment in a fenced example is none."""
    return _HEADING.findall(_FENCED.sub("", text))


def read(path: Path) -> Exercise:
    """Read an exercise from its source (.md, which needs jupytext) or its notebook (.ipynb).

    Raises:
        ProjectError: there is no such file.
    """
    if not path.is_file():
        raise ProjectError(f"{path} does not exist: see `course exercises` for what there is")
    if path.suffix == ".md":
        import jupytext

        notebook = jupytext.read(path, fmt="md:myst")
    else:
        import nbformat

        notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return parse(path.stem, notebook.cells)
