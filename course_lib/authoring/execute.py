"""Execute the book's pages: in parallel over the cores, once for each change, all or nothing."""

from __future__ import annotations

import math
import multiprocessing
import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_lib.authoring.kernel import Failure, Outcome, Run, run_page, write_notebook
from course_lib.authoring.machine import accelerator, hardware, usable_cores
from course_lib.authoring.pages import Page, cache_key, code_cells, parse_notebook, read_notebook
from course_lib.project import Project, ProjectError

__all__ = ["Execution", "ExecutionError", "Failure", "Run", "execute_pages", "execute_runs", "read"]

_KEY_LENGTH = 16


@dataclass(frozen=True)
class Execution:
    """A page that ran to its end without a complaint.

    Attributes:
        page: what ran.
        notebook: the executed notebook; its prose is the page's present prose.
        seconds: what the run took, kernel's start included, when it was made.
        cached: whether an earlier run still held.
        seed: the run's seed.
        device: the run's device.
    """

    page: Page
    notebook: Path
    seconds: float
    cached: bool
    seed: int = 0
    device: str = "cpu"


class ExecutionError(ProjectError):
    """Pages that did not run; its text has page, cell and traceback of each.

    Attributes:
        failures: every failure, in reading order.
        executions: the runs that went well.
    """

    def __init__(self, failures: Sequence[Failure], executions: Sequence[Execution]) -> None:
        self.failures = list(failures)
        self.executions = list(executions)
        pages = len({failure.run for failure in failures})
        what = "page" if pages == 1 else "pages"
        text = "\n\n".join(str(failure) for failure in failures)
        super().__init__(f"{pages} {what} failed\n\n{text}")


def execute_pages(
    project: Project,
    pages: Iterable[Page],
    *,
    seed: int = 0,
    device: str = "cpu",
    workers: int | None = None,
    progress: bool = True,
) -> list[Execution]:
    """Execute those of ``pages`` that have code and no run that still holds.

    Args:
        project: whose ``_build/executed`` keeps the executed notebooks.
        pages: pages of the book or notebooks beside it (:func:`pages.page_at`).
        seed: what ``COURSE_SEED`` says on the page.
        device: what ``COURSE_DEVICE`` says on the page.
        workers: how many pages run at a time; by default one a core.
        progress: show each page's seconds as it ends.

    Returns:
        One execution for each page with code, in the order of ``pages``.

    Raises:
        ExecutionError: some pages failed; all others have run, and stay cached.
    """
    runs = [Run(page, seed, device) for page in pages if page.has_code]
    executions, failures = execute_runs(project, runs, workers=workers, progress=progress)
    if failures:
        raise ExecutionError(failures, executions)
    return executions


def execute_runs(
    project: Project,
    runs: Sequence[Run],
    *,
    workers: int | None = None,
    progress: bool = True,
    fresh: bool = False,
) -> tuple[list[Execution], list[Failure]]:
    """Make every run, and return what went well and what did not, both in the order of ``runs``.

    With ``fresh`` also those whose earlier run still holds.

    Raises:
        ProjectError: a run wants a device that this machine lacks; nothing ran.
    """
    for device in {run.device for run in runs} - {"cpu"}:
        if accelerator(device) is None:
            raise ProjectError(f"no device {device} that PyTorch can use: nothing was run on it")
    targets = {run: _target(project, run) for run in runs}
    done = {run: held for run in runs if not fresh and (held := _held(run, targets[run]))}
    todo = _longest_first(project, [run for run in runs if run not in done])
    failures: dict[Run, tuple[Failure, ...]] = {}
    if todo:
        _prepare(project)
        for run, outcome in _outcomes(project, todo, targets, workers, progress):
            if outcome.failures:
                failures[run] = outcome.failures
                continue
            if _target(project, run) != targets[run] and not _settle(run, targets[run]):
                failures[run] = (Failure(run, "the page changed while it ran: run again"),)
                continue
            _prune(project, run, targets[run])
            seconds = round(outcome.seconds, 2)
            done[run] = Execution(run.page, targets[run], seconds, False, run.seed, run.device)
    for run in runs:
        if run not in done and run not in failures:
            failures[run] = (Failure(run, "did not run"),)
    return (
        [done[run] for run in runs if run in done],
        [failure for run in runs for failure in failures.get(run, ())],
    )


def read(notebook: Path) -> Any:
    """Return an executed notebook as an nbformat v4 notebook."""
    return parse_notebook(notebook.read_text("utf-8"))


def _target(project: Project, run: Run) -> Path:
    key = cache_key(project, run.page, seed=run.seed, device=run.device)
    return project.executed / f"{run.page.file_name}-{key[:_KEY_LENGTH]}.ipynb"


