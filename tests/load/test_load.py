"""A class that is graded while everything fails ends as one that was graded in peace.

    .venv/bin/course test tests/load                    a small class
    CLASS=1000 .venv/bin/course test tests/load -s      a thousand, every tenth hostile

The coordinator is killed ten times, workers and their warm processes are killed, another program
holds the gradebook, the disk is full.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from klass import hand_in
from small_course import SLUG, Course, isolation

from course_lib.grading.coordinator import gradebook
from course_lib.grading.scoring import record

NUMBER = int(os.environ.get("CLASS", "20"))
KILLS = 10 if NUMBER >= 100 else 2
HOW = {"budgets": {"check": 20.0, "cell": 20.0}, "workers": 2}
COORDINATE = """
import json, sys
from pathlib import Path
from course_lib.grading.coordinator.batch import grade, render
from course_lib.project import Project
summary = grade(Project(Path(sys.argv[1])), **json.loads(sys.argv[2]))
print(render(summary))
sys.exit(1 if summary.grader_errors else 0)
"""
pytestmark = pytest.mark.slow


def tell(text: str) -> None:
    """Say something to whoever runs this with -s."""
    sys.stdout.write(f"\n{text}\n")


def coordinator(course: Course, **how) -> subprocess.Popen:
    """Start grading in a process of its own."""
    text = json.dumps({**HOW, "isolation": "bubblewrap", **how})
    command = [sys.executable, "-c", COORDINATE, str(course.project.root), text]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(course: Course, **how) -> str:
    """Grade as an instructor does: again, where the grader itself failed at somebody."""
    for _ in range(4):
        process = coordinator(course, **how)
        said, trouble = process.communicate()
        assert "Traceback" not in trouble, trouble
        if process.returncode == 0:
            return said
    raise AssertionError(f"it never ends well: {said}")


def records(course: Course) -> dict[str, Path]:
    return {path.stem: path for path in record.place(course.project, SLUG, "").parent.glob("s*")}


def state(course: Course) -> dict[str, object]:
    """Return all that is kept of a class, but for the time that things took."""
    root = course.project.root
    found: dict[str, object] = {"table": (root / "grades.csv").read_text("utf-8")}
    for student in records(course):
        found[f"record of {student}"] = record.find(course.project, SLUG, student)
        page = root / "feedback" / student / SLUG / f"{SLUG}.html"
        found[f"feedback of {student}"] = page.read_text("utf-8")
        graded = root / "autograded" / student / SLUG / f"{SLUG}.ipynb"
        found[f"notebook of {student}"] = graded.read_text("utf-8")
    with gradebook.opened(gradebook.configuration(course.project)) as book:
        found |= {f"row of {s}": one for s, one in gradebook.standings(book, SLUG).items()}
    return found


def no_leftovers(course: Course, students: list[str]) -> None:
    """See that everybody has one row everywhere, and nothing else lies about."""
    root = course.project.root
    lines = (root / "grades.csv").read_text("utf-8").splitlines()[1:]
    assert [line.partition(",")[0] for line in lines] == students
    assert sorted(records(course)) == students
    with closing(sqlite3.connect(root / "gradebook.db")) as book:
        for table, each in (("student", 1), ("submitted_assignment", 1), ("grade", 5)):
            (number,) = book.execute(f"select count(*) from {table}").fetchone()  # noqa: S608
            assert number == each * len(students), table
        assert book.execute("pragma integrity_check").fetchone() == ("ok",)


@pytest.fixture(scope="module")
def peace(tmp_path_factory) -> tuple[Course, list[str], dict[str, object]]:
    """The same class graded with nothing in the way."""
    if isolation() == "none":
        pytest.skip("without a sandbox the hostile ones would do here what they try")
    course = Course(tmp_path_factory.mktemp("peace") / "course")
    students = hand_in(course, NUMBER)
    begin = time.perf_counter()
    said = finish(course)
    seconds = time.perf_counter() - begin
    tell(f"in peace: {NUMBER} submissions in {seconds:.0f} s, {NUMBER / seconds:.1f} a second")
    tell(said)
    no_leftovers(course, students)
    return course, students, state(course)


def is_ours(process: psutil.Process) -> bool:
    """Tell a worker and what isolates from a submission's own process, which may die of itself."""
    parent = process.parent()
    isolates = "bwrap" in (process.name(), parent.name() if parent else "")
    return isolates or "course_lib.grading.scoring.worker" in process.cmdline()


class Saboteur(threading.Thread):
    """Strikes each time that some more are graded: at a worker, its warm process, the gradebook.

    By the clock it would leave a slow machine no time to start a worker between two strikes.
    """

    def __init__(self, process: subprocess.Popen, course: Course, dice: random.Random) -> None:
        super().__init__()
        self.process, self.course, self.dice = process, course, dice
        self.killed = self.held = 0

    def run(self) -> None:
        graded = len(records(self.course))
        while self.process.poll() is None:
            if len(records(self.course)) > graded:
                self.dice.choice([self.kill, self.hold])()
                graded = len(records(self.course)) + self.dice.randint(0, NUMBER // 20)
            time.sleep(0.05)

    def kill(self) -> None:
        try:
            every = psutil.Process(self.process.pid).children(recursive=True)
            self.dice.choice([one for one in every if is_ours(one)]).kill()
            self.killed += 1
        except (psutil.Error, IndexError):
            pass

    def hold(self) -> None:
        try:
            book = self.course.project.root / "gradebook.db"
            with closing(sqlite3.connect(book, timeout=1)) as other:
                other.execute("BEGIN EXCLUSIVE")
                time.sleep(self.dice.uniform(0.1, 1.5))
                other.rollback()
            self.held += 1
        except sqlite3.OperationalError:
            pass  # the coordinator has it


def test_killed_and_hindered_it_ends_as_in_peace(peace, tmp_path):
    quiet, students, expected = peace
    course = Course(tmp_path / "course")
    shutil.copytree(
        quiet.project.root / "submitted", course.project.root / "submitted", dirs_exist_ok=True
    )
    dice, begin, sabotage = random.Random(NUMBER), time.perf_counter(), []
    for moment in sorted(dice.sample(range(NUMBER), KILLS)):
        before = {name: path.stat().st_mtime_ns for name, path in records(course).items()}
        failed = {n for n in before if record.find(course.project, SLUG, n).grader_failed}
        process = coordinator(course)
        saboteur = Saboteur(process, course, dice)
        saboteur.start()
        sabotage.append(saboteur)
        while process.poll() is None and len(records(course)) < moment:
            time.sleep(0.01)
        time.sleep(dice.uniform(0, 1))
        process.kill()
        process.communicate()
        saboteur.join()
        after = {name: path.stat().st_mtime_ns for name, path in records(course).items()}
        assert not {n for n in before if before[n] != after[n]} - failed, "graded twice"
    finish(course)
    seconds = time.perf_counter() - begin
    tell(
        f"killed {KILLS} times, {sum(s.killed for s in sabotage)} processes lost, gradebook "
        f"held {sum(s.held for s in sabotage)} times: {NUMBER} submissions in {seconds:.0f} s"
    )
    no_leftovers(course, students)
    found = state(course)
    assert sorted(found) == sorted(expected)
    assert {name: found[name] for name in found if found[name] != expected[name]} == {}
