"""A class's submissions through `course grade`, and the same through nbgrader's own commands.

Rows are named as in submissions.yml, all of whose rows test_submissions.py has.
"""

from __future__ import annotations

import base64
import csv
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Executor, Future
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from small_course import RIGHT, SLUG, Course, cell, isolation

from course_lib.cli import parser
from course_lib.grading.coordinator import batch, gradebook, process, spread
from course_lib.grading.coordinator.batch import grade, render
from course_lib.grading.coordinator.grades import Row, Summary, write_table
from course_lib.grading.coordinator.process import WorkerLostError, Workers
from course_lib.grading.scoring import record
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


QUICK = {"check": 3.0, "cell": 3.0, "again": 1.0}


def run(course: Course, **how) -> Summary:
    """Grade with budgets that nothing here needs."""
    return grade(course.project, **{"isolation": isolation(), "budgets": QUICK, **how})


def by_student(summary: Summary) -> dict[str, Row]:
    return {row.student: row for row in summary.rows}


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    return Course(tmp_path_factory.mktemp("grade") / "course")


@pytest.fixture(scope="module")
def graded(course):
    expected = rows(course)
    assert list(expected) == STUDENTS
    for student, (_, content, _, _) in expected.items():
        course.hand_in(student, content)
    summary = run(course)
    return expected, by_student(summary), summary


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
    assert row.isolation == ("none" if isolation() == "none" else "bubblewrap, warm")
    assert not row.grader_failed


@pytest.mark.slow
def test_everybody_has_a_row_in_the_table(course, graded):
    with (course.project.root / "grades.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["student"] for line in lines] == sorted(STUDENTS)
    assert list(lines[0]) == [
        *("student", "exercise", "score", "max_score", "late_penalty", "needs_manual"),
        *("tamper", "reason", "isolation"),
    ]
    assert all(line["reason"] for line in lines if float(line["score"]) == 0)
    manual = {line["student"] for line in lines if line["needs_manual"] == "True"}
    answered = {s for s in STUDENTS if graded[0][s][2]}
    assert manual == answered, "a person reads the written answers, and only those that are there"


@pytest.mark.slow
def test_every_submission_is_in_autograded_and_has_feedback(course, graded):
    for student in STUDENTS:
        for folder, ending in (("autograded", "ipynb"), ("feedback", "html")):
            assert (course.project.root / folder / student / SLUG / f"{SLUG}.{ending}").is_file()
    path = course.project.root / "autograded" / "memorises" / SLUG / f"{SLUG}.ipynb"
    cells = {one["id"]: one for one in json.loads(path.read_text())["cells"]}
    assert cells["mean"]["source"] == TWO_IN_A_ROW
    assert cells["mean-check-1"]["outputs"][0]["text"].startswith("\x1b[32m✓")
    assert "failed: longer lists" in cells["mean-hidden-1"]["outputs"][0]["traceback"][0]


@pytest.mark.slow
def test_the_summary_says_what_is_left_to_do(graded):
    text = render(graded[2])
    assert "averages: 19 scores, median 8, mean 9.9 of 20" in text
    assert "  12 –  16      1  ██" in text
    assert "19 rows in grades.csv, 19 graded now\nfor a person: 16 to mark in formgrader" in text
    assert graded[2].grader_errors == 0


@pytest.mark.slow
def test_nothing_is_graded_twice_and_a_regrade_is_identical(course, graded, monkeypatch):
    seen = []
    with monkeypatch.context() as patch:
        patch.setattr(process, "Worker", None)
        patch.setattr(spread, "require_sandbox", None)
        again = run(course, progress=lambda done, total: seen.append(total))
    assert (again.rows, again.graded, seen) == (graded[2].rows, 0, [])
    kept = {}
    for student in ("right", "loosens", "conflict", "plots"):
        path = record.place(course.project, SLUG, student)
        kept[student] = record.loads(path.read_text("utf-8"))
        path.unlink()
    again = run(course, progress=lambda done, total: seen.append((done, total)))
    assert (again.rows, again.graded) == (graded[2].rows, 4)
    assert sorted(seen) == [(number, 4) for number in range(5)]
    for student, before in kept.items():
        assert record.find(course.project, SLUG, student) == before


@pytest.mark.slow
def test_stock_autograde_and_feedback_are_the_same(course, graded):
    root = course.project.root
    pages = {s: (root / "feedback" / s / SLUG / f"{SLUG}.html").read_text() for s in STUDENTS}
    shutil.rmtree(root / "feedback")
    regraded = "skips", "pastes", "schema", "noisy", "conflict"
    with (root / "nbgrader_config.py").open("a") as config:
        config.write(f"c.GradeSubmission.isolation = {isolation()!r}\n")
    for student in regraded:
        shutil.rmtree(root / "autograded" / student)
        record.place(course.project, SLUG, student).unlink()
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}

    def nbgrader(*words):
        command = [sys.executable, "-m", "nbgrader", *words, SLUG]
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stderr

    log = nbgrader("autograde")
    assert log.count("Autograding ") == len(regraded), log
    assert "Traceback" not in log
    with gradebook.opened(gradebook.configuration(course.project)) as book:
        standing = gradebook.standings(book, SLUG)
    assert {s: one.score for s, one in standing.items()} == {
        row.student: row.score for row in graded[2].rows
    }
    nbgrader("generate_feedback")
    for student, page in pages.items():
        assert (root / "feedback" / student / SLUG / f"{SLUG}.html").read_text() == page
    again = run(course)
    assert again.rows == graded[2].rows, "whoever of the two graded it"


