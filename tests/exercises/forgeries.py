"""Answers that change what they are given, to earn what they have not worked out.

A check that computes what is right from arrays that student code has had in hand lets the student
choose it. :func:`expectations` and :func:`blank` run a task's checks on such answers.
"""

from __future__ import annotations

import ast

from runner import Bench, Verdict

from course_lib.exercise import role

_TAIL = '''
import copy as _copy, functools as _functools, hashlib as _hashlib


def _arguments(value, change):
    """Change the numbers that a list, array, tensor or Value holds, in place."""
    import numpy, torch
    if isinstance(value, torch.Tensor):
        value = value.detach().numpy()
    if isinstance(getattr(value, "data", None), numpy.ndarray):
        value = value.data  # a Value of the exercise on backpropagation
    if isinstance(value, numpy.ndarray) and value.flags.writeable and value.dtype.kind in "fiub":
        value[...] = change(value)
    elif isinstance(value, list):
        for i, item in enumerate(value):
            if isinstance(item, (int, float)):
                value[i] = type(item)(change(numpy.asarray(item)))
            else:
                _arguments(item, change)
    elif isinstance(value, dict):
        for item in value.values():
            _arguments(item, change)
    elif isinstance(value, tuple):
        for item in value:
            _arguments(item, change)


def _wreck(array):
    import numpy
    if array.dtype.kind == "f":
        return 9 * numpy.cos(1 + numpy.arange(array.size)).reshape(array.shape)
    return 0 * array if array.any() else 0 * array + 1


def _wrapped(function, change, result):
    @_functools.wraps(function)
    def call(*args, **kwargs):
        found = result(function(*args, **kwargs))
        for value in (*args, *kwargs.values()):
            _arguments(value, change)
        return found
    return call


def _result(value):
    """Return a result that later changes of the arguments do not reach."""
    try:
        return _copy.deepcopy(value)
    except Exception:  # a tensor within a graph, and what holds one
        return value


def _blank(value):
    import numpy, torch
    if isinstance(value, (numpy.ndarray, numpy.generic)):
        return numpy.zeros_like(value)
    if isinstance(value, torch.Tensor):
        return torch.zeros_like(value)
    if isinstance(value, (bool, int, float, str)):
        return type(value)()
    if isinstance(value, (list, tuple)):
        return type(value)(map(_blank, value))
    if isinstance(value, dict):
        return {key: _blank(item) for key, item in value.items()}
    return value


def _text(value):
    import numpy, torch
    if isinstance(value, torch.Tensor):
        value = value.detach().numpy()
    if isinstance(value, numpy.ndarray):
        return f"{value.shape} {value.tolist()}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_text, value)) + "]"
    if isinstance(value, dict):
        return _text([[key, item] for key, item in value.items()])
    return repr(value)


def _watch():
    from course_lib.checks import Check
    seen = []

    def expect(check, got, expected, *rest, **more):
        seen.append(_text(expected))

    def reach(check, value, bar, **more):
        seen.append(_text([value, bar]))

    Check.close = Check.equal = Check.shape = expect
    Check.at_least = reach
    Check.true = lambda check, condition, **more: seen.append(_text(condition))
    Check.raises = lambda *args, **more: None
    return seen
'''
_KINDS = {
    "as it is": "lambda v: v, _result",
    "arguments wrecked": "_wreck, _result",
    "blank": "lambda v: v, _blank",
    "blank, arguments too": "lambda v: 0 * v, _blank",
}


def expectations(bench: Bench, task: str) -> list[tuple[str, str, str]]:
    """Return what checks demand that depends on what they gave away, as (id, before, after).

    The reference answers, and then spoils its arguments. What a check compares with must stay
    what it is where the arguments stay as they are.
    """
    honest, wrecked = (_demands(bench, task, kind) for kind in ("as it is", "arguments wrecked"))
    return [(name, honest[name], wrecked[name]) for name in honest if honest[name] != wrecked[name]]


def _demands(bench: Bench, task: str, kind: str) -> dict[str, str]:
    """Return what each check of a task demands of this kind of answer, as text."""
    told = "raise ValueError('; '.join(_seen))"
    prefix, cells = bench.cells_of(task, _answer(bench, task, kind) + "_seen = _watch()\n")
    checks = {cell.id for cell in bench.exercise.cells if role(cell) == "check"}
    watched = []
    for name, source in cells:
        watched.append([name, source])
        if name in checks:
            watched += [[f"{name} demands", told], [f"{name} is done", "_seen.clear()"]]
    found = {verdict.id: verdict for verdict in bench.run(task, prefix, watched)}
    return {
        name: found[name].message + found[f"{name} demands"].message
        for name in found
        if name in checks
    }


def earned_by_wrecking(bench: Bench, task: str) -> set[str]:
    """Return the checks that blank results pass once the arguments are made blank too."""
    plain, spoilt = (
        _passed(bench.of_task(task, _answer(bench, task, kind)))
        for kind in ("blank", "blank, arguments too")
    )
    return spoilt - plain


def _answer(bench: Bench, task: str, kind: str) -> str:
    source = bench.reference[task]
    body = ast.parse(source).body
    names = [node.name for node in body if isinstance(node, ast.FunctionDef)]
    lines = [f"{name} = _wrapped({name}, {_KINDS[kind]})" for name in names]
    return "\n".join([source, _TAIL, *lines, ""])


def _passed(verdicts: list[Verdict]) -> set[str]:
    return {verdict.id for verdict in verdicts if verdict.status == "passed"}
