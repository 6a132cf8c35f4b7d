"""Answers to an exercise, run against its checks, with every verdict kept by content."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path

from course_lib.authoring.exercises import source_notebook
from course_lib.exercise import Exercise, grade_id, parse, read, role, task_of
from course_lib.files import write_whole

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SOURCES = sorted((ROOT / "solutions").glob("*.md"))
SECONDS = 20.0
"""What a cell may take; a mutant that needs more loops without end."""


@dataclass(frozen=True)
class Answer:
    """One whole-cell answer: right or wrong, and for a wrong one what its hint must say."""

    task: str
    kind: str
    label: str
    source: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.task}-{self.kind}-{self.label}"


@dataclass(frozen=True)
class Verdict:
    """How one check ended for an answer."""

    id: str
    status: str
    message: str


@dataclass
class Bench:
    """An exercise with its reference answers, ready to run others in their place."""

    slug: str
    exercise: Exercise
    students: Exercise
    store: Path
    _servers: dict[str, Server] = field(default_factory=dict)

    @cached_property
    def code_tasks(self) -> list[str]:
        """Tasks whose answer is code."""
        return [grade_id(cell) for cell in self.exercise.cells if role(cell) == "answer"]

    @cached_property
    def reference(self) -> dict[str, str]:
        """The reference answers, by task."""
        return {n: c.source for n, c in self.exercise.answers().items() if role(c) == "answer"}

    @cached_property
    def stubs(self) -> dict[str, str]:
        """The answers as handed out, by task."""
        return {n: c.source for n, c in self.students.answers().items() if role(c) == "answer"}

    @cached_property
    def modules(self) -> list[str]:
        """What the exercise's cells import, in order."""
        found: dict[str, None] = {}
        for cell in self.exercise.cells:
            if cell.cell_type == "code":
                for node in ast.walk(ast.parse(cell.source)):
                    if isinstance(node, ast.Import):
                        found |= dict.fromkeys(alias.name for alias in node.names)
                    elif isinstance(node, ast.ImportFrom):
                        found[node.module] = None
        return list(found)

    def points(self, verdicts: list[Verdict]) -> float:
        """Sum of the points of passed checks."""
        passed = {verdict.id for verdict in verdicts if verdict.status == "passed"}
        return sum(check.points for check in self.exercise.checks if check.id in passed)

    def whole(self, answers: dict[str, str]) -> list[Verdict]:
        """Run the whole notebook with these answers; verdicts of all cells, in order."""
        cells = [
            [cell.id, answers.get(grade_id(cell), cell.source)]
            for cell in self.exercise.cells
            if cell.cell_type == "code"
        ]
        return self.run("", [], cells)

    def of_task(
        self, task: str, source: str, memorise: tuple[str, ...] = (), first: bool = False
    ) -> list[Verdict]:
        """Run one task's checks on an answer, the reference standing for the other tasks.

        Args:
            task: whose answer it is.
            source: the whole answer cell.
            memorise: names of functions to replace by a table of what visible checks ask.
            first: stop at the first check that does not pass.
        """
        checks = {check.id for check in self.exercise.checks}
        prefix, cells = self.cells_of(task, source)
        return [v for v in self.run(task, prefix, cells, memorise, first) if v.id in checks]

    def cells_of(self, task: str, source: str) -> tuple[list, list]:
        """Return what runs for one task, as [id, source]: the cells before its answer; the rest."""
        names = [grade_id(cell) for cell in self.exercise.cells]
        begin = names.index(task)
        end = max(i for i, n in enumerate(names) if task_of(n) == task)
        prefix, cells = [], []
        for position, cell in enumerate(self.exercise.cells[: end + 1]):
            if cell.cell_type != "code":
                continue
            if role(cell) == "check" and task_of(grade_id(cell)) != task:
                continue
            if role(cell) == "other" and "raises-exception" in cell.metadata.get("tags", []):
                continue  # a demonstration: nothing may depend on what is allowed to fail
            if position < begin:
                prefix.append([cell.id, cell.source])
            else:
                cells.append([cell.id, source if position == begin else cell.source])
        return prefix, cells

    def run(
        self,
        task: str,
        prefix: list,
        cells: list,
        memorise: tuple[str, ...] = (),
        first: bool = False,
    ) -> list[Verdict]:
        """Run cells after a prefix, in one process; verdicts of ``cells``, kept by content."""
        request = {"cells": cells, "seconds": SECONDS, "memorise": memorise, "first": first}
        text = json.dumps([prefix, request, environment()])
        kept = self.store / f"{hashlib.sha256(text.encode()).hexdigest()}.json"
        if kept.is_file():
            return [Verdict(*found) for found in json.loads(kept.read_text("utf-8"))]
        if task not in self._servers:
            self.close()  # one at a time: each holds the exercise's data
            self._servers[task] = Server(prefix, self.modules)
        found = self._servers[task].ask(request)
        self.store.mkdir(parents=True, exist_ok=True)
        write_whole(kept, json.dumps(found))  # another process may read it just then
        return [Verdict(*one) for one in found]

    def close(self) -> None:
        """End the server."""
        while self._servers:
            self._servers.popitem()[1].close()