class Broken(Executor):
    """Loses its worker at one student's submission."""

    def __init__(self, inner: Executor, mark: str) -> None:
        self.inner, self.mark = inner, mark

    def submit(self, function, task):
        content = json.loads(task)[0]["content"]
        if self.mark not in base64.b64decode(content or "").decode("utf-8", "replace"):
            return self.inner.submit(function, task)
        lost: Future = Future()
        lost.set_exception(WorkerLostError("the disk is on fire"))
        return lost


@pytest.mark.slow
def test_a_failure_of_the_grader_is_no_silent_zero(course, graded):
    course.hand_in("stale", course.notebook(RIGHT | {"largest": "# BURNS\n" + RIGHT["largest"]}))
    with Workers(1) as inner:
        summary = run(course, executor=Broken(inner, "BURNS"))
    row = by_student(summary)["stale"]
    assert (row.score, row.needs_manual) == (None, True)
    assert "the disk is on fire" in row.reason
    assert summary.grader_errors == 1
    assert [r for r in summary.rows if r != row] == [
        r for r in graded[2].rows if r.student != "stale"
    ]
    assert by_student(run(course))["stale"].score == CODE, "it is tried again"


@pytest.mark.slow
def test_a_persons_marks_survive_and_absence_has_a_row(course, graded):
    with gradebook.opened(gradebook.configuration(course.project)) as book:
        book.add_student("cyd")
        one = book.find_grade("mislead", SLUG, SLUG, "right")
        one.manual_score, one.needs_manual_grade = 3, False
        book.find_comment("mislead", SLUG, SLUG, "right").manual_comment = "Well <said>."
        book.db.commit()
    found = by_student(run(course))
    assert (found["right"].score, found["right"].needs_manual) == (CODE + 3, False)
    assert (found["cyd"].score, found["cyd"].reason) == (0, "nothing was handed in")
    page = (course.project.root / "feedback" / "right" / SLUG / f"{SLUG}.html").read_text()
    assert "Well &lt;said&gt;." in page
    assert "19 of 20 points" in page
    course.hand_in("right", course.notebook(WRONG))
    found = by_student(run(course))
    assert found["right"].score == 8 + 3, "new bytes are graded anew"
    assert found["right"].needs_manual, "a person's marks were for other bytes"


