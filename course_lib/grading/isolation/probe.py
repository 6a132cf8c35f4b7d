"""A guest for the self-test and the tests: runs what it is told and answers in JSON.

It stands where the grader's guest stands, within the same walls. Nothing but a self-test asks for
it, and a submission never meets it.
"""

from __future__ import annotations

import json
import socket
import time
import traceback
from typing import Any

_MOST = 1 << 24  # bytes of an answer


def serve(channel: socket.socket) -> None:
    """Take lines, each a source as a JSON string; answer with a line: [``result``, error]."""
    namespace: dict[str, Any] = {"channel": channel}
    with channel.makefile("rwb") as lines:
        for line in lines:
            namespace["result"] = None
            error = ""
            try:
                exec(json.loads(line), namespace)  # noqa: S102
            except Exception:
                error = traceback.format_exc()
            lines.write(json.dumps([namespace["result"], error], default=repr).encode() + b"\n")
            lines.flush()


def ask(channel: socket.socket, source: str, seconds: float = 20.0) -> Any:
    """Run a source in a guest and return its ``result``.

    Raises:
        RuntimeError: it raised; the message is its traceback.
        EOFError: the guest is gone.
        TimeoutError: it does not answer in time, or talks without end.
    """
    channel.settimeout(seconds)
    deadline = time.monotonic() + seconds
    channel.sendall(json.dumps(source).encode() + b"\n")
    text = b""
    while not text.endswith(b"\n"):
        part = channel.recv(1 << 16)
        if not part:
            raise EOFError("the guest is gone")
        text += part
        if time.monotonic() > deadline or len(text) > _MOST:
            raise TimeoutError("there is no end to its answer")
    result, error = json.loads(text)
    if error:
        raise RuntimeError(error)
    return result
