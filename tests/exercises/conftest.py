"""Benches of the exercises, and the confusion matrix over all of them in pytest's summary."""

from __future__ import annotations

import sys
from collections import Counter

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


@pytest.fixture(scope="session")
def averages(tmp_path_factory) -> Bench:
    """The small exercise that the machinery itself is tested on."""
    from small_course import Course

    course = Course(tmp_path_factory.mktemp("averages") / "course")
    project = course.project
    found = bench(project.solutions / "averages.md", course.handed_out, project.build)
    yield found
    found.close()


def pytest_terminal_summary(terminalreporter):
    """Print how answers were judged, and how many mutants the checks caught."""
    matrix: Counter[tuple[str, bool]] = Counter()
    caught = total = equivalent = 0
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") != "call":
                continue
            for name, value in report.user_properties:
                if name == "answer":
                    matrix[value[0], value[1]] += 1
                elif name == "mutants":
                    caught, total, equivalent = (
                        caught + value[0],
                        total + value[1],
                        equivalent + value[2],
                    )
    if not matrix and not total:
        return
    write = terminalreporter.write_line
    terminalreporter.section("the exercises' checks")
    write("                 accepted   rejected")
    for kind in ("right", "wrong"):
        write(f"{kind:>6} answers   {matrix[kind, True]:>6}     {matrix[kind, False]:>6}")
    write(f"mutants caught   {caught} of {total}, and {equivalent} that change nothing")
