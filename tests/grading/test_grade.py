"""Submissions through `course grade`, as far as nbgrader's own execution can be made safe.

Rows are named as in submissions.yml. The rows that need a sandbox or a checker of its own (kinds
`read` and `damage`, and the forgeries that work inside the kernel) are not claimed here.
"""

from __future__ import annotations

import csv
import itertools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from small_course import RIGHT, SLUG, Course, cell

from course_lib.grading import batch
from course_lib.grading.batch import grade, render
from course_lib.grading.grades import Row, Summary, write_table
from course_lib.grading.process import StepError, take_step
from course_lib.project import ProjectError

TABLE = yaml.safe_load((Path(__file__).parent / "submissions.yml").read_text("utf-8"))
NAMES = {name for kind in TABLE.values() for name in kind}
CODE = 16.0
"""Points of the checks; 4 more are for the written answer, which a person reads."""

WRONG = RIGHT | {"mean": "def mean(numbers):\n    return sum(numbers)"}
TWO_IN_A_ROW = "def mean(numbers):\n    return {2: 2.0}.get(len(numbers))"


def changed(course: Course, answers: dict[str, str], change) -> dict:
    notebook = course.notebook(answers)
    change(notebook)
    return notebook


def tag_skip(notebook):
    for one in notebook["cells"]:
        if "check" in one["id"] or "hidden" in one["id"]:
            one["metadata"]["tags"] = ["skip-execution"]


def forge_metadata(notebook):
    for one in notebook["cells"]:
        if meta := one["metadata"].get("nbgrader"):
            meta |= {"points": 500, "locked": not meta["locked"], "grade": True}
    cell(notebook, "largest-check-1")["metadata"]["nbgrader"]["grade_id"] = "renamed"
    cell(notebook, "mean-hidden-1")["metadata"]["nbgrader"]["grade_id"] = "mean-check-1"


def paste(notebook):
    for name in ("mean", "mean-check-1"):
        at = notebook["cells"].index(cell(notebook, name))
        notebook["cells"].insert(at + 1, notebook["cells"][at] | {"id": f"{name}-pasted"})


def drop_checks(notebook):
    notebook["cells"].remove(cell(notebook, "mean-check-1"))
    cell(notebook, "mean-hidden-1")["metadata"] = {}
    moved = cell(notebook, "largest-check-1")
    notebook["cells"].remove(moved)
    notebook["cells"].insert(0, moved)


def strange_schemas(notebook):
    cells = [one["metadata"]["nbgrader"] for one in notebook["cells"] if one["metadata"]]
    for metadata, version in zip(cells, itertools.cycle([0, 99, "3", None]), strict=False):
        metadata["schema_version"] = version


def julia(notebook):
    notebook["metadata"] = {"kernelspec": {"name": "julia-1.9", "language": "julia"}}


def loosen(notebook):
    for name in ("mean-check-1", "mean-hidden-1"):
        cell(notebook, name)["source"] = "print('passed')"


def claim_success(notebook):
    for one in notebook["cells"]:
        if one["cell_type"] == "code":
            text = "\x1b[32m✓ passed\x1b[0m\n"
            one["outputs"] = [{"output_type": "stream", "name": "stdout", "text": text}]


NOISY = """
import logging, sys, warnings
def mean(numbers):
    warnings.warn("look out")
    logging.warning("careful")
    print("50%|#####     |", file=sys.stderr)
    return sum(numbers) / len(numbers)
"""
PLOTS = """
import matplotlib.pyplot as plt
def mean(numbers):
    print("x" * 3_000_000)
    plt.plot(numbers)
    plt.show()
    return sum(numbers) / len(numbers)
"""
FORGED = """
from IPython import get_ipython
def mean(numbers):
    shell = get_ipython()
    shell.displayhook(99)
    return 0
"""
EXITS = "def mean(numbers):\n    import os\n    os._exit(0)"


