"""`course check`: what a student reads in a terminal."""

from __future__ import annotations

import re

import pytest
from small_course import RIGHT, SLUG, Course, cell

from course_lib.authoring.exercises import dumps
from course_lib.grading import student
from course_lib.grading.student import check_notebook, render
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
    assert "○ the mean of two numbers lies half-way (4): not attempted" in text
    assert "· longer lists have their mean (4): runs when you submit" in text
    assert "hint 2: Then divide." in text
    assert "hint 3" not in text
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
    assert "✗ the mean of two numbers lies half-way (4): failed\n      got 4, which is" in text
    assert "Likely cause: that is the sum" in text
    assert "NameError: name 'number' is not defined" in text
    answered(**RIGHT)
    report = check_notebook(course.project, SLUG)
    assert report.complete
    assert plain(render(report, hints=3)).count("hint") == 0


def test_an_answer_that_does_not_compile_is_named(course, answered):
    answered(mean="def mean(numbers:\n    return 1")
    [message] = [o.message for o in check_notebook(course.project, SLUG).outcomes if o.message]
    assert message.startswith("its answer stops with SyntaxError: ")


def test_an_endless_loop_is_a_timeout(course, answered, monkeypatch):
    monkeypatch.setattr(student, "SECONDS", 2)
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
