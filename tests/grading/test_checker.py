"""Verdicts of the checker: what each way to end is called, said and charged."""

from __future__ import annotations

import json
import os
import struct
import sys
import time
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from liar import Liar, frame

from course_lib.authoring.exercises import source_notebook
from course_lib.exercise import parse
from course_lib.grading.boundary.names import definitions
from course_lib.grading.scoring import run
from course_lib.grading.scoring.checker import run_checks
from course_lib.grading.scoring.results import Budgets, Graded

SHORT = Budgets(check=1.5, cell=1.5, submission=30, again=0.5)
MEAN = "def mean(numbers):\n    return sum(numbers) / len(numbers)"
LARGEST = "def largest(numbers):\n    return max(numbers)"
PASSED = ["passed"] * 4
PREFIX = struct.Struct(">4sIQ")
EXAMPLES = int(os.environ.get("WIRE_EXAMPLES", "60"))


@pytest.fixture(scope="module")
def averages():
    source = Path(__file__).with_name("averages.md")
    return parse("averages", source_notebook(source).cells)


def notebook(exercise, *, extra=(), **answers):
    """Return an exercise's cells with these answers; ``extra`` are (index, source)."""
    answers = {"mean": MEAN, "largest": LARGEST} | answers
    cells = []
    for cell in exercise.cells:
        copy = type(cell)({**cell, "source": answers.get(cell.id, cell.source)})
        cells.append(copy)
    for number, (after, text) in enumerate(extra):
        at = next((i for i, c in enumerate(cells) if c.id == after), -1)
        own = {"id": f"own-{number}", "cell_type": "code", "metadata": {}, "source": text}
        cells.insert(at + 1, type(cells[0])(own))
    return cells


@pytest.fixture
def grade(averages, forked):
    def graded(*, budgets=SHORT, untouched=(), guests=forked, exercise=averages, **how) -> Graded:
        cells = notebook(exercise, **how)
        return run_checks(exercise, cells, guests, budgets=budgets, untouched=untouched)

    graded.guests = forked
    return graded


def statuses(graded):
    return [check.status for check in graded.checks if not check.manual]


def test_right_answers_earn_all(grade):
    graded = grade()
    assert statuses(graded) == PASSED
    assert graded.points == 16
    assert graded.checks[0].output == "\x1b[32m✓ the mean of two numbers lies half-way\x1b[0m\n"
    assert graded.checks[1].output == ""
    assert [c.status for c in graded.checks if c.manual] == ["manual"]
    assert (graded.restarts, graded.troubles) == (0, ())


ENDS = {
    "def mean(numbers):\n    return sum(numbers)": (
        ("failed", "got 4, which is too large\nLikely cause: that is the sum"),
        ("failed", "Hint: by their length"),
    ),
    "raise NotImplementedError": (
        ("error", "its answer stops with NotImplementedError:"),
        ("error", "its answer stops with NotImplementedError:"),
    ),
    "from course_lib.checks import NotAttempted\ndef mean(x):\n    raise NotAttempted": (
        ("not_attempted", ""),
        ("not_attempted", ""),
    ),
    "mean = ...": (
        ("error", "TypeError: 'ellipsis' object is not callable"),
        ("error", "its result stops the check with TypeError"),
    ),
    "def mean(x):\n    1/0": (
        ("error", "ZeroDivisionError: division by zero"),
        ("error", "it raises ZeroDivisionError"),
    ),
    "def mean(x:": (("error", "its answer stops with SyntaxError: "),) * 2,
    "pass": (
        ("error", "NameError: name 'mean' is not defined"),
        ("error", "NameError: name 'mean' is not defined"),
    ),
    "def mean(x):\n    raise MemoryError": (("memory", "it ran out of memory"),) * 2,
    "import torch\ndef mean(x):\n    return torch.empty(10**15)": (
        ("memory", "it ran out of memory"),
    )
    * 2,
    "import numpy\ndef mean(x):\n    return numpy.zeros(10**15)": (
        ("memory", "it ran out of memory"),
    )
    * 2,
    "import numpy\ntable = numpy.zeros(10**15)": (("memory", "its answer: it ran out of memory"),)
    * 2,
    "import torch\nraise torch.OutOfMemoryError('CUDA out of memory.')": (
        ("memory", "its answer: it ran out of memory"),
    )
    * 2,
    "def mean(x):\n    return 1.0 if len(x) else [x] * 10**15": (
        ("failed", ""),
        ("failed", "Hint: by their length"),
    ),
    "import os\ndef mean(x):\n    os._exit(0)": (
        ("error", "it took Python down: does something exit there?"),
    )
    * 2,
    "import sys\ndef mean(x):\n    sys.exit(0)": (
        ("error", "SystemExit: 0"),
        ("error", "it raises SystemExit"),
    ),
    "def mean(x):\n    quit()": (
        ("error", "SystemExit: quit() was called"),
        ("error", "it raises SystemExit"),
    ),
    "def mean(x):\n    while True: pass": (
        ("timeout", "it ran out of time: is there a loop without end?"),
    )
    * 2,
    "def mean(x):\n    return bytes(300_000_000)": (("error", "WireError: a message of 300,"),) * 2,
    "import os\nos._exit(0)": (
        ("error", "its answer: it took Python down: does something exit there?"),
    )
    * 2,
    "while True: pass": (
        ("timeout", "its answer: it ran out of time: is there a loop without end?"),
    )
    * 2,
}