def rows(course: Course) -> dict[str, tuple]:
    """Return, by student, the row of submissions.yml, what is handed in, score and reason."""
    right = course.notebook(RIGHT)
    text = json.dumps(right, indent=1)
    conflict = text.replace(' "cells"', '<<<<<<< HEAD\n "cells"', 1)

    def wrong(change):
        return changed(course, WRONG, change)

    def fine(change):
        return changed(course, RIGHT, change)

    def only(**answers):
        return course.notebook(RIGHT | answers)

    lost = "failed: mean"
    crashed = "error: mean"
    return {
        "right": ("other-algorithm", right, CODE, ""),
        "skips": ("skip-execution-tag", wrong(tag_skip), 8, lost),
        "forges": ("forged-above-maximum", only(mean=FORGED), 8, lost),
        "memorises": ("memorised-visible", only(mean=TWO_IN_A_ROW), 12, "failed: mean-hidden-1"),
        "exits": ("exits-in-function", only(mean=EXITS), 8, crashed),
        "loops": (
            "infinite-loop",
            only(mean="def mean(numbers):\n    while True:\n        pass"),
            8,
            "timeout: mean",
        ),
        "edits-metadata": ("edited-metadata", wrong(forge_metadata), 8, lost),
        "pastes": ("copied-cell", fine(paste), CODE, "mean was pasted 2 times"),
        "deletes": ("deleted-check", fine(drop_checks), CODE, "mean-check-1 was missing"),
        "schema": ("foreign-schema", fine(strange_schemas), CODE, ""),
        "julia": ("foreign-kernelspec", fine(julia), CODE, ""),
        "loosens": ("edited-check", wrong(loosen), 8, "check mean-check-1 was edited"),
        "stale": ("stale-output", wrong(claim_success), 8, lost),
        "noisy": ("warns-on-stderr", only(mean=NOISY), CODE, ""),
        "plots": ("talks-and-plots", only(mean=PLOTS), CODE, ""),
        "syntax": ("one-syntax-error", only(mean="def mean(n:\n    return 1"), 8, crashed),
        "untouched": ("untouched", course.notebook(), 0, "not attempted"),
        "missing": ("missing-notebook", None, 0, "averages.ipynb is missing"),
        "conflict": ("unparsable", conflict.encode(), 0, "merge-conflict markers, the first in"),
    }


STUDENTS = [
    *("right", "skips", "forges", "memorises", "exits", "loops", "edits-metadata", "pastes"),
    *("deletes", "schema", "julia", "loosens", "stale", "noisy", "plots", "syntax", "untouched"),
    *("missing", "conflict"),
]


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    made = Course(tmp_path_factory.mktemp("grade") / "course")
    with (made.project.root / "nbgrader_config.py").open("a") as config:
        config.write("\nc.Execute.timeout = 3  # nothing here takes a second\n")
    return made


@pytest.fixture(scope="module")
def graded(course):
    expected = rows(course)
    assert list(expected) == STUDENTS
    for student, (_, content, _, _) in expected.items():
        course.hand_in(student, content)
    summary = grade(course.project)
    return expected, {row.student: row for row in summary.rows}, summary


@pytest.mark.slow
@pytest.mark.parametrize("student", STUDENTS)
def test_row(graded, student):
    expected, found, _ = graded
    name, _, score, reason = expected[student]
    row = found[student]
    assert name in NAMES
    assert row.score == score, row
    assert reason in row.reason
    assert row.max_score == 20
    assert row.isolation == "none (nbgrader)"
    assert not row.grader_failed


@pytest.mark.slow
def test_everybody_has_a_row_in_the_table(course, graded):
    with (course.project.root / "grades.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["student"] for line in lines] == sorted(STUDENTS)
    assert set(lines[0]) == {
        *("student", "exercise", "score", "max_score", "needs_manual", "reason", "isolation")
    }
    assert all(line["reason"] for line in lines if float(line["score"]) == 0)
    manual = {line["student"] for line in lines if line["needs_manual"] == "True"}
    answered = {s for s in STUDENTS if graded[0][s][2]}
    assert manual == answered, "a person reads the written answers, and only those that are there"


@pytest.mark.slow
def test_the_summary_says_what_is_left_to_do(graded):
    text = render(graded[2])
    assert "no feedback pages yet" in text
    assert "19 rows in grades.csv" in text
    assert graded[2].grader_errors == 0


@pytest.mark.slow
def test_nothing_is_graded_twice_and_a_regrade_is_identical(course, graded, monkeypatch):
    steps = []

    def watch(root, step, task):
        steps.append((step, task.get("student", task.get("changed"))))
        return take_step(root, step, task)

    monkeypatch.setattr(batch, "take_step", watch)
    assert grade(course.project).rows == graded[2].rows
    assert steps == [("begin", []), ("end", None)]
    for student in ("right", "loosens", "conflict"):
        (course.project.build / "grading" / student / f"{SLUG}.json").unlink()
    assert grade(course.project).rows == graded[2].rows
    assert [s for s in steps if s[0] == "autograde"] == [
        ("autograde", "loosens"),
        ("autograde", "right"),
    ]


@pytest.mark.slow
def test_stock_autograde_gives_the_same_scores(course, graded):
    root, look = course.project.root, {"exercises": [SLUG], "changed": []}
    before = take_step(root, "begin", look)
    for student in ("skips", "pastes", "schema", "noisy"):
        shutil.rmtree(root / "autograded" / student)
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    command = [sys.executable, "-m", "nbgrader", "autograde", SLUG]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True)
    log = done.stderr.decode()
    assert log.count("Autograding ") == 4, log
    assert take_step(root, "begin", look) == before


