"""What a class is given: book, notebooks and library, searched for secrets before it is written."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from course_lib.authoring import leaks
from course_lib.authoring.build import build_book
from course_lib.authoring.exercises import dumps, release, source_notebook, sources
from course_lib.authoring.lab import COURSE_ID
from course_lib.authoring.welcome import CONFIG, readme
from course_lib.exercise import RUNS_LATER, check_name, is_hidden
from course_lib.project import RELEASE, Project, ProjectError

_LIBRARY = (".py", ".yml", ".css", ".html")
_SETUPTOOLS = 77
_SHOWN = 20


def hand_out(
    project: Project,
    slugs: Sequence[str] = (),
    *,
    solutions: Collection[str] = (),
    to: Path | None = None,
) -> str:
    """Write what a class is given to ``dist/``, as a folder and a zip, or into a folder.

    Args:
        project: the checkout, with its sources.
        slugs: only these exercises; by default all.
        solutions: exercises whose solutions are given too, without the hidden checks.
        to: a folder, such as the class's own repository, that is brought up to date instead:
            files of an earlier release that are gone are removed, others stay.

    Returns:
        what was written and where; a few lines.

    Raises:
        ProjectError: the book does not build, a name is unknown, or something could be read from
            the release that nobody may read; nothing is written then.
    """
    known = [path.stem for path in sources(project)]
    for name in [*slugs, *solutions]:
        if name not in known:
            raise ProjectError(f"there is no exercise {name!r}: there is {', '.join(known)}")
    if to is not None:
        _refuse_history(to)
    build_book(project)
    with tempfile.TemporaryDirectory(prefix="course-release-") as scratch:
        made = Path(scratch) / COURSE_ID
        assemble(project, made, slugs or known, solutions)
        if found := secrets_in(project, made, solutions):
            more = f"\nand {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
            shown = "\n".join(found[:_SHOWN])
            raise ProjectError(f"nothing was released, for it would give away:\n{shown}{more}")
        if to is not None:
            _bring_up_to_date(made, to)
            return f"{to} is up to date: {_told(made, solutions)}"
        target = project.root / "dist" / COURSE_ID
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(made, target)
        _zip(made, target.with_suffix(".zip"))
    return f"{target}/ and {target.name}.zip: {_told(target, solutions)}"


def assemble(
    project: Project, made: Path, slugs: Sequence[str], solutions: Collection[str] = ()
) -> None:
    """Lay out a release in a folder that does not exist; its book must be built."""
    made.mkdir(parents=True)
    shutil.copytree(project.html, made / "book")
    with tempfile.TemporaryDirectory(prefix="course-release-") as scratch:
        release(project, list(slugs), Path(scratch))
        for slug in slugs:
            notebook = json.loads((Path(scratch) / slug / f"{slug}.ipynb").read_text("utf-8"))
            _write(made / "exercises" / slug / f"{slug}.ipynb", dumps(notebook))
    for slug in sorted(solutions):
        _write(made / "solutions" / f"{slug}.ipynb", dumps(worked(project, slug)))
    titles = {slug: _title(made / "exercises" / slug / f"{slug}.ipynb") for slug in slugs}
    wheel = build_library(made)
    _write(made / "README.md", readme(titles, wheel, sorted(solutions)))
    _write(made / "nbgrader_config.py", CONFIG.format(course=COURSE_ID))
    for name in ("exercises/nbgrader_config.py", "LICENSE", "constraints.txt"):
        if (project.root / name).is_file():
            _write(made / name, (project.root / name).read_text("utf-8"))
    files = {
        path.relative_to(made).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(made.rglob("*"))
        if path.is_file()
    }
    _write(made / RELEASE, json.dumps({"course": COURSE_ID, "files": files}, indent=1) + "\n")


def secrets_in(project: Project, made: Path, solutions: Collection[str] = ()) -> list[str]:
    """Return a line for all that a folder gives away of this course's hidden parts."""
    written = sources(project)
    public = leaks.public_text(written, [project.book, Path(__file__).parents[1]])
    return leaks.search(made, leaks.secrets(written, solutions), public)


