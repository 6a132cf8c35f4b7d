"""`course check`: what a student reads in a terminal."""

from __future__ import annotations

import html
import re

import pytest
from small_course import RIGHT, SLUG, Course, cell, isolation

from course_lib.authoring.exercises import dumps
from course_lib.grading.classroom import student
from course_lib.grading.classroom.student import check_notebook, render
from course_lib.grading.coordinator.batch import grade
from course_lib.grading.scoring.record import find
from course_lib.grading.scoring.results import Budgets
from course_lib.project import ProjectError


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    return Course(tmp_path_factory.mktemp("student") / "course")


def write(course: Course, content: dict | bytes) -> None:
    content = dumps(content).encode() if isinstance(content, dict) else content
    course.handed_out.write_bytes(content)


@pytest.fixture
def answered(course):
    """Replace answers in the student's notebook for one test."""
    as_handed_out = course.handed_out.read_bytes()

    def answer(**answers):
        notebook = course.notebook(answers)
        write(course, notebook)
        return notebook

    yield answer
    course.handed_out.write_bytes(as_handed_out)


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_untouched(course):
    report = check_notebook(course.project, SLUG)
    assert [o.status for o in report.outcomes] == [
        *("not_attempted", "later", "not_attempted", "later", "not_attempted")
    ]
    assert (report.earned, report.visible, report.complete) == (0, 8, False)
    text = plain(render(report, hints=2))
    assert "○ The mean: not attempted (0 of 4 points)\n    hint 1: " in text
    assert "hint 2: Then divide." in text
    assert "hint 3" not in text
    assert len(plain(render(report)).splitlines()) == 7, "a line a task"
    assert render(report, colour=False) == plain(render(report)) != render(report)
    assert text.endswith(
        "0 of the 8 points that are checked here; 8 more when you submit; 4 by a person"
    )


def test_right_wrong_and_error(course, answered):
    answered(
        mean="def mean(numbers):\n    return sum(numbers)",
        largest="def largest(numbers):\n    return max(number)",
    )
    report = check_notebook(course.project, SLUG)
    text = plain(render(report))
    assert "✗ The mean (0 of 4 points)\n" in text
    assert "  ✗ the mean of two numbers lies half-way (4): failed\n      got 4, which is" in text
    assert "Likely cause: that is the sum" in text
    assert "NameError: name 'number' is not defined" in text
    answered(**RIGHT)
    report = check_notebook(course.project, SLUG)
    assert report.complete
    text = plain(render(report, hints=3))
    assert "✓ The mean (4 of 4 points)\n" in text
    assert "hint" not in text


def test_an_answer_that_does_not_compile_is_named(course, answered):
    answered(mean="def mean(numbers:\n    return 1")
    [message] = [o.message for o in check_notebook(course.project, SLUG).outcomes if o.message]
    assert message.startswith("its answer stops with SyntaxError: ")


def test_an_endless_loop_is_a_timeout(course, answered, monkeypatch):
    monkeypatch.setattr(student, "BUDGETS", Budgets(check=2, cell=2))
    answered(mean="def mean(numbers):\n    while True:\n        pass", largest=RIGHT["largest"])
    found = {o.id: o.status for o in check_notebook(course.project, SLUG).outcomes}
    assert (found["mean-check-1"], found["largest-check-1"]) == ("timeout", "passed")


def test_a_skipped_check_is_not_passed_and_files_stay_where_they_are(course, answered):
    writes = "open('left.txt', 'w').write('x')\ndef mean(numbers):\n    return 0"
    notebook = answered(mean=writes)
    cell(notebook, "mean-check-1")["metadata"]["tags"] = ["skip-execution"]
    write(course, notebook)
    found = {o.id: o.status for o in check_notebook(course.project, SLUG).outcomes}
    assert found["mean-check-1"] == "failed"
    assert [path.name for path in course.handed_out.parent.iterdir()] == [f"{SLUG}.ipynb"]
    assert not (course.project.root / "left.txt").exists()


def test_cells_of_ones_own_are_ones_own(course, answered):
    notebook = answered(mean=RIGHT["mean"])
    for source in ("mean([])", "def largest(numbers):\n    return max(numbers)"):
        own = {"cell_type": "code", "id": f"own-{len(source)}", "metadata": {}, "source": source}
        notebook["cells"].insert(3, own | {"outputs": [], "execution_count": None})
    own = notebook["cells"].pop(3)
    at = notebook["cells"].index(cell(notebook, "largest"))
    notebook["cells"].insert(at + 1, own)
    write(course, notebook)
    found = {o.id: o.status for o in check_notebook(course.project, SLUG).outcomes}
    assert found["mean-check-1"] == "passed"
    assert found["largest-check-1"] == "passed", "an answer in a cell of its own counts"


@pytest.mark.slow
def test_the_same_words_as_in_grading(course, answered):
    answered(mean="def mean(numbers):\n    return sum(numbers)", largest="def largest(n):\n    1/0")
    course.hand_in("ann", course.handed_out.read_bytes())
    grade(course.project, isolation=isolation(), workers=1)
    graded = {c.id: (c.status, c.shown) for c in find(course.project, SLUG, "ann").checks}
    outcomes = check_notebook(course.project, SLUG).outcomes
    here = {o.id: (o.status, o.message) for o in outcomes if o.status != "later"}
    assert here.items() <= graded.items()
    assert len(here) == 3
    page = course.project.root / "feedback" / "ann" / SLUG / f"{SLUG}.html"
    for status, message in here.values():
        assert status == "manual" or html.escape(message) in page.read_text()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"<<<<<<< HEAD\n{}", "merge-conflict markers, the first in line 1"),
        (b"hello", "line 1 is no JSON"),
        (b'{"cells": []}', "has lost its checks"),
    ],
)
def test_a_broken_notebook_is_one_line_with_the_cure(course, answered, content, says):
    write(course, content)
    with pytest.raises(ProjectError, match=says) as caught:
        check_notebook(course.project, SLUG)
    assert "\n" not in str(caught.value)


def test_an_unknown_exercise_names_those_there_are(course):
    with pytest.raises(ProjectError, match="there is no exercise 'poetry': there is averages"):
        check_notebook(course.project, "poetry")
