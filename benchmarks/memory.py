"""What ``course grade`` takes of the memory, by process: each one's proportional set size.

A page that several processes share counts for each in part, so that the sum is what the machine
has to have.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from benchmarks.classes import environment
from course_lib.project import ProjectError

_EVERY = 0.25  # seconds between two looks
_WORKER = "course_lib.grading.scoring.worker"


def measure(folder: Path, workers: int) -> dict[str, float]:
    """Grade a class and watch.

    Returns:
        in MB, the most at any moment: ``worker`` of one worker with its sandbox, ``coordinator``,
        and ``all``.

    Raises:
        ProjectError: grading failed.
    """
    command = [sys.executable, "-m", "course_lib.cli", "grade", f"--workers={workers}"]
    peak = {"worker": 0.0, "coordinator": 0.0, "all": 0.0}
    with subprocess.Popen(
        command, cwd=folder, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as grading:
        while grading.poll() is None:
            for name, size in look(grading.pid).items():
                peak[name] = max(peak[name], size)
            time.sleep(_EVERY)
    if grading.returncode:
        raise ProjectError(f"course grade --workers={workers} failed")
    return {name: round(size, 1) for name, size in peak.items()}


def look(coordinator: int) -> dict[str, float]:
    """Return what is taken at this moment, in the form of :func:`measure`."""
    children = family()
    sizes = [
        sum(map(proportional, below(child, children)))
        for child in children.get(coordinator, ())
        if _WORKER in command_of(child)
    ]
    alone = proportional(coordinator)
    everyone = sum(map(proportional, below(coordinator, children)))
    return {"worker": max(sizes, default=0.0), "coordinator": alone, "all": everyone}


def family() -> dict[int, list[int]]:
    """Return the children of every process."""
    found: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue  # it has ended
            found.setdefault(parent, []).append(int(folder.name))
    return found


def below(process: int, children: dict[int, list[int]]) -> list[int]:
    """Return a process and all its descendants."""
    found = [process]
    for one in found:
        found += children.get(one, [])
    return found


def command_of(process: int) -> str:
    """Return a process's command line, empty where it has ended."""
    try:
        return Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def proportional(process: int) -> float:
    """Return a process's proportional set size in MB, 0 where it has ended or is out of reach."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024 / 1e6
