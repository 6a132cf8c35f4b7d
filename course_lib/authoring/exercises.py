"""From ``solutions/<slug>.md`` to nbgrader's source notebooks and to what students open."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course_lib.authoring import rules
from course_lib.authoring.keep import keep
from course_lib.authoring.system import scripts_path
from course_lib.exercise import metadata, parse, role
from course_lib.files import write_whole
from course_lib.project import Project, ProjectError

_RELEASE_SECONDS = 300


@dataclass
class Generation:
    """What generating the exercises did; ``kept`` pairs a student's work with its copy."""

    written: list[Path] = field(default_factory=list)
    unchanged: list[Path] = field(default_factory=list)
    kept: list[tuple[Path, Path]] = field(default_factory=list)

    def __str__(self) -> str:
        """Return one line a file, and where a student's work was kept."""
        lines = [f"wrote      {path.stem}" for path in self.written]
        lines += [f"unchanged  {path.stem}" for path in self.unchanged]
        lines += [f"           what stood in {path} is kept in {copy}" for path, copy in self.kept]
        return "\n".join(lines) or "there is no exercise in solutions/"


def sources(project: Project) -> list[Path]:
    """Return the exercises' source files, by name."""
    return sorted(project.solutions.glob("*.md"))


def source_notebooks(project: Project) -> list[Path]:
    """Write nbgrader's source notebook of every exercise where it is older than its source.

    They go to ``_build/source``, never beside the sources: nbgrader hands out every file that it
    finds next to a source notebook. Folders of exercises that are gone are removed.

    Raises:
        ProjectError: a source breaks the rules of an exercise; one line for each.
    """
    folder = project.build / "source"
    found = sources(project)
    names = {path.stem for path in found}
    for old in folder.glob("*"):
        if old.name not in names:
            shutil.rmtree(old)
    notebooks = []
    for path in found:
        target = folder / path.stem / f"{path.stem}.ipynb"
        if not _newer(target, path):
            write_if_different(target, dumps(source_notebook(path)))
            os.utime(target)
        notebooks.append(target)
    return notebooks


def _newer(target: Path, source: Path) -> bool:
    made = target.stat().st_mtime_ns if target.is_file() else 0
    return made > max(source.stat().st_mtime_ns, Path(__file__).stat().st_mtime_ns)


def source_notebook(path: Path) -> Any:
    """Return the notebook of one source, with all that nbgrader's metadata must say.

    The source may leave out what follows from the rest: ``grade``, ``solution``, ``locked``,
    ``task``, ``schema_version`` and a check's tag ``raises-exception``, without which a notebook
    as handed out would stop at its first check.

    Raises:
        ProjectError: it breaks the rules of an exercise; one line for each broken rule.
    """
    import jupytext  # an author's tool: students' machines lack it

    from course_lib.authoring.stubs import cell_id

    notebook = jupytext.read(path, fmt="md:myst")
    for position, cell in enumerate(notebook.cells):
        what = role(cell)
        if given := metadata(cell):
            defaults = {"grade": False, "solution": False, "task": False, "schema_version": 3}
            cell.metadata["nbgrader"] = defaults | {"locked": what == "check"} | given
        if what == "check":
            tags = cell.metadata.get("tags", [])
            cell.metadata["tags"] = sorted({*tags, "raises-exception"})
        cell.id = cell_id(path.stem, position, cell)
    notebook.metadata = type(notebook)(
        kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"}
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    if broken := rules.problems(parse(path.stem, notebook.cells)):
        raise ProjectError("\n".join(f"solutions/{path.name}, {line}" for line in broken))
    return notebook


def dumps(notebook: Any) -> str:
    """Return a notebook as text that depends on nothing but its content."""
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def write_if_different(path: Path, text: str) -> bool:
    """Write a file unless it holds this text; tell whether it was written.

    It appears whole or not at all: several commands may run at once.
    """
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    write_whole(path, text)
    return True


def generate(project: Project, *, check: bool = False) -> Generation:
    """Make every student notebook from its source, through nbgrader's GenerateAssignment.

    What a student has written in ``exercises/`` is first copied to ``_build/kept/``.

    Args:
        project: the checkout.
        check: write nothing, and fail where what stands differs in content.

    Raises:
        ProjectError: a source is malformed, nbgrader fails, or (``check``) a file differs.
    """
    slugs = [path.parent.name for path in source_notebooks(project)]
    stale: list[str] = []
    done = Generation()
    with tempfile.TemporaryDirectory(prefix="course-release-") as scratch:
        release(project, slugs, Path(scratch))
        for slug in slugs:
            text = dumps(json.loads((Path(scratch) / slug / f"{slug}.ipynb").read_text("utf-8")))
            target = project.exercises / slug / f"{slug}.ipynb"
            if target.is_file() and target.read_text(encoding="utf-8") == text:
                done.unchanged.append(target)
            elif check:
                stale.append(str(target.relative_to(project.root)))
            else:
                if target.is_file() and not is_pristine(target):
                    done.kept.append((target, keep(project, target)))
                write_if_different(target, text)
                done.written.append(target)
    orphans = {path.parent.name for path in project.exercises.glob("*/*.ipynb")} - set(slugs)
    if check and (stale or orphans):
        lines = [f"{name} differs from its source: run `make exercises`" for name in stale]
        lines += [f"exercises/{name} has no source in solutions/" for name in sorted(orphans)]
        raise ProjectError("\n".join(lines))
    return done


def is_pristine(path: Path) -> bool:
    """Tell whether a student notebook is as generated, now or from an older source."""
    from course_lib.authoring.stubs import content_hash

    try:
        import nbformat

        notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        return bool(notebook.metadata["course"]["content"] == content_hash(notebook))
    except Exception:  # whatever it is, it is not what we wrote
        return False


def release(project: Project, slugs: list[str], where: Path | str) -> None:
    """Have nbgrader write student versions to a folder's ``<slug>/``, or to the "exchange".

    In a process of its own, since nbgrader changes the working directory.

    Raises:
        ProjectError: nbgrader fails; the message ends with its last line.
    """
    if not slugs:
        return
    command = [sys.executable, "-m", "course_lib.authoring.release", str(project.root)]
    result = subprocess.run(
        [*command, str(where), *slugs],
        env=os.environ | {"PATH": scripts_path()},
        capture_output=True,
        text=True,
        timeout=_RELEASE_SECONDS,
        check=False,
    )
    if result.returncode:
        last = (result.stderr.strip().splitlines() or ["no message"])[-1]
        raise ProjectError(f"nbgrader could not make the student notebooks: {last}")
