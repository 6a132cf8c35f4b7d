"""What the last run of each page was: written by the build, read by the book's own directives."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from course_lib.authoring.execute import Execution, read
from course_lib.authoring.findings import findings
from course_lib.project import Project


@dataclass(frozen=True)
class PageRun:
    """One page's run, as its executed notebook tells it.

    Attributes:
        slug: the page, path below ``book/`` without suffix.
        title: its heading.
        seconds: what the run took.
        device: ``cpu``, ``cuda`` or ``mps``.
        hardware: processor, cores and GPU.
        date: when it ran, year first.
        versions: of Python and of what computes on a page.
        verdicts: what the page settled, by claim.
    """

    slug: str
    title: str
    seconds: float
    device: str
    hardware: dict[str, Any]
    date: str
    versions: dict[str, str]
    verdicts: dict[str, dict[str, Any]]

    @property
    def machine(self) -> str:
        """Return processor, cores and GPU in words."""
        return describe(self.hardware)


def describe(hardware: dict[str, Any]) -> str:
    """Return a machine in words, such as "AMD EPYC, 2 cores, NVIDIA H200"."""
    cores = hardware.get("cores")
    parts = [hardware.get("processor"), f"{cores} cores" if cores else None, hardware.get("gpu")]
    return ", ".join(str(part) for part in parts if part)


def runs_path(project: Project) -> Path:
    """Return the file through which the build tells the directives what ran."""
    return project.build / "executions.json"


def write_runs(project: Project, executions: Iterable[Execution]) -> list[PageRun]:
    """Write what ran to ``_build/executions.json``, and return it."""
    runs = []
    for execution in executions:
        course = read(execution.notebook).metadata["course"]
        runs.append(
            PageRun(
                slug=execution.page.slug,
                title=execution.page.title,
                seconds=float(course["seconds"]),
                device=str(course["device"]),
                hardware=dict(course["hardware"]),
                date=str(course["date"]),
                versions=dict(course["versions"]),
                verdicts=findings(execution).verdicts,
            )
        )
    path = runs_path(project)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(run) for run in runs], indent=1), "utf-8")
    return runs


def read_runs(project: Project) -> list[PageRun]:
    """Return what ran in the last build; nothing where there was none."""
    path = runs_path(project)
    if not path.is_file():
        return []
    return [PageRun(**run) for run in json.loads(path.read_text("utf-8"))]


def read_devices(project: Project) -> dict[str, Any] | None:
    """Return the committed comparison of CPU and GPU, or None where no GPU ran the book yet."""
    path = project.records / "devices.json"
    return json.loads(path.read_text("utf-8")) if path.is_file() else None
