"""A class that hands in ``eight-checks.md``, in the form that each grader takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_lib.authoring.bench import ONE_THREAD
from course_lib.authoring.exercises import generate, source_notebooks
from course_lib.authoring.system import scripts_path
from course_lib.exercise import Exercise, grade_id, is_hidden, read, role
from course_lib.project import Project, ProjectError

SOURCE = Path(__file__).with_name("eight-checks.md")
SLUG = SOURCE.stem

RIGHT = {
    "affine": "def affine(x, w, b):\n    return torch.matmul(x, w) + b",
    "relu": "def relu(x):\n    return torch.where(x > 0, x, torch.zeros_like(x))",
    "softmax": "def softmax(z):\n    return torch.softmax(z, 1)",
    "mse": "def mse(predicted, wanted):\n    return (predicted - wanted).square().mean().item()",
}
# Each fails one of its two checks: the third the visible one, the others the hidden one.
WRONG = {
    "affine": "def affine(x, w, b):\n    return x @ w",
    "relu": "def relu(x):\n    return x.abs()",
    "softmax": "def softmax(z):\n    return z / z.sum(1, keepdim=True)",
    "mse": "def mse(predicted, wanted):\n    return (predicted - wanted).abs().mean().item()",
}
FULL = 20.0  # points
LOST = {"affine": 3.0, "relu": 3.0, "softmax": 2.0, "mse": 3.0}


@dataclass(frozen=True)
class Submission:
    """What one student handed in, and what it is worth.

    Attributes:
        student: their name.
        answers: source by grade_id.
        score: points, of :data:`FULL`.
    """

    student: str
    answers: dict[str, str]
    score: float


def submissions(count: int) -> list[Submission]:
    """Return a class: no two notebooks are alike, and four in five have one wrong answer."""
    found = []
    for number in range(count):
        answers, score = dict(RIGHT), FULL
        wrong = [*WRONG, ""][number % (len(WRONG) + 1)]
        if wrong:
            answers[wrong], score = WRONG[wrong], FULL - LOST[wrong]
        answers["affine"] = f"# student {number}\n{answers['affine']}"
        found.append(Submission(f"s{number:04d}", answers, score))
    return found


def answered(handed_out: Path, one: Submission) -> dict[str, Any]:
    """Return a notebook as handed out with a student's answers in it."""
    notebook: dict[str, Any] = json.loads(handed_out.read_text("utf-8"))
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in one.answers:
            cell["source"] = one.answers[name]
    return notebook


def hand_in(root: Path, handed_out: Path, handed_in: Iterable[Submission]) -> None:
    """Write submissions to where nbgrader and ``course grade`` look for them."""
    for one in handed_in:
        folder = root / "submitted" / one.student / SLUG
        folder.mkdir(parents=True)
        (folder / f"{SLUG}.ipynb").write_text(json.dumps(answered(handed_out, one)), "utf-8")


def environment() -> dict[str, str]:
    """Return what graders are started with: nbgrader calls a program by its name."""
    return os.environ | ONE_THREAD | {"PATH": scripts_path()}


def course(root: Path, library: Path) -> Path:
    """Make a checkout that holds this exercise alone; return the notebook it hands out.

    Args:
        root: a folder that is not there yet.
        library: the checkout whose configuration it takes.
    """
    for name in ("book", "solutions", "exercises"):
        (root / name).mkdir(parents=True)
    for name in ("_config.yml", "book/_toc.yml"):
        (root / name).touch()
    for name in ("nbgrader_config.py", "exercises/nbgrader_config.py"):
        (root / name).write_bytes((library / name).read_bytes())
    (root / "solutions" / SOURCE.name).write_bytes(SOURCE.read_bytes())
    project = Project(root)
    generate(project)
    return project.exercises / SLUG / f"{SLUG}.ipynb"


def instructors(root: Path) -> Path:
    """Return the instructor's notebook of a checkout that :func:`course` made."""
    (found,) = source_notebooks(Project(root))
    return found


def stock(root: Path, notebook: Path) -> Path:
    """Make a course of nbgrader's own, without any configuration; return what it hands out.

    Args:
        root: a folder that is not there yet.
        notebook: the instructor's.

    Raises:
        ProjectError: nbgrader refuses.
    """
    source = root / "source" / SLUG / f"{SLUG}.ipynb"
    source.parent.mkdir(parents=True)
    source.write_bytes(notebook.read_bytes())
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", SLUG]
    done = subprocess.run(
        command, cwd=root, env=environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ProjectError(f"stock nbgrader cannot enter {SLUG}: {done.stderr[-300:]}")
    return root / "release" / SLUG / f"{SLUG}.ipynb"


def otter(root: Path, notebook: Path, handed_in: Iterable[Submission]) -> None:
    """Write ``autograder.zip``, and a notebook of each student without check cells.

    Args:
        root: a folder that is not there yet.
        notebook: the instructor's.
        handed_in: by the students.
    """
    exercise = read(notebook)
    (root / "in").mkdir(parents=True)
    with zipfile.ZipFile(root / "autograder.zip", "w") as file:
        file.writestr("otter_config.json", "{}")
        for task in exercise.tasks:
            file.writestr(f"tests/{task.name}.py", otter_test(exercise, task.name))
    for one in handed_in:
        made = answered(notebook, one)
        checks = {grade_id(cell) for cell in exercise.cells if role(cell) == "check"}
        made["cells"] = [
            cell
            for cell in made["cells"]
            if cell["metadata"].get("nbgrader", {}).get("grade_id") not in checks
        ]
        (root / "in" / f"{one.student}.ipynb").write_text(json.dumps(made), "utf-8")


def otter_test(exercise: Exercise, task: str) -> str:
    """Return the checks of a task as a test file of otter-grader, one test case a check."""
    points = {check.id: check.points for check in exercise.checks}
    parts = [
        "import torch",
        "from otter.test_files import test_case",
        "from course_lib.checks import check",
        f"OK_FORMAT = False\nname = {task!r}",
    ]
    for number, cell in enumerate(exercise.cells):
        name = grade_id(cell)
        if role(cell) == "check" and name.startswith(f"{task}-"):
            lines = [line for line in cell.source.splitlines() if not line.startswith("###")]
            told = f"name={name!r}, points={points[name]}, hidden={is_hidden(cell)}"
            body = textwrap.indent("\n".join(lines), "    ")
            parts.append(f"@test_case({told})\ndef test_{number}({task}):\n{body}")
    return "\n\n".join(parts) + "\n"
