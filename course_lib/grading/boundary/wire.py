"""Frames between the grader and the process that runs a student's code, over a Unix socket.

A frame is twelve bytes and four of magic, a JSON object (the header), and raw buffers whose sizes
the header lists. Nothing is ever unpickled. Both sides read with the same care, but only the
grader's depends on it: whatever arrives becomes a header with its buffers, or a WireError, within
the time and the memory that were granted.
"""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

_MAGIC = b"CrsG"
_PREFIX = struct.Struct(">4sIQ")
_CHUNK = 1 << 20

Buffer = bytes | bytearray | memoryview
Header = dict[str, Any]
Node = Any
"""A value as the header has it: see :mod:`course_lib.grading.boundary.codec`."""


class WireError(Exception):
    """What arrived is no message, or what should be sent is too large for one."""


class ClosedError(WireError):
    """The other side is gone."""


class LateError(WireError):
    """Nothing complete arrived in time."""


@dataclass(frozen=True)
class Limits:
    """The most that one message may hold.

    Attributes:
        header: bytes of JSON.
        body: bytes of all buffers.
        nodes: values within values, all levels together.
        depth: levels of containers.
        keys: entries of one dictionary or set; hash collisions make it quadratic.
        length: of a range, which takes no room on its way but could keep a reader busy for ever,
            and of a list of numbers, each of which becomes an object.
        total: bytes of all messages that answer one check.
    """

    header: int = 4 << 20
    body: int = 256 << 20
    nodes: int = 200_000
    depth: int = 60
    keys: int = 10_000
    length: int = 1_000_000
    total: int = 1 << 30


LIMITS = Limits()


def pack(header: Header, buffers: Sequence[Buffer] = (), limits: Limits = LIMITS) -> list[Buffer]:
    """Return a frame as the parts to send.

    Raises:
        WireError: it is larger than the limits allow, or the header is no JSON.
    """
    sizes = [len(part) for part in buffers]
    try:
        text = json.dumps(header | {"sizes": sizes}, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as problem:
        raise WireError(f"the message cannot be written: {problem}") from None
    if len(text) > limits.header or sum(sizes) > limits.body:
        raise WireError(f"a message of {len(text) + sum(sizes):,} bytes is too large")
    return [_PREFIX.pack(_MAGIC, len(text), sum(sizes)), text.encode("ascii"), *buffers]


def send(sock: socket.socket, parts: Sequence[Buffer], deadline: float | None = None) -> None:
    """Send a packed frame.

    Args:
        sock: a connected stream socket.
        parts: from :func:`pack`.
        deadline: ``time.monotonic()`` by which it must have left; None to wait.

    Raises:
        LateError: the other side does not take it.
        ClosedError: it is gone.
    """
    small, rest = b"", list(parts)
    while rest and len(small) + len(rest[0]) <= _CHUNK:
        small += bytes(rest.pop(0))
    try:
        for part in ([small] if small else []) + rest:
            sock.settimeout(_left(deadline))
            sock.sendall(part)
    except TimeoutError:
        raise LateError("the message was not taken in time") from None
    except OSError as problem:
        raise ClosedError(f"the connection is closed: {problem}") from None


class Readable(Protocol):
    """What a message is read from."""

    def settimeout(self, seconds: float | None, /) -> None:
        """Wait no longer than so many seconds."""

    def recv(self, most: int, /) -> bytes:
        """Return what has arrived, b"" at the end."""


class Metered:
    """A socket from which no more than ``left`` bytes are read."""

    def __init__(self, sock: socket.socket, left: int) -> None:
        self._sock, self.left = sock, left
        self.settimeout = sock.settimeout

    def recv(self, most: int, /) -> bytes:
        """Return what has arrived.

        Raises:
            WireError: it is more than was allowed.
        """
        data = self._sock.recv(most)
        self.left -= len(data)
        if self.left < 0:
            raise WireError("its answers together are too large")
        return data


def receive(
    sock: Readable, deadline: float | None = None, limits: Limits = LIMITS
) -> tuple[Header, list[memoryview]]:
    """Read one frame; return its header and its buffers, which share one writable block.

    Args:
        sock: a connected stream socket.
        deadline: ``time.monotonic()`` by which all of it must be here; None to wait.
        limits: the most that it may hold.

    Raises:
        LateError: it is not complete in time.
        ClosedError: the other side is gone.
        WireError: it is no frame, or larger than allowed.
    """
    magic, head, body = _PREFIX.unpack(_exactly(sock, _PREFIX.size, deadline))
    if magic != _MAGIC:
        raise WireError("that is no message")
    if head > limits.header or body > limits.body:
        raise WireError("a message that claims to be too large")
    header = _header(bytes(_exactly(sock, head, deadline)))
    sizes = header.pop("sizes", None)
    if not isinstance(sizes, list) or not all(type(n) is int and n >= 0 for n in sizes):
        raise WireError("a message without the sizes of its buffers")
    if len(sizes) > limits.nodes or sum(sizes) != body:
        raise WireError("the sizes of a message's buffers do not add up")
    block, start, buffers = memoryview(_exactly(sock, body, deadline)), 0, []
    for size in sizes:
        buffers.append(block[start : start + size])
        start += size
    return header, buffers


def _header(text: bytes) -> Header:
    try:
        header = json.loads(text.decode("ascii"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise WireError("a message whose header is no JSON") from None
    if not isinstance(header, dict):
        raise WireError("a message whose header is no JSON object")
    return header


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def _exactly(sock: Readable, size: int, deadline: float | None) -> bytearray:
    """Read so many bytes; room is taken as they arrive, not as they are claimed."""
    data = bytearray()
    try:
        while len(data) < size:
            sock.settimeout(_left(deadline))
            part = sock.recv(min(_CHUNK, size - len(data)))
            if not part:
                raise ClosedError("the connection ended within a message")
            data += part
    except TimeoutError:
        raise LateError("no answer came in time") from None
    except OSError as problem:
        raise ClosedError(f"the connection is closed: {problem}") from None
    return data


def _left(deadline: float | None) -> float | None:
    if deadline is None:
        return None
    if (left := deadline - time.monotonic()) <= 0:
        raise TimeoutError
    return left
