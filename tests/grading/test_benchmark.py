"""The race of graders: everyone grades the same class, and nobody wins by grading wrongly."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from forked import ForkedGuests

from benchmarks import classes, graders, grading, memory, stages
from benchmarks.classes import Submission
from course_lib.authoring.bench import ROUNDS
from course_lib.authoring.bench_record import read_record
from course_lib.authoring.exercises import source_notebook
from course_lib.exercise import parse
from course_lib.grading.scoring.checker import run_checks
from course_lib.project import Project, ProjectError

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def exercise():
    return parse(classes.SLUG, source_notebook(classes.SOURCE).cells)


# The class


def test_no_two_notebooks_are_alike_and_four_in_five_have_a_mistake() -> None:
    class_ = classes.submissions(10)
    assert len({str(one.answers) for one in class_}) == 10
    assert len({one.student for one in class_}) == 10
    assert [one.score for one in class_] == [17, 17, 18, 17, 20] * 2


def test_the_notebook_has_eight_checks_and_imports_torch(exercise) -> None:
    assert len(exercise.checks) == 8
    assert sum(check.hidden for check in exercise.checks) == 4
    assert "import torch" in exercise.cells[1].source


def test_each_submission_is_worth_what_it_says(exercise) -> None:
    guests = ForkedGuests()
    try:
        for one in classes.submissions(5):
            cells = [replace_source(cell, one) for cell in exercise.cells]
            found = run_checks(exercise, cells, guests).checks
            assert sum(check.points for check in found if check.status == "passed") == one.score
            lost = [check.id for check in found if check.status != "passed"]
            assert len(lost) == (one.score < classes.FULL)
    finally:
        guests.close()


def replace_source(cell: Any, one: Submission) -> Any:
    made = type(cell)(cell)
    name = cell.metadata.get("nbgrader", {}).get("grade_id")
    made["source"] = one.answers.get(name, cell.source)
    return made


def test_otter_is_given_the_same_checks(exercise) -> None:
    text = "".join(classes.otter_test(exercise, task.name) for task in exercise.tasks)
    assert text.count("@test_case(") == 8
    assert text.count("hidden=True") == 4
    assert text.count("check(") == 8
    assert "###" not in text
    for task in exercise.tasks:
        compile(classes.otter_test(exercise, task.name), task.name, "exec")


# The race


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[str]]]:
    """Opponents that take no time; a list of who was given whose notebooks."""
    ran: list[tuple[str, list[str]]] = []

    def prepare(_made: Path, folder: Path, class_: Sequence[Submission]) -> None:
        folder.mkdir()
        with (folder / "scores").open("w") as file:
            csv.writer(file).writerows((one.student, one.score) for one in class_)
        ran.append((folder.name, [one.student for one in class_]))

    def scores(folder: Path) -> dict[str, float]:
        with (folder / "scores").open() as file:
            return {student: float(score) for student, score in csv.reader(file)}

    def grade(folder: Path) -> None:
        assert (folder / "scores").exists()

    for name, one in graders.OPPONENTS.items():
        quick = replace(one, prepare=prepare, grade=grade, scores=scores)
        monkeypatch.setitem(graders.OPPONENTS, name, quick)
    return ran


def test_everyone_takes_turns_and_in_five_rounds_the_slow_ones_grade_the_whole_class(
    fake: list[tuple[str, list[str]]], tmp_path: Path
) -> None:
    names, class_ = ["course-2", "nbgrader", "otter"], classes.submissions(10)
    told = list(grading.rounds(tmp_path, names, 5, class_))
    assert [(name, len(given)) for name, given in fake[:3]] == [(name, 1) for name in names]
    ran = fake[3:]
    assert [name for name, _ in ran[:6]] == [*names, "nbgrader", "otter", "course-2"]
    assert [(name, number) for name, number, _ in told] == [
        (name, len(given)) for name, given in ran
    ]
    for name in ("nbgrader", "otter"):
        graded = [student for other, given in ran if other == name for student in given]
        assert sorted(graded) == [one.student for one in class_]
    assert all(len(given) == 10 for name, given in ran if name == "course-2")


def test_a_wrong_score_ends_the_race(
    fake: list[tuple[str, list[str]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lenient = replace(graders.OPPONENTS["otter"], scores=lambda _: {"s0000": 20.0})
    monkeypatch.setitem(graders.OPPONENTS, "otter", lenient)
    with pytest.raises(ProjectError, match=r"otter run gives s0000 20\.0, not 17"):
        grading.timed(tmp_path, "otter", classes.submissions(1))


def test_without_isolation_there_is_nothing_to_compare(tmp_path: Path) -> None:
    table = tmp_path / "grades.csv"
    table.write_text('student,score,isolation\ns0,17,"bubblewrap, warm"\n')
    assert graders.course_scores(tmp_path) == {"s0": 17.0}
    table.write_text("student,score,isolation\ns0,17,none\n")
    with pytest.raises(ProjectError, match="ran in none"):
        graders.course_scores(tmp_path)


def test_a_grader_that_fails_says_so(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="no such thing"):
        graders.run([sys.executable, "-c", "raise SystemExit('no such thing')"], tmp_path)


def test_the_goal_is_held_against_the_fastest_other_within_a_round() -> None:
    def runs(*seconds: float) -> list[dict[str, float]]:
        return [{"submissions": 20, "seconds": taken} for taken in seconds]

    others = {"nbgrader": runs(40, 80, 40), "otter": runs(80, 80, 80), "otter-2": runs(60, 60, 30)}
    judged = grading.judged(others | {"course-2": runs(4, 6, 2)})
    assert judged == {"of": "course-2", "bound": 10.0, "measured": 10.0, "met": True}
    assert grading.judged(others | {"course-2": runs(4.1, 6.1, 3.1)})["met"] is False
    assert grading.judged(others)["met"] is None
    assert grading.judged({"course-2": runs(1), "nbgrader": runs(40)})["met"] is None


# From within


def test_a_stages_time_is_without_that_of_stages_inside_it() -> None:
    clock = stages.Clock()
    with clock.stage("outer"):
        time.sleep(0.02)
        for _ in range(2):
            with clock.stage("inner"):
                time.sleep(0.03)
    assert 0.06 <= clock.seconds["inner"] < 0.2
    assert 0.02 <= clock.seconds["outer"] < clock.seconds["inner"]


@pytest.mark.parametrize("place", [place for places in stages.EACH.values() for place in places])
def test_a_clock_stands_at_functions_that_are_there(place: str) -> None:
    assert callable(getattr(*stages.holder_of(place)))


def test_a_function_is_charged_and_still_does_its_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classes, "submissions", classes.submissions)  # put back afterwards
    clock = stages.Clock()
    clock.at("benchmarks.classes:submissions", "class")
    assert len(classes.submissions(3)) == 3
    assert clock.seconds["class"] > 0


def test_memory_is_summed_over_a_process_and_its_descendants() -> None:
    line = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'])"
    with subprocess.Popen([sys.executable, "-c", line], stdin=subprocess.PIPE) as parent:
        try:
            while not memory.family().get(parent.pid):
                time.sleep(0.01)
            found = memory.look(parent.pid)
        finally:
            parent.communicate(b"\n")
    assert 0 < found["coordinator"] < found["all"]
    assert found["worker"] == 0  # it is no worker of the grader's
    assert memory.proportional(os.getpid()) > 20
    assert memory.below(1, {1: [2, 3], 3: [4]}) == [1, 2, 3, 4]


# The record


def test_the_committed_record_is_that_of_a_whole_run() -> None:
    made = read_record(Project(ROOT), "grading")
    assert set(made["runs"]) == set(graders.OPPONENTS)
    assert made["submissions"] == grading.SUBMISSIONS
    assert all(len(runs) >= ROUNDS for runs in made["runs"].values())
    assert made["goal"] == grading.judged(made["runs"])
    assert set(made["stages"]["each"]) == {*stages.EACH, stages.REST}
    assert set(made["memory"]) == {"1", "2"}


def test_the_record_is_told_as_tables() -> None:
    runs = {name: [{"submissions": 20, "seconds": 40.0}] * 2 for name in graders.OPPONENTS}
    runs["course-2"] = [{"submissions": 100, "seconds": 10.0}] * 2
    made = {
        "opponents": {name: one.label for name, one in graders.OPPONENTS.items()},
        "runs": runs,
        "goal": grading.judged(runs),
        "stages": {"once": {"start": 1.25}, "each": {"the checks": 0.0125}},
        "memory": {"1": {"worker": 700.4, "coordinator": 100.0, "all": 800.0}},
    }
    text = grading.render(made)
    assert "| course grade, 2 workers | 10.00 | 10.00 to 10.00 | 0.10 |" in text
    assert "20.0, met" in text
    assert "| the checks, each | 0.0125 |" in text
    assert "| 1 | 700 | 100 | 800 |" in text
