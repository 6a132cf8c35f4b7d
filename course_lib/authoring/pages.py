"""The pages of the book: their order, their cells, and the key that says a run still holds."""

from __future__ import annotations

import hashlib
import json
import platform
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module, metadata
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import course_lib
from course_lib.project import Project, ProjectError

Kind = Literal["page", "solution", "student"]

PACKAGES = ("numpy", "scipy", "scikit-learn", "torch", "matplotlib", "ipykernel")
# Tags that change what a run does; the others only change what a reader sees of it.
EXECUTION_TAGS = frozenset({"raises-exception", "skip-execution"})
# Parts of the library that no page runs: a change there leaves every run valid.
NOT_FOR_PAGES = ("authoring", "grading", "cli.py")
_SUFFIXES = (".md", ".ipynb")
_LONGEST_ID = 64  # nbformat's limit


@dataclass(frozen=True)
class Page:
    """One page of the book, or a notebook beside it.

    Attributes:
        slug: path below ``book/`` without suffix, for example ``networks/scikit-learn-mlp``.
        path: the source file, absolute.
        title: its first heading.
        has_code: whether there is anything to execute.
        kind: a page of the book, an exercise with its solution, or a student's notebook.
    """

    slug: str
    path: Path
    title: str
    has_code: bool
    kind: Kind = "page"

    @property
    def name(self) -> str:
        """Return the slug's last part, by which records are filed."""
        return self.slug.rpartition("/")[2]

    @property
    def file_name(self) -> str:
        """Return the slug as a file name without suffix."""
        return self.slug.replace("/", "__")


def book_pages(project: Project) -> list[Page]:
    """Return every page that ``book/_toc.yml`` names, in reading order.

    Raises:
        ProjectError: the table of contents is malformed, or names a file that does not exist.
    """
    pages = []
    for slug in _toc_order(project.book / "_toc.yml"):
        bare = re.sub(r"\.(md|ipynb)$", "", slug)
        path = next(
            (found for s in _SUFFIXES if (found := project.book / f"{bare}{s}").is_file()), None
        )
        if path is None:
            raise ProjectError(
                f"book/_toc.yml names {slug}, but there is no book/{bare}.md: add it"
            )
        pages.append(page_at(path, bare))
    names = [page.name for page in pages if page.has_code]
    for page in pages:
        if page.has_code and names.count(page.name) > 1:
            raise ProjectError(f"two pages are called {page.name}: rename one, records go by it")
    return pages


def page_at(path: Path, slug: str, kind: Kind = "page") -> Page:
    """Return the notebook or plain page at ``path``, which need not be in the book."""
    notebook = _parse(path)
    title = next(_headings(notebook), slug)
    has_code = _is_notebook(path) and bool(code_cells(notebook))
    return Page(slug, path.resolve(), title, has_code, kind)


def read_notebook(page: Page) -> Any:
    """Return the page as an nbformat v4 notebook, without outputs.

    The ids of a page written in Markdown follow from its slug and the cells' positions, so that
    two conversions give the same notebook; an ``.ipynb`` keeps its own.
    """
    notebook = _parse(page.path)
    if page.path.suffix == ".md":
        stem = re.sub(r"[^A-Za-z0-9_-]", "-", page.slug)[: _LONGEST_ID - 5]
        for position, cell in enumerate(notebook.cells):
            cell["id"] = f"{stem}-{position}"
    for cell in code_cells(notebook):
        cell["outputs"], cell["execution_count"] = [], None
    return notebook


