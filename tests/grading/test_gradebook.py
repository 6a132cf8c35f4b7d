"""The gradebook: one transaction a submission, a journal in it, nbgrader's own penalties."""

from __future__ import annotations

import datetime
import shutil
import sqlite3
from contextlib import closing

import pytest
from nbgrader.api import MissingEntry
from small_course import RIGHT, SLUG, Course

from course_lib.grading.coordinator import gradebook, journal
from course_lib.grading.coordinator.batch import grade
from course_lib.grading.scoring.record import CheckRecord, Record
from course_lib.project import ProjectError

NAMES = ("mean-check-1", "mean-hidden-1", "largest-check-1", "largest-hidden-1", "mislead")
PLUGIN = """
from nbgrader.plugins import BasePlugin

class HalfPointAnHour(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 0.5 * total_seconds_late / 3600

c.AssignLatePenalties.plugin_class = HalfPointAnHour
"""


def made(earned=(4.0, 4.0, 0.0, 4.0, None), key="k") -> Record:
    checks = tuple(
        CheckRecord(name, name.partition("-")[0], name, 4.0, one, False, one is None, "passed")
        for name, one in zip(NAMES, earned, strict=True)
    )
    score = sum(one or 0 for one in earned)
    return Record(SLUG, key, "none", "", (), False, score, 20, None in earned, "", checks)


@pytest.fixture(scope="module")
def made_course(tmp_path_factory) -> Course:
    course = Course(tmp_path_factory.mktemp("gradebook") / "course")
    course.hand_in("ann", None)
    grade(course.project, isolation="none", workers=1)
    return course


@pytest.fixture
def course(made_course, tmp_path) -> Course:
    return made_course.copy(tmp_path / "course")


@pytest.fixture
def config(course):
    return gradebook.configuration(course.project)


@pytest.fixture
def book(config):
    with gradebook.opened(config) as book:
        yield book


def enter(book, config, student, found, **how):
    with gradebook.transaction(book):
        gradebook.enter(book, student, found, config, **{"mark": found.key, **how})


def test_a_record_becomes_a_row(book, config):
    enter(book, config, "bob", made())
    one = gradebook.standings(book, SLUG)["bob"]
    assert (one.score, one.most, one.penalty, one.waits) == (12, 20, 0, True)
    assert [one.marks[name].auto for name in NAMES] == [4, 4, 0, 4, None]
    assert [one.marks[name].waits for name in NAMES] == [False] * 4 + [True]
    assert journal.marks(book, SLUG)["bob"] == "k"
    assert gradebook.standings(book, SLUG, "bob") == {"bob": one}
    assert gradebook.standings(book, SLUG, "cyd") == {}


def test_a_failure_half_way_leaves_nothing(book, config, monkeypatch):
    def fail(*_):
        raise RuntimeError("the power failed")

    with monkeypatch.context() as patch:
        patch.setattr(gradebook, "penalise", fail)
        with pytest.raises(RuntimeError):
            enter(book, config, "bob", made())
    with gradebook.opened(config) as other:
        with pytest.raises(MissingEntry):
            other.find_student("bob")
        assert "bob" not in journal.marks(other, SLUG)
    enter(book, config, "bob", made())
    assert gradebook.standings(book, SLUG)["bob"].score == 12


def test_a_persons_marks_stay_and_are_looked_at_again(book, config):
    enter(book, config, "bob", made())
    written = book.find_grade("mislead", SLUG, SLUG, "bob")
    mended = book.find_grade("largest-check-1", SLUG, SLUG, "bob")
    written.manual_score, mended.manual_score, mended.extra_credit = 3, 2, 1
    written.needs_manual_grade = mended.needs_manual_grade = False
    book.db.commit()
    assert gradebook.standings(book, SLUG)["bob"].score == 12 + 3 + 2 + 1
    enter(book, config, "bob", made((0.0, 4.0, 4.0, 4.0, None), "other"))
    one = gradebook.standings(book, SLUG)["bob"]
    assert one.score == 0 + 4 + 3 + 4 + 3
    assert [name for name in NAMES if one.marks[name].waits] == ["largest-check-1", "mislead"]
    assert one.marks["mislead"].by_person


def test_where_the_grader_failed_a_person_must_say(book, config):
    enter(book, config, "bob", made((None, None, 4.0, 4.0, None)))
    one = gradebook.standings(book, SLUG)["bob"]
    assert one.waits
    assert one.marks["mean-check-1"].waits


