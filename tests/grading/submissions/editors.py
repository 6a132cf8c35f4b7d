"""Honest accidents: how other editors, converters and clouds save a notebook."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path

from submissions.course import RIGHT, SLUG, Everyday, cell, code_cell
from submissions.variant import Notebook, Variant


def _version_3(notebook: Notebook) -> None:
    """Save as IPython 2 did: worksheets, ``input`` in place of ``source``, headings."""
    cells = notebook.pop("cells")
    for one in cells:
        one.pop("id")
        if one["cell_type"] == "code":
            one["input"], one["language"] = one.pop("source"), "python"
            one["prompt_number"] = one.pop("execution_count")
            one["outputs"] = [{"output_type": "pyout", "text": ["2.0"], "prompt_number": 1}]
    cells.insert(0, {"cell_type": "heading", "level": 1, "metadata": {}, "source": "Mine"})
    notebook |= {"worksheets": [{"cells": cells, "metadata": {}}], "nbformat": 3}
    notebook["metadata"] = {"name": ""}
    notebook["nbformat_minor"] = 0


def _version_4_0(notebook: Notebook) -> None:
    notebook["nbformat_minor"] = 0
    for one in notebook["cells"]:
        one.pop("id")
        one["source"] = one["source"].splitlines(keepends=True)


def _colab(notebook: Notebook) -> None:
    notebook["nbformat_minor"] = 0
    notebook["metadata"] = {
        "colab": {"provenance": [], "toc_visible": True, "gpuType": "T4"},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "accelerator": "GPU",
    }
    for number, one in enumerate(notebook["cells"]):
        one.pop("id")
        own = {"id": f"aB3_{number}", "outputId": "0", "colab": {"base_uri": "https://localhost"}}
        one["metadata"] = own | one["metadata"]
        one["source"] = one["source"].splitlines(keepends=True)


def _colab_without_nbgrader(notebook: Notebook) -> None:
    _colab(notebook)
    for one in notebook["cells"]:
        one["metadata"].pop("nbgrader", None)


def _vs_code(notebook: Notebook) -> None:
    notebook["metadata"]["vscode"] = {"interpreter": {"hash": "31f2aee4e71d21fbe5cf8b01ff0e069b"}}
    for number, one in enumerate(notebook["cells"]):
        one["id"] = f"{number:08x}"
        one["metadata"]["vscode"] = {"languageId": "python"}
        one["source"] = one["source"].splitlines(keepends=True)


def _jetbrains(notebook: Notebook) -> None:
    for one in notebook["cells"]:
        one["metadata"]["pycharm"] = {"name": "#%%\n", "is_executing": True}
        one["metadata"]["jupyter"] = {"source_hidden": True, "outputs_hidden": None}
        one["metadata"]["collapsed"] = "false"


def _ids_only(notebook: Notebook) -> None:
    for one in notebook["cells"]:
        one["metadata"] = {}


def _bare(notebook: Notebook) -> None:
    """Leave what a converter from a script leaves: kinds and sources."""
    cells = [{name: one[name] for name in ("cell_type", "source")} for one in notebook["cells"]]
    notebook.clear()
    notebook["cells"] = cells


def _without_parts(notebook: Notebook) -> None:
    for one in notebook["cells"]:
        for name in ("metadata", "outputs", "execution_count"):
            one.pop(name, None)
    notebook.pop("metadata")


def _lines_without_ends(notebook: Notebook) -> None:
    for one in notebook["cells"]:
        one["source"] = one["source"].splitlines()


def _carriage_returns(notebook: Notebook) -> None:
    for one in notebook["cells"]:
        one["source"] = one["source"].replace("\n", "\r\n")


def _widgets(notebook: Notebook) -> None:
    state = {str(n): {"model_name": "IntSliderModel", "state": {"value": n}} for n in range(500)}
    kind = "application/vnd.jupyter.widget-state+json"
    notebook["metadata"]["widgets"] = {kind: {"state": state, "version_major": 2}}


def _attachments(notebook: Notebook) -> None:
    for one in notebook["cells"]:
        if one["cell_type"] == "markdown":
            one["attachments"] = {"image.png": {"image/png": "iVBORw0KGgo" * 1000}}


def _odd_cells(*odd: object) -> Callable[[Notebook], None]:
    def change(notebook: Notebook) -> None:
        for number, one in enumerate(odd):
            notebook["cells"].insert(2 * number, one)

    return change


def _set(**parts: object) -> Callable[[Notebook], None]:
    def change(notebook: Notebook) -> None:
        for one in notebook["cells"]:
            one.update(copy.deepcopy(parts))

    return change


def _turned(name: str, kind: str) -> Callable[[Notebook], None]:
    def change(notebook: Notebook) -> None:
        one = cell(notebook, name)
        one["cell_type"] = kind
        for part in ("outputs", "execution_count"):
            one.pop(part, None)

    return change


def _written_as_code(notebook: Notebook) -> None:
    cell(notebook, "mislead").update(cell_type="code", outputs=[], execution_count=None)


def _reversed(notebook: Notebook) -> None:
    notebook["cells"].reverse()


def _merged(notebook: Notebook) -> None:
    check = cell(notebook, "mean-check-1")
    notebook["cells"].remove(check)
    cell(notebook, "mean")["source"] += "\n" + check["source"]


def _split(keep: bool) -> Callable[[Notebook], None]:
    def change(notebook: Notebook) -> None:
        one = cell(notebook, "mean")
        at = notebook["cells"].index(one)
        rest = copy.deepcopy(one) | {"id": "split-off", "source": RIGHT["mean"]}
        if not keep:
            rest["metadata"] = {}
        one["source"] = "def total(numbers):\n    return sum(numbers)\n"
        notebook["cells"].insert(at + 1, rest)

    return change


def _outside(notebook: Notebook) -> None:
    """Answer in new cells, and leave what was handed out as it was."""
    for name in ("mean", "largest"):
        at = notebook["cells"].index(cell(notebook, name))
        own = code_cell(cell(notebook, name)["source"], f"own-{name}")
        cell(notebook, name)["source"] = "raise NotAttempted  # replace this line with your answer"
        notebook["cells"].insert(at + 1, own)


def _text(make: Callable[[str], str]) -> Callable[[Everyday, Path, Notebook], None]:
    def write(course: Everyday, folder: Path, notebook: Notebook) -> None:
        text = make(json.dumps(notebook, indent=1))
        (folder / f"{SLUG}.ipynb").write_bytes(text.encode())

    return write


_SAVED: dict[str, Callable[[Notebook], None]] = {
    "nbformat 3": _version_3,
    "nbformat 4.0": _version_4_0,
    "Colab": _colab,
    "Colab without nbgrader's metadata": _colab_without_nbgrader,
    "VS Code": _vs_code,
    "PyCharm": _jetbrains,
    "ids only": _ids_only,
    "kinds and sources only": _bare,
    "no metadata at all": _without_parts,
    "carriage returns in sources": _carriage_returns,
    "widgets": _widgets,
    "attachments": _attachments,
    "cells of unknown kinds": _odd_cells(
        {"cell_type": "heading", "level": 2, "source": "Mine", "metadata": {}},
        {"cell_type": "plotly", "source": ["x"], "metadata": {}},
        {"source": "no kind"},
        {"cell_type": "code", "source": {"x": 1}},
    ),
    "cells that are none": _odd_cells(None, "text", 7, [], {}),
    "metadata of cells a list": _set(metadata=[]),
    "metadata of cells null": _set(metadata=None),
    "tags that are none": _set(metadata={"tags": {"a": 1}, "nbgrader": "yes"}),
    "cells in reverse": _reversed,
    "answer and check merged": _merged,
    "an answer split in two": _split(True),
    "an answer split, the copy bare": _split(False),
    "answers in cells of their own": _outside,
}
_WRITTEN: dict[str, Callable[[str], str]] = {
    "carriage returns": lambda text: text.replace("\n", "\r\n"),
    "one line": lambda text: json.dumps(json.loads(text), separators=(",", ":")),
    "escaped throughout": lambda text: json.dumps(json.loads(text), ensure_ascii=True),
    "not a number": lambda text: text.replace('"nbformat": 4', '"score": NaN, "nbformat": 4'),
    "an infinity": lambda text: text.replace('"nbformat": 4', '"x": -Infinity, "nbformat": 4'),
    "a key twice": lambda text: text.replace('"nbformat": 4', '"nbformat": 3, "nbformat": 4'),
    "space around it": lambda text: "\n\n\t " + text + "\n" * 1000,
}

VARIANTS = (
    [Variant("foreign-editor", name, change=change, extra=True) for name, change in _SAVED.items()]
    + [
        Variant("foreign-editor", name, write=_text(make), extra=True)
        for name, make in _WRITTEN.items()
    ]
    + [
        Variant("foreign-editor", f"an answer saved as {kind}", extra=True, notes="mean",
                change=_turned("mean", kind))
        for kind in ("raw", "markdown")
    ]
    + [
        Variant("foreign-editor", "a written answer saved as code", extra=True,
                change=_written_as_code),
        Variant("foreign-editor", "lines without their ends", change=_lines_without_ends,
                extra=True),
    ]
)  # fmt: skip
