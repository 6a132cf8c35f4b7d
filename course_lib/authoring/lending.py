"""What a check lends to a student's function must not decide what it then calls right.

    got = softmax(x)
    right = np.exp(x) / np.exp(x).sum()  # of an x that the student's function could have changed

A check that reads so is refused, by :func:`lent_in_checks`. It follows names, in the order in
which they are written. What goes by another name, such as a view of ``x``, is left to the tests
of the exercises, which run answers that change whatever they are given.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from course_lib.exercise import Exercise, grade_id, role

_METHODS = {"close", "equal", "at_least", "true", "shape"}
_MAKE_NUMBERS = {"int", "float", "str", "len", "bool", "range", "enumerate", "term_seed"}
_ADD = ("append", "extend", "update")
_NUMBERS = (
    *(ast.Constant, ast.JoinedStr, ast.FormattedValue, ast.UnaryOp, ast.BinOp, ast.Tuple),
    *(ast.operator, ast.unaryop, ast.expr_context),
)
_Place = tuple[int, int]


def lent_in_checks(exercise: Exercise) -> Iterator[tuple[str, str]]:
    """Yield (the id of a check, a name): what it lends and then reads for what is right.

    Every cell must be plain Python; other rules see to that.
    """
    trees = {id(c): ast.parse(c.source) for c in exercise.cells if c.cell_type == "code"}
    answers = [trees[id(cell)] for cell in exercise.cells if role(cell) == "answer"]
    given = [tree for tree in trees.values() if tree not in answers]
    students = _leading(given, set().union(*map(_defined, answers)))
    modules = set().union(*map(_imported, trees.values()))
    for cell in exercise.cells:
        if role(cell) == "check":
            for name in lent_first(trees[id(cell)], students, modules):
                yield grade_id(cell), name


def lent_first(tree: ast.Module, students: set[str], modules: set[str]) -> list[str]:
    """Return the names that a check reads for what is right after it has lent them.

    Args:
        tree: the check's source.
        students: the names that lead to student code.
        modules: names that nobody can change, such as those of what is imported.
    """
    body = ast.Module([n for n in tree.body if not isinstance(n, ast.FunctionDef)], [])
    functions = {f.name: _free(f) for f in ast.walk(tree) if isinstance(f, ast.FunctionDef)}
    bound = [(name, _start(value)) for names, value in _assigned(tree) for name in names]
    safe = _unchanging(tree) | students | modules | set(functions)
    found = set()
    for value in _deciding(body):
        given = {id(part) for call in _calls(value, students) for part in ast.walk(call)}
        for node in ast.walk(value):
            if not isinstance(node, ast.Name) or id(node) in given:
                continue
            for name in ({node.id} | functions.get(node.id, set())) - safe:
                lent = [place for place in _lent(body, students, name) if place < _start(node)]
                if lent and not any(n == name and lent[-1] < at < _start(node) for n, at in bound):
                    found.add(name)
    return sorted(found)


def _deciding(tree: ast.Module) -> list[ast.expr]:
    """Return the expressions that what is right is made of."""
    made = list(_assigned(tree))
    found = [value for node in ast.walk(tree) for value in _demanded(node)]
    while grown := [
        value
        for names, value in made
        if value not in found and names & set().union(*map(_names, found))
    ]:
        found += grown
    return found


def _demanded(node: ast.AST) -> list[ast.expr]:
    """Return what a check demands: the second argument of ``check("…").close(got, right)``.

    Of ``at_least`` and ``true`` it is the first, which a student's result is but a part of.
    """
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return []
    of, method = node.func.value, node.func.attr
    if not (isinstance(of, ast.Call) and "check" in _names(of.func) and method in _METHODS):
        return []
    return node.args[:1] if method in ("at_least", "true") else node.args[1:2]


def _assigned(tree: ast.AST) -> Iterator[tuple[set[str], ast.expr]]:
    """Yield the names of every assignment, loops included, and what they are made from."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _paired(target, node.value)
        elif isinstance(node, ast.AugAssign | ast.NamedExpr):
            yield _targets(node.target), node.value
        elif isinstance(node, ast.For | ast.comprehension):
            rows = node.iter.elts if isinstance(node.iter, ast.List | ast.Tuple) else [node.iter]
            for row in rows:
                yield from _paired(node.target, row)
        elif isinstance(node, ast.Call) and node.args and _adds(node.func):
            yield _targets(node.func), node.args[0]


def _adds(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and function.attr in _ADD


def _paired(target: ast.expr, value: ast.expr) -> Iterator[tuple[set[str], ast.expr]]:
    """Yield names and values one by one where both sides list as many."""
    parts = [node.elts for node in (target, value) if isinstance(node, ast.Tuple)]
    if len(parts) == 2 and len(parts[0]) == len(parts[1]):
        for pair in zip(*parts, strict=True):
            yield from _paired(*pair)
    else:
        yield _targets(target), value


def _calls(tree: ast.AST, students: set[str]) -> list[ast.Call]:
    """Return the calls that lead to student code, or are given what does."""
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and not _demanded(node)
        and (_names(node.func) | set().union(*map(_handed, node.args))) & students
    ]


def _lent(tree: ast.AST, students: set[str], name: str) -> list[_Place]:
    """Return where a name has been given to student code as it is, not as a copy, in order."""
    return sorted(
        (call.end_lineno or 0, call.end_col_offset or 0)
        for call in _calls(tree, students)
        for part in (*call.args, *(keyword.value for keyword in call.keywords))
        if name in _handed(part)
    )


def _handed(node: ast.expr) -> set[str]:
    """Return the names whose objects an argument hands over, itself or within a list."""
    if isinstance(node, ast.Name):
        return {node.id}
    if isinstance(node, ast.Starred | ast.Attribute | ast.Subscript):
        return _handed(node.value)
    if isinstance(node, ast.Tuple | ast.List):
        return set().union(*map(_handed, node.elts))
    return _free(node) if isinstance(node, ast.Lambda) else set()


def _unchanging(tree: ast.AST) -> set[str]:
    """Return the names that stand for numbers and text only, which nobody can change."""
    made: dict[str, bool] = {}
    for targets, value in _assigned(tree):
        for name in targets:
            made[name] = made.get(name, True) and _is_number(value)
    return {name for name, number in made.items() if number}


def _is_number(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in _MAKE_NUMBERS
    return all(isinstance(part, _NUMBERS) for part in ast.walk(node))


def _leading(trees: Iterable[ast.Module], theirs: set[str]) -> set[str]:
    """Return the names that lead to student code: theirs, and functions that use one of these."""
    known = set(theirs)
    made = [n for tree in trees for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    while grown := {f.name for f in made if f.name not in known and _free(f) & known}:
        known |= grown
    return known


def _defined(tree: ast.Module) -> set[str]:
    named = [n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    top = ast.Module([n for n in tree.body if isinstance(n, ast.Assign)], [])
    return set(named).union(*(names for names, _ in _assigned(top)))


def _imported(tree: ast.Module) -> set[str]:
    lines = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    return {alias.asname or alias.name for line in lines for alias in line.names}


def _targets(node: ast.expr) -> set[str]:
    """Return the names that a target binds, or binds a part of."""
    if isinstance(node, ast.Tuple | ast.List):
        return set().union(*map(_targets, node.elts))
    return _handed(node)


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _free(function: ast.FunctionDef | ast.Lambda) -> set[str]:
    own = {argument.arg for argument in ast.walk(function) if isinstance(argument, ast.arg)}
    return _names(function) - own


def _start(node: ast.expr) -> _Place:
    return node.lineno, node.col_offset
