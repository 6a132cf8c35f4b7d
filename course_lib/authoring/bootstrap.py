"""Set up ``.venv`` from a bare Python: run by ``make``, or by hand where there is no make.

    python3 course_lib/authoring/bootstrap.py

Imports nothing but the standard library and keeps to the syntax of Python 3.6, so that an old
Python reaches the line that says it is too old. TORCH=cpu (or cu126, cu130, ...) in the
environment picks PyTorch's own builds; CONSTRAINTS= (empty) takes the newest versions instead
of the pinned ones.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import List, NoReturn, Optional  # noqa: UP035 (list[str] would be too new a syntax)

OLDEST = (3, 11)
SPACE_NEEDED = 6  # GiB: 2.3 installed, as much again while unpacking, some air
NO_BUILD = "no build of "
CAUSES = (
    # what pip prints, and what a person should read instead
    (r"No space left on device", "the disk is full: free 6 GiB and retry"),
    (
        r"name resolution|NewConnectionError|Network is unreachable|ConnectTimeout|ReadTimeout"
        r"|Connection (refused|reset|aborted)|nodename nor servname|ProxyError",
        "the package index cannot be reached: check the network (or the proxy) and retry",
    ),
    (r"ensurepip", "Python's venv module is incomplete: sudo apt-get install python3-venv"),
    (
        r"No matching distribution found for ([^\s(]+)",
        NO_BUILD + r"\1 was found for this Python: check the network, or use Python 3.11 to 3.13",
    ),
)


def stop(message: str) -> NoReturn:
    """End with one line that names what was wrong and the cure."""
    sys.stderr.write(f"setup: {message}\n")
    raise SystemExit(1)


def newest_python() -> str:
    """Return the path of an installed Python that is new enough, or end saying there is none."""
    if sys.version_info >= OLDEST:
        return sys.executable
    for name in ("python3.13", "python3.12", "python3.11"):
        found = shutil.which(name)
        # A version manager's shim can be on the PATH and yet start nothing: try it.
        if found and subprocess.call([found, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            return found
    stop(
        f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}: install one, "
        "or name it with `make PYTHON=/path/to/python3 ...`"
    )


def attempt(command: List[str], log: Path) -> Optional[str]:  # noqa: UP006, UP045
    """Run ``command`` with its output in ``log``; return None, or one line on why it failed."""
    with log.open("w") as output:
        code = subprocess.call(command, stdout=output, stderr=subprocess.STDOUT)
    if code == 0:
        return None
    text = log.read_text()
    for pattern, cure in CAUSES:
        found = re.search(pattern, text)
        if found:
            return f"{found.expand(cure)} (whole log: {log})"
    last = [line for line in text.splitlines() if line.strip()][-1:]
    return f"{''.join(last) or 'failed without a word'} (whole log: {log})"


def run(command: List[str], log: Path) -> None:  # noqa: UP006
    """Run ``command`` with its output in ``log``; end with one line if it fails."""
    problem = attempt(command, log)
    if problem:
        stop(problem)


def fingerprint(root: Path, python: str, *others: str) -> str:
    """Return what an environment should be made from, as one hash."""
    digest = hashlib.sha256()
    for name in ("pyproject.toml", "constraints.txt", *others):
        digest.update((root / name).read_bytes())
    for part in (str(root), python, os.environ.get("TORCH"), os.environ.get("CONSTRAINTS")):
        digest.update(repr(part).encode())
    return digest.hexdigest()


def python_of(venv: Path) -> str:
    """Return the path of an environment's Python."""
    return str(venv / ("Scripts" if os.name == "nt" else "bin") / "python")


def pip_install(venv: Path) -> List[str]:  # noqa: UP006
    """Return the beginning of a command that installs into an environment."""
    return [python_of(venv), "-m", "pip", "install", "--progress-bar=off"]


def project(root: Path, extras: str = "") -> List[str]:  # noqa: UP006
    """Return pip's arguments for this project: which versions, and where PyTorch comes from."""
    arguments = ["-e", str(root) + extras]
    constraints = os.environ.get("CONSTRAINTS", str(root / "constraints.txt"))
    if constraints:
        arguments += ["-c", constraints]
    if os.environ.get("TORCH"):
        builds = "https://download.pytorch.org/whl/" + os.environ["TORCH"]
        arguments += ["--extra-index-url", builds]
    return arguments


def begin(root: Path, venv: Path, wanted: str, about: str) -> Optional[Path]:  # noqa: UP045
    """Make an empty environment and return the folder for logs; None if it is as wanted already."""
    stamp = venv / "made-from"
    if stamp.exists():
        if stamp.read_text() == wanted:
            return None
        stamp.unlink()
    if shutil.disk_usage(str(root)).free < SPACE_NEEDED * 1024**3:
        stop(f"the disk of {root} has less than {SPACE_NEEDED} GiB free: free some and retry")
    logs = root / "_build" / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    sys.stderr.write(f"setup: installing {about} into {venv.name} (a few minutes, once) ...\n")
    run([newest_python(), "-m", "venv", "--clear", str(venv)], logs / "venv.log")
    return logs


def set_up(root: Path) -> None:
    """Make or renew ``root/.venv``; return at once when it is what the project asks for."""
    venv = root / ".venv"
    wanted = fingerprint(root, newest_python())
    logs = begin(root, venv, wanted, "the course")
    if logs:
        run(pip_install(venv) + project(root, "[docs,tests]"), logs / "pip.log")
        (venv / "made-from").write_text(wanted)


if __name__ == "__main__":
    try:
        set_up(Path(__file__).resolve().parents[2])
    except OSError as error:
        stop(f"{error.strerror or error}: {error.filename or ''}")
