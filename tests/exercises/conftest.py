"""Benches of the exercises."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from runner import ROOT, Bench, bench

sys.path.append(str(ROOT / "tests" / "grading"))  # the small course is shared with its tests


class Benches(dict[str, Bench]):
    """Benches by slug, made when first asked for."""

    def __missing__(self, slug: str) -> Bench:
        student = ROOT / "exercises" / slug / f"{slug}.ipynb"
        self[slug] = bench(ROOT / "solutions" / f"{slug}.md", student, ROOT / "_build" / "answers")
        return self[slug]


@pytest.fixture(scope="session")
def benches():
    """Every exercise in solutions/, by slug."""
    found = Benches()
    yield found
    for one in found.values():
        one.close()


class Guests:
    """Processes for students' code, forked from one that starts when first asked for."""

    def __init__(self) -> None:
        self._forked: Any = None

    def open(self) -> Any:
        """Start one."""
        from forked import ForkedGuests

        self._forked = self._forked or ForkedGuests()
        return self._forked.open()

    def close(self) -> None:
        """End the process that forks."""
        if self._forked is not None:
            self._forked.close()


@pytest.fixture(scope="session")
def guests():
    """What runs answers on the other side of the boundary, as a student's process does."""
    found = Guests()
    yield found
    found.close()


@pytest.fixture(scope="session")
def averages(tmp_path_factory) -> Bench:
    """The small exercise that the machinery itself is tested on."""
    from small_course import Course

    course = Course(tmp_path_factory.mktemp("averages") / "course")
    project = course.project
    found = bench(project.solutions / "averages.md", course.handed_out, project.build)
    yield found
    found.close()