def test_one_students_work_is_graded_again_where_that_is_asked_for(small):
    how = {"isolation": "none", "workers": 1}
    for student in ("ann", "bob"):
        small.hand_in(student, small.notebook(RIGHT))
    with gradebook.opened(gradebook.configuration(small.project)) as book:
        book.add_student("bob")
    first = run(small, **how, students=["ann"])
    assert [(row.student, row.score, row.reason) for row in first.rows] == [
        ("ann", CODE, ""),
        ("bob", None, "handed in, not graded yet"),
    ]
    assert (run(small, **how).graded, run(small, **how).graded) == (1, 0)
    with gradebook.opened(gradebook.configuration(small.project)) as book:
        one = book.find_grade("mislead", SLUG, SLUG, "ann")
        one.manual_score, one.needs_manual_grade = 3, False
        book.db.commit()
    right = record.find(small.project, SLUG, "ann")
    late = replace(right.checks[0], status="timeout", earned=0.0)  # as on a machine with no time
    slow = replace(right, checks=(late, *right.checks[1:]), score=right.score - late.points)
    record.keep(small.project, "ann", slow)
    others = record.place(small.project, SLUG, "bob").stat().st_mtime_ns
    held = by_student(run(small, **how))["ann"]
    assert held.score == CODE + 3 - late.points, "nothing has changed: nothing runs"
    settled = run(small, **how, slugs=[SLUG], students=["ann"], again=True)
    row = by_student(settled)["ann"]
    assert (settled.graded, row.score, row.needs_manual) == (1, CODE + 3, False)
    assert record.find(small.project, SLUG, "ann") == right
    assert record.place(small.project, SLUG, "bob").stat().st_mtime_ns == others
    with pytest.raises(ProjectError, match="nothing was handed in by eve, zoe"):
        run(small, **how, students=["zoe", "ann", "eve"])
    with pytest.raises(ProjectError, match="nothing was handed in for averages by eve"):
        run(small, **how, slugs=[SLUG], students=["eve"])
    words = ["grade", SLUG, "--student", "ann", "--student", "bob", "--again"]
    options = parser().parse_args(words)
    assert (options.slug, options.student, options.again) == ([SLUG], ["ann", "bob"], True)


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
    with pytest.raises(ProjectError, match="no exercise poetry: there is averages"):
        grade(course.project, ["poetry"])
    with pytest.raises(ProjectError, match="nothing was handed in for averages"):
        grade(course.project, ["averages"])


def test_what_is_no_exercise_is_named_and_stops_nobody(small):
    small.hand_in("ann", small.notebook(RIGHT))
    submitted = small.project.root / "submitted"
    for name in ("holiday-pictures", "Averages", "averages (1)", "line\nbreak"):
        (submitted / "ann" / name).mkdir()
    (submitted / "bob").mkdir()
    (submitted / "bob" / "averages.ipynb").touch()
    (submitted / "a\tb").mkdir()
    summary = run(small, isolation="none", workers=1)
    assert [(row.student, row.score) for row in summary.rows] == [("ann", CODE)]
    assert summary.strays == (
        r"submitted/a\tb is no name of a student: rename the folder",
        "submitted/ann/Averages is no exercise: is it averages? Rename it to averages/",
        "submitted/ann/averages (1) is no exercise: is it averages? Rename it to averages/",
        "submitted/ann/holiday-pictures is no exercise: it was left out",
        r"submitted/ann/line\nbreak is no exercise: it was left out",
        "submitted/bob/averages.ipynb is no exercise: put it into a folder averages/",
    )
    text = render(summary)
    assert all(line in text for line in summary.strays)


def test_what_may_not_be_read_is_said_and_stops_nobody(small, monkeypatch):
    for student in ("ann", "bob", "cyd"):
        small.hand_in(student, small.notebook(RIGHT))
    listdir = os.listdir

    def listed(path):
        if str(path).endswith(("/bob", f"/cyd/{SLUG}")):
            raise PermissionError(13, "Permission denied", str(path))
        return listdir(path)

    monkeypatch.setattr(os, "listdir", listed)
    summary = run(small, isolation="none", workers=1)
    assert [(row.student, row.score) for row in summary.rows] == [("ann", CODE), ("cyd", 0)]
    assert summary.rows[1].reason.startswith("averages can't be read: give yourself the right")
    assert summary.strays[0].startswith("submitted/bob can't be read: give yourself the right")


