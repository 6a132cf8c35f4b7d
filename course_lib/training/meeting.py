"""How the processes of a run meet, speak to one another, and end together."""

from __future__ import annotations

import atexit
import functools
import itertools
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist

_PATIENCE = timedelta(minutes=10)  # to wait for a process that is late but alive
_GRACE = 3.0  # seconds in which torchrun ends those that need not speak
_ZOMBIE = 0.5  # seconds within which a process whose connections are closed is seen to have ended
_meetings = itertools.count()
_blocks = itertools.count()


class _Terminated(BaseException):
    """SIGTERM came, as torchrun sends it to the others when one process has ended."""


def meet() -> tuple[int, int]:
    """Join the processes of this run once all are here; return which this is, and how many.

    The process leaves them when it exits.

    Raises:
        RuntimeError: the others did not come.
    """
    if not dist.is_initialized():
        local = int(os.environ.get("LOCAL_RANK", "0"))
        if torch.cuda.is_available() and local < torch.cuda.device_count():
            torch.cuda.set_device(local)  # what "cuda" means from here on
        try:
            store, index, count = _meeting_place()
            # A name of its own each time: what an earlier meeting left there is of no use.
            own = dist.PrefixStore(  # type: ignore[attr-defined]
                f"course_lib/{next(_meetings)}", store
            )
            dist.init_process_group(  # gloo for the CPU, nccl for cuda
                store=own, rank=index, world_size=count, timeout=_PATIENCE
            )
        except RuntimeError as error:
            raise RuntimeError(
                f"the {os.environ['WORLD_SIZE']} processes did not all come to fit: "
                "call it in every one of them, not behind `if first_process()`"
            ) from error
    atexit.unregister(leave)
    atexit.register(leave)
    return dist.get_rank(), dist.get_world_size()


@functools.cache
def _meeting_place() -> tuple[Any, int, int]:
    """Return the store that all processes know, which of them this is, and how many there are."""
    found: tuple[Any, int, int]
    found = next(dist.rendezvous("env://", timeout=_PATIENCE))  # type: ignore[attr-defined]
    return found


def leave() -> None:
    """Leave the others; those that wait for this process learn of it at once."""
    if dist.is_initialized():
        dist.destroy_process_group()


def everyones(thing: Any) -> list[Any]:
    """Return this small thing of each process, in all of them."""
    things = [None] * dist.get_world_size()
    dist.all_gather_object(things, thing)
    return things


@contextmanager
def ending_together() -> Iterator[None]:
    """End this process within the block when another one has ended, and let one of them say so.

    A process with an error of its own raises it, and those that only lost it keep silent. Ctrl-C
    reaches all processes, and ends them.
    """
    block = next(_blocks)
    homes: list[tuple[str, int]] = []  # of the processes: host and process id
    with _on(signal.SIGINT, _exit), _on(signal.SIGTERM, _terminate):
        try:
            homes = everyones((socket.gethostname(), os.getpid()))
            yield
        except (Exception, _Terminated) as error:
            terminated = isinstance(error, _Terminated)
            lost = terminated or isinstance(error, dist.DistError) or "gloo" in str(error)
            with _on(signal.SIGTERM, signal.SIG_IGN):
                gone = _gone(homes) if lost else []
                wanted = terminated and not gone  # someone wants all to end
                speaks = not wanted and _speaks(block, lost)
                if speaks:
                    sys.stderr.write(_obituary(gone))
                    sys.stderr.flush()
                leave()
            if not lost:
                raise
            if not speaks and not terminated:
                with _on(signal.SIGTERM, signal.SIG_DFL):
                    time.sleep(_GRACE)
            raise SystemExit(1) from error


def _obituary(gone: list[int]) -> str:
    which, last = " and ".join(map(str, gone)) or "another", dist.get_world_size() - 1
    return (
        f"process {which} (of 0 to {last}) ended before the training did, so the others end too. "
        "Its own error stands above; if there is none, it was killed, often for want of memory. "
        "Start them all again with the same command: with checkpoint=, training goes on from the "
        "last epoch.\n"
    )


def _speaks(block: int, lost: bool) -> bool:
    """Say whether this process is the one to report that another is gone; note its own error.

    All of them know the store that brought them together. It may be gone: then each reports.
    """
    attempt = os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")
    failed, noticed = (f"course_lib/{attempt}/{block}/{what}" for what in ("failed", "lost"))
    with suppress(RuntimeError, KeyError):
        store = dist.TCPStore(  # type: ignore[attr-defined]
            os.environ["MASTER_ADDR"],
            int(os.environ["MASTER_PORT"]),
            is_master=False,
            timeout=timedelta(seconds=5),
        )
        if lost:
            return not store.check([failed]) and store.add(noticed, 1) == 1
        store.set(failed, "")
    return lost


def _gone(homes: list[tuple[str, int]]) -> list[int]:
    """Return which processes, known by host and process id, have ended on this host."""
    host, deadline = socket.gethostname(), time.monotonic() + _ZOMBIE
    while True:
        gone = [k for k, (where, pid) in enumerate(homes) if where == host and _over(pid)]
        if gone or time.monotonic() > deadline:
            return gone
        time.sleep(0.005)  # its connections are closed a moment before it has ended


def _over(pid: int) -> bool:
    """Say whether a process has ended; where that cannot be told, that it runs."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except ProcessLookupError:
        return True
    except (OSError, IndexError):
        return False
    return state in "ZX"  # its parent has not looked yet


@contextmanager
def _on(number: signal.Signals, handler: Any) -> Iterator[None]:
    """Handle a signal so within the block, where signals can be: in the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, before)


def _exit(*_: Any) -> None:
    raise SystemExit(130)


def _terminate(*_: Any) -> None:
    raise _Terminated
