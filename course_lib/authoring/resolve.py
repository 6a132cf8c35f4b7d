"""Resolved notebooks: what a page says, for programs that know no roles and no directives."""

from __future__ import annotations

import ast
import base64
import copy
import mimetypes
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from course_lib.authoring import myst
from course_lib.authoring.execute import Execution, read
from course_lib.authoring.pages import tags
from course_lib.authoring.prose import Book, Prose
from course_lib.project import Project, ProjectError

_GLUE = "application/papermill.record/"
_FOLDED = frozenset({"remove-cell", "remove-input", "hide-cell", "hide-input"})
_UNSHOWN = frozenset({"remove-cell", "remove-output"})
_KEPT_TAGS = frozenset({"raises-exception", "skip-execution"})
_FOR_THE_BOOK = frozenset({"glue", "lesson"})  # course_lib.page: what only the build reads


def resolve(project: Project, execution: Execution, book: Book | None = None) -> Any:
    """Return an executed page as a notebook that reads well in JupyterLab.

    Glued values, links, citations and admonitions become plain Markdown, drawings their PNG;
    cells that the page hides are folded, and left out where they only speak to the book.

    Args:
        project: whose titles, labels and references the page names.
        execution: the page's run.
        book: the same, if it was read already.

    Raises:
        ProjectError: a role or directive that has no plain form is left; page, cell and text.
    """
    book = book or Book.read(project)
    page = execution.page
    executed = read(execution.notebook)
    prose = Prose(book, page, _glued(executed))
    notebook = _new_notebook(executed.metadata)
    for cell in executed.cells:
        if cell.cell_type == "markdown":
            images: dict[str, Path] = {}
            cell = _markdown(cell.id, prose.convert(cell.source, images), images)
        elif cell.cell_type == "code":
            if "remove-cell" in tags(cell) and _only_for_the_book(cell.source):
                continue
            cell = _code(cell)
        if cell.source.strip():
            notebook.cells.append(cell)
    if references := prose.references():
        notebook.cells.append(_markdown(f"{notebook.cells[-1].id[:50]}-references", references, {}))
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "markdown" and (raw := myst.lint(cell.source)):
            raise ProjectError(
                f"{page.slug}, cell {number} of its notebook: {raw!r} has no plain form: "
                "use what chapters may use, or teach course_lib/authoring/prose.py this one"
            )
    return notebook


def write_resolved(project: Project, executions: Iterable[Execution], folder: Path) -> list[Path]:
    """Write every executed page as a resolved notebook to ``folder/<slug>.ipynb``."""
    nbformat = import_module("nbformat")
    book = Book.read(project)
    written = []
    for execution in executions:
        path = folder / f"{execution.page.slug}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = nbformat.writes(resolve(project, execution, book))
        path.write_text(f"{text}\n", "utf-8")
        written.append(path)
    return written


def _new_notebook(metadata: Any) -> Any:
    v4 = import_module("nbformat.v4")
    kept = {name: metadata[name] for name in ("kernelspec", "language_info") if name in metadata}
    return v4.new_notebook(metadata=kept)


def _glued(notebook: Any) -> dict[str, str]:
    """Return the values that the page glues, by name."""
    values = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            name = output.get("metadata", {}).get("scrapbook", {}).get("name")
            text = output.get("data", {}).get(f"{_GLUE}text/plain")
            if name is not None and text is not None:
                values[name] = _plain("".join(text))
    return values


def _plain(text: str) -> str:
    """Return a glued value as MyST-NB shows it: the repr of a string without its quotes."""
    try:
        return str(ast.literal_eval(text))
    except (SyntaxError, ValueError):
        return text


def _markdown(cell_id: str, source: str, images: dict[str, Path]) -> Any:
    cell = import_module("nbformat.v4").new_markdown_cell(source.strip("\n"), id=cell_id)
    for name, path in images.items():
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        encoded = base64.b64encode(path.read_bytes()).decode("ascii")
        cell.setdefault("attachments", {})[name] = {kind: encoded}
    return cell


def _code(cell: Any) -> Any:
    """Return a code cell with what JupyterLab can show, folded where the page hides it."""
    cell = copy.deepcopy(cell)
    said = set(tags(cell))
    kept = [tag for tag in tags(cell) if tag in _KEPT_TAGS]
    cell.metadata = type(cell.metadata)({"tags": kept} if kept else {})
    folds = {}
    if said & _FOLDED:
        folds["source_hidden"] = True
    if said & {"hide-output", "hide-cell"}:
        folds["outputs_hidden"] = True
    if folds:
        cell.metadata["jupyter"] = folds
    shown = [] if said & _UNSHOWN else cell.outputs
    cell.outputs = [plain for output in shown for plain in _outputs(output)]
    return cell


def _outputs(output: Any) -> Iterator[Any]:
    """Yield an output without what only the build reads, and a figure's caption below it."""
    if "data" not in output:
        yield output
        return
    told = output.get("metadata", {})
    data = {kind: value for kind, value in output.data.items() if not kind.startswith(_GLUE)}
    if "image/png" in data:  # JupyterLab strips drawings from HTML that it does not trust
        data.pop("text/html", None)
        data.pop("image/svg+xml", None)
    if "<svg" in "".join(data.get("text/html", "")):
        raise ProjectError("an output is a drawing in HTML without a PNG: use figures.show")
    if data:
        plain = copy.deepcopy(output)
        plain.data = type(output.data)(data)
        plain.metadata = type(output.data)(
            {kind: value for kind, value in told.items() if kind not in ("course", "scrapbook")}
        )
        yield plain
    if caption := told.get("course", {}).get("figure", {}).get("caption"):
        v4 = import_module("nbformat.v4")
        yield v4.new_output("display_data", data={"text/markdown": f"*{caption}*"})


def _only_for_the_book(source: str) -> bool:
    """Say whether a hidden cell does nothing but assert and speak to the book."""
    try:
        statements = ast.parse(source).body
    except SyntaxError:  # a line of IPython's own
        return False
    return all(map(_speaks, statements))


def _speaks(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Assert):
        return True
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call):
        return False
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in _FOR_THE_BOOK
