"""A guest that answers with whatever a function makes of a request."""

from __future__ import annotations

import socket
import threading
import time

from course_lib.grading.boundary.wire import pack, receive


class Liar:
    """Stands where a student's process stands, and says what it is told to.

    A function is given the header of each request and yields bytes; where it raises, or yields
    None, the connection ends.
    """

    def __init__(self, answers) -> None:
        self.socket, self._theirs = socket.socketpair()
        self._answers = answers
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        try:
            while True:
                header, _ = receive(self._theirs, time.monotonic() + 10)
                for data in self._answers(header):
                    self._theirs.sendall(data)
        except Exception:
            self._theirs.close()

    def kill(self) -> None:
        """Close."""
        self._theirs.close()

    def died(self) -> None:
        """Say nothing."""


def frame(header, buffers=()):
    """Return a whole message as bytes."""
    return b"".join(map(bytes, pack(header, buffers)))
