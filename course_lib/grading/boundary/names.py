"""Which names of a notebook are the student's, and the namespace in which checks run."""

from __future__ import annotations

import ast
import contextlib
import importlib
import linecache
import warnings
from collections.abc import Callable, Iterable
from functools import lru_cache
from types import CodeType
from typing import Any


class Namespace(dict[str, Any]):
    """The globals of the grader's cells; the student's names are looked up, each time anew.

    A function defined in a check finds them too: Python asks a subclass of dict for every global.
    """

    def __init__(self, find: Callable[[str], Any]) -> None:
        super().__init__({"__name__": "__main__", "get_ipython": _NoShell})
        self.theirs: set[str] = set()
        self._find = find

    def __missing__(self, name: str) -> Any:
        if name not in self.theirs:
            raise KeyError(name)
        return self._find(name)

    def hand_over(self, names: set[str]) -> None:
        """Let names stand for the student's from here on."""
        for name in names:
            self.pop(name, None)
        self.theirs |= names


class _NoShell:
    """Stands in for IPython where the grader runs a cell: magics do nothing."""

    def __getattr__(self, _name: str) -> Callable[..., None]:
        return lambda *_args, **_kwargs: None


@lru_cache(maxsize=512)
def compiled(source: str, name: str) -> CodeType:
    """Return a cell of the instructor's as code, with its magics made calls that do nothing.

    Raises:
        SyntaxError: it does not compile.
    """
    filename = f"<cell {name}>"
    plain = _transformed(source)
    linecache.cache[filename] = (len(plain), None, plain.splitlines(True), filename)
    return compile(plain, filename, "exec")


def _transformed(source: str) -> str:
    try:
        ast.parse(source)
    except SyntaxError:
        from IPython.core.inputtransformer2 import TransformerManager

        return str(TransformerManager().transform_cell(source))  # type: ignore[no-untyped-call]
    return source


@lru_cache(maxsize=512)
def defined(source: str) -> frozenset[str]:
    """Return the names that an answer of the instructor's defines, those that it imports apart."""
    return names_in(_tree(source))


def names_in(cell: ast.Module) -> frozenset[str]:
    """Return the names that a cell defines at its top level, those that it imports apart."""
    names: set[str] = set()
    for node in cell.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif not isinstance(node, ast.Import | ast.ImportFrom):
            names |= {
                part.id
                for part in ast.walk(node)
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
            }
    return frozenset(names)


@lru_cache(maxsize=512)
def imports(source: str) -> str:
    """Return the imports at the top level of a cell."""
    kinds = (ast.Import, ast.ImportFrom)
    body: list[ast.stmt] = [node for node in _tree(source).body if isinstance(node, kinds)]
    return ast.unparse(ast.Module(body, []))


def imported(sources: Iterable[str]) -> tuple[str, ...]:
    """Return the modules that cells import, at any depth, in order."""
    return tuple(dict.fromkeys(name for source in sources for name in _imported(source)))


@lru_cache(maxsize=512)
def _imported(source: str) -> tuple[str, ...]:
    found: list[str] = []
    for node in ast.walk(_tree(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.append(node.module)
    return tuple(found)


def load(modules: Iterable[str]) -> None:
    """Import modules; one that fails will fail again where a cell asks for it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in modules:
            with contextlib.suppress(Exception):
                importlib.import_module(name)


@lru_cache(maxsize=512)
def definitions(source: str) -> str:
    """Return the imports, functions and classes of a cell, without what it does with them.

    A student's later cell may use what a visible check or a demonstration imports or defines;
    the rest of them need not run where the student's code does.
    """
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    handler = ast.ExceptHandler(ast.Name("Exception", ast.Load()), None, [ast.Pass()])
    body: list[ast.stmt] = [
        ast.Try([node], [handler], [], [])  # a default value may need what did not run
        for node in _tree(source).body
        if isinstance(node, kinds)
    ]
    return ast.unparse(ast.fix_missing_locations(ast.Module(body, [])))


def _tree(source: str) -> ast.Module:
    try:
        return ast.parse(_transformed(source))
    except SyntaxError:
        return ast.Module([], [])
