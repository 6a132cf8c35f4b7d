"""What a page's experiment is, as one hash that comments, prose and layout do not move."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import course_lib
from course_lib.authoring.pages import Page, code_cells, read_notebook

# The parts of the library that decide a result; figures and cards only show it.
DECIDING = ("data", "models", "autograd", "training", "parity")
# What carries a result out of a page (course_lib.page, course_lib.claims).
_TELLING = frozenset({"lesson", "verdict"})


def experiment_hash(page: Page, package: Path | None = None) -> str:
    """Return the hash of a page's code and of the deciding parts of course_lib that it imports.

    Args:
        page: the page whose code cells count.
        package: the folder of course_lib, by default that of the one in use.
    """
    package = package or Path(course_lib.__file__).parent
    code = page_code(page)
    digest = hashlib.sha256(normalise(code).encode())
    for source in _imported(code, package):
        digest.update(f"\0{source.relative_to(package).as_posix()}\0".encode())
        digest.update(normalise(source.read_text("utf-8")).encode())
    return digest.hexdigest()


def teaches(page: Page) -> bool:
    """Say whether the page's code asserts a lesson or reaches a verdict."""
    calls = (node.func for node in ast.walk(_parse(page_code(page))) if isinstance(node, ast.Call))
    return any(
        (isinstance(called, ast.Name) and called.id in _TELLING)
        or (isinstance(called, ast.Attribute) and called.attr in _TELLING)
        for called in calls
    )


def recorded(page: Page) -> bool:
    """Say whether the page's lessons are to hold for other seeds too, and so have a record.

    The back matter's are about the machine that runs them: they hold there, or stop the build.
    """
    return not page.slug.startswith("back/")


def page_code(page: Page) -> str:
    """Return the page's code cells as one module's source."""
    if not page.has_code:
        return ""
    return "\n\n".join(cell.source for cell in code_cells(read_notebook(page)))


def normalise(source: str) -> str:
    """Return source code in a form that only a change of meaning changes.

    Comments, docstrings, layout and quotes are gone. The form is the same under every version
    of Python that the course supports, which neither ``ast.dump`` nor ``ast.unparse`` promises.
    """
    return _form(_parse(source))


def _parse(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError:
        # IPython's own syntax (%magic, !command) becomes calls.
        ipython = import_module("IPython.core.inputtransformer2")
        plain = str(ipython.TransformerManager().transform_cell(source))
        try:
            return ast.parse(plain)
        except SyntaxError:  # the kernel will say where; until then any change counts
            return ast.Module([ast.Pass(), ast.Expr(ast.Constant(source))], [])


def _form(node: object) -> str:
    if isinstance(node, list):
        return f"[{','.join(map(_form, node))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = []
    for name, value in ast.iter_fields(node):
        if name == "body" and isinstance(value, list):
            value = _without_docstring(node, value)
        if isinstance(node, ast.JoinedStr):
            value = _joined(value)
        # Fields that newer versions added are empty wherever older ones could say the same.
        if value not in (None, []) and name not in ("ctx", "kind", "type_comment"):
            fields.append(f"{name}={_form(value)}")
    if isinstance(node, ast.Constant) and not fields:
        fields.append("None")
    return f"{type(node).__name__}({','.join(fields)})"


def _without_docstring(node: ast.AST, body: list[ast.stmt]) -> list[ast.stmt]:
    has_docstring = isinstance(
        node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    )
    match body:
        case [ast.Expr(ast.Constant(str())), *rest] if has_docstring:
            return rest
    return body


def _joined(parts: list[ast.expr]) -> list[ast.expr]:
    """Return an f-string's parts with neighbouring literals as one: versions split them apart."""
    joined: list[ast.expr] = []
    for part in parts:
        match joined, part:
            case [*_, ast.Constant(str(before))], ast.Constant(str(text)):
                joined[-1] = ast.Constant(before + text)
            case _, ast.Constant(""):
                pass
            case _:
                joined.append(part)
    return joined


def _imported(code: str, package: Path) -> list[Path]:
    """Return the sources of the deciding parts that ``code`` imports, and that those import."""
    found: set[str] = set()
    waiting = set(_parts(code))
    while waiting:
        part = waiting.pop()
        found.add(part)
        for source in _sources(part, package):
            waiting |= set(_parts(source.read_text("utf-8"))) - found
    return sorted(source for part in found for source in _sources(part, package))


def _sources(part: str, package: Path) -> list[Path]:
    module = package / f"{part}.py"
    return [module] if module.is_file() else sorted((package / part).rglob("*.py"))


def _parts(code: str) -> Iterator[str]:
    """Yield the deciding parts of course_lib that ``code`` names in an import."""
    for node in ast.walk(_parse(code)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            root, _, rest = name.partition(".")
            part = rest.partition(".")[0]
            if root == "course_lib" and part in DECIDING:
                yield part
