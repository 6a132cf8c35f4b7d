"""Everything the course can run, on one device or on both."""

from __future__ import annotations

import json
import shutil
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from course_lib.authoring.execute import Execution, Failure, Run, execute_runs
from course_lib.authoring.findings import findings
from course_lib.authoring.machine import accelerator, hardware
from course_lib.authoring.pages import Page, book_pages, page_at, versions
from course_lib.authoring.reports import (
    REPORT,
    Comparison,
    Entry,
    Report,
    compare,
    read_report,
    render_report,
)
from course_lib.files import write_whole
from course_lib.project import Project, ProjectError

__all__ = ["compare", "everything", "gpu", "read_report", "render_report", "run_everything"]


def everything(project: Project) -> list[Page]:
    """Return every notebook of the course: chapters, solutions, and what students are handed.

    Raises:
        ProjectError: a solution has no student notebook, or the other way round.
    """
    from course_lib.authoring.exercises import source_notebooks

    solutions = {path.stem: path for path in source_notebooks(project)}
    students = {
        path.stem: path
        for path in sorted(project.exercises.glob("*/*.ipynb"))
        if not path.parent.name.startswith(".")
    }
    for slug in sorted(solutions.keys() ^ students.keys()):
        raise ProjectError(f"solutions/ and exercises/ differ on {slug}: run `course exercises`")
    return [
        *(page for page in book_pages(project) if page.has_code),
        *(page_at(path, f"solutions/{slug}", "solution") for slug, path in solutions.items()),
        *(page_at(path, f"exercises/{slug}", "student") for slug, path in students.items()),
    ]


def run_everything(
    project: Project,
    device: str,
    report_dir: Path,
    *,
    workers: int | None = None,
    progress: bool = True,
) -> Report:
    """Execute every notebook of the course top to bottom on a device, and write a report.

    Args:
        project: where the notebooks are.
        device: what ``COURSE_DEVICE`` says: ``cpu``, ``cuda`` or ``mps``.
        report_dir: gets ``report.json`` and, of each notebook that failed, how far it got.
        workers: how many run at a time; by default one a core.
        progress: show each notebook's seconds as it ends.

    Raises:
        ProjectError: there is nothing to run, or no such device: nothing ran.
    """
    pages = everything(project)
    if not pages:
        raise ProjectError(
            "no page, solution or student notebook has code: there is nothing to run"
        )
    runs = [Run(page, device=device) for page in pages]
    executions, failures = execute_runs(project, runs, workers=workers, progress=progress)
    passed = {execution.page: execution for execution in executions}
    entries = [_entry(page, passed.get(page), failures) for page in pages]
    report = Report(
        device,
        hardware(device),
        versions(),
        time.strftime("%Y-%m-%d", time.gmtime()),
        entries,
    )
    report_dir.mkdir(parents=True, exist_ok=True)
    for old in report_dir.glob("*.ipynb"):
        old.unlink()
    for failure in failures:
        if failure.notebook and failure.notebook.is_file():
            shutil.copy(failure.notebook, report_dir / f"{failure.run.page.file_name}.ipynb")
    _write(report_dir / REPORT, asdict(report))
    return report


def gpu(project: Project, *, workers: int | None = None, progress: bool = True) -> Comparison:
    """Run everything on the CPU and on the GPU, and file the comparison for the status page.

    Args:
        project: whose ``book/records/devices.json`` is written.
        workers: how many notebooks run at a time; by default one a core.
        progress: show each notebook's seconds as it ends.

    Raises:
        ProjectError: there is no GPU, so that nothing ran; or the two devices disagree.
    """
    if accelerator("cuda") is None:
        counts = Counter(page.kind for page in everything(project))
        raise ProjectError(
            f"no GPU found that PyTorch can use (see `course doctor`), so not run on one: "
            f"{counts['page']} pages, {counts['solution']} solutions, "
            f"{counts['student']} student notebooks"
        )
    reports = [
        run_everything(
            project, device, project.build / "reports" / device, workers=workers, progress=progress
        )
        for device in ("cpu", "cuda")
    ]
    comparison = compare(*reports)
    if comparison.differences:
        errors = [entry.error for report in reports for entry in report.entries if entry.error]
        text = "\n\n".join([str(comparison), *errors])
        raise ProjectError(f"CPU and GPU disagree, so no record was written\n\n{text}")
    _write(project.records / "devices.json", _record(reports))
    return comparison


def _entry(page: Page, execution: Execution | None, failures: list[Failure]) -> Entry:
    if execution:
        verdicts = findings(execution).verdicts
        return Entry(page.slug, page.kind, "passed", execution.seconds, verdicts)
    error = "\n\n".join(str(failure) for failure in failures if failure.run.page == page)
    return Entry(page.slug, page.kind, "failed", error=error)


def _record(reports: Sequence[Report]) -> dict[str, Any]:
    """Return what the status page tells of several devices that agree."""
    pages: dict[str, dict[str, Any]] = {}
    for report in reports:
        for entry in report.entries:
            outcomes = {claim: told["holds"] for claim, told in entry.verdicts.items()}
            pages.setdefault(entry.page, {})[report.device] = {
                "seconds": entry.seconds,
                "verdicts": outcomes,
            }
    devices = {
        report.device: {
            "hardware": report.hardware,
            "versions": report.versions,
            "date": report.date,
        }
        for report in reports
    }
    return {"devices": devices, "pages": pages}


def _write(path: Path, told: dict[str, Any]) -> None:
    text = json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False)
    write_whole(path, f"{text}\n")
