"""Guests forked from one process that has imported what exercises import; for tests only.

    python tests/grading/forked.py DESCRIPTOR

A fresh process for each of hundreds of answers would take seconds each.
"""

from __future__ import annotations

import array
import contextlib
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]


class ForkedGuest:
    """A child of the process that forks."""

    def __init__(self, control: socket.socket) -> None:
        self.socket, theirs = socket.socketpair()
        with theirs:
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [theirs.fileno()]))]
            control.sendmsg([b"f"], rights)
        (self._pid,) = struct.unpack(">i", control.recv(4))

    def kill(self) -> None:
        """End it; its parent reaps it."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._pid, signal.SIGKILL)

    def died(self) -> str | None:
        """Say nothing: who forked it knows."""
        return None


class ForkedGuests:
    """Starts guests by forking."""

    def __init__(self, store: Path | None = None) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, __file__, str(theirs.fileno())]
            environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
            environment.pop("COURSE_TERM", None)
            self._process = subprocess.Popen(
                command,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=None if os.environ.get("FORKED_STDERR") else subprocess.DEVNULL,
                env=environment | {"MPLBACKEND": "Agg", "PYTHONHASHSEED": "0"},
            )

    def open(self) -> ForkedGuest:
        """Fork."""
        return ForkedGuest(self._control)

    def close(self) -> None:
        """End the process that forks."""
        self._control.close()
        self._process.wait(10)


def main(descriptor: int) -> None:
    """Fork a guest for every message, until the connection ends."""
    import torch

    import course_lib.grading.boundary.guest as guest
    from course_lib.grading.isolation.sandbox import MODULES
    from course_lib.grading.isolation.zygote import load

    torch.set_num_threads(1)
    load(MODULES)  # as a sandbox does
    guest.prepare()
    control = socket.socket(fileno=descriptor)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, rights, *_ = control.recvmsg(1, socket.CMSG_SPACE(4))
        if not message:
            return
        (connection,) = array.array("i", rights[0][2])
        pid = os.fork()
        if pid == 0:
            control.close()
            os.setsid()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            with tempfile.TemporaryDirectory() as folder:
                os.chdir(folder)
                guest.serve(socket.socket(fileno=connection))
            os._exit(0)
        os.close(connection)
        control.send(struct.pack(">i", pid))


if __name__ == "__main__":
    main(int(sys.argv[1]))
