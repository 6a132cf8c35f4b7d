"""A checkout in a temporary folder that holds one exercise, everyday.md, and its students."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from course_lib.authoring.exercises import generate
from course_lib.project import Project

ROOT = Path(__file__).parents[3]
SOURCE = Path(__file__).with_name("everyday.md")
SLUG = SOURCE.stem
SECRETS = ("only-graders-read-this", "never-shown-to-anyone", "4711.0625", "1573.8645")
"""Of the hidden checks: a comment, a mistake's text, an input of two checks, what is expected."""
ANSWERS = ("mean", "rescale", "train", "largest", "mislead")

RIGHT = {
    "mean": "def mean(numbers):\n    return sum(numbers) / len(numbers)",
    "rescale": "def rescale(x):\n    x = x - x.min()\n    return x / x.max()",
    "train": """
def train(x, y):
    torch.manual_seed(3)
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    for _ in range(60):
        optimizer.zero_grad()
        torch.nn.functional.binary_cross_entropy_with_logits(model(x)[:, 0], y).backward()
        optimizer.step()
    return model
""",
    "largest": "def largest(numbers):\n    return max(numbers)",
    "mislead": "When one number is far from the rest.",
}
WRONG = {
    "mean": "def mean(numbers):\n    return -1.0",
    "rescale": "def rescale(x):\n    return np.full(x.shape, 7.0)",
    "train": """
def train(x, y):
    model = torch.nn.Linear(2, 3)
    torch.nn.init.zeros_(model.weight)
    torch.nn.init.zeros_(model.bias)
    return model
""",
    "largest": "def largest(numbers):\n    return 0.0",
    "mislead": "Always.",
}


class Everyday:
    """The checkout with its student notebook."""

    def __init__(self, root: Path) -> None:
        for name in ("book", "solutions", "exercises"):
            (root / name).mkdir(parents=True)
        for name in ("_config.yml", "book/_toc.yml"):
            (root / name).touch()
        for name in ("nbgrader_config.py", "exercises/nbgrader_config.py"):
            (root / name).write_bytes((ROOT / name).read_bytes())
        (root / "solutions" / SOURCE.name).write_bytes(SOURCE.read_bytes())
        self.root = root
        self.tokens = {"@ROOT@": str(root)}  # an attacker is given what only insiders know
        self.project = Project(root)
        generate(self.project)
        self.handed_out = self.project.exercises / SLUG / f"{SLUG}.ipynb"

    def folder(self, student: str) -> Path:
        """Return where a student's submission lies."""
        return self.root / "submitted" / student / SLUG

    def record(self, student: str) -> dict[str, Any]:
        """Return what was found of a student's submission."""
        path = self.project.build / "grading" / "records" / SLUG / f"{student}.json"
        return json.loads(path.read_text("utf-8"))

    def filled(self, source: str | list[str]) -> str:
        """Return a cell's source with the tokens in it replaced."""
        text = source if isinstance(source, str) else "".join(source)
        for token, value in self.tokens.items():
            text = text.replace(token, value)
        return text

    def blank(self) -> dict[str, Any]:
        """Return the notebook as handed out, as plain JSON."""
        return json.loads(self.handed_out.read_text("utf-8"))


def cell(notebook: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the cell of this grade_id."""
    return next(one for one in notebook["cells"] if one["id"] == name)


def meta(notebook: dict[str, Any], name: str) -> dict[str, Any]:
    """Return what nbgrader keeps in a cell."""
    return cell(notebook, name)["metadata"]["nbgrader"]


def code_cell(source: str, name: str) -> dict[str, Any]:
    """Return a cell that a student added."""
    empty = {"execution_count": None, "metadata": {}, "outputs": []}
    return {"cell_type": "code", "id": name, "source": source, **empty}