@pytest.mark.parametrize("source", ENDS)
def test_how_a_check_ends(grade, source):
    graded = grade(mean=source)
    assert [c.status for c in graded.checks[:2]] == [status for status, _ in ENDS[source]]
    for check, (_, text) in zip(graded.checks, ENDS[source], strict=False):
        if "WireError" in text and check.hidden:
            continue
        assert check.shown.startswith(text), check
    assert [c.status for c in graded.checks[2:4]] == ["passed", "passed"]


def test_untouched_answers_are_not_run(grade):
    graded = grade(untouched=["mean", "mislead"], mean="def mean(x):\n    return 1 / 0")
    assert statuses(graded) == ["not_attempted"] * 2 + ["passed"] * 2
    assert graded.checks[-1].status == "not_attempted"


def test_a_timeout_is_charged_once(grade):
    source = "def mean(numbers):\n    while True: pass"
    graded = grade(mean=source, budgets=Budgets(check=2, cell=2, submission=20, again=0.3))
    first, second = graded.checks[:2]
    assert 2 <= first.seconds < 4
    assert second.seconds < 2
    assert graded.restarts == 2
    assert statuses(graded)[2:] == ["passed"] * 2


def test_what_no_time_is_left_for_is_not_run(grade):
    graded = grade(mean="while True: pass", budgets=Budgets(check=1, cell=1, submission=1))
    assert statuses(graded) == ["timeout", "timeout", "not_run", "not_run"]
    assert "used up" in graded.checks[2].message


def test_a_cell_that_ends_python_does_not_run_again(grade):
    graded = grade(
        extra=[("averages-0", "import os\nprint('before')\nos._exit(3)"), ("mean", "extra = 1")]
    )
    assert statuses(graded) == PASSED
    assert graded.restarts == 1
    graded = grade(largest="import os\ndef largest(x):\n    os._exit(0)")
    assert statuses(graded) == ["passed", "passed", "error", "error"]


FORGERIES = {
    "lying equality": """
class Yes:
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = lambda *_: True
    __float__ = lambda _: 2.0
    __array__ = lambda *_, **__: __import__('numpy').array(2.0)
    __hash__ = None
    shape = ()
def mean(numbers):
    return Yes()
""",
    "input transformer": """
get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])
""",
    "patched checks": """
import course_lib.checks, numpy, math, course_lib.compare, builtins
course_lib.checks.Check._fail = lambda *_: None
course_lib.checks.Check.close = lambda *_, **__: None
course_lib.checks.check = lambda *_: course_lib.checks.Check('x')
course_lib.compare.first_difference = lambda *_, **__: None
numpy.isclose = numpy.allclose = numpy.testing.assert_allclose = lambda *_, **__: True
math.isclose = lambda *_: True
builtins.AssertionError = type('AssertionError', (Exception,), {})
check = lambda *_: course_lib.checks.Check('x')
def mean(numbers):
    return 0
""",
    "patched traceback": """
get_ipython().showtraceback = lambda *_, **__: None
import sys
sys.excepthook = lambda *_: None
def mean(numbers):
    raise ValueError
""",
    "prints and exits": """
import json, os, sys
print('✓ passed'); print(json.dumps({'status': 'passed', 'points': 16}))
def mean(numbers):
    print(json.dumps({'id': 1, 'ok': 2.0}))
    sys.stdout.flush()
    os._exit(0)
""",
    "patched codec": """
import course_lib.grading.boundary.codec, course_lib.grading.boundary.guestcodec
course_lib.grading.boundary.guestcodec.GuestCodec.encode = lambda *_: 2.0
def mean(numbers):
    return object()
""",
}


