"""A guest without isolation: an ordinary process, for tests and for ``--isolation none``."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SECRETS = ("COURSE_TERM",)
"""Variables of the environment that student code must not see."""


class PlainGuest:
    """One process in a session of its own, with a working directory that goes with it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="course-guest-")
        self.socket, theirs = socket.socketpair()
        command = [sys.executable, "-m", "course_lib.grading.boundary.guest"]
        how: dict[str, Any] = {"cwd": self._folder.name, "env": dict(environment)}
        how |= dict.fromkeys(("stdout", "stderr"), subprocess.DEVNULL)
        with theirs:
            if sys.platform == "win32":  # no descriptor is inherited there, a copy is made for it
                self._process = subprocess.Popen(command, stdin=subprocess.PIPE, **how)
                assert self._process.stdin is not None
                with self._process.stdin as channel:
                    channel.write(theirs.share(self._process.pid))
            else:
                number = theirs.fileno()
                how |= {"stdin": subprocess.DEVNULL, "start_new_session": True}
                self._process = subprocess.Popen([*command, str(number)], pass_fds=[number], **how)

    def kill(self) -> None:
        """End it, what it started (on Windows it alone) and its folder."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if sys.platform == "win32":
                self._process.kill()
            else:
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        with contextlib.suppress(OSError):
            self._folder.cleanup()

    def died(self) -> str | None:
        """Return why it ended: "killed", "exit N"; None where it still runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(0.5)  # its socket closes a moment before it is gone
        code = self._process.returncode
        return None if code is None else "killed" if code < 0 else f"exit {code}"


class PlainGuests:
    """Starts guests that are ordinary processes."""

    isolation = "none"

    def open(self) -> PlainGuest:
        """Start one."""
        library = str(Path(__file__).parents[3])
        environment = {k: v for k, v in os.environ.items() if k not in SECRETS}
        path = [library, *filter(None, [environment.get("PYTHONPATH")])]
        return PlainGuest(
            environment
            | {"MPLBACKEND": "Agg", "PYTHONPATH": os.pathsep.join(path), "OMP_NUM_THREADS": "1"}
        )
