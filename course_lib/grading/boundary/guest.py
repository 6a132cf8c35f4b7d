"""The untrusted side: runs a student's cells, and answers requests about what they define.

    python -m course_lib.grading.boundary.guest DESCRIPTOR

It is sent cells and the arguments of calls, never a hidden check or an expected value. Nothing
that it says is believed; it keeps order only for honest students' sake.
"""

from __future__ import annotations

import contextlib
import importlib
import random
import socket
import sys
import threading
from functools import cache
from typing import Any

import numpy as np

from course_lib.grading.boundary.guestcodec import GuestCodec
from course_lib.grading.boundary.mirrors import Mirrors
from course_lib.grading.boundary.names import load
from course_lib.grading.boundary.shell import Shell, said
from course_lib.grading.boundary.wire import ClosedError, Header, WireError, pack, receive, send


class GraderError(Exception):
    """What a function of the grader's raised that has no built-in class."""


class Guest:
    """Serves one connection."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock, self.shell = sock, prepare()
        self.mirrors = Mirrors()
        self.handles: dict[int, Any] = {}
        self.last = 0
        self._thread = threading.get_ident()
        self._serving: list[int] = []

    def serve(self) -> None:
        """Answer requests until the connection ends."""
        with contextlib.suppress(ClosedError):
            while True:
                self._answer(*receive(self.sock))

    def new(self) -> int:
        """Return a number not used before."""
        self.last += 1
        return self.last

    def _answer(self, header: Header, buffers: list[Any]) -> None:
        self._serving.append(header["id"])
        codec, node = self._reply(header, buffers)
        self._send(codec, {"id": header["id"], "released": self._released(codec)} | node)
        self._serving.pop()

    def _released(self, codec: GuestCodec) -> list[int]:
        """Forget what only the tables hold, and take the rest of a message as agreed."""
        released = self.mirrors.release()
        for number in codec.added:
            if number in self.mirrors.objects:
                self.mirrors.note(number)
        return released

    def _reply(self, header: Header, buffers: list[Any]) -> tuple[GuestCodec, Header]:
        try:
            result = self._do(header, buffers)
            codec = GuestCodec(self, numbered=header["op"] != "run")
            changes = self.mirrors.changes(codec)
            return codec, {"ok": codec.encode(result), "sync": changes, **self._text()}
        except BaseException as error:
            error.__traceback__ = None  # its frames would hold the arguments
            names = [kind.__name__ for kind in type(error).__mro__][:50]
            codec = GuestCodec(self)
            found: Header = {"error": names, "message": said(error), **self._text()}
        try:
            return codec, found | {"sync": self.mirrors.changes(codec)}
        except BaseException:
            return GuestCodec(self), found | {"sync": []}

    def _text(self) -> Header:
        parts = (part.get("text", "") for part in self.shell.outputs.take())
        return {"text": "".join(parts)}

    def _do(self, header: Header, buffers: list[Any]) -> Any:
        codec = GuestCodec(self, buffers)
        if header.get("reset"):
            self.mirrors.clear()
        self.mirrors.apply(codec, header["sync"])
        for number in header["drop"]:
            self.handles.pop(number, None)
        arguments = [codec.decode(node) for node in header["args"]]
        if header["op"] == "load":  # first: a library has a generator once it is there
            load(*arguments)
        for name, node in header["random"].items():
            if name != "torch" or name in sys.modules or not header["first"]:  # no import for it
                _seed(name, codec.decode(node))
        if header["op"] == "load":
            return None
        if header["op"] == "run":
            return self.shell.run(*arguments)
        self.shell.outputs.start(header["room"])
        with self.shell.streams():
            return getattr(self, f"_{header['op']}")(*arguments)

    def _get(self, name: str) -> Any:
        if name not in self.shell.ip.user_ns:
            raise NameError(f"name {name!r} is not defined")
        return self.shell.ip.user_ns[name]

    def _call(self, function: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return function(*args, **kwargs)

    def _attr(self, value: Any, name: str) -> Any:
        return getattr(value, name)

    def _item(self, value: Any, key: Any) -> Any:
        return value[key]

    def _len(self, value: Any) -> int:
        return len(value)

    def _bool(self, value: Any) -> bool:
        return bool(value)

    def _iter(self, value: Any) -> Any:
        return _Iterator(iter(value))

    def _next(self, iterator: _Iterator) -> tuple[Any, ...]:
        for value in iterator.rest:
            return (value,)
        return ()

    def callback(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a function of the grader's."""
        if threading.get_ident() != self._thread:
            raise RuntimeError("this function can be called from the main thread only")
        codec = GuestCodec(self)
        released = self.mirrors.release()
        changes = self.mirrors.changes(codec)
        header: Header = {"callback": number, "serial": self.new()}
        header |= {"sync": changes, "released": released}
        header["args"] = [codec.encode(args), *map(codec.encode, kwargs.values())]
        for added in codec.added:
            self.mirrors.note(added)
        ends = {"id": self._serving[-1], "names": list(kwargs)}
        self._send(codec, header | ends | self._text())
        while True:
            header, buffers = receive(self.sock)
            if "op" in header:
                self._answer(header, buffers)
                continue
            codec = GuestCodec(self, buffers)
            self.mirrors.apply(codec, header["sync"])
            if "error" in header:
                raise _error(header["error"], header["message"])
            return codec.decode(header["ok"])

    def _send(self, codec: GuestCodec, header: Header) -> None:
        try:
            parts = pack(header, codec.buffers)
        except WireError as problem:
            plain = {"error": ["WireError", "Exception"], "message": str(problem), "sync": []}
            if "callback" in header:
                raise
            parts = pack({"id": header["id"], "released": header["released"], "text": ""} | plain)
        send(self.sock, parts)


class _Iterator:
    """Holds an iterator, so that it is no plain value."""

    def __init__(self, rest: Any) -> None:
        self.rest = rest


def _error(names: list[str], message: str) -> BaseException:
    """Return an exception of a built-in class, or of the course's own."""
    import builtins

    checks = importlib.import_module("course_lib.checks")
    for name in names:
        kind = getattr(builtins, name, None) or getattr(checks, name, None)
        if isinstance(kind, type) and issubclass(kind, Exception) and name != "Exception":
            with contextlib.suppress(TypeError):
                return kind(message)
    return GraderError(message)


def _seed(name: str, state: Any) -> None:
    """Bring a library's global generator to where the grader's is."""
    if name == "torch":
        importlib.import_module("torch").set_rng_state(state)
    elif name == "numpy":
        np.random.set_state(state)
    else:
        random.setstate(state)


@cache
def prepare() -> Shell:
    """Return this process's shell; made before a fork, it costs a fork's child nothing."""
    shell = Shell()
    shell.run("pass")
    return shell


def serve(sock: socket.socket) -> None:
    """Serve one connection until it ends."""
    sock.set_inheritable(False)
    Guest(sock).serve()


if __name__ == "__main__":
    from course_lib.grading.boundary.guest import serve as begin  # __main__ is the student's

    if len(sys.argv) > 1:
        begin(socket.socket(fileno=int(sys.argv[1])))
    else:  # on Windows, where a descriptor is not inherited
        begin(socket.fromshare(sys.stdin.buffer.read()))  # type: ignore[attr-defined]