def _held(run: Run, target: Path) -> Execution | None:
    """Return the earlier run in ``target`` with the page's present prose, or None.

    The key vouches for code and settings; prose and the look of cells may have changed since.
    """
    executed = _kept(target)
    if executed is None or executed.metadata["course"].get("unsettled"):
        return None
    current = read_notebook(run.page)
    for cell, ran in zip(code_cells(current), code_cells(executed), strict=True):
        cell["outputs"], cell["execution_count"] = ran.outputs, ran.execution_count
    for name in ("course", "language_info"):
        current.metadata[name] = executed.metadata[name]
    if current != executed:
        write_notebook(current, target)
    seconds = float(current.metadata["course"]["seconds"])
    return Execution(run.page, target, seconds, True, run.seed, run.device)


def _settle(run: Run, target: Path) -> bool:
    """Say whether a run still counts after an edit somewhere made its key another.

    If the page's own code is another now, it does not. If it was the library, the run counts
    this once and is not to be taken for a run of the old library, should that come back.
    """
    executed = read(target)
    sources = [
        [cell.source for cell in code_cells(notebook)]
        for notebook in (executed, read_notebook(run.page))
    ]
    if sources[0] != sources[1]:
        target.unlink()
        return False
    executed.metadata["course"]["unsettled"] = True
    write_notebook(executed, target)
    return True


def _kept(path: Path) -> Any:
    """Return a kept executed notebook; None where there is none, or a crash left half of one."""
    try:
        return read(path)
    except (FileNotFoundError, ValueError):
        return None


def _earlier(project: Project, page: Page) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield every executed notebook of ``page`` that is kept, and what is noted of its run."""
    for path in project.executed.glob(f"{page.file_name}-*.ipynb"):
        executed = _kept(path) if len(path.stem) == len(page.file_name) + 1 + _KEY_LENGTH else None
        if executed is not None:
            yield path, executed.metadata["course"]


def _longest_first(project: Project, runs: list[Run]) -> list[Run]:
    """Return ``runs`` with the longest known first; the unknown may be longer still."""
    seconds = {
        page: max((course["seconds"] for _, course in _earlier(project, page)), default=math.inf)
        for page in {run.page for run in runs}
    }
    return sorted(runs, key=lambda run: -seconds[run.page])


def _prune(project: Project, run: Run, kept: Path) -> None:
    """Delete what earlier versions of the page left for the same seed and device."""
    for path, course in _earlier(project, run.page):
        if path != kept and (course["seed"], course["device"]) == (run.seed, run.device):
            path.unlink()


def _prepare(project: Project) -> None:
    """Let matplotlib list the fonts once: a slow first import would warn on every page."""
    project.executed.mkdir(parents=True, exist_ok=True)
    fonts = project.build / "matplotlib"
    if not any(fonts.glob("fontlist*.json")):
        environment = os.environ | {"MPLCONFIGDIR": str(fonts)}
        command = [sys.executable, "-c", "import matplotlib.font_manager"]
        subprocess.run(command, env=environment, capture_output=True)


def _outcomes(
    project: Project, todo: list[Run], targets: dict[Run, Path], workers: int | None, show: bool
) -> Iterator[tuple[Run, Outcome]]:
    """Yield every run with its outcome as it ends."""
    from tqdm import tqdm

    failed = project.build / "failed"
    waiting: dict[Future[Outcome], Run] = {}
    bar = tqdm(total=len(todo), unit="page", leave=False, disable=None if show else True)
    with bar, _pool(min(workers or usable_cores(), len(todo))) as pool:
        for run in todo:
            name = f"{run.page.file_name}-{run.device.replace(':', '-')}-{run.seed}"
            wreck = failed / f"{name}.ipynb"
            wreck.unlink(missing_ok=True)
            targets[run].unlink(missing_ok=True)
            noted = hardware(run.device)
            future = pool.submit(run_page, run, targets[run], wreck, project.build, noted)
            waiting[future] = run
        for future in as_completed(waiting):
            run, outcome = waiting[future], _outcome(waiting[future], future)
            if show:
                said = "failed after" if outcome.failures else ""
                tqdm.write(f"{run!s:<50} {said:>12} {outcome.seconds:6.1f} s", file=sys.stderr)
            bar.update()
            yield run, outcome


def _outcome(run: Run, future: Future[Outcome]) -> Outcome:
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, OSError | ProjectError):
        return Outcome(0.0, (Failure(run, " ".join(str(error).split())),))
    message = (
        f"did not run to its end, its process stopped ({type(error).__name__}: {error}): "
        "run again with fewer pages at a time if memory is short"
    )
    return Outcome(0.0, (Failure(run, message),))


def _end_with_parent() -> None:
    """End this worker when the process that started it is gone, however that was ended."""
    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent:
            parent.join()
        os._exit(1)  # the kernel sees to itself: it watches this process in the same way

    threading.Thread(target=wait, daemon=True).start()


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Yield a pool of fresh processes; on the way out of an interruption none is left running."""
    before = set(multiprocessing.active_children())
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=spawn, initializer=_end_with_parent)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(multiprocessing.active_children()) - before:
            child.terminate()
        raise
    pool.shutdown()
