"""Honest accidents: what can't be read as a notebook, or isn't there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from submissions.course import SLUG, Everyday
from submissions.variant import Notebook, Variant

NAME = f"{SLUG}.ipynb"
_NOTHING = dict.fromkeys(("mean", "rescale", "train", "largest"), "not_run")


def _bytes(make: Callable[[str], bytes]) -> Callable[[Everyday, Path, Notebook], None]:
    def write(course: Everyday, folder: Path, notebook: Notebook) -> None:
        (folder / NAME).write_bytes(make(json.dumps(notebook, indent=1)))

    return write


def _conflict(text: str) -> bytes:
    return text.replace(' "cells"', '<<<<<<< HEAD\n "cells"', 1).encode()


def _whole_conflict(text: str) -> bytes:
    at = text.index("\n", len(text) // 2) + 1
    line = text[at : text.index("\n", at) + 1]
    return (
        text[:at] + f"<<<<<<< HEAD\n{line}=======\n{line}>>>>>>> main\n" + text[at + len(line) :]
    ).encode()


_UNREADABLE: dict[str, tuple[Callable[[str], bytes], str]] = {
    "empty": (lambda text: b"", "empty"),
    "conflict": (_conflict, "line"),
    "whole conflict": (_whole_conflict, "line"),
    "utf-16": (lambda text: text.encode("utf-16"), "UTF-8"),
    "bom": (lambda text: b"\xef\xbb\xbf" + text.encode(), "line 1"),
    "cut off": (lambda text: text[: len(text) // 2].encode(), "line"),
    "latin-1": (lambda text: text.replace("mean", "m\xe4an").encode("latin-1"), "line"),
    "a list": (lambda text: b"[]", "notebook"),
    "a word": (lambda text: b'"notebook"', "notebook"),
    "zeros": (lambda text: bytes(5000), ""),
    "a web page": (lambda text: b"<!DOCTYPE html><html></html>", "line"),
    "a script": (lambda text: b"def mean(numbers):\n    return 2.0\n", "line"),
    "two in one": (lambda text: text.encode() * 2, "line"),
    "utf-16 without a mark": (lambda text: text.encode("utf-16-le"), ""),
    "utf-32": (lambda text: text.encode("utf-32"), ""),
}
_UNPARSABLE = [
    Variant("unparsable", name, write=_bytes(make), rejected=said, lost=_NOTHING, extra=number > 4)
    for number, (name, (make, said)) in enumerate(_UNREADABLE.items())
]


def _wrong_name(course: Everyday, folder: Path, notebook: Notebook) -> None:
    (folder / f"{SLUG} (1).ipynb").write_text(json.dumps(notebook))


def _checkpoint(course: Everyday, folder: Path, notebook: Notebook) -> None:
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / f"{SLUG}-checkpoint.ipynb").write_text(json.dumps(notebook))


_MISSING = [
    Variant(
        "missing-notebook",
        name,
        write=write,
        rejected="missing",
        lost=_NOTHING,
        extra=number > 1,
    )
    for number, (name, write) in enumerate(
        {
            "empty": lambda course, folder, notebook: None,
            "under another name": _wrong_name,
            "only a checkpoint": _checkpoint,
        }.items()
    )
]

VARIANTS = _UNPARSABLE + _MISSING
