"""The checks are tested: right answers pass, misconceptions fail and are named."""

from __future__ import annotations

from functools import cache

import pytest
import yaml
from mutants import mutants
from runner import HERE, SOURCES, Answer, constant, functions, read_answers

from course_lib.authoring.exercises import source_notebook
from course_lib.exercise import grade_id, role

RIGHT, WRONG, WRONG_IN_CENTRAL_TASK = 3, 5, 8
CAUGHT = 0.95

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
def test_answer(benches, record_property, slug: str, answer: Answer):
    bench = benches[slug]
    if answer.kind == "right":
        verdicts = bench.of_task(answer.task, answer.source)
        record_property("answer", ("right", not ended(verdicts)))
        assert ended(verdicts) == {}
        return
    verdicts = bench.of_task(answer.task, answer.source)
    lost = ended(verdicts)
    record_property("answer", ("wrong", not lost))
    assert lost, "a misconception earns full marks"
    assert any(answer.hint in said for said in lost.values()), lost


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
def test_a_constant_earns_nothing(benches, slug, task):
    bench = benches[slug]
    verdicts = bench.of_task(task, constant(bench.reference[task]))
    assert bench.points(verdicts) == 0, verdicts


@every_task()
def test_hard_coded_visible_answers_fail_hidden_checks(benches, slug, task):
    bench = benches[slug]
    names = functions(bench.reference[task])
    answers = read_answers(HERE / slug / f"{task}.py")
    # What acts on its arguments, or defines a class, no table of calls can stand for.
    written = [answer.source for answer in answers if answer.label.startswith("hard-coded")]
    if written:
        verdicts = bench.of_task(task, written[0])
    elif names:
        verdicts = bench.of_task(task, bench.reference[task], memorise=names)
    else:
        assert "class " not in bench.reference[task], "write `# %% wrong: hard-coded`"
        return  # a plain value has nothing to hard-code
    hidden = {check.id for check in bench.exercise.checks if check.hidden}
    assert ended(v for v in verdicts if v.id not in hidden) == {}
    assert ended(v for v in verdicts if v.id in hidden), "the visible answers can be hard-coded"


@every_task()
def test_mutants_are_caught(benches, record_property, slug, task):
    bench = benches[slug]
    path = HERE / slug / "equivalent.yml"
    listed = list(yaml.safe_load(path.read_text()) or []) if path.is_file() else []
    excused = {
        (_squeeze(one["before"]), _squeeze(one["after"])): one["reason"]
        for one in listed
        if one["task"] == task
    }
    assert all(reason.strip() for reason in excused.values()), "each needs its reason"
    caught, survivors, unused = [], [], set(excused)
    for mutant in mutants(bench.reference[task]):
        verdicts = bench.of_task(task, mutant.source, first=True)
        name = (_squeeze(mutant.before), _squeeze(mutant.after))
        if ended(verdicts):
            caught.append(name)
        elif name in excused:
            unused.discard(name)
        else:
            survivors.append(f"{mutant.before}  ->  {mutant.after}")
    total = len(caught) + len(survivors)
    record_property("mutants", (len(caught), total, len(excused)))
    assert not unused, f"no such mutant, or it is caught after all: {unused}"
    assert len(caught) >= CAUGHT * total, "not caught:\n" + "\n".join(survivors)


def _squeeze(line: str) -> str:
    return "".join(line.split())
