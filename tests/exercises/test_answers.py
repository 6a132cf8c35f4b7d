"""The checks are tested: right answers pass, misconceptions fail and are named."""

from __future__ import annotations

import os
from functools import cache

import pytest
from boundary import across_boundary, both
from confusion import (
    excuses,
    hard_coded,
    judged_mutants,
    named,
    read_record,
    row,
    survives,
    survivors,
    write_row,
)
from forgeries import earned_by_wrecking, expectations
from mutants import mutants
from runner import HERE, SOURCES, Answer, constant, read_answers

from course_lib.authoring.exercises import source_notebook
from course_lib.exercise import grade_id, role

RIGHT, WRONG, WRONG_IN_CENTRAL_TASK = 3, 5, 8
CAUGHT = 0.95
RECORDING = os.environ.get("ANSWERS") == "record"
UNSEEDED = {
    # It draws from a generator that nobody seeded, so its numbers differ from run to run.
    "train-wrong-the order drawn without the generator",
}

slugs = pytest.mark.parametrize("slug", [path.stem for path in SOURCES])


@cache
def tasks_of(slug: str) -> list[str]:
    path = next(path for path in SOURCES if path.stem == slug)
    return [grade_id(cell) for cell in source_notebook(path).cells if role(cell) == "answer"]


def every_task():
    found = [(path.stem, task) for path in SOURCES for task in tasks_of(path.stem)]
    return pytest.mark.parametrize(("slug", "task"), found)


def every_answer():
    found = [
        pytest.param(path.stem, answer, id=f"{path.stem}-{answer}")
        for path in SOURCES
        for task in tasks_of(path.stem)
        if (HERE / path.stem / f"{task}.py").is_file()
        for answer in read_answers(HERE / path.stem / f"{task}.py")
    ]
    return pytest.mark.parametrize(("slug", "answer"), found)


def ended(verdicts) -> dict[str, str]:
    return {v.id: f"{v.status} {v.message}" for v in verdicts if v.status != "passed"}


@slugs
def test_the_reference_earns_full_marks(benches, slug):
    bench = benches[slug]
    assert ended(bench.whole({})) == {}


@slugs
def test_a_notebook_as_handed_out_runs_and_earns_nothing(benches, slug):
    bench = benches[slug]
    verdicts = bench.whole(bench.stubs)
    checks = {check.id for check in bench.exercise.checks}
    may_fail = {
        c.id for c in bench.students.cells if "raises-exception" in c.metadata.get("tags", [])
    }
    assert ended(v for v in verdicts if v.id not in may_fail) == {}
    assert bench.points(verdicts) == 0
    # A starter runs, so its checks fail; every other check says that nothing was attempted.
    starters = {task for task, stub in bench.stubs.items() if "NotAttempted" not in stub}
    for verdict in verdicts:
        if verdict.id in checks and not verdict.id.startswith(tuple(f"{t}-" for t in starters)):
            assert verdict.status == "not_attempted", verdict


@every_answer()
def test_answer(benches, guests, slug: str, answer: Answer):
    """As grading judges it, across the boundary; and a notebook says the same."""
    rows = both(benches[slug], answer, guests)
    assert [str(row) for row in rows if row.here[0] != row.across[0]] == []
    if str(answer) not in UNSEEDED:
        assert [str(row) for row in rows if not row.same] == []
    names = {check.id: check.name for check in benches[slug].exercise.checks}
    said = {row.id: f"{names[row.id]} {row.across[1]}" for row in rows if row.across[0] != "passed"}
    if answer.kind == "right":
        assert said == {}
        return
    assert said, "a misconception earns full marks"
    assert any(answer.hint in text for text in said.values()), said


@every_task()
def test_the_same_verdicts_both_ways(benches, guests, slug, task):
    """Of the reference and of what is handed out; ``test_answer`` does it for other answers."""
    bench = benches[slug]
    answers = [
        Answer(task, "right", "reference", bench.reference[task]),
        Answer(task, "wrong", "stub", bench.stubs[task]),
    ]
    rows = [row for answer in answers for row in both(bench, answer, guests)]
    assert [str(row) for row in rows if not row.same] == []
    assert {row.here[0] for row in rows} > {"passed"}


DEMANDS_THE_SAME = {
    # It calls twice with the same arguments, which the statement forbids to change.
    "spirals-hidden-2",
}


@every_task()
def test_an_answer_cannot_choose_what_is_right(benches, slug, task):
    chosen = [one for one in expectations(benches[slug], task) if one[0] not in DEMANDS_THE_SAME]
    assert chosen == [], "what a check demands changes with what it has given away"
    assert earned_by_wrecking(benches[slug], task) == set()


@slugs
def test_every_task_has_answers_enough(slug):
    wrong = {}
    for task in tasks_of(slug):
        path = HERE / slug / f"{task}.py"
        assert path.is_file(), f"{path} is missing"
        kinds = [answer.kind for answer in read_answers(path)]
        wrong[task] = kinds.count("wrong")
        assert kinds.count("right") >= RIGHT, task
        assert wrong[task] >= WRONG, task
    assert max(wrong.values()) >= WRONG_IN_CENTRAL_TASK


@every_task()
def test_a_constant_earns_nothing(benches, guests, slug, task):
    bench = benches[slug]
    answer = Answer(task, "wrong", "constant", constant(bench.reference[task]))
    verdicts = across_boundary(bench, answer, guests)
    assert bench.points(verdicts) == 0, verdicts


@every_task()
def test_hard_coded_visible_answers_fail_hidden_checks(benches, slug, task):
    bench = benches[slug]
    if verdicts := hard_coded(bench, task):
        hidden = {check.id for check in bench.exercise.checks if check.hidden}
        assert ended(v for v in verdicts if v.id not in hidden) == {}
        assert ended(v for v in verdicts if v.id in hidden), "the visible answers can be hard-coded"


@every_task()
def test_mutants_are_caught(benches, guests, slug, task):
    """All but those that change nothing; these are tried when the matrix is recorded."""
    bench = benches[slug]
    excused = excuses(slug, task)
    assert all(reason.strip() for reason in excused.values()), "each needs its reason"
    found = {named(one): one for one in mutants(bench.reference[task])}
    assert not excused.keys() - found.keys(), "there are no such mutants"
    if RECORDING:
        caught = [name for name in excused if not survives(bench, task, found[name], guests)]
        assert not caught, f"caught after all: {caught}"
    left = [f"{m.before}  ->  {m.after}" for m in survivors(bench, task, guests)]
    total = len(judged_mutants(bench, task))
    assert len(left) <= (1 - CAUGHT) * total, "not caught:\n" + "\n".join(left)


@slugs
def test_the_confusion_matrix_is_the_committed_one(benches, guests, record_property, slug):
    """The book shows it. ANSWERS=record in the environment writes it anew."""
    found = row(benches[slug], guests)
    record_property("matrix", (slug, found))
    assert found["right"][1] == found["wrong"][0] == 0
    if RECORDING:
        write_row(slug, found)
    cure = "stale: run `ANSWERS=record course test -- tests/exercises/test_answers.py`"
    assert read_record().get(slug) == found, cure


def test_the_matrix_has_the_exercises_that_there_are():
    assert list(read_record()) == [path.stem for path in SOURCES]
