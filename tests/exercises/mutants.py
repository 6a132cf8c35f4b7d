"""Mutants of a reference answer: small changes by cosmic-ray that its checks must notice."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache

from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

# A shift of floats or `is` between numbers fails whatever the checks are: it would only flatter.
_TOO_EASY = ("BitOr", "BitAnd", "BitXor", "RShift", "LShift", "_Is", "_IsNot", "Invert")
_NEED_ARGUMENTS = ("VariableReplacer", "VariableInserter")


@dataclass(frozen=True)
class Mutant:
    """One changed line of an answer."""

    before: str
    after: str
    source: str


def operators() -> list[str]:
    """Return the names of the operators in use."""
    return [
        name
        for name in operator_names()
        if not name.endswith(_NEED_ARGUMENTS) and not any(word in name for word in _TOO_EASY)
    ]


@cache  # the tests of a task and its row of the matrix ask for the same
def mutants(source: str) -> list[Mutant]:
    """Return every mutant that changes the solution region of an answer, once each."""
    lines = source.splitlines()
    inside = _solution_lines(lines)
    found: dict[str, Mutant] = {}
    for name in operators():
        operator = get_operator(name)()
        for occurrence in itertools.count():
            mutated = mutate_code(source, operator, occurrence)
            if mutated is None:
                break
            changed = mutated.splitlines()
            if mutated in found or len(changed) != len(lines):
                continue
            at = [
                i for i, pair in enumerate(zip(lines, changed, strict=True)) if pair[0] != pair[1]
            ]
            if at and inside.issuperset(at) and _compiles(mutated):
                before, after = lines[at[0]].strip(), changed[at[0]].strip()
                found[mutated] = Mutant(before, after, mutated)
    return list(found.values())


def _solution_lines(lines: list[str]) -> set[int]:
    found, inside = set(), False
    for i, line in enumerate(lines):
        if "### BEGIN SOLUTION" in line or "### END SOLUTION" in line:
            inside = "BEGIN" in line
        elif inside:
            found.add(i)
    return found


def _compiles(source: str) -> bool:
    try:
        compile(source, "<mutant>", "exec")
    except (SyntaxError, ValueError):
        return False
    return True
