"""One notebook in one fresh kernel: what it needs to repeat, and what counts as a failure."""

from __future__ import annotations

import errno
import json
import os
import re
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_lib.authoring.pages import Page, code_cells, read_notebook, tags, versions
from course_lib.files import write_whole

CELL_TIMEOUT = 120  # seconds; a page's front matter may ask for more
DISK_FULL = "the disk is full: free some space and retry"
_THREADS = ("OMP", "OPENBLAS", "MKL", "VECLIB_MAXIMUM", "NUMEXPR")
_PATIENCE = 180  # seconds for a kernel to start, or its last output to arrive, on a busy machine
_LONGEST_FOLDER = 80  # a socket's path has room for 100 bytes or so
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_SHOWN_LINES = 4  # of a failing cell
_TRACEBACK_LINES = 40


@dataclass(frozen=True)
class Run:
    """One execution to be made: a page, for one seed, on one device."""

    page: Page
    seed: int = 0
    device: str = "cpu"

    def __str__(self) -> str:
        """Return the page's slug, with seed and device where they are not the usual ones."""
        seed = f", seed {self.seed}" if self.seed else ""
        device = f", {self.device}" if self.device != "cpu" else ""
        return f"{self.page.slug}{seed}{device}"


@dataclass(frozen=True)
class Failure:
    """Why one run failed.

    Attributes:
        run: what ran.
        message: what went wrong, one line.
        cell: which code cell, counted from 1; None where no cell is to blame.
        source: the first lines of that cell.
        traceback: Python's, without colours.
        kind: the class of the exception, where one ended the cell.
        notebook: the notebook as far as it got.
    """

    run: Run
    message: str
    cell: int | None = None
    source: str = ""
    traceback: str = ""
    kind: str = ""
    notebook: Path | None = None

    def __str__(self) -> str:
        """Return page, cell, its first lines and the traceback, for a person to read."""
        where = f"{self.run}, code cell {self.cell}" if self.cell else str(self.run)
        lines = [f"{where}: {self.message}"]
        lines += [f"    | {line}" for line in self.source.splitlines()]
        lines += [f"    {line}".rstrip() for line in self.traceback.splitlines()]
        return "\n".join(lines)


@dataclass(frozen=True)
class Outcome:
    """What came of one run: how long it took, and what failed."""

    seconds: float
    failures: tuple[Failure, ...]


def run_page(
    run: Run, target: Path, failed: Path, caches: Path, hardware: dict[str, Any]
) -> Outcome:
    """Execute a page top to bottom; its folder is the working directory.

    Args:
        run: what to execute.
        target: where the executed notebook goes if nothing fails.
        failed: where it goes, as far as it got, if something does.
        caches: folder for what libraries keep between runs (matplotlib's list of fonts).
        hardware: what to note of the machine (:func:`course_lib.authoring.machine.hardware`).
    """
    import nbclient.exceptions as raised

    notebook = read_notebook(run.page)
    started: list[int] = []  # indices of the cells begun: where the kernel was when it died
    start = time.perf_counter()
    problem = last_words = ""
    try:
        with tempfile.TemporaryDirectory(prefix="course-") as profile:
            private = Path(profile)
            log = private / "log"
            variables = environment(run, private, caches)
            try:
                client = _client(notebook, run.page.path.parent, private, started)
                with log.open("w") as output:
                    client.execute(env=variables, stdout=output, stderr=output)
            finally:
                last_words = _shorten(log.read_text("utf-8", errors="replace"))
    except raised.CellExecutionError:
        last_words = ""  # the cell holds the traceback
    except raised.CellTimeoutError:
        last_words = ""
        notebook.cells[started[-1]]["outputs"] = []  # of our own interruption
        problem = (
            f"ran past its limit of {_timeout(notebook)} s: make it cheaper, or set "
            "`mystnb: {execution_timeout: N}` in the page's front matter"
        )
    except raised.DeadKernelError:
        problem = "the kernel died here: killed (memory used up?) or crashed in compiled code"
    except (OSError, RuntimeError) as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            problem, last_words = DISK_FULL, ""
        else:
            problem = f"the kernel did not start or answer: {' '.join(str(error).split())}"
    seconds = time.perf_counter() - start
    notebook.metadata["course"] = {
        "seconds": round(seconds, 2),
        "device": run.device,
        "hardware": hardware,
        "versions": versions(),
        "seed": run.seed,
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
    }
    failures = _failures(run, notebook, failed)
    if problem:
        at = notebook.cells[started[-1]] if started else None
        failures.append(_failure(run, notebook, at, problem, failed, traceback=last_words))
    try:
        write_notebook(notebook, failed if failures else target)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        failures.append(Failure(run, DISK_FULL))
    return Outcome(seconds, tuple(failures))


