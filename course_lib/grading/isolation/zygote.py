"""The warm process inside the sandbox: imports once, then forks a confined guest per request.

It only imports: one thread, no operation of torch, nothing that a fork would break. It reads
requests from its worker alone; no submission can reach it, for each has namespaces of its own.
Started by ``sandbox`` as a program, ``python -m course_lib.grading.isolation.zygote``.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import random
import re
import signal
import socket
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

from course_lib.grading.isolation import confine
from course_lib.grading.isolation.confine import ConfineError, Limits
from course_lib.grading.isolation.keeper import Keeper, resident


class Zygote:
    """Forks guests that call ``entry``, "module:function", with their end of a socket."""

    def __init__(self, entry: str, limits: Limits) -> None:
        module, _, function = entry.partition(":")
        serving = importlib.import_module(module)
        self.serve = getattr(serving, function)
        if prepare := getattr(serving, "prepare", None):
            prepare()  # once here, and not in each child: a shell takes longer than a fork
        self.limits = limits
        self.filter = confine.syscall_filter()
        gc.collect()
        gc.freeze()  # else the first collection in a child copies every page it looks at
        _collapse()
        self.base, self.data = resident(), _data()

    def fork(self, connection: int, leash: int) -> None:
        """Start a guest in namespaces of its own; returns when they stand or were refused."""
        pid = os.fork()
        if pid:
            os.close(connection)
            os.close(leash)
            os.waitpid(pid, 0)
            return
        try:
            proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
            confine.enter_namespaces(self.limits.disk)
            if os.fork() == 0:  # process 1
                confine.close_all_but({connection: 3, leash: 4, proc: 5})
                self.keep(3, 4, 5)
        except BaseException as error:
            _report(leash, error)
        finally:
            os._exit(0)

    def keep(self, connection: int, leash: int, proc: int) -> NoReturn:
        """Fork the process that serves, and watch it; this process ends with it."""
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            confine.drop_privileges()
            first = os.fork()
            if first == 0:
                self.guest(connection)
            os.close(connection)
            channel = socket.socket(fileno=leash)
            Keeper(channel, first, proc, self.limits, self.base).run()
        except BaseException as error:
            _report(leash, error)
        finally:
            os._exit(0)

    def guest(self, connection: int) -> NoReturn:
        """Confine this process and serve; what it exits with is the submission's affair."""
        code = 70
        try:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            confine.close_all_but({connection: 3})
            os.setsid()
            os.chdir(confine.WORK)
            _seed()
            confine.limit(self.limits, self.data)
            confine.filter_syscalls(self.filter)
            channel = socket.socket(fileno=3)
            # A copy of this process, made by a submission, must not answer in its place.
            os.register_at_fork(after_in_child=_hang_up)
            self.serve(channel)
            code = 0
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else 1
        finally:
            os._exit(code)


def _hang_up() -> None:
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 3, inheritable=False)
    os.close(null)


def _seed() -> None:
    """Begin every submission at the same random numbers, so that a regrade is identical."""
    random.seed(0)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(0)
    if torch := sys.modules.get("torch"):
        torch.default_generator.manual_seed(0)  # manual_seed itself takes as long as a fork


def _data() -> int:
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    return 0


def _report(leash: int, error: BaseException) -> None:
    text = f"{type(error).__name__}: {error}"
    os.write(leash, json.dumps({"error": text[:500]}).encode())


def _collapse() -> None:
    """Put private memory into pages of 2 MB: a fork copies an entry for each, in a third the time.

    A write in a child still copies 4 kB. Linux before 6.1 knows no such wish and stays as it is.
    """
    libc, huge = ctypes.CDLL(None), 1 << 21
    pattern = r"^([0-9a-f]+)-([0-9a-f]+) rw-p \S+ 00:00 0 *(?:\[heap\])?$"
    for begin, end in re.findall(pattern, Path("/proc/self/maps").read_text("utf-8"), re.M):
        first, last = -(-int(begin, 16) // huge) * huge, int(end, 16) // huge * huge
        if last > first:
            libc.madvise(ctypes.c_void_p(first), ctypes.c_size_t(last - first), 25)


def can_nest(limits: Limits) -> str:
    """Try the namespaces that a guest needs; return what was refused, nothing where all is well."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            confine.enter_namespaces(limits.disk)
        except BaseException as error:
            os.write(writer, str(error).encode())
        finally:
            os._exit(0)
    os.close(writer)
    os.waitpid(pid, 0)
    with open(reader, "rb") as file:  # noqa: PTH123
        return file.read(500).decode("utf-8", "replace")


def load(names: Iterable[str]) -> None:
    """Import what notebooks import; what is not installed is left out."""
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError:
            continue


def main(descriptor: str, task: str) -> None:
    """Serve requests until the worker hangs up.

    Args:
        descriptor: of the socket to the worker: messages, each with two sockets for a new guest.
        task: what to prepare, as :mod:`course_lib.grading.isolation.sandbox` puts it.
    """
    asked = json.loads(task)
    limits = Limits(**asked["limits"])
    # Where the machine itself runs out of memory, a submission goes first, not its worker.
    Path("/proc/self/oom_score_adj").write_text("1000", "ascii")
    if os.getuid() == 0:
        confine.become(asked["uid"])
    control = socket.socket(fileno=int(descriptor))
    try:
        refused = can_nest(limits)
        load(asked["modules"])
        zygote = Zygote(asked["entry"], limits)
        threads = len([*Path("/proc/self/task").iterdir()])
    except ConfineError as error:
        control.send(json.dumps({"error": str(error)}).encode())
        return
    ready = {"refused": refused, "threads": threads, "base": zygote.base}
    control.send(json.dumps(ready).encode())
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 64, 2)
        if len(descriptors) != 2:
            return
        connection, leash = descriptors
        if message == b"last":  # no second one comes: this process itself keeps it
            control.close()
            zygote.keep(connection, leash, os.open("/proc", os.O_RDONLY | os.O_DIRECTORY))
        zygote.fork(connection, leash)


if __name__ == "__main__":
    main(*sys.argv[1:])
