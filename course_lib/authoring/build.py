"""Build the book: execute, render, publish, verify; once for each change, all or nothing."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from filelock import FileLock

import course_lib
from course_lib.authoring.execute import Execution, execute_pages, read
from course_lib.authoring.keep import lay_out_notebooks
from course_lib.authoring.pages import Page, book_pages, code_cells, tags
from course_lib.authoring.publish import publish
from course_lib.authoring.records import check_records
from course_lib.authoring.resolve import write_resolved
from course_lib.authoring.sphinx_ext import ADDRESS
from course_lib.authoring.status import PageRun, write_runs
from course_lib.authoring.system import scripts_path
from course_lib.project import Project, ProjectError

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_COMPLAINT = re.compile(r"^(?P<where>.*?): (?:WARNING|ERROR|CRITICAL|SEVERE): (?P<what>.*)$")
_CRASH = re.compile(r"^[\w.]+(?:Error|Exception)\b.*")
_EXECUTED = re.compile(r"Executing notebook using")
_SHOWN_COMPLAINTS = 20
_SLOWEST = 3
# What MyST-NB leaves off the page, wholly or in its outputs.
_UNSEEN_TAGS = frozenset({"remove-cell", "remove_cell", "remove-output", "remove_output"})


class BuildError(ProjectError):
    """The book could not be built; its text has page, line and message of each reason."""


def build_book(project: Project, *, device: str = "cpu", clean: bool = False) -> str:
    """Execute every page, render the book to ``_build/html`` and check that it is whole.

    The pages' notebooks are laid out afresh in ``notebooks/``, for JupyterLab.

    Args:
        project: what to build.
        device: where the pages compute.
        clean: execute every page again, whether or not its last run still holds.

    Returns:
        Where the book is, how long it took and which pages took longest; a few lines.

    Raises:
        ProjectError: a page failed, a record disagrees, or Sphinx complained. No book is left.
    """
    start = time.perf_counter()
    project.build.mkdir(parents=True, exist_ok=True)
    with FileLock(project.build / "build.lock"):
        if not clean and up_to_date(project, device=device):
            lay_out_notebooks(project)
            return f"Nothing has changed: {_where(project)}"
        inputs = fingerprint(project, device)
        _stamp_path(project).unlink(missing_ok=True)
        shutil.rmtree(project.html, ignore_errors=True)
        if clean:
            shutil.rmtree(project.executed, ignore_errors=True)
        pages = book_pages(project)
        executions = execute_pages(project, pages, device=device)
        if problems := check_records(project, executions):
            raise BuildError("\n".join(problems))
        runs = write_runs(project, executions)
        _render(project, executions)
        _verify(project, pages, executions)
        stamp = {"inputs": inputs, "outputs": _contents(project.html)}
        _stamp_path(project).write_text(json.dumps(stamp), "utf-8")
        lay_out_notebooks(project)
    return _summary(project, pages, executions, runs, time.perf_counter() - start)


def up_to_date(project: Project, *, device: str = "cpu") -> bool:
    """Say whether ``_build/html`` is what a build would make now, as far as hashes tell."""
    now = {"inputs": fingerprint(project, device), "outputs": _contents(project.html)}
    return _stamp(project) == now


def check_links(project: Project) -> str:
    """Follow every link that leaves the book, and say how many there are.

    Raises:
        ProjectError: some lead nowhere; page, line and address of each.
    """
    build_book(project)
    out = project.build / "links"
    shutil.rmtree(out, ignore_errors=True)
    complaint = _sphinx(project, out, "--builder", "linkcheck")
    answers = out / "_build" / "html" / "output.json"
    if not answers.is_file():
        raise BuildError(complaint or "Sphinx checked no links")
    told = [json.loads(line) for line in answers.read_text("utf-8").splitlines()]
    told = [link for link in told if link["status"] not in ("unchecked", "local")]
    broken = [link for link in told if link["status"] == "broken"]
    if broken:
        raise BuildError(
            "\n".join(
                f"book/{link['filename']}:{link['lineno']}: {link['uri']}: {link['info']}"
                for link in broken
            )
        )
    return f"All {len(told)} links that leave the book lead somewhere."


def fingerprint(project: Project, device: str) -> str:
    """Return the hash of all that a build depends on: sources, library, packages, settings."""
    digest = hashlib.sha256()
    library = Path(course_lib.__file__).parent
    for root in (project.book, library, project.root / "_config.yml"):
        for path in _files(root):
            digest.update(f"{path.relative_to(root.parent).as_posix()}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    installed = sorted({found.name for entry in sys.path for found in _distributions(Path(entry))})
    settings = [sys.version, device, os.environ.get(ADDRESS), *installed]
    digest.update(json.dumps(settings).encode())
    return digest.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    if root.is_file():
        yield root
        return
    for path in sorted(root.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
        if path.is_file() and not hidden and "__pycache__" not in path.parts:
            yield path


def _distributions(entry: Path) -> Iterator[Path]:
    """Yield the metadata folders of what is installed in ``entry``; their names hold versions."""
    if entry.is_dir():
        yield from entry.glob("*.dist-info")


def _contents(folder: Path) -> str:
    """Return the hash of a folder's file names and sizes: what a hand or another build changed."""
    listing = [(str(path.relative_to(folder)), path.stat().st_size) for path in _files(folder)]
    return hashlib.sha256(json.dumps(listing).encode()).hexdigest()


def _stamp_path(project: Project) -> Path:
    return project.build / "built.json"


def _stamp(project: Project) -> object:
    path = _stamp_path(project)
    return json.loads(path.read_text("utf-8")) if path.is_file() else None


