"""Late days by nbgrader's means: due dates, extensions and a policy of the instructor's own."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from small_course import RIGHT, ROOT, SLUG, Course, isolation

from course_lib import cli
from course_lib.grading.classroom.collect import collect
from course_lib.grading.classroom.late import extend
from course_lib.grading.classroom.roster import Roster, Student
from course_lib.grading.coordinator.batch import grade
from course_lib.project import ProjectError

GUIDE = (ROOT / "book" / "back" / "instructors.md").read_text("utf-8")
DUE = "2026-11-20 18:00 UTC"
CODE = 16.0
"""What RIGHT earns without a person."""


def block(begins: str) -> str:
    """Return the guide's code block that begins so: what it says is what is tested."""
    [found] = [b for b in re.findall(r"```\w*\n(.*?)```", GUIDE, re.DOTALL) if b.startswith(begins)]
    return found


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    """A class with a due date and the guide's policy; Ada a day and a minute late, Emmy in time."""
    made = Course(tmp_path_factory.mktemp("late") / "course")
    root = made.project.root
    (root / "late_policy.py").write_text(block("from nbgrader.plugins"), "utf-8")
    with (root / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write(block("sys.path.insert"))
    command = [sys.executable, "-m", "nbgrader", "db", "assignment", "add", SLUG]
    scripts = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": scripts}
    command.append(f"--duedate={DUE}")
    subprocess.run(command, cwd=root, env=environment, check=True, capture_output=True)
    for name, time in (("ada", "2026-11-21 18:01:00"), ("emmy", "2026-11-20 17:59:00")):
        made.hand_in(name, made.notebook(RIGHT))
        (root / "submitted" / name / SLUG / "timestamp.txt").write_text(f"{time}.000000 UTC")
    made.hand_in("jose", made.notebook(RIGHT))  # nobody knows when
    return made


def scores(course: Course) -> dict[str, tuple[float, float]]:
    """Grade; return score and penalty of each student, the same in table and gradebook."""
    grade(course.project, isolation=isolation())
    with (course.project.root / "grades.csv").open(encoding="utf-8") as file:
        table = {
            row["student"]: (float(row["score"]), float(row["late_penalty"]))
            for row in csv.DictReader(file)
        }
    with Gradebook(f"sqlite:///{course.project.root}/gradebook.db", "shallow-to-deep") as book:
        for one in book.assignment_submissions(SLUG):
            net, penalty = table[one.student.id]
            assert (one.score - penalty, one.late_submission_penalty) == pytest.approx(
                (net, penalty)
            )
    return table


def test_the_guides_policy_and_its_extensions(course, monkeypatch, capsys):
    found = scores(course)
    assert found["ada"] == pytest.approx((0.8 * CODE, 0.2 * CODE))  # two days begun
    assert found["emmy"] == found["jose"] == (CODE, 0.0)
    monkeypatch.chdir(course.project.root)
    assert cli.main(["extend", SLUG, "ada", "--days", "1"]) == 0
    assert "ada has until 2026-11-21 18:00 UTC" in capsys.readouterr().out
    assert scores(course)["ada"] == pytest.approx((0.9 * CODE, 0.1 * CODE))
    assert cli.main(["extend", SLUG, "ada", "--days", "1", "--hours", "1"]) == 0
    assert scores(course)["ada"] == (CODE, 0.0)
    assert cli.main(["extend", SLUG, "ada"]) == 0
    assert scores(course)["ada"] == pytest.approx((0.8 * CODE, 0.2 * CODE))


def test_a_due_date_survives_grading(course):
    with Gradebook(f"sqlite:///{course.project.root}/gradebook.db", "shallow-to-deep") as book:
        assert f"{book.find_assignment(SLUG).duedate:%Y-%m-%d %H:%M} UTC" == DUE


def test_a_time_that_was_collected_counts(course, tmp_path):
    folder = tmp_path / "in" / "carl"
    folder.mkdir(parents=True)
    (folder / f"{SLUG}.ipynb").write_bytes(course.handed_out.read_bytes())
    when = "2026-11-20T20:00:00+01:00"  # an hour late
    collect(course.project, tmp_path / "in", Roster([Student("carl", submitted=when)]))
    scores(course)
    with Gradebook(f"sqlite:///{course.project.root}/gradebook.db", "shallow-to-deep") as book:
        assert book.find_submission(SLUG, "carl").total_seconds_late == 3600


def test_bad_input_is_one_line(course):
    for slug, student, days, says in (
        (SLUG, "nobody", 1, "no student 'nobody'"),
        ("quantum", "ada", 1, "no exercise 'quantum'"),
        (SLUG, "ada", -1, "from 0 days"),
    ):
        with pytest.raises(ProjectError, match=says) as caught:
            extend(course.project, slug, student, days=days)
        assert "\n" not in str(caught.value)
