"""No check may take what is right from what a student's function has had in hand."""

from __future__ import annotations

import ast

import pytest

from course_lib.authoring.lending import lent_first

LENT = {
    "after the call": "got = f(x)\ncheck('').close(got, x + 1)",
    "within the same call": "check('').close(f(x), g(x))",
    "by way of a name": "got = f(x)\ny = x + 1\nright = [y]\ncheck('').equal(got, right)",
    "into a dictionary": "for k in 'ab':\n    a[k] = f(x)\n    b[k] = x\ncheck('').close(a, b)",
    "added to a list": "got = f(x)\nright.append(x)\ncheck('').close(got, right)",
    "as one of several": "data = x, y\ngot = f(*data)\ncheck('').close(got, g(*data))",
    "an attribute": "got = f(m.coefs_)\ncheck('').close(got, m.predict())",
    "by keyword": "got = f(a=x)\ncheck('').close(got, x)",
    "through a function that calls theirs": "got = helper(x)\ncheck('').close(got, x)",
    "to a function that is given theirs": "got = g(f, x)\ncheck('').close(got, x)",
    "in a lambda": "got = g(lambda: f(x), x)\ncheck('').close(got, x)",
    "by a function that reads it": "def own():\n    return x\na = f(x)\ncheck('').close(a, own())",
    "a share counted with it": "got = f(x)\ncheck('').at_least(np.mean(got == x), 1)",
    "a condition": "got = f(x)\ncheck('').true(got == x)",
}
FINE = {
    "before the call": "right = x + 1\ncheck('').close(f(x), right)",
    "a copy is given": "got = f(x.copy())\ncheck('').close(got, x + 1)",
    "what it is part of is made anew": "got = f(x + 0)\ncheck('').close(got, x + 1)",
    "bound anew": "got = f(x)\nx = before\ncheck('').close(got, x)",
    "a number": "n = 3\ngot = f(n)\ncheck('').close(got, n + 1)",
    "numbers in a loop": "for n, z in [(1, [2])]:\n    b = f(z, n)\ncheck('').close(b, 2 * n)",
    "a number made of it": "n = int(x)\ngot = f(n)\ncheck('').close(got, n + 1)",
    "only looked at afterwards": "right = x.copy()\nf(x)\ncheck('').equal({'x': x}, {'x': right})",
    "only in a hint": "right = 2\ncheck('').equal(f(x), right, hint=str(x))",
    "given twice": "a = f(x)\nb = f(x)\ncheck('').close(a, b)",
    "a module": "got = f(x, np.float32)\ncheck('').close(got, np.ones(3))",
}


def found(source: str) -> list[str]:
    return lent_first(ast.parse(source), {"f", "helper"}, {"np"})


@pytest.mark.parametrize("how", LENT)
def test_what_was_lent_may_not_decide(how):
    assert found(LENT[how]) in (["x"], ["data"], ["m"])


@pytest.mark.parametrize("how", FINE)
def test_what_was_kept_may(how):
    assert found(FINE[how]) == []
