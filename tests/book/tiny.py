"""Courses of a few lines, for tests of what executes and records the real one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from course_lib.project import Project

FRONT = {
    "jupytext": {"text_representation": {"extension": ".md", "format_name": "myst"}},
    "kernelspec": {"name": "python3", "display_name": "Python 3"},
}


def page(*cells: str, title: str = "A page", tags: str = "", **front: Any) -> str:
    """Return a page's source; ``tags`` go to its last cell."""
    text = [f"---\n{json.dumps(FRONT | front)}\n---\n\n# {title}\n\nProse.\n"]
    for cell in cells:
        options = f":tags: [{tags}]\n" if tags and cell is cells[-1] else ""
        text.append(f"```{{code-cell}} python3\n{options}{cell}\n```\n")
    return "\n".join(text)


def course(root: Path, pages: Mapping[str, str]) -> Project:
    """Write a course whose pages follow ``index`` in the order given."""
    project = Project(root)
    chapters = "".join(f"  - file: {slug}\n" for slug in pages)
    write(root / "_config.yml", "title: Tiny\n")
    toc = "format: jb-book\nroot: index\n" + ("chapters:\n" + chapters if chapters else "")
    write(project.book / "_toc.yml", toc)
    write(project.book / "index.md", "# Home\n")
    for slug, text in pages.items():
        write(project.book / f"{slug}.md", text)
    # Listing the machine's fonts takes seconds, and no page here draws.
    write(project.build / "matplotlib" / "fontlist-none.json", "{}")
    return project


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def notebook(path: Path, *cells: dict[str, Any]) -> Path:
    """Write an ``.ipynb`` of code cells, each given as ``{"source": ..., "metadata": ...}``."""
    whole = [
        {
            "cell_type": "code",
            "id": f"cell-{position}",
            "execution_count": None,
            "outputs": [],
            "metadata": {},
        }
        | cell
        for position, cell in enumerate(cells)
    ]
    metadata = {"kernelspec": FRONT["kernelspec"]}
    told = {"cells": whole, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    write(path, json.dumps(told))
    return path


def verdict(
    holds: str, *evidence: dict[str, Any], claim: str = "simple-is-enough"
) -> dict[str, Any]:
    """Return a verdict as `course_lib.claims.verdict` leaves it in an output's metadata."""
    rows = [{"low": 0.0, "high": 1.0, "n": 5, "unit": ""} | row for row in evidence]
    told = {"id": claim, "holds": holds, "because": "So.", "right": "Much.", "evidence": rows}
    return {"verdict": told}


def lesson(statement: str, margin: float) -> dict[str, Any]:
    """Return a lesson as `course_lib.page.lesson` leaves it in an output's metadata."""
    return {"lesson": {"statement": statement, "margin": margin}}


def executed(path: Path, *told: dict[str, Any], seed: int = 0, device: str = "cpu") -> Path:
    """Write an executed notebook whose one cell told ``told``."""
    outputs = [
        {"output_type": "display_data", "data": {}, "metadata": {"course": one}} for one in told
    ]
    notebook(path, {"source": "...", "outputs": outputs})
    whole = json.loads(path.read_text())
    whole["metadata"]["course"] = {
        "seconds": 1.0 + seed,
        "device": device,
        "hardware": {"processor": "a processor", "cores": 2, "gpu": None},
        "versions": {"python": "3.11.7"},
        "seed": seed,
        "date": f"2026-01-{seed + 1:02}",
    }
    write(path, json.dumps(whole))
    return path
