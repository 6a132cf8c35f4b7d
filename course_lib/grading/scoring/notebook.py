"""Reading a notebook that a student saved, whatever has become of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from course_lib.project import ProjectError

MAX_BYTES = 20_000_000
"""No notebook of the course comes near it, figures included."""
MAX_CELLS = 2_000
_MAX_DEPTH = 60
_CONFLICT = re.compile(rb"^(<{7} |={7}$|>{7} )", re.MULTILINE)
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\Z)|([\[{])|[\]}]', re.DOTALL)
_CLEAR = "clear its outputs and save"


def load(path: Path) -> Any:
    """Return the notebook in a file, as :func:`loads` does.

    Raises:
        ProjectError: there is none, or none that can be read.
    """
    if not path.is_file():
        raise ProjectError(missing(path.name))
    if path.stat().st_size > MAX_BYTES:
        raise ProjectError(too_big(path.name))
    return loads(path.name, path.read_bytes())


def missing(name: str) -> str:
    """Say that a file is not there, and the cure."""
    return f"{name} is missing: put your notebook there under that name"


def too_big(name: str) -> str:
    """Say that a file is too big to be read, and the cure."""
    return f"{name} is over {MAX_BYTES // 10**6} MB: {_CLEAR}"


def too_many(name: str, cells: int) -> str:
    """Say that a notebook has too many cells, and the cure."""
    return f"{name} has {cells:,} cells: delete all but your answers"


def loads(name: str, content: bytes) -> Any:
    """Return a notebook as far as grading looks at it.

    That is each cell's kind, source, id, tags and nbgrader's metadata. Its size, depth and number
    of cells are looked at before it is parsed.

    Args:
        name: of the file.
        content: its bytes.

    Raises:
        ProjectError: it is no notebook that can be read; the line names what is wrong, where,
            and the cure.
    """
    if len(content) > MAX_BYTES:
        raise ProjectError(too_big(name))
    if not content.strip():
        raise ProjectError(f"{name} is empty: restore it from your last copy, or hand out anew")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ProjectError(f"{name} is UTF-16 from its first line on: save it as UTF-8")
    if content[:3] == b"\xef\xbb\xbf":
        raise ProjectError(f"{name} begins, in line 1, with a byte order mark: save without BOM")
    if mark := _CONFLICT.search(content):
        line = content.count(b"\n", 0, mark.start()) + 1
        raise ProjectError(
            f"{name} has merge-conflict markers, the first in line {line}: "
            "keep one side of each and delete the markers"
        )
    depth, cells = _survey(content)
    if cells > MAX_CELLS:
        raise ProjectError(too_many(name, cells))
    if depth > _MAX_DEPTH:
        raise ProjectError(f"{name} is nested too deeply: {_CLEAR}")
    return _parse(name, content)


def _survey(content: bytes) -> tuple[int, int]:
    """Return how deep a text of JSON is nested, and how many cells it has, without a parser.

    It stops where it is too deep. A cell is what lies in the list called "cells".
    """
    depth = deepest = cells = 0
    key = b""
    for token in _TOKEN.finditer(content):
        if token[1]:
            depth += 1
            deepest = max(deepest, depth)
            cells += depth == 3 and key == b'"cells"'
            if deepest > _MAX_DEPTH:
                break
        elif token[0][0] != 0x22:
            depth -= 1
        elif depth == 1:
            key = token[0]
    return deepest, cells


def _parse(name: str, content: bytes) -> Any:
    import nbformat

    try:
        data = json.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ProjectError(f"{name} is not UTF-8 in line {line}: save it as UTF-8") from None
    except json.JSONDecodeError as error:
        raise ProjectError(
            f"{name} is not a notebook: line {error.lineno} is no JSON ({error.msg}): "
            "open it in JupyterLab and save it again"
        ) from None
    except ValueError:  # a number of thousands of digits
        raise ProjectError(f"{name} is not a notebook: it has a number without end") from None
    listed = _listed(data)
    if listed is None:
        raise ProjectError(f"{name} has no list of cells: it is not a notebook of version 4")
    if len(listed) > MAX_CELLS:  # under a name that only a parser reads as "cells"
        raise ProjectError(too_many(name, len(listed)))
    kept = [_kept(cell) for cell in listed]
    lost = [str(number) for number, cell in enumerate(kept, 1) if cell is None]
    notes = [f"what stands as cell {', '.join(lost)} is no cell: it was left out"] if lost else []
    cells = [cell for cell in kept if cell is not None]
    whole = {"cells": cells, "metadata": {"notes": notes}, "nbformat": 4, "nbformat_minor": 5}
    return nbformat.from_dict(whole)  # type: ignore[no-untyped-call]


def _listed(data: Any) -> list[Any] | None:
    """Return a notebook's cells; in version 3 they stand in worksheets, code as ``input``."""
    if not isinstance(data, dict):
        return None
    if isinstance(data.get("cells"), list):
        return list(data["cells"])
    sheets = data.get("worksheets")
    if not isinstance(sheets, list) or not sheets:
        return None
    cells = [s["cells"] for s in sheets if isinstance(s, dict) and isinstance(s.get("cells"), list)]
    return [
        cell | {"source": cell["input"]} if isinstance(cell, dict) and "input" in cell else cell
        for sheet in cells
        for cell in sheet
    ]


def _kept(cell: Any) -> dict[str, Any] | None:
    """Return what is looked at of a cell, None where it is no cell."""
    if not isinstance(cell, dict):
        return None
    kind = cell.get("cell_type")
    if kind not in ("code", "markdown", "raw"):
        kind = "raw"  # of no kind that runs; an answer is known by its name all the same
    source = cell.get("source") or ""
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        whole = any(line.endswith("\n") for line in source)
        source = ("" if whole else "\n").join(source)  # some programs leave the ends out
    if not isinstance(source, str):
        return None
    metadata = cell.get("metadata")
    if not isinstance(metadata, dict):
        metadata = {}
    name, own = cell.get("id"), metadata.get("nbgrader")
    scalars = str, int, float, bool, type(None)
    found = {k: v for k, v in own.items() if isinstance(v, scalars)} if type(own) is dict else {}
    tags = metadata.get("tags")
    kept: dict[str, Any] = {"nbgrader": found} if found else {}
    if isinstance(tags, list) and tags and all(isinstance(tag, str) for tag in tags):
        kept["tags"] = tags
    code: dict[str, Any] = {}
    if kind == "code":
        code = {"outputs": [], "execution_count": None}
    return {
        "cell_type": kind,
        "id": name if isinstance(name, str) else "",
        "metadata": kept,
        # Half a character of two, which JSON can write, no file and no compiler takes.
        "source": source.encode("utf-8", "replace").decode("utf-8"),
        **code,
    }
