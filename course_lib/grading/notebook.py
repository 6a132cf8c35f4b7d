"""Reading a notebook that a student saved, whatever has become of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from course_lib.project import ProjectError

MAX_BYTES = 20_000_000
"""No notebook of the course comes near it, figures included."""
_MAX_DEPTH = 60
_CONFLICT = re.compile(rb"^(<{7} |={7}$|>{7} )", re.MULTILINE)


def load(path: Path) -> Any:
    """Return the notebook in a file, as an nbformat 4 node.

    Raises:
        ProjectError: it is no notebook that can be read; the line names what is wrong, where,
            and the cure.
    """
    name = path.name
    if not path.is_file():
        raise ProjectError(f"{name} is missing: put your notebook there under that name")
    if path.stat().st_size > MAX_BYTES:
        raise ProjectError(f"{name} is over {MAX_BYTES // 10**6} MB: clear its outputs and save")
    content = path.read_bytes()
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
    return _parse(name, content)


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
    except RecursionError:
        raise ProjectError(f"{name} is nested too deeply: it is not a notebook") from None
    if not isinstance(data, dict) or not isinstance(data.get("cells"), list):
        raise ProjectError(f"{name} has no list of cells: it is not a notebook of version 4")
    for number, cell in enumerate(data["cells"], 1):
        if not _sound(cell):
            raise ProjectError(f"{name}, cell {number} is malformed: delete and write it again")
    metadata = data["metadata"] if isinstance(data.get("metadata"), dict) else {}
    data |= {"metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return nbformat.from_dict(data)  # type: ignore[no-untyped-call]


def _sound(cell: Any) -> bool:
    if not isinstance(cell, dict) or cell.get("cell_type") not in ("code", "markdown", "raw"):
        return False
    source = cell.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = cell["source"] = "".join(source)
    metadata = cell.setdefault("metadata", {})
    cell.setdefault("source", "")
    return isinstance(source, str) and isinstance(metadata, dict) and _depth(metadata) < _MAX_DEPTH


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0