@pytest.mark.parametrize("name", FORGERIES)
def test_forgeries_earn_nothing(grade, name):
    graded = grade(mean=FORGERIES[name])
    assert "passed" not in [c.status for c in graded.checks if c.task == "mean" and c.hidden]
    if name != "patched codec":  # which may as well return 2.0
        assert "passed" not in [c.status for c in graded.checks if c.task == "mean"]


def test_other_names_are_the_graders(grade):
    graded = grade(extra=[("mean", "check = warnings = np = sum = None\nimport builtins")])
    assert statuses(graded) == ["error", "error", "passed", "passed"]  # their own `sum` is gone
    graded = grade(extra=[("averages-0", "check = None")])
    assert statuses(graded) == PASSED


def test_an_extra_cell_never_runs_on_the_graders_side(forked, averages, tmp_path):
    import os

    mark = f"import os\nopen('{tmp_path}/' + str(os.getpid()), 'w').close()"
    cells = notebook(averages, extra=[("mean", mark)])
    given = next(c for c in cells if c.id.startswith("averages-") and c.cell_type == "code")
    given["source"] += "\n" + mark
    for cell in cells:
        if cell.id == "own-0":
            cell["id"] = given.id  # it claims to be a given cell
    run_checks(averages, cells, forked, budgets=SHORT)
    assert str(os.getpid()) not in [path.name for path in tmp_path.iterdir()]
    assert list(tmp_path.iterdir())


def with_check(exercise, name, source):
    """Return an exercise with another source of one check or given cell."""
    cells = [
        type(cell)({**cell, "source": source if cell.id == name else cell.source})
        for cell in exercise.cells
    ]
    return parse(exercise.slug, cells)


BUGS = {
    "check('x').close(none_such, 1)": "NameError: name 'none_such' is not defined",
    "import none_such\ncheck('x').true(mean([1]) == 1)": "No module named 'none_such'",
    "check('x'": "SyntaxError",
    "[][1]\ncheck('x').close(mean([1.0]), 1)": "IndexError",
    "check('x').close(mean([object()]), 1)": "a object cannot be given",
}


@pytest.mark.parametrize("source", BUGS)
def test_a_bug_in_a_check_is_no_silent_zero(grade, averages, source):
    broken = with_check(averages, "mean-check-1", source)
    graded = grade(exercise=broken)
    assert graded.checks[0].status == "grader_error"
    assert BUGS[source] in graded.checks[0].message
    assert graded.checks[0].shown == "the grader failed here: a person will look"
    assert statuses(graded)[1:] == PASSED[1:]


def test_a_given_cell_that_fails_is_no_silent_zero(grade, averages):
    name = next(c.id for c in averages.cells if c.cell_type == "code")
    text = next(c.source for c in averages.cells if c.id == name)
    broken = with_check(averages, name, text + "\nopen('/none/such')")
    graded = grade(exercise=broken)
    assert statuses(graded) == ["grader_error"] * 4
    assert "FileNotFoundError" in graded.troubles[0]


def test_a_check_whose_names_an_earlier_failure_left_out_is_an_error(grade, averages):
    first = "value = mean([1.0])\nfound = value + 1\ncheck('x').close(found, 2)"
    exercise = with_check(averages, "mean-check-1", first)
    exercise = with_check(exercise, "mean-hidden-1", "check('y').close(found, 2)")
    assert statuses(grade(exercise=exercise)) == PASSED
    graded = grade(exercise=exercise, mean="def mean(x):\n    return None")
    assert statuses(graded)[:2] == ["error", "error"]


def test_hidden_inputs_never_reach_what_a_student_reads(grade):
    spy = """
seen = []
class Odd(Exception):
    pass
def mean(numbers):
    seen.append(str(numbers))
    print('given', numbers)
    if len(numbers) > 2:
        raise type('Odd_8', (Odd,), {})(f'it was {numbers}')
    return sum(numbers) / len(numbers)
"""
    later = "print(seen)\ndisplay(seen)\nprint('mine')"
    graded = grade(mean=spy, extra=[("largest", later), ("largest", "raise ValueError(seen)")])
    assert statuses(graded) == ["passed", "error", "passed", "passed"]
    assert "it was [0.5, 1.5, 8.0]" in graded.checks[1].message
    read = [(c.shown, c.output) for c in graded.checks] + [c.outputs for c in graded.cells]
    read += [c.error for c in graded.cells]
    assert "8.0" not in str(read)
    assert "Odd" not in str(read)
    assert "mine" in str(read)
    assert graded.checks[1].shown == "it raises an error"
    assert "given [1.0, 3.0]" in graded.checks[0].output