def test_penalties_are_nbgraders_and_follow_what_changes(course):
    project = course.project
    with (project.root / "nbgrader_config.py").open("a") as file:
        file.write(PLUGIN)
    for student, when in (("bob", "12:00"), ("cyd", "16:00"), ("dee", "nonsense")):
        course.hand_in(student, course.notebook(RIGHT))
        stamp = f"2030-01-01 {when}:00.000000 UTC" if when[0] == "1" else when
        (project.root / "submitted" / student / SLUG / "timestamp.txt").write_text(stamp)
    config = gradebook.configuration(project)
    with gradebook.opened(config) as book:
        due = datetime.datetime(2030, 1, 1, 12)
        book.update_or_create_assignment(SLUG, duedate=due)
    rows = {row.student: row for row in grade(project, isolation="none", workers=1).rows}
    assert [(rows[s].score, rows[s].late_penalty) for s in ("bob", "cyd", "dee")] == [
        *((16, 0), (14, 2), (16, 0))
    ]
    assert "timestamp.txt says no time" in rows["dee"].reason
    page = project.root / "feedback" / "cyd" / SLUG / f"{SLUG}.html"
    assert "14 of 20 points</strong> for cyd, 2 taken off for being late" in page.read_text()
    with gradebook.opened(config) as book:
        book.grant_extension(SLUG, "cyd", hours=3)
    again = grade(project, isolation="none")
    assert again.graded == 0
    row = next(row for row in again.rows if row.student == "cyd")
    assert (row.score, row.late_penalty) == (15.5, 0.5)
    assert "15.5 of 20 points" in page.read_text()


@pytest.mark.parametrize("how", ["EXCLUSIVE", "IMMEDIATE"])
def test_a_gradebook_that_another_program_holds_is_waited_for_then_said(course, monkeypatch, how):
    """The second lets others read: only entering fails, which nbgrader calls an invalid entry."""
    project = course.project
    course.hand_in("bob", course.notebook(RIGHT))
    monkeypatch.setattr(gradebook, "PATIENCE", 0.1)
    with closing(sqlite3.connect(project.root / "gradebook.db")) as other:
        other.execute(f"BEGIN {how}")
        with pytest.raises(ProjectError, match=r"database is locked.*formgrader"):
            grade(project, isolation="none")
        other.rollback()
    summary = grade(project, isolation="none", workers=1)
    assert {row.student: row.score for row in summary.rows}["bob"] == 16
    assert summary.graded == (how == "EXCLUSIVE"), "nothing is graded twice"


def test_an_old_gradebook_put_back_is_brought_up_to_date(course):
    project = course.project
    path = project.root / "gradebook.db"
    old = path.read_bytes()
    course.hand_in("bob", course.notebook(RIGHT))
    rows = grade(project, isolation="none", workers=1).rows
    path.write_bytes(old)
    again = grade(project, isolation="none")
    assert (again.graded, again.rows) == (0, rows)
    with gradebook.opened(gradebook.configuration(project)) as book:
        book.find_grade("mean-check-1", SLUG, SLUG, "bob").auto_score = 500
        book.db.commit()
    assert grade(project, isolation="none").rows == rows, "nor does anybody else decide a score"
    path.unlink()
    again = grade(project, isolation="none")
    assert (again.graded, again.rows) == (0, rows)


SPLIT = """nbgrader: {grade_id: mean-check-1, grade: true, points: 2}
---
check("the mean of one number is itself").close(mean([5.0]), 5.0, hint="by how many?")
```

```{code-cell} ipython3
---
nbgrader: {grade_id: mean-check-2, grade: true, points: 2}"""


def test_an_exercise_that_changed_its_cells_or_is_not_made_is_said(course):
    source = course.project.solutions / f"{SLUG}.md"
    text = source.read_text()
    mended = "nbgrader: {grade_id: mean-check-1, grade: true, points: 4}"
    source.write_text(text.replace(mended, SPLIT))
    with pytest.raises(ProjectError, match="gained or lost cells after its first submission"):
        grade(course.project, isolation="none")
    made = course.project.build / "source" / SLUG / f"{SLUG}.ipynb"
    source.unlink()
    with pytest.raises(ProjectError, match="no exercise averages"):
        grade(course.project, [SLUG], isolation="none")
    source.write_text(text)
    shutil.rmtree(made.parent)
    (course.project.root / "nbgrader_config.py").write_text("c = get_config()\n")
    with pytest.raises(ProjectError, match="averages has no source notebook yet"):
        grade(course.project, isolation="none")