@pytest.mark.slow
def test_no_page_of_feedback_is_made(course, graded):
    command = [sys.executable, "-m", "nbgrader", "generate_feedback", SLUG, "--student", "right"]
    done = subprocess.run(command, cwd=course.project.root, capture_output=True, text=True)
    assert "no feedback pages yet" in done.stderr
    assert not list(course.project.root.glob("feedback/**/*.html"))


@pytest.mark.slow
def test_a_failure_of_the_grader_is_no_silent_zero(course, graded, monkeypatch):
    course.hand_in("stale", course.notebook(RIGHT))

    def fail_for_stale(root, step, task):
        if task.get("student") == "stale":
            raise StepError("the disk is on fire")
        return take_step(root, step, task)

    monkeypatch.setattr(batch, "take_step", fail_for_stale)
    summary = grade(course.project)
    row = next(row for row in summary.rows if row.student == "stale")
    assert (row.score, row.needs_manual) == (None, True)
    assert "the disk is on fire" in row.reason
    assert summary.grader_errors == 1
    assert [r for r in summary.rows if r != row] == [
        r for r in graded[2].rows if r.student != "stale"
    ]
    monkeypatch.undo()
    again = {row.student: row for row in grade(course.project).rows}
    assert again["stale"].score == CODE, "it is tried again"


@pytest.mark.slow
def test_a_persons_marks_survive_and_absence_has_a_row(course, graded):
    code = (
        "import sys\nfrom nbgrader.api import Gradebook\n"
        "with Gradebook(sys.argv[1]) as book:\n"
        "    book.add_student('cyd')\n"
        f"    grade = book.find_grade('mislead', '{SLUG}', '{SLUG}', 'right')\n"
        "    grade.manual_score, grade.needs_manual_grade = 3, False\n"
        "    book.db.commit()\n"
    )
    url = f"sqlite:///{course.project.root / 'gradebook.db'}"
    subprocess.run([sys.executable, "-c", code, url], check=True)
    found = {row.student: row for row in grade(course.project).rows}
    assert (found["right"].score, found["right"].needs_manual) == (CODE + 3, False)
    assert (found["cyd"].score, found["cyd"].reason) == (0, "nothing was handed in")
    course.hand_in("right", course.notebook(WRONG))
    found = {row.student: row for row in grade(course.project).rows}
    assert found["right"].score == 8 + 3, "new bytes are graded anew"


def test_the_table_keeps_exercises_that_were_not_graded_now(tmp_path):
    path = tmp_path / "grades.csv"
    write_table(path, [Row("ann", "one", 3.0, 20.0, False), Row("bob", "one", 0.0, 20.0, False)])
    write_table(path, [Row("ann", "two", None, 20.0, True, "look, here")])
    write_table(path, [Row("ann", "one", 5.0, 20.0, False)])
    with path.open(newline="") as file:
        lines = [
            (line["exercise"], line["student"], line["score"]) for line in csv.DictReader(file)
        ]
    assert lines == [("one", "ann", "5.0"), ("two", "ann", "")]


def test_nothing_to_grade(tmp_path):
    course = Course(tmp_path / "course")
    assert "nothing to grade" in render(grade(course.project))
    course.project.root.joinpath("submitted", "ann", "poetry").mkdir(parents=True)
    with pytest.raises(ProjectError, match="'poetry', which has no source"):
        grade(course.project)
    with pytest.raises(ProjectError, match="nothing was handed in for averages"):
        grade(course.project, ["averages"])


def test_another_kind_of_table_is_set_aside(tmp_path):
    path = tmp_path / "grades.csv"
    path.write_text("assignment,student_id,score\none,ann,3.0\n")
    row = Row("ann", "one", 3.0, 20.0, False)
    aside = write_table(path, [row])
    assert aside is not None
    assert aside.read_text().endswith("one,ann,3.0\n")
    assert path.read_text().splitlines()[1].startswith("ann,one,3.0")
    assert str(aside) in render(Summary((row,), path, aside))
    assert write_table(path, [row]) is None
