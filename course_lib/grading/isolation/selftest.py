"""Whether this machine can isolate a submission: each wall is tried from the inside."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_lib.grading.isolation.cures import NONE, cure
from course_lib.grading.isolation.probe import ask
from course_lib.grading.isolation.sandbox import Guest, Limits, Sandbox, SandboxError

_SMALL = Limits(memory=96 << 20, processes=8, file_size=1 << 20, disk=2 << 20)

_ORDINARY = "grade as an ordinary user, not as a container's root, on Linux 5.14 or newer"

_NETWORK = """
import socket
result = []
for family, address in ((2, ("1.1.1.1", 53)), (2, ("127.0.0.1", {port})), (1, {name!r})):
    try:
        with socket.socket(family, socket.SOCK_STREAM) as s:
            s.settimeout(2)
            s.connect(address)
        result.append(str(address))
    except (ConnectionRefusedError, TimeoutError) as error:
        if family == 2:
            result.append(f"{{address[0]}}: {{error}}")
    except OSError:
        pass
"""
_SYSTEM = """
import os, pathlib
result = []
for folder in ("/", "/usr", "/usr/bin", "/etc", "/dev", "/proc", "/course", {prefix!r}):
    if os.path.isdir(folder):
        try:
            pathlib.Path(folder, "written-by-self-test").write_text("x")
            result.append(folder)
        except OSError:
            pass
"""
_PROCESSES = """
import os
me, result = os.getpid(), []
for pid in range(1, 4096):
    if pid != me:
        try:
            os.kill(pid, 0)
            result.append(pid)
        except OSError:
            pass
"""
_CALLS = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
result = [] if libc.unshare(0x10000000) else ["unshare"]
result += [] if libc.ptrace(0, 0, 0, 0) else ["ptrace"]
"""
_THREADS = """
import threading
stop, threads = threading.Event(), []
try:
    for _ in range(200):
        threads.append(threading.Thread(target=stop.wait))
        threads[-1].start()
except RuntimeError:
    threads.pop()
stop.set()
result = len(threads)
"""
_DISK = """
import os
result = []

def fill(path, size):
    total = 0
    try:
        with open(path, "wb", buffering=0) as file:
            while total < size:
                total += file.write(b"x" * (1 << 18))
    except OSError:
        pass
    return total

for folder in ("/tmp", "/work", "/dev/shm"):
    paths = [f"{folder}/{number}" for number in range(8)]
    one = fill(paths[0], 2 << 20)
    total = sum(fill(path, 3 << 18) for path in paths)
    if one > 1 << 20 or total > 2 << 20:
        result.append(f"{folder} took a file of {one} bytes, {total} bytes in all")
    for path in paths:
        if os.path.exists(path):
            os.remove(path)
"""


@dataclass(frozen=True)
class Finding:
    """One thing that was tried.

    Attributes:
        name: what holds where all is well.
        good: whether it does.
        cure: what to do where it does not; what was seen stands first.
        required: whether grading refuses without it.
    """

    name: str
    good: bool
    cure: str = ""
    required: bool = True

    def __str__(self) -> str:
        """Return the finding as one line."""
        return f"ok    {self.name}" if self.good else f"lack  {self.name}: {self.cure}"


def self_test(secret: Iterable[Path] = (), **options: Any) -> list[Finding]:
    """Try the sandbox from inside, in under two seconds.

    Args:
        secret: files and folders that no submission may see, beside the home folder.
        options: passed on to :class:`Sandbox`, for tests.

    Returns:
        What was found; where the first finding is bad, nothing else could be tried.
    """
    asked: dict[str, Any] = {"limits": _SMALL, "modules": (), **options}
    try:
        with Sandbox(entry="course_lib.grading.isolation.probe:serve", **asked) as sandbox:
            guest = sandbox.open()
            warm = sandbox.isolation.endswith("warm")
            try:
                found = [*_walls(guest, secret, warm), *_limits(guest)]
            finally:
                guest.kill()
    except SandboxError as error:
        return [Finding("submissions run in bubblewrap", False, str(error))]
    return [
        Finding("submissions run in bubblewrap", True),
        *found,
        _finding(
            "one warm process serves them all",
            warm or not asked.get("warm", True),
            f"each submission starts Python anew, some seconds with torch: {cure()}",
            required=False,
        ),
    ]


def _walls(guest: Guest, secret: Iterable[Path], warm: bool) -> Iterable[Finding]:
    paths = [str(path) for path in (*_homes(), *secret) if path.exists()]
    where = "move Python's environment out of it, or out of the checkout"
    seen = f"import os\n{_TRY}\nresult = [p for p in {paths!r} if shows(p)]"
    yield _none("your files are absent", guest, seen, where)
    name = f"\0self-test-{os.getpid()}"  # of no file: the network namespace is its only wall
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as local:
        local.bind(name)
        local.listen()
        source = _NETWORK.format(port=server.getsockname()[1], name=name)
        yield _none("there is no network", guest, source, NONE)
    yield _none("the system is read-only", guest, _SYSTEM.format(prefix=sys.prefix), NONE)
    # Without a process namespace of its own, a submission sees bubblewrap and its own keeper.
    others = 1 if warm else 2
    visible = f"{_PROCESSES}\nresult = result[{others}:]"
    yield _none("other processes are out of reach", guest, visible, NONE)
    yield _none("system calls are filtered", guest, _CALLS, cure("seccomp"))


_TRY = """
def shows(path):
    try:
        return os.path.isfile(path) or bool(os.listdir(path))
    except OSError:
        return False
"""


def _homes() -> list[Path]:
    """Return what of the home folder must be absent; parts of it may hold Python itself."""
    home = Path.home()
    return [home / name for name in (".ssh", ".bash_history", ".config", ".gitconfig", ".netrc")]


def _limits(guest: Guest) -> Iterable[Finding]:
    yield _none("files are limited", guest, _DISK, NONE)
    threads = _result(guest, _THREADS)
    good = isinstance(threads, int) and 0 < threads <= _SMALL.processes
    yield _finding("processes are limited", good, f"{threads} threads started: {_ORDINARY}")
    grown = "import os\nlater = [os.urandom(1 << 20) for _ in range(400)]"
    said = _result(guest, grown)
    reason = guest.died()
    text = f"it ended as {reason or said}: {NONE}"
    yield _finding("memory is limited", reason == "memory", text)


def _none(name: str, guest: Guest, source: str, remedy: str) -> Finding:
    found = _result(guest, source)
    text = ", ".join(map(str, found)) if isinstance(found, list) else str(found)
    return _finding(name, found == [], f"{text}: {remedy}")


def _finding(name: str, good: bool, remedy: str, required: bool = True) -> Finding:
    return Finding(name, good, "" if good else remedy, required)


def _result(guest: Guest, source: str) -> Any:
    try:
        return ask(guest.socket, source)
    except (OSError, EOFError, RuntimeError) as error:
        lines = str(error).strip().splitlines()
        return lines[-1] if lines else type(error).__name__


def require_sandbox(secret: Iterable[Path] = ()) -> list[Finding]:
    """Run the self-test and demand that everything required holds.

    Raises:
        SandboxError: with the first finding that is bad, and its cure.
    """
    found = self_test(secret)
    for finding in found:
        if finding.required and not finding.good:
            raise SandboxError(
                f"not so here: {finding.name} ({os.uname().release}): {finding.cure}"
            )
    return found
