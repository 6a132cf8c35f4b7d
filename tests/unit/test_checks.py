"""What a check accepts, what it says, and what it never says."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch

from course_lib.checks import CheckFailed, NotAttempted, check, term_seed

ONE = check("the name of the check")


def failure(method: str, *arguments, **options) -> str:
    with pytest.raises(CheckFailed) as caught:
        getattr(ONE, method)(*arguments, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (1.0 + 1e-9, 1.0),
        (3, 3.0),
        (np.float32(0.1), 0.1),
        (np.full(3, 1 / 3, np.float32), np.full(3, 1 / 3)),
        (torch.full((2, 2), 0.1), np.full((2, 2), 0.1)),
        (torch.tensor([0.1], dtype=torch.bfloat16), torch.tensor([0.1], dtype=torch.bfloat16)),
        (torch.ones(2, requires_grad=True), [1.0, 1.0]),
        ([1, 2, 3], np.array([1.0, 2.0, 3.0])),
        (np.array([1.0, np.nan]), [1.0, np.nan]),
        ((np.ones(2), {"a": 1.0}), (np.ones(2), {"a": 1.0})),
        ([np.ones(2), np.ones(3)], [np.ones(2), np.ones(3)]),
        (np.zeros((0, 3)), np.zeros((0, 3))),
        ([1e12 + 1e3, 0.1], [1e12, 0.1]),
    ],
)
def test_close_accepts(got, expected, capsys):
    assert ONE.close(got, expected) is None
    assert capsys.readouterr().out == "\x1b[32m✓ the name of the check\x1b[0m\n"


@pytest.mark.parametrize(
    ("got", "expected", "says"),
    [
        (None, 2.0, "returned nothing: is there a `return`?"),
        (2.1, 2.0, "got 2.1, which is too large"),
        (np.float16(0.97), 0.9709, "too small"),
        (1e-9, 0.0, "too large"),
        (np.ones(3, np.float32) * 1.001, np.ones(3), "first wrong at [0]"),
        (np.ones((2, 3)), np.ones((3, 2)), "the axes are swapped"),
        (np.arange(4).reshape(2, 2).T, np.arange(4).reshape(2, 2), "rows and columns are swapped"),
        (np.array([1.0, np.nan]), [1.0, 2.0], "at [1]: got nan (not a number"),
        (5, [5], "expected an array of shape (1,), got a single number"),
        ([[1], [2, 3]], [[1, 2], [3, 4]], "rows of the list have different lengths"),
        ({"a": 1}, {"a": 1, "b": 2}, "no entry 'b'"),
        ({"a": 1, "c": 2}, {"a": 1}, "entry 'c' does not belong"),
        ({"a": [1, 2]}, {"a": [1, 3]}, "at ['a']: first wrong at [1]: got 2"),
        ((np.ones(2), np.ones(3)), (np.ones(2), np.zeros(3)), "at [1]: first wrong at [0]"),
        ("0.5", 0.5, "expected numbers, got the text '0.5'"),
        (lambda: 1, 1, "expected numbers, got a function"),
    ],
)
def test_close_rejects_and_says_where(got, expected, says):
    assert says in failure("close", got, expected)


@pytest.mark.parametrize(
    ("got", "expected", "accepted"),
    [
        ("network", "network", True),
        ("Network", "network", False),
        ([1, 2], [1, 2], True),
        ([1, 2], [1, 2, 3], False),
        (["a", "b"], ["a", "c"], False),
        (np.str_("network"), "network", True),
        (np.array(["a", "b"]), ["a", "b"], True),
        (np.array(["a", "b"], dtype=object), ["a", "b"], True),
        (torch.tensor([1, 2]), np.array([1, 2]), True),
        ({1, 2}, {1, 2}, True),
        ({1, 2}, {1, 3}, False),
        ([1, 2], {1, 2}, False),
        (None, None, True),
        (0, None, False),
        (1.0 + 1e-12, 1.0, False),
        (float("nan"), float("nan"), True),
        ({"a": {"b": [1]}}, {"a": {"b": [1]}}, True),
    ],
)
def test_equal(got, expected, accepted):
    if accepted:
        ONE.equal(got, expected)
    else:
        failure("equal", got, expected)


def test_no_message_gives_the_answer_away():
    secret = 0.7316
    told = [
        failure("close", 0.5, secret, hint="h", mistakes={"m": 0.4}),
        failure("close", [0.5, secret], [secret, secret]),
        failure("equal", "wrong", "secret-word"),
        failure("equal", {"wrong"}, {"secret-word"}),
        failure("close", {"a": 1.0}, {"a": secret}),
    ]
    assert not [text for text in told if "7316" in text or "secret-word" in text]


def test_a_known_mistake_is_named_in_place_of_the_hint():
    mistakes = {"that is the mean, not the sum": 2.0, "that is the product": 8.0}
    told = failure("close", 2.0, 6.0, hint="add", mistakes=mistakes)
    assert told.endswith("Likely cause: that is the mean, not the sum")
    told = failure("close", 5.0, 6.0, hint="add", mistakes=mistakes)
    assert told.endswith("Hint: add")
    assert "mean" not in told


class Liar:
    __hash__ = None

    def __eq__(self, other):
        return True

    def __bool__(self):
        return True

    def __float__(self):
        return 1.0

    def __ge__(self, other):
        return True

    def __array__(self, *args, **kwargs):
        return np.array(1.0)


@pytest.mark.parametrize(
    ("method", "arguments"),
    [("close", (1.0,)), ("equal", (1.0,)), ("equal", ("a",)), ("true", ()), ("at_least", (0.5,))],
)
def test_an_object_that_always_agrees_is_not_believed(method, arguments):
    failure(method, Liar(), *arguments)


def test_an_array_of_objects_that_always_agree_is_not_believed():
    failure("equal", np.array([Liar()], dtype=object), [1.0])
    failure("close", [Liar()], [1.0])


def test_true():
    ONE.true(True)
    ONE.true(np.bool_(True))
    assert "does not hold" in failure("true", False, hint="why")
    assert "expected True or False, got 1" in failure("true", 1)


def test_at_least():
    ONE.at_least(0.9, 0.9)
    ONE.at_least(torch.tensor(0.95), 0.9)
    told = failure("at_least", 0.5, 0.9, unit="accuracy")
    assert "expected at least 0.9 accuracy, got 0.5 accuracy" in told
    failure("at_least", float("nan"), 0.9)
    failure("at_least", np.ones(3), 0.9)


def test_shape():
    ONE.shape(torch.zeros(2, 3), (2, 3))
    assert "expected shape (3, 2), got (2, 3)" in failure("shape", np.zeros((2, 3)), (3, 2))


def test_raises():
    ONE.raises(ValueError, int, "x")
    ONE.raises((ValueError, TypeError), int, "x")
    assert "but it returned 1" in failure("raises", ValueError, int, "1")
    assert "but it raised TypeError" in failure("raises", ValueError, len, 1)
    with pytest.raises(NotAttempted):
        ONE.raises(NotImplementedError, stub)


def stub():
    raise NotAttempted


@pytest.mark.parametrize(
    ("method", "arguments"),
    [("close", (1,)), ("equal", (1,)), ("true", ()), ("at_least", (1,)), ("shape", ((1,),))],
)
def test_an_ellipsis_was_not_attempted(method, arguments):
    with pytest.raises(NotAttempted, match=r"replace the `\.\.\.` above"):
        getattr(ONE, method)(..., *arguments)


def test_a_stub_says_what_to_do():
    with pytest.raises(NotAttempted, match="replace the line `raise NotAttempted`"):
        stub()


def test_ipython_shows_the_message_and_no_traceback():
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    lines: list[str] = []
    shell._showtraceback = lambda _kind, _value, stb: lines.extend(stb)
    shell.run_cell("from course_lib.checks import check\ncheck('n').close(1, 2, hint='look')")
    assert lines == ["\x1b[31m✗ n\x1b[0m", "  got 1, which is too small", "  Hint: look"]


def test_checks_do_not_import_torch():
    code = "import sys, course_lib.checks as c; c.check('n').close([1.0], [1.0])\n"
    code += "sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL).returncode == 0


def test_term_seed_changes_with_the_name_and_the_term(monkeypatch):
    monkeypatch.delenv("COURSE_TERM", raising=False)
    first = term_seed("scanner")
    assert first == term_seed("scanner") != term_seed("leak")
    assert 0 <= first < 2**31
    monkeypatch.setenv("COURSE_TERM", "autumn")
    assert term_seed("scanner") != first
