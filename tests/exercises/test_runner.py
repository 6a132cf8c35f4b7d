"""The runner that judges answers: it must tell right from wrong before it may judge checks."""

from __future__ import annotations

import pytest
from mutants import mutants
from runner import Server, constant, functions, read_answers


def statuses(verdicts) -> list[str]:
    return [verdict.status for verdict in verdicts]


def test_the_reference_passes_and_a_stub_is_not_attempted(averages):
    assert set(statuses(averages.whole({}))) == {"passed"}
    found = {v.id: v.status for v in averages.whole(averages.stubs)}
    assert found["mean-check-1"] == found["mean-hidden-1"] == "not_attempted"
    assert found["largest-check-1"] == "failed"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("return sum(numbers)", "failed"),
        ("return 1 / 0", "error"),
        ("raise SystemExit", "error"),
        ("import os; os._exit(0)", "error"),
        ("raise NotAttempted", "not_attempted"),
    ],
)
def test_what_becomes_of_an_answer(averages, body, status):
    verdicts = averages.of_task("mean", f"def mean(numbers):\n    {body}\n")
    assert statuses(verdicts) == [status, status]


def test_an_endless_loop_is_stopped_and_leaves_nothing_behind():
    server = Server([["set-up", "x = 1"]], ["json"])
    loop = {"cells": [["loop", "while x: pass"], ["next", "x + 1"]], "seconds": 0.2}
    assert statuses_of(server.ask(loop)) == ["timeout", "passed"]
    change = {"cells": [["change", "x = 5"]], "seconds": 1}
    assert statuses_of(server.ask(change)) == ["passed"]
    look = {"cells": [["look", "assert x == 1"]], "seconds": 1}
    assert statuses_of(server.ask(look)) == ["passed"]
    server.close()


def statuses_of(found) -> list[str]:
    return [status for _, status, _ in found]


def test_verdicts_are_kept_by_content(averages, monkeypatch):
    answer = "def mean(numbers):\n    return sum(numbers) / max(1, len(numbers))\n"
    first = averages.of_task("mean", answer)
    monkeypatch.setattr(Server, "ask", lambda *_: pytest.fail("ran again"))
    assert averages.of_task("mean", answer) == first


def test_hard_coded_answers_pass_the_visible_check_only(averages):
    source = averages.reference["mean"]
    verdicts = averages.of_task("mean", source, memorise=functions(source))
    assert statuses(verdicts) == ["passed", "failed"]


def test_mutants_stay_inside_the_solution(averages):
    source = averages.reference["largest"]
    found = mutants(source)
    assert {(m.before, m.after.replace(" ", "")) for m in found} == {
        ("best = numbers[0]", "best=numbers[1]"),
        ("best = numbers[0]", "best=numbers[-1]"),
    }


def test_constant_keeps_the_signature():
    source = "N: int = 3\nclass A:\n    def __init__(self): self.x = 1\n    def f(self): return 2\n"
    namespace: dict = {}
    exec(constant(source), namespace)  # noqa: S102
    assert namespace["N"] == 0
    assert namespace["A"]().f() == 0


def test_answers_are_read_from_percent_format(tmp_path):
    path = tmp_path / "mean.py"
    path.write_text("# %% right: loop\nx = 1\n\n# %% wrong: sum\n# hint: divide\nx = 2\n")
    right, wrong = read_answers(path)
    assert (right.kind, right.label, right.source, right.hint) == ("right", "loop", "x = 1\n", "")
    assert (wrong.kind, wrong.label, wrong.hint) == ("wrong", "sum", "divide")
    path.write_text("# %% wrong: sum\nx = 2\n")
    with pytest.raises(AssertionError, match="only it, has `# hint:`"):
        read_answers(path)
