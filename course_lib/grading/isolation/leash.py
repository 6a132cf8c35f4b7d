"""The worker's hold on one confined process: its socket, its leash and its end."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

_LAST_WORD = 1.0  # seconds between a guest's hanging up and its keeper's report


class Guest:
    """One submission's process, and all that it starts.

    Attributes:
        socket: a stream to what serves in there.
        lost: whether its keeper is gone without a word. No submission can do that: this machine
            did, or whoever works on it.
    """

    def __init__(self, stream: socket.socket, leash: socket.socket, keeper: int) -> None:
        self.socket = stream
        self.lost = False
        self._leash = leash
        self._keeper = keeper
        self._reason: str | None = None
        self._usage = (0.0, 0)
        self._over = False
        self._after: Callable[[], None] | None = None

    def died(self) -> str | None:
        """Return what it died of, None while it lives: "memory", "cpu", "killed" or "exit 3".

        One that hung up without dying is killed: nothing can be asked of it any more.
        """
        self._listen(0.0)
        if not self._over and self._hung_up():
            self._listen(_LAST_WORD)
            if not self._over:
                self.kill()
        return self._reason

    def usage(self) -> tuple[float, int]:
        """Return its seconds of CPU, and the most memory it had in bytes.

        Of all its processes together, without what the warm process had from the start. Memory is
        looked at twenty times a second.
        """
        self._listen(0.0)
        if not self._over:
            with suppress(OSError):
                self._leash.send(b"usage", socket.MSG_DONTWAIT)
            self._listen(_LAST_WORD, once=True)
        return self._usage

    def kill(self) -> None:
        """End it with everything it started; again, nothing. Its socket is closed."""
        if not self._over:
            with suppress(OSError):
                self._leash.send(b"kill", socket.MSG_DONTWAIT)
            self._listen(_LAST_WORD)
        if self._keeper >= 0:
            with suppress(OSError):
                signal.pidfd_send_signal(self._keeper, signal.SIGKILL)
            ready(self._keeper, _LAST_WORD)
            os.close(self._keeper)
            self._keeper = -1
        self._reason = self._reason or "killed"
        self._over = True
        self._leash.close()
        self.socket.close()
        if self._after:
            self._after()

    def along(self, stop: Callable[[], None]) -> None:
        """Have something end with it: the sandbox that was made for it alone."""
        self._after = stop

    def _listen(self, seconds: float, once: bool = False) -> None:
        """Take in what the keeper says, for at most that long."""
        deadline = time.monotonic() + seconds
        while not self._over:
            wait = max(0.0, deadline - time.monotonic())
            if not ready(self._leash, wait):
                return
            message = message_of(self._leash)
            self._over = "peak" not in message or bool(message["reason"])
            if "peak" in message:
                self._usage = float(message["cpu"]), int(message["peak"])
            if self._over:
                self._reason = str(message.get("reason") or "killed")
                self.lost = "peak" not in message
            if once:
                return

    def _hung_up(self) -> bool:
        # A hang-up is told whatever was asked for, and what is unread stays unread.
        return self.socket.fileno() < 0 or ready(self.socket, 0.0, events=0)


def ready(what: socket.socket | int, seconds: float, events: int = select.POLLIN) -> bool:
    """Wait until there is something to read, or the other end is gone; False after that time."""
    waiting = select.poll()  # select() itself knows no descriptor above 1023
    waiting.register(what, events)
    return bool(waiting.poll(seconds * 1000))


def message_of(leash: socket.socket) -> dict[str, Any]:
    """Return one message of a keeper or a zygote, empty where it is gone."""
    for _ in range(2):
        try:
            found = json.loads(leash.recv(4096) or b"{}")
        except ConnectionResetError:
            continue  # it left our last word unread; its own last word comes next
        except (OSError, ValueError):
            break
        return found if isinstance(found, dict) else {}
    return {}