class Server:
    """A fork_server.py that has executed a prefix."""

    def __init__(self, prefix: list, modules: list[str]) -> None:
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "fork_server.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | threads,
        )
        for name, status, message in self.ask(
            {"prefix": prefix, "modules": modules, "seconds": 10 * SECONDS}
        ):
            if status != "passed":
                raise AssertionError(f"cell {name} of the solution fails: {message}")

    def ask(self, request: dict) -> list:
        """Send a request and wait for its answer."""
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("fork_server.py ended; run it by hand to see why")
        return json.loads(line)

    def close(self) -> None:
        """End the process."""
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


@cache
def environment() -> str:
    """Return a hash of all that a verdict depends on besides the cells."""
    library = ROOT / "course_lib"
    files = [*library.glob("*.py"), *library.glob("data/**/*"), *HERE.glob("*.py")]
    total = hashlib.sha256()
    for path in sorted(files):
        if path.is_file() and path.suffix != ".pyc" and path.name != "cli.py":
            total.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    for package in ("numpy", "scikit-learn", "torch"):
        total.update(version(package).encode())
    return total.hexdigest() + sys.version


def bench(source: Path, student: Path, store: Path) -> Bench:
    """Return the bench of one exercise.

    Args:
        source: its solutions/<slug>.md.
        student: its student notebook.
        store: folder that keeps verdicts.
    """
    exercise = parse(source.stem, source_notebook(source).cells)
    return Bench(source.stem, exercise, read(student), store)


_HEADING = re.compile(r"^# %%(.*)$", re.MULTILINE)
_HINT = re.compile(r"^# hint: *(.+)$", re.MULTILINE)


def read_answers(path: Path) -> list[Answer]:
    """Read a task's answers, in percent format: ``# %% right: by a loop``, then a whole cell."""
    _, *parts = _HEADING.split(path.read_text("utf-8"))
    answers = []
    for heading, body in zip(parts[::2], parts[1::2], strict=True):
        kind, _, label = (part.strip() for part in heading.partition(":"))
        if kind not in ("right", "wrong") or not label:
            raise AssertionError(f"{path}: '# %%{heading}' is no `# %% right: …` or `wrong: …`")
        hint = _HINT.search(body)
        if (kind == "wrong") != bool(hint):
            raise AssertionError(f"{path}: {label!r}: a wrong answer, and only it, has `# hint:`")
        source = body.strip() + "\n"
        answers.append(Answer(path.stem, kind, label, source, hint[1].strip() if hint else ""))
    return answers


class _Constant(ast.NodeTransformer):
    """Makes every function return 0 and every name 0."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        zero = ast.Pass() if node.name == "__init__" else ast.Return(ast.Constant(0))
        node.body = [zero]
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.Assign:
        node.value = ast.Constant(0)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        node.value = ast.Constant(0)
        return node


def constant(source: str) -> str:
    """Return an answer in which everything is 0."""
    return ast.unparse(ast.fix_missing_locations(_Constant().visit(ast.parse(source))))


def functions(source: str) -> tuple[str, ...]:
    """Return the names of an answer's functions; empty where it defines classes or names."""
    body = ast.parse(source).body
    plain = (ast.FunctionDef, ast.Import, ast.ImportFrom)
    if not all(isinstance(node, plain) for node in body):
        return ()
    return tuple(node.name for node in body if isinstance(node, ast.FunctionDef))
