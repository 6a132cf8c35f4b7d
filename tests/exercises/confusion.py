"""How an exercise's checks judge answers whose worth is known, as counts."""

from __future__ import annotations

import json
from typing import Any

import yaml
from boundary import across_boundary
from filelock import FileLock
from mutants import Mutant, mutants
from runner import HERE, ROOT, SOURCES, Answer, Bench, constant, functions, read_answers

from course_lib.files import write_whole
from course_lib.grading.scoring.results import Budgets

RECORD = ROOT / "book" / "records" / "confusion-matrix.json"
BUDGETS = Budgets(check=10, cell=10, submission=400, again=1)
"""Of a mutant: one that needs more loops without end."""


def row(bench: Bench, guests) -> dict[str, Any]:
    """Return an exercise's row of the confusion matrix; every verdict is kept by content.

    Each kind of answer has ``[accepted, rejected]``: an answer that loses a point is rejected. Of
    mutants, those that change nothing (``equivalent.yml`` says why) are counted apart.
    """
    answers = [a for task in bench.code_tasks for a in written(bench, task)]
    found = {
        kind: _counted(
            lost(across_boundary(bench, answer, guests))
            for answer in answers
            if answer.kind == kind
        )
        for kind in ("right", "wrong")
    }
    constants = [
        Answer(t, "wrong", "constant", constant(bench.reference[t])) for t in bench.code_tasks
    ]
    found["constant"] = _counted(
        bench.points(across_boundary(bench, one, guests)) == 0 for one in constants
    )
    coded = (hard_coded(bench, task) for task in bench.code_tasks)
    found["hard-coded"] = _counted(bool(lost(verdicts)) for verdicts in coded if verdicts)
    total = sum(len(judged_mutants(bench, task)) for task in bench.code_tasks)
    left = sum(len(survivors(bench, task, guests)) for task in bench.code_tasks)
    equivalent = sum(len(excuses(bench.slug, task)) for task in bench.code_tasks)
    found |= {"mutants": [left, total - left], "equivalent": equivalent}
    return {"title": bench.exercise.title, **found}


def written(bench: Bench, task: str) -> list[Answer]:
    """Return the reference and the right and wrong answers of a task."""
    reference = Answer(task, "right", "reference", bench.reference[task])
    return [reference, *read_answers(HERE / bench.slug / f"{task}.py")]


def hard_coded(bench: Bench, task: str) -> list:
    """Return the verdicts of an answer that knows what the visible checks ask, and no more.

    Empty for a task whose answer is a plain value, where nothing can be hard-coded. What acts on
    its arguments, or defines a class, no table of calls can stand for: its answer is written.
    """
    names, path = functions(bench.reference[task]), HERE / bench.slug / f"{task}.py"
    texts = [a.source for a in read_answers(path) if a.label.startswith("hard-coded")]
    if texts:
        return bench.of_task(task, texts[0])
    if names:
        return bench.of_task(task, bench.reference[task], memorise=names)
    assert "class " not in bench.reference[task], "write `# %% wrong: hard-coded`"
    return []


def judged_mutants(bench: Bench, task: str) -> list[Mutant]:
    """Return the mutants of a task's reference that its checks must catch."""
    excused = excuses(bench.slug, task)
    return [one for one in mutants(bench.reference[task]) if named(one) not in excused]


def survivors(bench: Bench, task: str, guests) -> list[Mutant]:
    """Return the mutants that its checks must catch, and do not."""
    return [one for one in judged_mutants(bench, task) if survives(bench, task, one, guests)]


def survives(bench: Bench, task: str, one: Mutant, guests) -> bool:
    """Tell whether a mutant passes its task's checks.

    Most fall at the first check, which is the quickest; only who passes it meets the others.
    """
    answer = Answer(task, "wrong", "mutant", one.source)
    total = sum(check.id.startswith(f"{task}-") for check in bench.exercise.checks)
    return not any(
        lost(across_boundary(bench, answer, guests, checks=many, budgets=BUDGETS))
        for many in (1, 2, None)
        if many is None or many < total
    )


def named(one: Mutant) -> tuple[str, str]:
    """Return the key under which ``equivalent.yml`` excuses a mutant."""
    return squeezed(one.before), squeezed(one.after)


def excuses(slug: str, task: str) -> dict[tuple[str, str], str]:
    """Return why mutants that pass are right answers, by what they change."""
    path = HERE / slug / "equivalent.yml"
    listed = list(yaml.safe_load(path.read_text("utf-8")) or []) if path.is_file() else []
    return {
        (squeezed(one["before"]), squeezed(one["after"])): one["reason"]
        for one in listed
        if one["task"] == task
    }


def squeezed(line: str) -> str:
    """Return a line of code without its blanks."""
    return "".join(line.split())


def lost(verdicts) -> bool:
    """Tell whether an answer loses a check."""
    return any(verdict.status != "passed" for verdict in verdicts)


def read_record() -> dict[str, Any]:
    """Return the committed record, rows by slug."""
    return json.loads(RECORD.read_text("utf-8")) if RECORD.is_file() else {}


def write_row(slug: str, found: dict[str, Any]) -> None:
    """Put an exercise's row into the record, from which the rows of exercises gone are dropped.

    Several processes may do so at once, each for its exercise.
    """
    with FileLock(ROOT / "_build" / "confusion-matrix.lock"):
        rows = read_record() | {slug: found}
        kept = {path.stem: rows[path.stem] for path in SOURCES if path.stem in rows}
        write_whole(RECORD, json.dumps(kept, indent=1, ensure_ascii=False) + "\n")


def _counted(rejections) -> list[int]:
    """Return how many were accepted, and how many rejected."""
    found = list(rejections)
    return [len(found) - sum(found), sum(found)]
