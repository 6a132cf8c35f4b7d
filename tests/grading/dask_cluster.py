"""A Dask scheduler and workers, each a process of its own on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import psutil

ROOT = Path(__file__).parents[2]
_SECONDS = 60.0  # for a process to start, on a machine that has much else to do


def wait_until(holds: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until something holds; fail if it does not in time."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.005)


class DaskCluster:
    """What is started here lives in one folder, and is ended with the block.

    Attributes:
        address: the scheduler's.
    """

    def __init__(self, folder: Path, protocol: str = "tcp", words: tuple[str, ...] = ()) -> None:
        folder.mkdir()
        self.folder, self.protocol, self.words = folder, protocol, words
        self.processes: dict[str, psutil.Process] = {}
        told = folder / "scheduler.json"
        words = ("--port", "0", "--scheduler-file", str(told))
        self._start(
            "scheduler", "scheduler", *words, path=(without_library(folder / "no-library"),)
        )
        self._wait("scheduler", told.exists)
        self.address = json.loads(told.read_text("utf-8"))["address"]

    def worker(self, name: str, *path: Path, wait: bool = True) -> None:
        """Start a worker that grades one at a time, in an empty folder.

        Args:
            name: its own.
            path: where it finds modules.
            wait: whether to wait until the scheduler knows it.
        """
        about = ("--nthreads", "1", "--no-nanny", "--memory-limit", "0", "--name", name)
        self._start("worker", name, self.address, *about, path=path or (ROOT,))
        if wait:
            self.registered(name)

    def registered(self, name: str) -> None:
        """Wait until the scheduler knows a worker."""
        log = self.folder / name / "log"
        self._wait(name, lambda: "Registered to" in log.read_text("utf-8"))

    def kill(self, name: str) -> None:
        """End a process as a power cut would, and see that nothing is left of it."""
        process = self.processes.pop(name)
        family = [process, *process.children(recursive=True)]
        process.kill()
        _, alive = psutil.wait_procs(family, timeout=10)
        assert not [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for name in list(self.processes):
            self.kill(name)

    def _start(self, kind: str, name: str, *words: str, path: tuple[Path, ...]) -> None:
        place = self.folder / name
        place.mkdir()
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *words, "--no-dashboard"]
        command += ["--host", "127.0.0.1", "--protocol", self.protocol, *self.words]
        settings = {"DASK_TEMPORARY_DIRECTORY": str(place)}
        settings["PYTHONPATH"] = os.pathsep.join(map(str, path))
        with (place / "log").open("wb") as log:
            self.processes[name] = psutil.Popen(
                command,
                cwd=place,
                env=os.environ | settings,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def _wait(self, name: str, ready) -> None:
        until = time.monotonic() + _SECONDS
        while not ready():
            alive = self.processes[name].poll() is None and time.monotonic() < until
            assert alive, (self.folder / name / "log").read_text("utf-8")
            time.sleep(0.05)


def without_library(folder: Path) -> Path:
    """Return a place for modules that hides every course_lib that is installed.

    An empty package would not do: an editable installation finds the modules within it.
    """
    (folder / "course_lib").mkdir(parents=True)
    missing = "raise ModuleNotFoundError(\"No module named 'course_lib'\", name='course_lib')\n"
    (folder / "course_lib" / "__init__.py").write_text(missing)
    return folder
