"""References and stubs get the same verdicts in one process and across the boundary.

Right and wrong answers are judged both ways in ``tests/exercises/test_answers.py``.
"""

from __future__ import annotations

import pytest
from boundary import ROOT, SOURCES, bench, both
from runner import Answer


@pytest.fixture(scope="module", params=[path.stem for path in SOURCES])
def found(request):
    slug = request.param
    student = ROOT / "exercises" / slug / f"{slug}.ipynb"
    one = bench(ROOT / "solutions" / f"{slug}.md", student, ROOT / "_build" / "answers")
    yield one
    one.close()


@pytest.mark.slow
def test_the_same_verdicts_both_ways(found, forked):
    answers = [
        Answer(task, kind, kind, sources[task])
        for task in found.code_tasks
        for kind, sources in (("right", found.reference), ("wrong", found.stubs))
    ]
    rows = [row for answer in answers for row in both(found, answer, forked)]
    assert [str(row) for row in rows if not row.same] == []
    assert {row.here[0] for row in rows} >= {"passed", "not_attempted"}