KEEPS = """
seen = [[]]
def mean(numbers):
    seen.append(numbers)
    return sum(numbers) / len(numbers)
"""
TELLS = {
    "prints them": "print(seen)\n    return max(numbers)",
    "raises them": "raise ValueError(seen)",
    "raises a class named after them": "raise type(f'Odd_{int(seen[-1][-1])}_0', (Exception,), {})",
    "returns them": "return seen",
    "returns them as text": "return str(seen)",
    "prints them and hangs": "print(seen)\n    while True: pass",
    "says its check failed": "from course_lib.checks import CheckFailed\n"
    "    raise CheckFailed(f'no\\nHint: {seen}')",
}


@pytest.mark.parametrize("how", TELLS)
def test_a_visible_check_after_a_hidden_one_tells_nothing_of_it(grade, how):
    source = f"def largest(numbers):\n    print('mine')\n    {TELLS[how]}"
    graded = grade(mean=KEEPS, largest=source)
    assert statuses(graded)[:2] == ["passed", "passed"]
    visible = next(check for check in graded.checks if check.id == "largest-check-1")
    for secret in ("8.0", "Odd_8"):
        assert secret not in str([(check.shown, check.output) for check in graded.checks])
    assert "8.0" not in str(graded.cells)
    if how != "prints them and hangs":  # what a call prints comes with its answer
        assert "mine" in visible.output
    if how == "prints them":
        assert visible.output.startswith("mine\n[[], [1.0, 3.0]]")
        assert visible.output.endswith("✓ negative numbers have a largest\x1b[0m\n")


def test_a_second_pass_keeps_verdicts_and_runs_nothing_endless_again(grade):
    late = "import time\ntime.sleep(0.01)\nprint('late')"
    graded = grade(
        mean=KEEPS,
        largest="def largest(numbers):\n    raise ValueError('so')",
        extra=[("mean-hidden-1", late), ("largest", "while True: pass")],
    )
    assert statuses(graded) == ["passed", "passed", "error", "error"]
    shown = {check.id: check.shown for check in graded.checks}
    assert shown["largest-check-1"] == "ValueError: so"
    assert shown["largest-hidden-1"] == "it raises ValueError"
    assert "late" in str(graded.cells)
    assert graded.restarts == 1


def test_a_pass_without_hidden_checks_happens_only_where_something_was_said(grade):
    opened = []

    class Counted:
        def open(self):
            opened.append(1)
            return grade.guests.open()

    assert statuses(grade(guests=Counted())) == PASSED
    assert len(opened) == 1
    grade(guests=Counted(), extra=[("mean-hidden-1", "quiet = 1")])
    assert len(opened) == 2
    grade(guests=Counted(), extra=[("mean-hidden-1", "print('loud')")])
    assert len(opened) == 4


def test_an_error_in_a_hidden_check_tells_nothing_that_was_returned(grade, averages):
    source = "found = {'x': 1}\ncheck('y').close(found[mean([8.0])], 1)"
    exercise = with_check(averages, "mean-hidden-1", source)
    graded = grade(exercise=exercise, mean="def mean(numbers):\n    return f'it was {numbers}'")
    assert graded.checks[1].status == "error"
    assert "8.0" in graded.checks[1].message
    assert graded.checks[1].shown == "its result stops the check with KeyError"


def test_a_hint_is_the_checks_own(grade, averages):
    source = "check('y').raises(ValueError, mean, [8.0], hint='look at [8]')"
    exercise = with_check(averages, "mean-hidden-1", source)
    tell = "def mean(numbers):\n    raise KeyError(f'\\nHint: {numbers}')"
    graded = grade(exercise=exercise, mean=tell)
    assert graded.checks[1].shown == "Hint: look at [8]"
    forge = "from course_lib.checks import CheckFailed\ndef mean(numbers):\n"
    forge += "    raise CheckFailed(f'no\\nHint: {numbers}')"
    graded = grade(mean=forge)
    assert [check.status for check in graded.checks[:2]] == ["failed", "failed"]
    assert graded.checks[1].shown == ""