def test_half_a_character_in_an_output_stops_nobody(small):
    halves = "print('\\ud800 half')\nraise ValueError('\\udfff')"
    small.hand_in("ann", small.notebook(RIGHT | {"mean": halves}))
    small.hand_in("bob", small.notebook(RIGHT))
    summary = run(small, isolation="none", workers=1)
    assert [row.score for row in summary.rows] == [CODE / 2, CODE]
    assert "? half" in str(record.find(small.project, SLUG, "ann").cells)
    for path in (small.project.root / "autograded").rglob("averages.ipynb"):
        assert json.dumps(json.loads(path.read_bytes()), ensure_ascii=False).encode()
    again = run(small, isolation="none")
    assert (again.rows, again.graded) == (summary.rows, 0)


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


@pytest.fixture
def small(tmp_path) -> Course:
    return Course(tmp_path / "course")


KINDS = {
    "link": "a link",
    "linked-folder": "a link",
    "hard": "a hard link",
    "pipe": "a pipe",
    "folder": "a folder",
    "elsewhere": "averages.ipynb is missing",
    "fine": "data.csv is a link: it was left out",
}


@pytest.mark.slow
def test_what_leads_out_of_a_submission_is_refused_by_name_and_the_rest_graded(small):
    submitted = small.project.root / "submitted"
    secret = small.project.root / "answers.ipynb"
    secret.write_text(json.dumps(small.notebook(RIGHT)))
    for student in KINDS:
        if student != "linked-folder":
            small.hand_in(student, small.notebook(RIGHT) if student == "fine" else None)
    place = {s: submitted / s / SLUG / f"{SLUG}.ipynb" for s in KINDS}
    place["link"].symlink_to(secret)
    (submitted / "linked-folder").mkdir()
    (submitted / "linked-folder" / SLUG).symlink_to(submitted / "fine" / SLUG)
    os.link(secret, place["hard"])
    os.mkfifo(place["pipe"])
    place["folder"].mkdir()
    (place["elsewhere"].parent / "..averages(1).ipynb.ipynb").touch()
    (place["elsewhere"].parent / "averages(1).ipynb").touch()
    (place["fine"].parent / "data.csv").symlink_to("/etc/passwd")
    (submitted / "stranger").symlink_to(small.project.solutions)
    (submitted / "=1+1").mkdir()
    (submitted / "note.txt").touch()
    summary = run(small, workers=1, isolation="none")
    found = by_student(summary)
    assert sorted(found) == sorted(KINDS)
    for student, said in KINDS.items():
        assert said in found[student].reason
        assert found[student].score == (CODE if student == "fine" else 0)
    assert "what is there is averages(1).ipynb" in found["elsewhere"].reason
    assert summary.strays == (
        "submitted/note.txt is a file: it was left out",
        "submitted/stranger is a link: it was left out",
    )
    assert not list((small.project.root / "autograded" / "fine").rglob("data.csv"))