def environment(run: Run, profile: Path, caches: Path) -> dict[str, str]:
    """Return the kernel's environment: seed and device set, and nothing of the user's settings.

    One thread each, since pages run in parallel and two threads a page collapse on a busy
    machine; a CPU run sees no GPU; sets iterate in the same order each time.
    """
    own = {f"{name}_NUM_THREADS": "1" for name in _THREADS}
    own |= {
        "COURSE_SEED": str(run.seed),
        "COURSE_DEVICE": run.device,
        "PYTHONHASHSEED": "0",
        "PYTHONFAULTHANDLER": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "IPYTHONDIR": str(profile),
        "MPLCONFIGDIR": str(caches / "matplotlib"),
    }
    if not run.device.startswith("cuda"):
        own["CUDA_VISIBLE_DEVICES"] = "-1"
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"}
    return kept | own


def write_notebook(notebook: Any, path: Path) -> None:
    """Write a notebook so that ``path`` holds either all of it or what it held before."""
    write_whole(path, f"{json.dumps(notebook, indent=1, ensure_ascii=False)}\n")


def _client(notebook: Any, folder: Path, private: Path, started: list[int]) -> Any:
    """Return what runs ``notebook`` in ``folder``; its kernel's sockets lie in ``private``."""
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient

    class ThisPython(AsyncKernelManager):
        """Starts this environment's own Python, whatever `python3` a user has registered."""

        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            if os.name != "nt" and len(str(private)) < _LONGEST_FOLDER:
                # Two kernels that start at once may pick the same TCP port; and files are private.
                self.transport, self.connection_file = "ipc", str(private / "kernel.json")

        def _kernel_spec_manager_default(self) -> Any:
            return KernelSpecManager(kernel_dirs=[])

    def note(cell: Any, cell_index: int) -> None:
        if cell.cell_type == "code":
            started.append(cell_index)

    return NotebookClient(
        notebook,
        kernel_name="python3",
        kernel_manager_class=ThisPython,
        resources={"metadata": {"path": str(folder)}},
        timeout=_timeout(notebook),
        startup_timeout=_PATIENCE,
        iopub_timeout=_PATIENCE,
        raise_on_iopub_timeout=True,
        coalesce_streams=True,  # chunks of a stream arrive differently each time
        record_timing=False,
        store_widget_state=False,
        on_cell_start=note,
    )


def _timeout(notebook: Any) -> int:
    return int(notebook.metadata.get("mystnb", {}).get("execution_timeout", CELL_TIMEOUT))


def _failures(run: Run, notebook: Any, failed: Path) -> list[Failure]:
    """Return what the outputs show: errors that no one announced, and words on stderr."""
    failures = []
    for cell in code_cells(notebook):
        for output in cell.outputs:
            if output.output_type == "error" and not _announced(run, cell, output.ename):
                failures.append(_error(run, notebook, cell, output, failed))
            elif output.output_type == "stream" and output.name == "stderr":
                message = "wrote to stderr, and a warning is an error here"
                text = _shorten(output.text)
                failures.append(_failure(run, notebook, cell, message, failed, traceback=text))
    return failures


def _announced(run: Run, cell: Any, kind: str) -> bool:
    """Say whether a cell may end in this error.

    A solution's checks must pass, and a student's as handed out must all say "not attempted",
    though both carry the tag that lets the notebook run on.
    """
    if "raises-exception" not in tags(cell):
        return False
    graded = cell.metadata.get("nbgrader", {}).get("grade", False)
    if run.page.kind == "solution":
        return not graded
    if run.page.kind == "student":
        return not graded or kind == "NotAttempted"
    return True


def _error(run: Run, notebook: Any, cell: Any, output: Any, failed: Path) -> Failure:
    traceback = _shorten("\n".join(output.traceback))
    message = f"{output.ename}: {output.evalue}".splitlines()[0]
    if "No space left on device" in message:
        message, traceback = DISK_FULL, ""
    return _failure(run, notebook, cell, message, failed, traceback=traceback, kind=output.ename)


def _failure(
    run: Run, notebook: Any, cell: Any, message: str, failed: Path, **more: str
) -> Failure:
    if cell is None:
        return Failure(run, message, notebook=failed)
    number = code_cells(notebook).index(cell) + 1
    source = "\n".join(cell.source.splitlines()[:_SHOWN_LINES])
    return Failure(run, message, number, source, notebook=failed, **more)


def _shorten(text: str) -> str:
    """Return ``text`` without colours; of a long traceback only its two ends."""
    lines = _ANSI.sub("", text).strip().splitlines()
    if len(lines) > _TRACEBACK_LINES:
        half = _TRACEBACK_LINES // 2
        lines = [*lines[:half], f"... {len(lines) - 2 * half} lines ...", *lines[-half:]]
    return "\n".join(lines)