def test_marks_do_not_depend_on_what_a_worker_did_before(grade, averages, tmp_path, monkeypatch):
    (tmp_path / "draws_at_import.py").write_text("import random\nrandom.random()\n")
    monkeypatch.syspath_prepend(tmp_path)
    name = next(c.id for c in averages.cells if c.cell_type == "code")
    text = next(c.source for c in averages.cells if c.id == name)
    exercise = with_check(averages, name, f"{text}\nimport draws_at_import")
    draws = "import random\ncheck('x').close(mean([random.random()]), 5.0)"
    exercise = with_check(exercise, "mean-check-1", draws)
    first, second = (grade(exercise=exercise).checks[0].message for _ in range(2))
    del sys.modules["draws_at_import"]
    assert first == second
    assert first.startswith("got 0.")


def test_an_endless_iterator_ends_as_an_error(grade, averages, monkeypatch):
    monkeypatch.setattr("course_lib.grading.boundary.remote.MANY", 50)
    exercise = with_check(averages, "mean-check-1", "check('x').equal(list(mean([1.0])), [1])")
    endless = "def mean(numbers):\n    while True:\n        yield 1"
    graded = grade(exercise=exercise, mean=endless)
    assert graded.checks[0].status == "error"
    assert (
        graded.checks[0].message == "RemoteError: it yields more than 50 values: does it ever end?"
    )
    finite = "def mean(numbers):\n    yield from [1] * 50"
    assert grade(exercise=exercise, mean=finite).checks[0].status == "failed"


def test_a_cell_that_claims_a_hidden_checks_place_never_shows_it(averages, forked):
    cells = notebook(averages)
    hidden = next(cell for cell in averages.cells if cell.id == "mean-hidden-1")
    spy = "get_ipython().events.register('pre_run_cell', lambda info: print('ran', info.raw_cell))"
    first = type(cells[0])({**hidden, "source": spy})
    given = next(cell for cell in cells if cell.cell_type == "code")
    given["source"] += f"\n{spy}"
    graded = run_checks(averages, [first, *cells], forked, budgets=SHORT)
    assert "10 / 3" not in str(graded)


def test_a_failed_hidden_check_shows_its_hint_only(grade):
    graded = grade(mean="def mean(numbers):\n    return float(len(numbers)) + numbers[0]")
    hidden = graded.checks[1]
    assert hidden.message == "got 3.5, which is too large\nHint: by their length"
    assert hidden.shown == "Hint: by their length"


def test_what_a_check_imports_is_there_for_a_later_answer(grade, averages):
    exercise = with_check(
        averages,
        "mean-check-1",
        "from math import fsum\ndef half(x, y=mean([2.0])):\n    return x / 2\n"
        "def third(x):\n    return x / 3\ncheck('x').close(mean([1.0]), 1.0)",
    )
    source = "def largest(numbers):\n    third(fsum([1]))\n    return max(numbers)"
    assert statuses(grade(exercise=exercise, largest=source)) == PASSED


def test_an_answer_takes_its_name_back_from_an_earlier_check(grade, averages):
    exercise = with_check(averages, "mean-check-1", "largest = 5\ncheck('x').equal(largest, 5)")
    assert statuses(grade(exercise=exercise)) == PASSED


def test_definitions_leave_out_what_is_done_with_them():
    source = "%matplotlib inline\nimport os\nx = f()\ndef f():\n    return 1\nfor i in x:\n    pass"
    found = definitions(source)
    assert "import os" in found
    assert "def f" in found
    assert "x =" not in found
    assert "for" not in found


def test_a_check_says_whether_its_data_were_changed(grade, averages):
    source = "x = [1.0, 2.0]\ngot = mean(x)\ncheck('x').close(got, sum(x) / 2)"
    exercise = with_check(averages, "mean-check-1", source)
    spoil = "def mean(x):\n    x[:] = [0.0] * len(x)\n    return 0.0"
    graded = grade(exercise=exercise, mean=spoil)
    assert [(c.status, c.changed) for c in graded.checks[:2]] == [
        ("passed", True),
        ("failed", True),
    ]
    assert [c.changed for c in grade().checks[:4]] == [False] * 4


def test_a_warning_in_a_check_is_no_error(grade, averages):
    source = "import warnings\nwarnings.warn('w')\ncheck('x').close(mean([1.0]), 1.0)"
    exercise = with_check(averages, "mean-check-1", source)
    assert statuses(grade(exercise=exercise)) == PASSED