@pytest.mark.slow
def test_each_in_a_process_of_its_own_gives_the_same(small):
    if isolation() == "none":
        pytest.skip("bubblewrap does not work here")
    for student, answers in (("ann", RIGHT), ("bob", WRONG | {"largest": EXITS})):
        small.hand_in(student, small.notebook(answers))
    small.hand_in("cyd", b"{")
    fresh = run(small, isolation="fresh", workers=2)
    kept = {s: record.find(small.project, SLUG, s) for s in ("ann", "bob", "cyd")}
    assert [(row.score, row.isolation) for row in fresh.rows] == [
        (CODE, "bubblewrap, fresh"),
        (0, "bubblewrap, fresh"),
        (0, "bubblewrap, fresh"),
    ]
    assert run(small, isolation="fresh").graded == 0
    warm = run(small)
    assert warm.graded == 3, "a record says how it was isolated"
    for student, one in kept.items():
        again = record.find(small.project, SLUG, student)
        assert (again.checks, again.cells) == (one.checks, one.cells)


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_time_only(small):
    for student in ("ann", "bob"):
        small.hand_in(student, small.notebook(RIGHT))
    with Workers(1) as workers:

        def kill():
            while not workers.pids():
                time.sleep(0.01)
            os.kill(workers.pids()[0], signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        summary = run(small, executor=workers, isolation="none")
        killer.join()
    assert [row.score for row in summary.rows] == [CODE, CODE]
    assert summary.grader_errors == 0


def test_a_worker_lost_twice_is_an_error_and_the_next_request_has_another():
    with Workers(1, seconds=30) as workers:
        lost = workers.submit(int, "no number")
        fine = workers.submit(json.dumps, "text")
        with pytest.raises(WorkerLostError, match="invalid literal for int"):
            lost.result()
        assert fine.result() == '"text"'


def test_workers_begin_together_and_no_more_than_are_needed():
    with Workers(3, seconds=30, begun=False) as workers:
        workers.begin(subprocess.getoutput, "sleep 1", 2)
        while len(pids := workers.pids()) < 2:
            time.sleep(0.01)
        workers.begin(subprocess.getoutput, "sleep 1", 2)
        answers = [workers.submit(json.dumps, "text") for _ in range(6)]
        assert {answer.result() for answer in answers} == {'"text"'}
        assert set(workers.pids()) == set(pids)
        workers.begin(subprocess.getoutput, "sleep 1", 9)
        for answer in [workers.submit(subprocess.getoutput, "sleep 1") for _ in range(5)]:
            answer.result()
        assert len(workers.pids()) == 3


def test_a_worker_that_hangs_is_ended():
    with Workers(1, seconds=1) as workers, pytest.raises(WorkerLostError, match="-9"):
        workers.submit(input, "").result()


def test_without_bubblewrap_grading_refuses_with_the_cure(small, monkeypatch):
    small.hand_in("ann", small.notebook(RIGHT))
    monkeypatch.setattr("course_lib.grading.isolation.bubblewrap.PROGRAM", "bwrap-is-not-here")
    with pytest.raises(ProjectError, match="apt-get install bubblewrap"):
        grade(small.project)
    assert not (small.project.root / "gradebook.db").exists()


def test_two_do_not_grade_at_once(small):
    small.hand_in("ann", small.notebook(RIGHT))
    with batch.alone(small.project), pytest.raises(ProjectError, match="wait for it"):
        grade(small.project, isolation="none")


def test_a_spreadsheet_finds_no_formula(tmp_path):
    path = tmp_path / "grades.csv"
    texts = ["=1+1", "+1", "-1", "@A1", "\t=1"]
    write_table(path, [Row(text, "one", -1.0, 20.0, False, text) for text in texts])
    write_table(path, [Row("ann", "two", 1.0, 20.0, False)])
    with path.open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert {line["student"] for line in lines} == {"ann", *(f"'{text}" for text in texts)}
    assert {line["reason"] for line in lines[:5]} == {f"'{text}" for text in texts}
    assert lines[0]["score"] == "-1.0", "a number is no text"


def test_a_big_class_is_summed_up(tmp_path):
    rows = tuple(Row(f"s{n:03}", "one", n % 21, 20.0, False) for n in range(100))
    odd = Row("odd", "one", None, 20.0, True, "the grader failed", grader_failed=True)
    text = render(Summary((*rows, odd), tmp_path / "grades.csv", graded=101))
    assert "s001" not in text
    assert "one  odd     – / 20  needs a person  the grader failed" in text
    assert "for a person: 1 to mark in formgrader (`make lab`), 1 where the grader failed" in text
    strays = tuple(f"submitted/{n} is a file: it was left out" for n in range(45))
    text = render(Summary(rows, tmp_path / "grades.csv", strays=strays))
    assert "and 5 more in submitted/ that were left out" in text
    assert "for a person" not in text
    assert "  16 –  20     20" in text
