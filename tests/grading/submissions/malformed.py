"""Honest accidents: what clumsy fingers and other programs make of a notebook that can be read."""

from __future__ import annotations

from submissions.course import RIGHT, cell, code_cell
from submissions.variant import Notebook, Variant, one_lost


def _delete(*names: str):
    def change(notebook: Notebook) -> None:
        notebook["cells"] = [one for one in notebook["cells"] if one["id"] not in names]

    return change


def _move(name: str, to: int):
    def change(notebook: Notebook) -> None:
        moved = cell(notebook, name)
        notebook["cells"].remove(moved)
        notebook["cells"].insert(to, moved)

    return change


def _strip(notebook: Notebook) -> None:
    for one in notebook["cells"]:
        if "check" in one["id"] or "hidden" in one["id"]:
            one["metadata"] = {}


def _delete_everything_given(notebook: Notebook) -> None:
    names = ("mean", "rescale", "train", "largest", "mislead")
    notebook["cells"] = [cell(notebook, name) for name in names]


_DELETED = [
    Variant("deleted-check", name, change=change, notes=notes, extra=number > 3)
    for number, (name, change, notes) in enumerate(
        [
            ("one deleted", _delete("mean-check-1"), "mean-check-1"),
            ("hidden ones deleted", _delete("mean-hidden-1", "train-hidden-1"), "mean-hidden-1"),
            ("moved to the front", _move("mean-check-1", 0), ""),
            ("metadata stripped", _strip, ""),
            ("answer moved to the end", _move("mean", 99), ""),
            ("everything given deleted", _delete_everything_given, ""),
        ]
    )
] + [
    one_lost(
        "deleted-check",
        "its answer as well",
        RIGHT["mean"],
        "error not_attempted failed not_run",
        change=_delete("mean", "mean-check-1"),
        extra=True,
    ),
]


def _paste(*names: str, times: int = 1):
    def change(notebook: Notebook) -> None:
        for name in names:
            at = notebook["cells"].index(cell(notebook, name))
            for number in range(times):
                copy = notebook["cells"][at] | {"id": f"{name}-pasted-{number}"}
                notebook["cells"].insert(at + 1, copy)

    return change


def _twice(notebook: Notebook) -> None:
    notebook["cells"] += [one | {"id": f"{one['id']}-2"} for one in notebook["cells"]]


def _same_id(notebook: Notebook) -> None:
    notebook["cells"] += [dict(one) for one in notebook["cells"]]


def _stub_left(notebook: Notebook) -> None:
    """Paste the answer above what was handed out, which stays."""
    at = notebook["cells"].index(cell(notebook, "mean"))
    stub = notebook["cells"][at] | {
        "id": "mean-stub",
        "source": "def mean(numbers: list[float]) -> float:\n"
        '    """Return the mean of a list of at least one number."""\n'
        "    raise NotAttempted  # replace this line with your answer",
    }
    notebook["cells"].insert(at + 1, stub)


_COPIED = [
    Variant("copied-cell", name, change=change, notes=notes, extra=number > 2)
    for number, (name, change, notes) in enumerate(
        [
            ("a solution", _paste("mean"), "mean"),
            ("a check", _paste("mean-check-1"), "mean-check-1"),
            ("both, three times", _paste("mean", "mean-check-1", times=3), "mean"),
            ("the whole notebook", _twice, "mean"),
            ("the whole notebook with its ids", _same_id, ""),
            ("the stub left below", _stub_left, ""),
        ]
    )
]


def _replace(**sources: str):
    def change(notebook: Notebook) -> None:
        for name, source in sources.items():
            cell(notebook, name.replace("_", "-"))["source"] = source

    return change


_LOOSE = 'check("close").close(mean([1.0, 3.0]), 2.0, atol=100.0, hint="x")'
_LOOSENED = [
    one_lost(
        "edited-check",
        name,
        "def mean(numbers):\n    return 17.0",
        "failed",
        change=change,
        notes="mean-check-1",
        extra=number > 1,
    )
    for number, (name, change) in enumerate(
        {
            "tolerance": _replace(mean_check_1=_LOOSE),
            "print": _replace(mean_check_1="print('passed')", mean_hidden_1="print('passed')"),
            "emptied": _replace(mean_check_1=""),
            "comment out": _replace(mean_check_1="# check"),
        }.items()
    )
] + [
    Variant(
        "edited-check",
        "the set-up",
        change=lambda notebook: next(
            one for one in notebook["cells"] if one["cell_type"] == "code"
        ).update(source="import numpy as np\nimport torch"),
        extra=True,
    )
]


def _claim(notebook: Notebook) -> None:
    for one in notebook["cells"]:
        if one["cell_type"] == "code":
            text = "\x1b[32m✓ passed\x1b[0m\n"
            data = {"text/plain": "20"}
            one["outputs"] = [
                {"output_type": "stream", "name": "stdout", "text": text},
                {"output_type": "execute_result", "data": data, "metadata": {}}
                | {"execution_count": 1},
            ]


def _odd_outputs(notebook: Notebook) -> None:
    for one in notebook["cells"]:
        if one["cell_type"] == "code":
            one["outputs"] = 7
            one["execution_count"] = "many"


_STALE = [
    one_lost(
        "stale-output", "success", "def mean(numbers):\n    return 17.0", "failed", change=_claim
    ),
    Variant("stale-output", "nonsense", change=_odd_outputs, extra=True),
]

_HAND_MADE = [
    Variant(
        "hand-made",
        "a notebook without the template",
        change=lambda notebook: notebook.update(
            cells=[code_cell(RIGHT[name], f"own-{name}") for name in ("mean", "largest")]
        ),
        lost=dict.fromkeys(("mean", "rescale", "train", "largest"), "not_attempted not_run error")
        | {"mean": "not_attempted not_run passed error", "largest": "not_attempted passed error"},
        extra=True,
    ),
]

VARIANTS = _DELETED + _COPIED + _LOOSENED + _STALE + _HAND_MADE
