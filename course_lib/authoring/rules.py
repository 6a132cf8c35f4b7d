"""What the source of an exercise must be; each broken rule is one line with its cure."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

from course_lib.authoring.lending import lent_in_checks
from course_lib.exercise import (
    POINTS,
    Cell,
    Exercise,
    check_calls,
    grade_id,
    is_hidden,
    metadata,
    role,
    task_of,
)

HINTS = 3
REGIONS = ("SOLUTION", "STARTER", "HIDDEN TESTS")
_METHODS = {"close", "equal", "true", "raises", "at_least", "shape"}
_MARK = re.compile(r"^\s*### (BEGIN|END) (SOLUTION|STARTER|HIDDEN TESTS)\s*$")


def problems(exercise: Exercise) -> list[str]:
    """Return what is wrong with an exercise's source, one line each, in reading order."""
    found = [
        f"{_label(i, cell)}: {text}"
        for i, cell in enumerate(exercise.cells, 1)
        for text in _cell_problems(cell)
    ]
    found += _task_problems(exercise)
    return found or list(_lending_problems(exercise))


def _lending_problems(exercise: Exercise) -> Iterator[str]:
    for check, name in lent_in_checks(exercise):
        yield (
            f"cell {check!r}: it gives {name} to a student's function, which may change it, and "
            f"then works out what is right from {name}: work it out before, or give a copy"
        )


def _label(position: int, cell: Cell) -> str:
    return f"cell {grade_id(cell)!r}" if grade_id(cell) else f"cell {position}"


def _cell_problems(cell: Cell) -> Iterator[str]:
    what, text = role(cell), cell.source
    regions, broken = _regions(text)
    if broken:
        yield broken
    if metadata(cell) and not grade_id(cell):
        yield "it has nbgrader metadata but no grade_id: give it one"
    given = metadata(cell)
    if grade_id(cell) and not re.fullmatch(r"[A-Za-z0-9_-]{1,50}", grade_id(cell)):
        yield "a grade_id is 1 to 50 letters, digits, hyphens and underscores"
    if cell.cell_type == "code" and given.get("grade") and given.get("solution"):
        yield "it is answer and check in one: give the check a cell of its own"
    if what == "other" and metadata(cell).get("grade"):
        yield "a graded Markdown cell must be an answer too: set solution to true"
    if metadata(cell).get("grade") and not _positive(metadata(cell).get("points")):
        yield "it is graded but has no points: add points above 0"
    if "HIDDEN TESTS" in regions and what != "check":
        yield "its hidden tests stand outside a graded cell: set grade and points"
    if {"SOLUTION", "STARTER"} & regions and what not in ("answer", "written"):
        yield "its solution stands outside an answer cell: set solution to true"
    if cell.cell_type == "code":
        try:
            tree = ast.parse(text)
        except SyntaxError as error:
            yield f"line {error.lineno} is not plain Python ({error.msg}): use no magics"
            return
        if what == "check":
            yield from _check_problems(cell, tree, regions)
        elif what == "answer":
            yield from _answer_problems(text, regions)


def _check_problems(cell: Cell, tree: ast.Module, regions: set[str]) -> Iterator[str]:
    calls = check_calls(tree)
    if len(calls) != 1:
        yield f"it makes {len(calls)} checks: a graded cell holds exactly one"
    for call in calls:
        if not (
            len(call.args) == 1
            and isinstance(call.args[0], ast.Constant)
            and isinstance(call.args[0].value, str)
        ):
            yield "its check's name must be one plain string, so that it can be listed"
    used = {
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.value in calls
    }
    if calls and not used & _METHODS:
        yield f"its check demands nothing: call one of .{', .'.join(sorted(_METHODS))}"
    if task_of(grade_id(cell)) == grade_id(cell):
        yield "its grade_id must be <task>-check-<n> or <task>-hidden-<n>"
    outside = "".join(_outside(cell.source, "HIDDEN TESTS")).strip()
    if is_hidden(cell) and ("HIDDEN TESTS" not in regions or outside):
        yield "a hidden check lies wholly between ### BEGIN and ### END HIDDEN TESTS"
    if not is_hidden(cell) and "HIDDEN TESTS" in regions:
        yield "a visible check holds no hidden tests: give them a cell <task>-hidden-<n>"


def _answer_problems(text: str, regions: set[str]) -> Iterator[str]:
    if "SOLUTION" not in regions:
        yield "it is an answer without ### BEGIN SOLUTION and ### END SOLUTION"
    if "STARTER" not in regions and re.search(r"^### BEGIN SOLUTION", text, re.MULTILINE):
        yield "its stub would stop the notebook: solve inside a function, or add a STARTER region"
    inside, marked = False, False
    for line in text.splitlines():
        if match := _MARK.match(line):
            inside = match[2] == "STARTER" and match[1] == "BEGIN"
        elif inside and line.strip() and not line.lstrip().startswith("#"):
            marked = True
    if marked:
        yield "a line of its STARTER region is not commented out: begin it with '# '"


def _task_problems(exercise: Exercise) -> Iterator[str]:
    ids = Counter(grade_id(cell) for cell in exercise.cells if grade_id(cell))
    for name, times in ids.items():
        if times > 1:
            yield f"grade_id {name!r} is used {times} times: rename all but one"
    answers = {task_of(grade_id(c)) for c in exercise.cells if role(c) in ("answer", "written")}
    graded = {check.task for check in exercise.checks}
    for task in exercise.tasks:
        if task.name not in graded:
            yield f"answer {task.name!r} has no check: add a cell {task.name}-check-1"
        if task.name not in answers:
            yield f"task {task.name!r} has checks but no answer cell of that grade_id"
        if len(task.hints) != HINTS:
            yield f"task {task.name!r} has {len(task.hints)} hints: its statement needs {HINTS}"
    if exercise.points != POINTS:
        yield f"the points add up to {exercise.points:g}: they must be {POINTS}"


def _positive(points: object) -> bool:
    return isinstance(points, int | float) and not isinstance(points, bool) and points > 0


def _regions(text: str) -> tuple[set[str], str]:
    """Return the regions in a cell, and what is wrong with their marks (empty where nothing)."""
    found: set[str] = set()
    current = ""
    for line in text.splitlines():
        match = _MARK.match(line)
        if match is None:
            if re.match(r"\s*#+\s*(BEGIN|END) (SOLUTION|STARTER|HIDDEN)", line):
                return found, f"a region's mark is misspelt: {line.strip()!r}"
            continue
        if match[1] == "BEGIN":
            if current:
                return found, f"### BEGIN {match[2]} inside the region {current}"
            current = match[2]
            found.add(current)
        elif current != match[2]:
            return found, f"### END {match[2]} without its BEGIN"
        else:
            current = ""
    return found, f"### BEGIN {current} without its END" if current else ""


def _outside(text: str, region: str) -> Iterator[str]:
    inside = False
    for line in text.splitlines():
        match = _MARK.match(line)
        if match and match[2] == region:
            inside = match[1] == "BEGIN"
        elif not inside:
            yield line
