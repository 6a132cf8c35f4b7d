"""Honest accidents: what other programs make of what a notebook says about itself."""

from __future__ import annotations

import itertools

from submissions.course import meta
from submissions.variant import Notebook, Variant


def _strip_all(notebook: Notebook) -> None:
    for number, one in enumerate(notebook["cells"]):
        one["metadata"] = {}
        one["id"] = f"new-{number}"


def _points(notebook: Notebook) -> None:
    for one in notebook["cells"]:
        if found := one["metadata"].get("nbgrader"):
            found["points"] = 500


def _flags(notebook: Notebook) -> None:
    for one in notebook["cells"]:
        if found := one["metadata"].get("nbgrader"):
            for name in ("grade", "solution", "locked", "task"):
                found[name] = not found.get(name, False)


def _renamed(notebook: Notebook) -> None:
    for name in ("mean-check-1", "mean", "train-hidden-1"):
        meta(notebook, name)["grade_id"] = f"{name} (copy)"


def _doubled(notebook: Notebook) -> None:
    for name in ("mean-hidden-1", "rescale-check-1"):
        meta(notebook, name)["grade_id"] = "mean-check-1"


def _nonsense(notebook: Notebook) -> None:
    values = itertools.cycle([[], 7, "x", None, {"grade_id": ["a"]}, {"points": "NaN"}])
    for one, value in zip(notebook["cells"], values, strict=False):
        if "check" in one["id"] or "hidden" in one["id"]:
            one["metadata"]["nbgrader"] = value


def _no_ids(notebook: Notebook) -> None:
    for one in notebook["cells"]:
        one.pop("id")
    notebook["nbformat_minor"] = 4


def _equal_ids(notebook: Notebook) -> None:
    for one in notebook["cells"]:
        one["id"] = "same"


def _odd_ids(notebook: Notebook) -> None:
    for one, value in zip(
        notebook["cells"], itertools.cycle([7, None, "", "../x", ["a"], "x" * 999]), strict=False
    ):
        one["id"] = value


_EDITED = [
    Variant("edited-metadata", name, change=change, extra=number > 3)
    for number, (name, change) in enumerate(
        {
            "points 500": _points,
            "flags flipped": _flags,
            "ids renamed": _renamed,
            "ids doubled": _doubled,
            "nonsense": _nonsense,
            "no ids of cells": _no_ids,
            "the same id for every cell": _equal_ids,
            "odd ids of cells": _odd_ids,
            "all metadata and ids lost": _strip_all,
        }.items()
    )
]


def _schema(*versions: object):
    def change(notebook: Notebook) -> None:
        found = [one["metadata"]["nbgrader"] for one in notebook["cells"] if one["metadata"]]
        for one, version in zip(found, itertools.cycle(versions), strict=False):
            one["schema_version"] = version

    return change


def _format(major: object, minor: object):
    def change(notebook: Notebook) -> None:
        notebook["nbformat"], notebook["nbformat_minor"] = major, minor

    return change


_SCHEMAS = [
    Variant("foreign-schema", name, change=change, extra=number > 1)
    for number, (name, change) in enumerate(
        {
            "all four": _schema(0, 99, "3", None),
            "99": _schema(99),
            "a float": _schema(3.5, True, [], {}),
            "nbformat of the future": _format(4, 99),
            "nbformat 5": _format(5, 0),
            "nbformat as text": _format("4", "5"),
        }.items()
    )
]


def _metadata(**found: object):
    def change(notebook: Notebook) -> None:
        notebook["metadata"] = found

    return change


def _no_metadata(notebook: Notebook) -> None:
    notebook["metadata"] = []


_KERNELS = [
    Variant("foreign-kernelspec", name, change=change, extra=number > 2)
    for number, (name, change) in enumerate(
        {
            "removed": _metadata(),
            "renamed": _metadata(kernelspec={"name": "my-env", "display_name": "Mine"}),
            "julia": _metadata(
                kernelspec={"name": "julia-1.9", "language": "julia", "display_name": "Julia"},
                language_info={"name": "julia"},
            ),
            "nonsense": _metadata(kernelspec=7, language_info=[]),
            "no metadata": _no_metadata,
        }.items()
    )
]

VARIANTS = _EDITED + _SCHEMAS + _KERNELS
