"""What decides a score besides the submission: exercise, checks, the grader itself, versions."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from course_lib.exercise import Exercise, parse

Isolation = Literal["bubblewrap", "fresh", "none"]
"""bubblewrap with one warm process a worker; with a process from nothing each; nothing at all."""

APART = ("authoring", "cli.py", "grading/classroom", "grading/coordinator")
"""The parts of course_lib that decide nothing: no worker imports them."""
_LIBRARIES = ("numpy", "torch", "scikit-learn", "scipy", "ipython", "matplotlib", "nbformat")


@dataclass(frozen=True)
class Bundle:
    """All that a worker is told besides the submission.

    Attributes:
        slug: the exercise's name.
        source: the instructor's notebook, hidden checks included, as JSON.
        stubs: what each answer cell said as handed out, by grade_id.
        isolation: what to run submissions in.
        term: the term's secret, which seeds hidden checks.
        grader: a hash of the grader's code and of the versions of what it runs on.
        budgets: seconds, where they are not those of ``results.Budgets``.
    """

    slug: str
    source: str
    stubs: Mapping[str, str]
    isolation: Isolation
    term: str
    grader: str
    budgets: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """A hash of everything above; of the term only its hash goes into it."""
        term = hashlib.sha256(self.term.encode()).hexdigest()
        text = json.dumps([asdict(self) | {"term": term}], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def notebook(self) -> Any:
        """The instructor's notebook."""
        import nbformat

        return nbformat.reads(self.source, as_version=4)  # type: ignore[no-untyped-call]

    @cached_property
    def exercise(self) -> Exercise:
        """What the notebook says."""
        return parse(self.slug, self.notebook.cells)


def make_bundle(
    notebook: Path,
    stubs: Mapping[str, str],
    isolation: Isolation,
    budgets: Mapping[str, float] | None = None,
) -> Bundle:
    """Return the bundle of an exercise, for this machine and this term.

    Args:
        notebook: the instructor's.
        stubs: what each answer cell said as handed out, by grade_id.
        isolation: what to run submissions in.
        budgets: seconds that differ from the usual.
    """
    term = os.environ.get("COURSE_TERM", "")
    source = notebook.read_text("utf-8")
    given = (notebook.stem, source, dict(stubs), isolation, term)
    return Bundle(*given, grader(), dict(budgets or {}))


@cache
def versions() -> dict[str, str]:
    """Return the versions of what the grader runs on; empty where something is not installed."""
    found = {"Python": platform.python_version(), "processor": platform.machine()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found


@cache
def grader() -> str:
    """Return a hash of the grader's code and of the versions of what it runs on."""
    library = Path(__file__).parents[2]
    total = hashlib.sha256(json.dumps(versions()).encode())
    for path in sorted(library.rglob("*.py")):
        part = path.relative_to(library)
        if not any(part.is_relative_to(apart) for apart in APART):
            total.update(f"{part.as_posix()} {len(path.read_bytes())}\n".encode())
            total.update(path.read_bytes())
    return total.hexdigest()
