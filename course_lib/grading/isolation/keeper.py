"""Process 1 of a submission's own world: watches its limits, reaps, and takes all down with it.

It runs no code of the submission and reads nothing from it. To the worker it speaks over a leash, a
socket of messages (JSON): ``{"ready": true}`` with a descriptor by which the worker can kill it,
and at the end ``{"reason": …, "cpu": …, "peak": …}``. From the worker it takes ``usage`` and
``kill``. If the worker goes away, the leash ends and so does everything here.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, field

from course_lib.grading.isolation.confine import WRITABLE, Limits

_TICK = 0.05  # seconds between two looks at memory; a processor fills some 100 MB in that time
_HERTZ = os.sysconf("SC_CLK_TCK")


@dataclass
class Keeper:
    """Watches one submission, whose first process is our child.

    Attributes:
        leash: to the worker.
        first: the process that serves.
        proc: descriptor of a /proc that shows all our descendants.
        limits: of the submission.
        base: bytes of memory that a process forked like it has from the start.
    """

    leash: socket.socket
    first: int
    proc: int
    limits: Limits
    base: int
    peak: int = 0
    gone_cpu: float = 0.0
    status: int | None = None
    reason: str | None = None
    _cpu: float = 0.0
    _me: int = field(init=False)

    def __post_init__(self) -> None:
        self._me = int(os.readlink("self", dir_fd=self.proc))

    def run(self) -> None:
        """Watch until the first process ends, a limit is passed or the worker says so."""
        watcher = select.poll()
        first = os.pidfd_open(self.first)
        me = os.pidfd_open(os.getpid())
        watcher.register(self.leash, select.POLLIN)
        watcher.register(first, select.POLLIN)
        socket.send_fds(self.leash, [b'{"ready": true}'], [me])
        os.close(me)
        looked = 0.0
        while self.reason is None:
            events = dict(watcher.poll(int(_TICK * 1000)))
            if self.leash.fileno() in events and not self._obey():
                break
            self._reap()
            if self.status is not None:
                self.reason = self.reason or _reason(self.status)
            elif time.monotonic() - looked >= _TICK:
                self._look()
                looked = time.monotonic()
        self._end()

    def _obey(self) -> bool:
        """Answer the worker; False where it has gone away."""
        message = self.leash.recv(64)
        if message == b"usage":
            self._look()
            self._tell(self.reason)
        elif message == b"kill":
            self.reason = "killed"
        return message != b""

    def _look(self) -> None:
        """Measure what the submission uses, and judge it."""
        cpu, memory = self.gone_cpu, sum(map(_filled, WRITABLE))
        for pid, seconds in self._processes().items():
            cpu += seconds
            memory += max(0, _resident(self.proc, pid) - self.base)
        self.peak = max(self.peak, memory)
        if memory > self.limits.memory:
            self.reason = "memory"
        elif cpu > self.limits.cpu:
            self.reason = "cpu"
        self._cpu = cpu

    def _processes(self) -> dict[int, float]:
        """Return {process: its seconds of CPU} of all our descendants."""
        parents, seconds = {}, {}
        for name in os.listdir(self.proc):  # noqa: PTH208 -- a descriptor
            if name.isdecimal() and (text := _read(self.proc, f"{name}/stat")):
                fields = text.rpartition(")")[2].split()
                parents[int(name)] = int(fields[1])
                seconds[int(name)] = sum(map(int, fields[11:13])) / _HERTZ
        found: dict[int, float] = {}
        layer = {self._me}
        while layer:
            layer = {pid for pid, parent in parents.items() if parent in layer and pid not in found}
            found |= {pid: seconds[pid] for pid in layer}
        return found

    def _reap(self) -> None:
        with suppress(ChildProcessError):
            while True:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
                if pid == 0:
                    return
                self.gone_cpu += usage.ru_utime + usage.ru_stime
                if pid == self.first:
                    self.status = status

    def _end(self) -> None:
        """Kill all, and say how it ended; the kernel takes what is left when process 1 exits."""
        with suppress(OSError):
            os.kill(-1, signal.SIGKILL)
        deadline = time.monotonic() + 2
        with suppress(ChildProcessError):
            while time.monotonic() < deadline:
                pid, _, usage = os.wait4(-1, os.WNOHANG)
                if pid:
                    self.gone_cpu += usage.ru_utime + usage.ru_stime
                else:
                    time.sleep(0.001)
        self._cpu = self.gone_cpu
        self._tell(self.reason or "killed")

    def _tell(self, reason: str | None) -> None:
        message = {"reason": reason, "cpu": round(self._cpu, 3), "peak": self.peak}
        with suppress(OSError):
            self.leash.send(json.dumps(message).encode(), socket.MSG_DONTWAIT)


def _reason(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    if code == -signal.SIGXCPU:
        return "cpu"
    return f"exit {code}" if code >= 0 else "killed"


def _filled(folder: str) -> int:
    """Return the bytes that files take in a folder that is a file system in memory."""
    system = os.statvfs(folder)
    return (system.f_blocks - system.f_bfree) * system.f_frsize


def _resident(proc: int, pid: int) -> int:
    """Return the bytes that a process keeps in memory, other than of files on disk."""
    total = 0
    for line in (_read(proc, f"{pid}/status") or "").splitlines():
        if line.startswith(("RssAnon:", "RssShmem:")):
            total += int(line.split()[1]) * 1024
    return total


def resident() -> int:
    """Return the same of this process."""
    proc = os.open("/proc", os.O_RDONLY)
    try:
        return _resident(proc, os.getpid())
    finally:
        os.close(proc)


def _read(folder: int, name: str) -> str | None:
    try:
        fd = os.open(name, os.O_RDONLY, dir_fd=folder)
    except OSError:
        return None
    try:
        return os.read(fd, 1 << 14).decode("ascii", "replace")
    except OSError:
        return None
    finally:
        os.close(fd)