def test_the_same_bytes_get_the_same_verdicts(grade):
    source = "import random, numpy\ndef mean(x):\n    raise ValueError(random.random())"
    first, second = (grade(mean=source) for _ in range(2))
    assert first.checks[0].message == second.checks[0].message


def test_given_cells_may_have_magics_and_names_in_comprehensions(grade, averages):
    name = next(c.id for c in averages.cells if c.cell_type == "code")
    text = next(c.source for c in averages.cells if c.id == name)
    exercise = with_check(averages, name, text + "\n%matplotlib inline\n!true")
    nested = (
        "def outer():\n    return [(lambda n: mean([n]))(n) for n in (1.0, 2.0)]\n"
        "check('x').close(outer() + [mean([k]) for k in (3.0,)], [1, 2, 3])"
    )
    exercise = with_check(exercise, "mean-check-1", nested)
    assert statuses(grade(exercise=exercise)) == PASSED


ODD = st.recursive(
    st.one_of(
        *(st.none(), st.booleans(), st.integers(-9, 9), st.text(max_size=4)),
        *(st.just(["f", "nan"]), st.just(["e"]), st.just(["h", 1, "Loss", "m"])),
        *(st.just(["a", "<f8", [1], 0]), st.just(["b", 0]), st.just(["#", 1])),
    ),
    lambda part: st.one_of(
        st.lists(part, max_size=3).map(lambda parts: ["l", parts]),
        st.lists(part, max_size=3).map(lambda parts: ["t", parts]),
        st.lists(part, max_size=3),
        st.dictionaries(st.text(max_size=3), part, max_size=2),
    ),
    max_leaves=6,
)
DEEP = PREFIX.pack(b"CrsG", 20_000, 0) + b"[" * 10_000 + b"]" * 10_000
HUGE = PREFIX.pack(b"CrsG", 2**32 - 1, 2**60)


def told(node):
    """Return an answer that is whole, whatever it holds."""
    return lambda own: [frame(own | {"ok": node}, [b"12345678"])]


REPLIES = st.one_of(
    ODD.map(told),
    ODD.map(lambda node: lambda own: [frame(own | {"ok": node, "id": own["id"] + 1})]),
    ODD.map(lambda node: lambda own: [frame(own | {"ok": node})] * 2),
    ODD.map(lambda node: lambda own: [frame(own | {"sync": node, "ok": 1})]),
    ODD.map(lambda node: lambda own: [frame(own | {"callback": node, "args": [node]})]),
    st.lists(st.text(max_size=9), max_size=3).map(
        lambda names: lambda own: [frame(own | {"error": names, "message": "so"})]
    ),
    st.sampled_from(["MemoryError", "CheckFailed", "NotAttempted", "KeyboardInterrupt"]).map(
        lambda name: lambda own: [frame(own | {"error": [name], "message": "\nHint: x"})]
    ),
    st.binary(max_size=40).map(lambda junk: lambda own: [junk]),
    st.sampled_from([DEEP, HUGE]).map(lambda junk: lambda own: [junk]),
    st.integers(1, 30).map(lambda cut: lambda own: [frame(own | {"ok": 1})[:cut]]),
    st.sampled_from([[], [None]]).map(lambda none: lambda own: none),  # silence, and hanging up
)
ENDINGS = {"passed", "failed", "error", "timeout", "memory", "not_attempted", "not_run"}


@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
@given(st.lists(st.one_of(st.just(told(None)), REPLIES), min_size=1, max_size=8))
def test_a_process_that_says_anything_ends_in_statuses(averages, plan):
    """Malformed, huge, deep, late, doubled, cut off: all checks end, none as the grader's."""
    left = iter(plan * 20)

    class Liars:
        def open(self):
            return Liar(answers)

    def answers(header):
        own = {"id": header["id"], "sync": [], "released": [], "text": ""}
        if header["op"] == "load":
            return [frame(own | {"ok": None})]
        return next(left, told(None))(own)

    began = time.monotonic()
    quick = Budgets(check=0.1, cell=0.1, submission=1.0, again=0.05, start=5.0)
    graded = run_checks(averages, notebook(averages), Liars(), budgets=quick)
    assert time.monotonic() - began < 10
    assert set(statuses(graded)) <= ENDINGS, graded
    assert "passed" not in statuses(graded)
    json.dumps([asdict(check) for check in graded.checks] + [asdict(c) for c in graded.cells])


def test_the_demonstration_tag_is_the_notebooks_own():
    assert run.DEMONSTRATION == "raises-exception"
