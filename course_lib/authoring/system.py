"""What the machine offers: programs that no Python package brings, memory, disk, devices."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from course_lib.project import Project, ProjectError

BROWSERS = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
BROWSER_PACKAGES = ("chromium", "fonts-dejavu-core")  # Debian's and Ubuntu's names
SANDBOX_PACKAGES = ("bubblewrap",)


@dataclass(frozen=True)
class Finding:
    """One thing looked for: whether it is as it should be, and the cure where it is not."""

    name: str
    good: bool
    found: str
    cure: str = ""

    def __str__(self) -> str:
        """Return the finding as one line."""
        cure = "" if self.good else f": {self.cure}"
        return f"{'ok  ' if self.good else 'lack'}  {self.name:<16} {self.found}{cure}"


def find_browser() -> str | None:
    """Return the path of a Chromium-like browser (COURSE_BROWSER first), or None."""
    named = os.environ.get("COURSE_BROWSER")
    candidates = [named] if named else BROWSERS
    return next(filter(None, map(shutil.which, candidates)), None)


def require_browser() -> str:
    """Return a browser's path; install Debian's Chromium where we may.

    Raises:
        ProjectError: there is none and we may not install one; says what to run.
    """
    found = find_browser()
    if found:
        return found
    install(BROWSER_PACKAGES)
    found = find_browser()
    if found:
        return found
    raise ProjectError(
        "no Chromium found, which the browser tests need: run "
        f"`{by_hand(BROWSER_PACKAGES)}`, or set COURSE_BROWSER to the path of one"
    )


def require_bubblewrap() -> None:
    """Have bubblewrap, which isolates submissions on Linux; install Debian's where we may.

    Elsewhere there is none to be had, and grading says so itself.

    Raises:
        ProjectError: it is missing and we may not install it; says what to run.
    """
    if sys.platform != "linux" or shutil.which("bwrap"):
        return
    install(SANDBOX_PACKAGES)
    if not shutil.which("bwrap"):
        raise ProjectError(
            "bubblewrap is missing, in which submissions run: run "
            f"`{by_hand(SANDBOX_PACKAGES)}` and try again"
        )


def install(packages: Sequence[str]) -> None:
    """Have apt-get install Debian's packages, as root or where sudo asks for no password."""
    apt = ["apt-get"] if os.name == "posix" and os.geteuid() == 0 else ["sudo", "-n", "apt-get"]
    if not all(map(shutil.which, {apt[0], "apt-get"})):
        return
    if apt[0] == "sudo" and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode:
        return
    sys.stderr.write(f"installing {' '.join(packages)} ...\n")
    for arguments in (["update"], ["install", "--yes", *packages]):
        subprocess.run([*apt, *arguments], stdin=subprocess.DEVNULL, capture_output=True)


def by_hand(packages: Sequence[str]) -> str:
    """Return the line that installs packages here, by Debian's names where nothing else is."""
    known = {"apt-get": "sudo apt-get install", "dnf": "sudo dnf install",
             "pacman": "sudo pacman -S", "zypper": "sudo zypper install"}  # fmt: skip
    found = next(filter(shutil.which, known), "apt-get")
    names = packages if found == "apt-get" else [p for p in packages if not p.startswith("fonts-")]
    return " ".join([known[found], *names])


def _devices() -> Finding:
    probe = "import torch; print(torch.cuda.get_device_name() if torch.cuda.is_available() else '')"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True)
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:]
        return Finding("PyTorch", False, "".join(reason), "remove .venv and run make again")
    return Finding("PyTorch", True, done.stdout.strip() or "CPU only, which is all the book needs")


def diagnose(project: Project) -> list[Finding]:
    """Return what was found on this machine, one finding a line."""
    free = shutil.disk_usage(project.root).free / 1024**3
    browser = find_browser()
    python = platform.python_version()
    return [
        Finding("Python", sys.version_info >= (3, 11), python, "install Python 3.11 or newer"),
        Finding("disk", free > 2, f"{free:.0f} GiB free", "free 2 GiB"),
        Finding("git", bool(shutil.which("git")), str(shutil.which("git")), "install git"),
        Finding("browser", bool(browser), str(browser),
                f"only `make test` needs one: {by_hand(BROWSER_PACKAGES)}"),
        Finding("processors", True, f"{os.cpu_count()} × {platform.machine()}"),
        _devices(),
    ]  # fmt: skip


def scripts_path() -> str:
    """Return PATH with this environment's scripts first (nbgrader calls alembic by name)."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
