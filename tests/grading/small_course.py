"""A checkout in a temporary folder that holds one small exercise, averages.md."""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path
from typing import Any

from course_lib.authoring.exercises import generate
from course_lib.grading.isolation.selftest import self_test
from course_lib.grading.scoring.bundle import Isolation
from course_lib.project import Project

ROOT = Path(__file__).parents[2]
SLUG = "averages"
RIGHT = {
    "mean": "def mean(numbers):\n    return sum(numbers) / len(numbers)",
    "largest": "def largest(numbers):\n    return max(numbers)",
    "mislead": "When one number is far from the rest.",
}


@cache
def isolation() -> Isolation:
    """Return what submissions run in here: bubblewrap, where this machine lets it work."""
    good = all(finding.good for finding in self_test() if finding.required)
    return "bubblewrap" if good else "none"


def small_project(root: Path) -> Path:
    """Make the checkout and return its root."""
    (root / "book").mkdir(parents=True)
    (root / "solutions").mkdir()
    for name in ("_config.yml", "book/_toc.yml"):
        (root / name).touch()
    (root / "exercises").mkdir()
    for name in ("nbgrader_config.py", "exercises/nbgrader_config.py"):
        (root / name).write_bytes((ROOT / name).read_bytes())
    source = ROOT / "tests" / "grading" / f"{SLUG}.md"
    (root / "solutions" / source.name).write_bytes(source.read_bytes())
    return root


class Course:
    """The checkout with its student notebook, and a way to hand in."""

    def __init__(self, root: Path) -> None:
        self.project = Project(small_project(root))
        generate(self.project)
        self.handed_out = self.project.exercises / SLUG / f"{SLUG}.ipynb"

    def copy(self, root: Path) -> Course:
        """Return a copy elsewhere, with all that is made and graded already."""
        shutil.copytree(self.project.root, root)
        other = object.__new__(Course)
        other.project = Project(root)
        other.handed_out = other.project.exercises / SLUG / f"{SLUG}.ipynb"
        return other

    def notebook(self, answers: dict[str, str] | None = None) -> dict[str, Any]:
        """Return the notebook as handed out with these answers in it, as plain JSON."""
        notebook = json.loads(self.handed_out.read_text("utf-8"))
        for name, source in (answers or {}).items():
            cell(notebook, name)["source"] = source
        return notebook

    def hand_in(self, student: str, content: dict[str, Any] | bytes | None) -> None:
        """Hand in a notebook, raw bytes, or (None) an empty folder."""
        folder = self.project.root / "submitted" / student / SLUG
        folder.mkdir(parents=True, exist_ok=True)
        if content is not None:
            if isinstance(content, dict):
                content = json.dumps(content).encode()
            (folder / f"{SLUG}.ipynb").write_bytes(content)


def cell(notebook: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the cell of this grade_id."""
    return next(one for one in notebook["cells"] if one["id"] == name)
