"""Whether a folder holds anything from which a hidden check or a solution could be read.

Every line of them, every run of lines and every literal is looked for in all that a folder holds:
text, notebooks (outputs and metadata too), pages without their markup, files within zips.
"""

from __future__ import annotations

import ast
import html
import io
import json
import re
import zipfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_lib.authoring.exercises import source_notebook
from course_lib.authoring.stubs import starters
from course_lib.exercise import check_name, grade_id, is_hidden

LINE = 12
"""Letters, without spaces, from which on a line may give something away."""
RUN = 40
"""Letters of a run of lines that no other page has by chance."""
_REGION = re.compile(
    r"^[ \t]*### BEGIN (?P<kind>SOLUTION|HIDDEN TESTS)\n(?P<body>.*?)^[ \t]*### END (?P=kind)$",
    re.MULTILINE | re.DOTALL,
)
_TAG = re.compile(r"<[^<>]*>")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_OPAQUE = (".pyc", ".pyo", ".gz", ".bz2", ".xz", ".zst", ".tar", ".7z", ".pkl", ".pickle",
           ".joblib", ".db", ".sqlite", ".parquet", ".pt")  # fmt: skip
_ZIPS = (".zip", ".whl", ".npz", ".egg")


@dataclass(frozen=True)
class Secret:
    """Something that nobody in a class may find.

    Attributes:
        cell: the exercise and the grade_id.
        kind: solution or hidden check.
        text: as it stands in the source.
        key: the same without spaces.
        strict: whether it is a leak wherever it stands; else not where the course's own public
            text says it too, as the book says ``optimizer.step()``.
    """

    cell: str
    kind: str
    text: str
    key: str
    strict: bool


def secrets(sources: Iterable[Path], released: Collection[str] = ()) -> list[Secret]:
    """Return what no student may find.

    Args:
        sources: of all exercises, ``solutions/<slug>.md``.
        released: slugs whose solutions are no longer secret; their hidden checks are.
    """
    found: dict[tuple[str, bool], Secret] = {}
    for path in sources:
        notebook = source_notebook(path)
        shown = _bare(visible(notebook))
        for cell in notebook.cells:
            where = f"{path.stem}, {grade_id(cell)}"
            for region in _REGION.finditer(cell.source):
                kind = "solution" if region["kind"] == "SOLUTION" else "hidden check"
                if kind == "solution" and path.stem in released:
                    continue
                for text, strict in [*_lines(region["body"]), *_literals(region["body"])]:
                    key = _bare(text)
                    if key not in shown:
                        found.setdefault((key, strict), Secret(where, kind, text, key, strict))
    return list(found.values())


def visible(notebook: Any) -> str:
    """Return what a source lets students see: all but its regions, starters, checks' names."""
    parts = []
    for cell in notebook.cells:
        parts += [_REGION.sub("", cell.source), *starters(cell.source)]
        if is_hidden(cell):
            parts.append(check_name(cell))
    return "\n".join(parts)


def public_text(sources: Iterable[Path], folders: Iterable[Path]) -> str:
    """Return all that the course says openly: its pages, its library, the visible cells."""
    parts = [visible(source_notebook(path)) for path in sources]
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".md", ".py", ".yml", ".bib"):
                parts.append(path.read_text("utf-8"))
    return _bare("\n".join(parts))


def search(folder: Path, hidden: Sequence[Secret], public: str) -> list[str]:
    """Return a line for each file that gives something away, or cannot be searched."""
    looked_for = [one for one in hidden if one.strict or one.key not in public]
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found.append(f"{name} is a link")
        elif path.is_file():
            found += _search_file(name, path.read_bytes(), looked_for)
    return found


def _search_file(name: str, content: bytes, hidden: Sequence[Secret]) -> Iterator[str]:
    lower = name.lower()
    if lower.endswith(_OPAQUE):
        yield f"{name} cannot be searched"
        return
    if lower.endswith(_ZIPS):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for info in archive.infolist():
                yield from _search_file(f"{name}/{info.filename}", archive.read(info), hidden)
        return
    views = {_bare(view) for view in _views(lower, content)}
    for one in hidden:
        if any(one.key in view for view in views):
            text = " ".join(one.text.split())
            yield f"{name}: {one.kind} of {one.cell}: {text[:100]}"


def _views(name: str, content: bytes) -> Iterator[str]:
    """Yield what a reader can make of a file."""
    text = content.decode("utf-8", errors="replace")
    yield text
    if name.endswith((".ipynb", ".json")):
        try:
            yield "\n".join(_strings(json.loads(text)))
        except ValueError:
            return
    elif name.endswith((".html", ".svg", ".xml")):
        yield html.unescape(_TAG.sub("", text))
    if "\\" in text:
        plain = text.replace("\\n", "\n").replace('\\"', '"').replace("\\'", "'")
        yield _ESCAPE.sub(lambda found: chr(int(found[1], 16)), plain)


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from _strings(value)
    elif isinstance(node, list):
        if node and all(isinstance(one, str) for one in node):
            yield "".join(node)
        else:
            for value in node:
                yield from _strings(value)


def _lines(body: str) -> Iterator[tuple[str, bool]]:
    """Yield each line, and the shortest run of lines from it on that tells enough."""
    lines = [line for line in body.splitlines() if line.strip()]
    for at, line in enumerate(lines):
        if len(_bare(line)) >= LINE:
            yield line, False
        for end in range(at + 2, len(lines) + 1):
            if len(_bare(run := "\n".join(lines[at:end]))) >= RUN:
                yield run, True
                break


def _literals(body: str) -> Iterator[tuple[str, bool]]:
    """Yield texts, tables and rows of numbers, however they are laid out."""
    try:
        tree = ast.parse(_dedent(body))
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.List | ast.Tuple | ast.Dict | ast.Set):
            numbers = [n for n in ast.walk(node) if isinstance(n, ast.Constant)]
            text = ast.unparse(node)
            if len(numbers) >= 3 and len(_bare(text)) >= LINE:
                yield text, False
        elif isinstance(node, ast.Constant):
            text = node.value if isinstance(node.value, str) else ""
            if len(_bare(text)) >= LINE:
                yield text, False


def _dedent(body: str) -> str:
    """Return a region's lines as they would stand in a function, whatever their depth."""
    return "def region():\n if True:\n" + "\n".join(f"  {line}" for line in body.splitlines())


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", text)