def _render(project: Project, executions: Sequence[Execution]) -> None:
    """Turn pages and their runs into the published folder."""
    sys.stderr.write("rendering ...\n")
    _fill_cache(project, executions)
    out = project.build / "sphinx"
    shutil.rmtree(out, ignore_errors=True)  # a broken page would not be read a second time
    if complaint := _sphinx(project, out):
        raise BuildError(complaint)
    notebooks = project.build / "notebooks"
    shutil.rmtree(notebooks, ignore_errors=True)
    write_resolved(project, executions, notebooks)
    publish(out / "_build" / "html", project.html, notebooks)


def _fill_cache(project: Project, executions: Iterable[Execution]) -> None:
    """Put every run where MyST-NB looks for it, so that nothing runs while Sphinx does."""
    from jupyter_cache import get_cache
    from jupyter_cache.base import CacheBundleIn
    from myst_nb.core.config import NbParserConfig  # type: ignore[import-untyped]
    from myst_nb.core.read import create_nb_reader  # type: ignore[import-untyped]
    from myst_parser.config.main import MdParserConfig

    folder = project.build / ".jupyter_cache"
    shutil.rmtree(folder, ignore_errors=True)
    cache = get_cache(folder)
    for execution in executions:
        # The cache is looked up by MyST-NB's own reading of the page, so that is what goes in.
        path, text = execution.page.path, execution.page.path.read_text("utf-8")
        reader = create_nb_reader(str(path), MdParserConfig(), NbParserConfig(), text)
        notebook = reader.read(text)
        executed = read(execution.notebook)
        notebook.metadata["language_info"] = executed.metadata["language_info"]
        ran, shown = code_cells(executed), code_cells(notebook)
        if [cell.source.strip() for cell in shown] != [cell.source.strip() for cell in ran]:
            raise BuildError(f"{execution.page.slug} changed while it was built: build again")
        for cell, done in zip(shown, ran, strict=True):
            cell["outputs"], cell["execution_count"] = done.outputs, done.execution_count
        bundle = CacheBundleIn(notebook, str(path), data={"execution_seconds": execution.seconds})
        cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def _sphinx(project: Project, out: Path, *options: str) -> str:
    """Run Jupyter Book with warnings as errors; return its complaints, "" if there are none.

    A process of its own: Sphinx leaves traces in the interpreter that a second build trips over.
    """
    command = [
        sys.executable, "-c", "from jupyter_book.cli.main import main; main()",
        "build", str(project.book), "-W", "-n", "--keep-going",
        "--config", str(project.root / "_config.yml"), "--path-output", str(out), *options,
    ]  # fmt: skip
    log = project.build / "logs" / f"{out.name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {"PATH": scripts_path(), "OMP_NUM_THREADS": "1"}
    with log.open("w", encoding="utf-8") as written:
        # The root is where the cache's path in _config.yml counts from.
        code = subprocess.run(
            command, cwd=project.root, env=environment, stdout=written, stderr=subprocess.STDOUT
        ).returncode
    lines = _ANSI.sub("", log.read_text("utf-8", errors="replace")).splitlines()
    if any(_EXECUTED.search(line) for line in lines):
        return f"Sphinx executed a page itself, past the cache (log: {log})"
    return complaints(project, lines, log) if code else ""


def complaints(project: Project, lines: Sequence[str], log: Path) -> str:
    """Return what Sphinx complained of, a line each: page, line, message."""
    found = []
    for line in lines:
        if matched := _COMPLAINT.match(line):
            where = matched["where"].replace(f"{project.root}{os.sep}", "")
            found.append(f"{where}: {matched['what']}")
    found = list(dict.fromkeys(found))  # -W tells each again at the end
    if not found:
        # The first exception that a log tells is the cause of the others.
        found = [line for line in lines if _CRASH.match(line)][:1] or ["it ended without a word"]
    more = len(found) - _SHOWN_COMPLAINTS
    rest = [f"... and {more} more"] if more > 0 else []
    return "\n".join(["Sphinx complained:", *found[:_SHOWN_COMPLAINTS], *rest, f"(log: {log})"])


def _verify(project: Project, pages: Sequence[Page], executions: Sequence[Execution]) -> None:
    """Check that every page was written, with as many outputs as its run had for readers."""
    for page in pages:
        if not (project.html / f"{page.slug}.html").is_file():
            raise BuildError(f"{page.slug} is in book/_toc.yml but was not rendered")
    for execution in executions:
        slug = execution.page.slug
        html = (project.html / f"{slug}.html").read_text("utf-8")
        shown = html.count('class="cell_output')
        wanted = sum(
            bool(cell.outputs) and not _UNSEEN_TAGS.intersection(tags(cell))
            for cell in code_cells(read(execution.notebook))
        )
        if shown != wanted:
            raise BuildError(f"{slug} shows the outputs of {shown} cells, its run had {wanted}")
        if not (project.html / "notebooks" / f"{slug}.ipynb").is_file():
            raise BuildError(f"{slug} has no notebook to download")


def _where(project: Project) -> str:
    return f"open {project.html / 'index.html'}"


def _summary(
    project: Project,
    pages: Sequence[Page],
    executions: Sequence[Execution],
    runs: Sequence[PageRun],
    seconds: float,
) -> str:
    fresh = sum(not execution.cached for execution in executions)
    slowest = sorted(runs, key=lambda run: -run.seconds)[:_SLOWEST]
    told = ", ".join(f"{run.slug} {run.seconds:.1f} s" for run in slowest)
    return "\n".join(
        [
            f"{len(pages)} pages, {fresh} of {len(executions)} with code executed now, "
            f"in {seconds:.0f} s",
            *([f"longest to run: {told}"] if told else []),
            _where(project),
        ]
    )