def worked(project: Project, slug: str) -> Any:
    """Return an exercise with its solutions and without its hidden checks, as plain JSON."""
    from nbgrader.preprocessors import ClearHiddenTests

    notebook = source_notebook(project.solutions / f"{slug}.md")
    resources: dict[str, Any] = {}
    for index, cell in enumerate(notebook.cells):
        hidden = is_hidden(cell)
        name = check_name(cell)
        ClearHiddenTests().preprocess_cell(cell, resources, index)
        if hidden:
            cell.source = f"{RUNS_LATER}: {name}"
        lines, starter = [], False
        for line in cell.source.splitlines():
            mark = line.strip()
            starter = (starter or mark == "### BEGIN STARTER") and mark != "### END STARTER"
            if not starter and mark[:10] not in ("### BEGIN ", "### END SO", "### END ST"):
                lines.append(line)
        cell.source = "\n".join(lines).strip("\n")
        cell.metadata.pop("nbgrader", None)
    return json.loads(json.dumps(notebook))


def build_library(folder: Path) -> str:
    """Build the library as a wheel from its own files and nothing else; return its name.

    Raises:
        ProjectError: pip cannot.
    """
    with tempfile.TemporaryDirectory(prefix="course-wheel-") as scratch:
        root = Path(scratch)
        library = Path(__file__).parents[1]
        for path in sorted(library.rglob("*")):
            if path.is_file() and (path.suffix in _LIBRARY or path.name == "py.typed"):
                target = root / "course_lib" / path.relative_to(library)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target)
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(library.parent / name, root / name)
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
        command += ["--wheel-dir", str(folder), *_without_network(), str(root)]
        environment = os.environ | {"SOURCE_DATE_EPOCH": "1577836800", "PIP_NO_INPUT": "1"}
        result = subprocess.run(command, env=environment, capture_output=True, text=True)
    if result.returncode:
        last = (result.stderr.strip().splitlines() or ["no message"])[-1]
        raise ProjectError(f"pip could not build the library: {last}")
    return next(folder.glob("*.whl")).name


def _without_network() -> list[str]:
    """Return pip's option to build with the setuptools that is installed, where it is new."""
    try:
        version = importlib.metadata.version("setuptools")
    except importlib.metadata.PackageNotFoundError:
        return []
    return ["--no-build-isolation"] if int(version.split(".")[0]) >= _SETUPTOOLS else []


def _refuse_history(to: Path) -> None:
    """Refuse a repository from whose past the solutions can be read."""
    if not to.is_dir():
        raise ProjectError(f"{to} does not exist: make the folder, or the repository, first")
    command = ["git", "-C", str(to), "log", "--all", "--oneline", "-1", "--", "*solutions/*.md"]
    found = subprocess.run(command, capture_output=True, text=True)
    if found.returncode == 0 and found.stdout.strip():
        raise ProjectError(
            f"the history of {to} holds solutions: give the class a repository of its own"
        )


def _bring_up_to_date(made: Path, to: Path) -> None:
    new = set(json.loads((made / RELEASE).read_text("utf-8"))["files"])
    try:
        old = set(json.loads((to / RELEASE).read_text("utf-8"))["files"])
    except (OSError, ValueError, LookupError, TypeError):
        old = set()
    for name in sorted(old - new):
        path = to / name
        if path.resolve().is_relative_to(to.resolve()):
            path.unlink(missing_ok=True)
    shutil.copytree(made, to, dirs_exist_ok=True)


def _zip(folder: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, Path(COURSE_ID) / path.relative_to(folder))


def _title(path: Path) -> str:
    from course_lib.exercise import read

    return read(path).title


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _told(made: Path, solutions: Collection[str]) -> str:
    slugs = sorted(path.parent.name for path in made.glob("exercises/*/*.ipynb"))
    text = f"book, library, {len(slugs)} exercises ({', '.join(slugs)})"
    if solutions:
        text += f", solutions of {', '.join(sorted(solutions))}"
    text += "\nsearched for every hidden check and solution: none found"
    if not os.environ.get("COURSE_TERM"):
        text += "\nCOURSE_TERM is not set: the hidden checks' inputs are those of the public course"
    return text