def code_cells(notebook: Any) -> list[Any]:
    """Return the notebook's code cells, in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tags(cell: Any) -> list[str]:
    """Return the tags of a cell."""
    return list(cell.metadata.get("tags", []))


def cache_key(project: Project, page: Page, *, seed: int, device: str) -> str:
    """Return the hash of all that an execution of ``page`` depends on.

    That is its code cells, its execution settings, the parts of course_lib that a page can use,
    the committed record that it plots (all, where it compares them), the seed, the device and
    the versions of what computes. Prose is left out: rewording a page does not run it again.
    """
    notebook = read_notebook(page)
    records = project.records.glob("*.json") if compares(page) else [record_path(project, page)]
    parts = {
        "slug": page.slug,
        "kind": page.kind,
        "cells": [
            [cell.source, sorted(EXECUTION_TAGS.intersection(tags(cell)))]
            for cell in code_cells(notebook)
        ],
        "settings": notebook.metadata.get("mystnb", {}),
        "library": library_digest(Path(course_lib.__file__).parent),
        "records": [path.read_text("utf-8") for path in sorted(records) if path.is_file()],
        "versions": versions(),
        "seed": seed,
        "device": device,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def compares(page: Page) -> bool:
    """Say whether a page reads what the other pages' lessons left on record."""
    return any("import comparison" in cell.source for cell in code_cells(read_notebook(page)))


def record_path(project: Project, page: Page) -> Path:
    """Return where the record of a page's lessons lies, whether or not there is one yet."""
    return project.records / f"{page.name}.json"


def library_digest(package: Path) -> str:
    """Return the hash of every file of course_lib that a page can use, sources and data."""
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        inside = path.relative_to(package)
        if inside.parts[0] in NOT_FOR_PAGES or "__pycache__" in inside.parts or path.is_dir():
            continue
        digest.update(f"{inside.as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@cache
def _versions() -> tuple[tuple[str, str], ...]:
    found = [("python", platform.python_version())]
    for name in PACKAGES:
        try:
            found.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            found.append((name, "not installed"))
    return tuple(found)


def versions() -> dict[str, str]:
    """Return the versions of Python and of what computes on a page; imports none of it."""
    return dict(_versions())


def _toc_order(toc: Path) -> list[str]:
    """Return the documents that ``toc`` names, depth first, as the book's pages follow."""
    from sphinx_external_toc.parsing import MalformedError, parse_toc_yaml
    from yaml import YAMLError

    try:
        site = parse_toc_yaml(toc)
    except FileNotFoundError:
        raise ProjectError(f"there is no {toc}: restore the book's table of contents") from None
    except (MalformedError, YAMLError) as error:
        reason = " ".join(str(error).split())
        raise ProjectError(f"book/_toc.yml cannot be read: {reason}") from None
    if site.globs():
        raise ProjectError("book/_toc.yml has a glob: name each file, its order is the book's")
    order: list[str] = []
    waiting = [site.root.docname]
    while waiting:
        name = waiting.pop()
        order.append(name)
        if name in site:
            waiting.extend(reversed(site[name].child_files()))
    return order


def parse_notebook(text: str) -> Any:
    """Return the text of an ``.ipynb`` as an nbformat v4 notebook."""
    return import_module("nbformat").reads(text, as_version=4)


def _parse(path: Path) -> Any:
    """Return a file as a notebook; its front matter becomes the notebook's metadata."""
    text = path.read_text("utf-8")
    try:
        if path.suffix == ".ipynb":
            return parse_notebook(text)
        jupytext = import_module("jupytext")
        return jupytext.reads(text, {"extension": ".md", "format_name": "myst"}, as_version=4)
    except Exception as error:  # each reader has its own errors; the file's name is in none
        reason = " ".join(str(error).split())
        raise ProjectError(f"{path} cannot be read as a notebook: {reason}") from error


def _is_notebook(path: Path) -> bool:
    """Say whether a file is more than prose, which in Markdown its front matter tells."""
    if path.suffix == ".ipynb":
        return True
    import yaml

    # Not from the notebook that jupytext makes, whose metadata always names jupytext.
    front = re.match(r"---\n(.*?)\n---", path.read_text("utf-8"), re.DOTALL)
    names = (yaml.safe_load(front[1]) if front else None) or {}
    return any(name in names for name in ("jupytext", "kernelspec", "file_format"))


def _headings(notebook: Any) -> Iterator[str]:
    """Yield the first-level headings of a notebook, as plain text."""
    from markdown_it import MarkdownIt

    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        tokens = MarkdownIt("commonmark").parse(cell.source)
        for opening, inline in pairwise(tokens):
            if opening.type == "heading_open" and opening.tag == "h1":
                yield "".join(child.content for child in inline.children or [])
