"""Steps of nbgrader's in processes of their own, with a budget, and nothing left behind."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

SECONDS = 420
"""Budget of one step, the start of Python and of a kernel included."""


class StepError(Exception):
    """A step failed; the message is what its log says last."""


def take_step(root: Path, step: str, task: dict[str, Any]) -> Any:
    """Take one step of :mod:`course_lib.grading.worker` and return what it found.

    Raises:
        StepError: it failed.
        subprocess.TimeoutExpired: it took longer than its budget.
    """
    scripts = str(Path(sys.executable).parent)  # nbgrader calls alembic by name
    environment = os.environ | {"PATH": os.pathsep.join([scripts, os.environ.get("PATH", "")])}
    with tempfile.TemporaryDirectory(prefix="course-grade-") as scratch:
        result, log = Path(scratch) / "result.json", Path(scratch) / "log"
        command = [sys.executable, "-m", "course_lib.grading.worker", str(root), step]
        command += [json.dumps(task), str(result)]
        with log.open("wb") as sink:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                env=environment,
                start_new_session=True,
            )
            try:
                process.wait(SECONDS)
            finally:
                _end(process)
        if process.returncode or not result.is_file():
            raise StepError(_last_error(log.read_text("utf-8", errors="replace")))
        return json.loads(result.read_text("utf-8"))


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and its group; its kernel ends itself when its parent is gone."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _last_error(log: str) -> str:
    """Return the last line of a log that names an exception, else its last line."""
    lines = [line.strip() for line in log.splitlines() if line.strip()] or ["it wrote nothing"]
    named = [line for line in lines if line.partition(":")[0].endswith(("Error", "Exception"))]
    return (named or lines)[-1][:300]
