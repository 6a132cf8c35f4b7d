"""JupyterLab in the root of the course, with nbgrader's exchange inside the project."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

from course_lib.authoring.build import build_book
from course_lib.authoring.exercises import release, source_notebooks
from course_lib.authoring.system import scripts_path
from course_lib.project import Project, ProjectError

COURSE_ID = "shallow-to-deep"


def start(project: Project, *, browser: bool = True, port: int = 8888) -> int:
    """Lay out the book's notebooks, run JupyterLab until it is stopped; return its exit status.

    It starts in the root, or ``nbgrader_config.py`` would not be read. nbgrader's extensions
    come enabled with its package.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise ProjectError("JupyterLab is not installed: run `make lab`, which sets up .venv")
    for slug in prepare(project):
        sys.stderr.write(f"released {slug}\n")
    try:
        sys.stderr.write(f"{build_book(project)}\n")
    except ProjectError as problem:  # JupyterLab must still start: that is where it is mended
        sys.stderr.write(f"the book's notebooks are not up to date: {problem}\n")
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.port={port}"]
    # Ask nothing of the network, and the student nothing about news.
    command += ["--LabApp.news_url=None"]
    command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    if (project.root / "notebooks" / "index.ipynb").is_file():
        command.append("--LabApp.default_url=/lab/tree/notebooks/index.ipynb")
    if not browser:
        command.append("--no-browser")
    environment = os.environ | {"PATH": scripts_path()}
    return subprocess.run(command, cwd=project.root, env=environment, check=False).returncode


def prepare(project: Project) -> list[str]:
    """Make the exchange and release to it every exercise that is not there as it now is.

    Returns:
        the exercises released now; none on Windows, where nbgrader has no exchange.

    Raises:
        ProjectError: a source is malformed, or nbgrader cannot release; says why.
    """
    if sys.platform == "win32":
        return []
    exchange = project.root / "exchange"
    exchange.mkdir(exist_ok=True)
    exchange.chmod(0o777)  # nbgrader refuses one that not everybody may write to
    outbound = exchange / COURSE_ID / "outbound"
    slugs = [path.parent.name for path in source_notebooks(project)]
    due = [
        slug
        for slug in slugs
        if _content(outbound / slug / f"{slug}.ipynb")
        != (_content(project.exercises / slug / f"{slug}.ipynb") or "not yet generated")
    ]
    release(project, due, "exchange")
    return due


def _content(path: Path) -> str:
    """Return the content that a student notebook was made with, whatever was written since."""
    try:
        return str(json.loads(path.read_text("utf-8"))["metadata"]["course"]["content"])
    except (OSError, ValueError, LookupError, TypeError):
        return ""
