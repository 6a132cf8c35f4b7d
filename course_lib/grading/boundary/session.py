"""The grader's end of the connection to one process that runs a student's code."""

from __future__ import annotations

import contextlib
import socket
import sys
import time
from collections.abc import Callable
from typing import Any, Literal, Protocol

from course_lib.grading.boundary.codec import Codec
from course_lib.grading.boundary.exports import GraderCodec
from course_lib.grading.boundary.mirrors import Mirrors
from course_lib.grading.boundary.remote import RemoteError, error_of
from course_lib.grading.boundary.seeds import first_states, random_states
from course_lib.grading.boundary.wire import (
    LIMITS,
    ClosedError,
    Header,
    LateError,
    Limits,
    Metered,
    Node,
    WireError,
    pack,
    receive,
    send,
)

_NESTED = 40  # calls within calls
_ROOM = 20_000  # characters kept of what one call prints

Reason = Literal["timeout", "memory", "died", "broken"]
_DOWN: tuple[Reason, str] = "died", "it took Python down: does something exit there?"
_DEATHS: dict[str, tuple[Reason, str]] = {
    "cpu": ("timeout", "it ran out of time: is there a loop without end?"),
    "memory": ("memory", "it ran out of memory"),
}


class Guest(Protocol):
    """A process that serves :class:`course_lib.grading.boundary.guest.Guest` on a socket."""

    socket: socket.socket

    def kill(self) -> None:
        """End it, and whatever it started."""

    def died(self) -> str | None:
        """Return why it ended: "memory", "cpu", "killed", "exit N"; None where it still runs."""


class Guests(Protocol):
    """A way to start guests."""

    def open(self) -> Guest:
        """Start one."""


class Interrupted(BaseException):
    """The student's process is gone; nothing that a check catches must catch this."""

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(text)
        self.reason, self.text = reason, text


class UnsendableError(TypeError):
    """A check wants to give student code what cannot cross: the check must be reworded."""


class Session:
    """Requests to one guest, from its start until it is ended.

    Attributes:
        left: seconds that may still be spent on the guest, waiting for it or running functions
            of the grader's that it calls; grant anew as needed.
        asked: number of requests so far.
        caught: the exceptions that stand for the student's, newest last.
        changed: whether student code changed a list, an array or the like that it was given.
        interrupted: why the guest is gone, None while it serves.
    """

    def __init__(self, guest: Guest, limits: Limits = LIMITS) -> None:
        self.guest, self.limits = guest, limits
        self.left, self.asked, self.changed = 0.0, 0, False
        self.interrupted: Interrupted | None = None
        self.caught: list[BaseException] = []
        self.mirrors = Mirrors()
        self._callbacks: dict[int, Callable[..., Any]] = {}
        self._own: BaseException | None = None
        self._source = Metered(guest.socket, limits.total)
        self._drop: list[int] = []
        self._sent: list[int] = []
        self._random: dict[str, Any] = {}
        self._last = self._depth = 0
        self._reset = False

    def reset(self) -> None:
        """Forget what was shared so far; a check begins."""
        self.mirrors.clear()
        self._callbacks.clear()
        self.caught.clear()
        self._own, self._reset, self.changed = None, True, False
        self._random = random_states() if self._random else {}
        self._source.left = self.limits.total

    def close(self) -> None:
        """End the guest."""
        self.interrupted = self.interrupted or Interrupted("died", "it was ended")
        self.guest.kill()
        with contextlib.suppress(OSError):
            self.guest.socket.close()

    def let_go(self, number: int) -> None:
        """Forget a number with the next request."""
        self._drop.append(number)

    def new(self) -> int:
        """Return a number not used before."""
        self._last += 1
        return self._last

    def ask(self, op: str, *args: Any) -> Any:
        """Send a request and return the decoded answer.

        Raises:
            Interrupted: the guest ran out of time, died or wrote nonsense; it is ended.
            RemoteError: it is gone since an earlier request.
            BaseException: what stands for what the student's code raised.
        """
        if self.interrupted or self._depth >= _NESTED:
            cause = "was started anew" if self.interrupted else "is called within itself too often"
            raise RemoteError(f"the student's process {cause}")
        serial = self.new()
        header = {"op": op, "id": serial, "room": _ROOM, "reset": self._reset}
        header |= {"drop": self._drop, "first": not self._random}
        codec = GraderCodec(self)
        header["random"] = self._changed_states(codec)
        self._reset, self._drop = False, []
        self._write(codec, header, lambda: {"args": [codec.encode(value) for value in args]})
        self.asked += 1
        self._depth += 1
        try:
            return self._answer(serial)
        except LateError:
            self._end(*_DEATHS["cpu"])
        except ClosedError:
            self._end(*_DEATHS.get(self.guest.died() or "", _DOWN))
        except WireError as problem:
            self._end("broken", f"its answer cannot be read: {problem}")
        finally:
            self._depth -= 1

    def demand(self, op: str, *args: Any) -> Any:
        """Ask what an honest process never answers with an error.

        Raises:
            Interrupted: as :meth:`ask`, or it was an error all the same; the guest is ended.
        """
        try:
            return self.ask(op, *args)
        except BaseException as error:
            if error in self.caught:
                self._end("broken", "its answer cannot be read: it is an error")
            raise

    def _end(self, reason: Reason, text: str) -> None:
        self.interrupted = Interrupted(reason, text)
        self.close()
        raise self.interrupted from None

    def _write(self, codec: GraderCodec, header: Header, encode: Callable[[], Header]) -> None:
        """Send a message with the changes since the last, and what ``encode`` adds to it."""
        try:
            changes = {"sync": self.mirrors.changes(codec)}
            parts = pack(header | changes | encode(), codec.buffers, self.limits)
        except (TypeError, WireError) as problem:
            for number in codec.added:  # the guest has never heard of them
                self.mirrors.drop(number)
            raise UnsendableError(str(problem)) from None
        self._sent += codec.added
        began = time.monotonic()
        try:
            send(self.guest.socket, parts, began + self.left)
        except WireError as problem:
            if not isinstance(problem, ClosedError):
                raise
        finally:
            self.left -= time.monotonic() - began

    def _read(self) -> tuple[Header, list[memoryview]]:
        began = time.monotonic()
        try:
            return receive(self._source, began + self.left, self.limits)
        finally:
            self.left -= time.monotonic() - began

    def _answer(self, serial: int) -> Any:
        while True:
            header, buffers = self._read()
            if header.get("id") != serial:
                raise WireError("an answer that nobody asked for")
            codec = GraderCodec(self, buffers)
            self.changed |= self.mirrors.apply(codec, header.get("sync"))
            self._print(header.get("text"))
            if "callback" in header:
                self._call_back(codec, header)
                continue
            found = codec.decode(header["ok"]) if "ok" in header else None
            self._release(codec, header.get("released"))
            if "ok" in header:
                return found
            raise self._raised(header.get("error"), header.get("message"))

    def _release(self, codec: GraderCodec, released: Any) -> None:
        """Forget what the guest cannot change any more; take the rest as agreed."""
        if not isinstance(released, list):
            raise WireError("an answer that is incomplete")
        for number in released:
            if type(number) is int:
                self.mirrors.drop(number)
        for number in (*self._sent, *codec.added):  # nothing could change since they left
            if number in self.mirrors.objects:
                self.mirrors.note(number)
        self._sent.clear()

    def _print(self, text: Any) -> None:
        if isinstance(text, str) and text:
            sys.stdout.write(text[: _ROOM + 100])

    def _raised(self, names: Any, message: Any) -> BaseException:
        if not isinstance(names, list) or not isinstance(message, str) or len(names) > 50:
            raise WireError("an error that is none")
        if not all(isinstance(name, str) for name in names):
            raise WireError("an error without a name")
        own, self._own = self._own, None
        kinds = [kind.__name__ for kind in type(own).__mro__]
        if own is not None and names and names[0] in kinds and message == str(own):
            return own  # raised here, in a function that student code called
        error = error_of(tuple(names), message[:10_000])
        self.caught.append(error)
        return error

    def _call_back(self, codec: GraderCodec, header: Header) -> None:
        """Run one of the grader's functions for the student's code."""
        number, arguments = header.get("callback"), header.get("args")
        serial = header.get("serial")
        function = self._callbacks.get(number) if type(number) is int else None
        if function is None or type(serial) is not int:
            raise WireError("a call of a function that was not given")
        found, names = codec.items(arguments), header.get("names")
        self._release(codec, header.get("released"))
        if not isinstance(names, list) or not all(type(name) is str for name in names):
            raise WireError("a call without the names of its arguments")
        if len(found) != 1 + len(set(names)) or type(found[0]) is not tuple:
            raise WireError("a call without arguments")
        reply, began = GraderCodec(self), time.monotonic()
        try:
            result = function(*found[0], **dict(zip(names, found[1:], strict=True)))
        except Exception as error:
            self._own = error
            names = [kind.__name__ for kind in type(error).__mro__]
            failed = {"return": serial, "error": names, "message": str(error)}
            self.left -= time.monotonic() - began
            self._write(reply, failed, dict)
        else:
            self.left -= time.monotonic() - began  # a student may call it without end
            self._write(reply, {"return": serial}, lambda: {"ok": reply.encode(result)})

    def call_number(self, function: Callable[..., Any]) -> int:
        """Return the number by which the guest calls a function."""
        for number, known in self._callbacks.items():
            if known is function:
                return number
        number = self.new()
        self._callbacks[number] = function
        return number

    def _changed_states(self, codec: Codec) -> dict[str, Node]:
        """Return the global generators that a check has seeded or drawn from.

        They cross in this direction only: a student must not choose what a check draws. A new
        guest gets those of the seed 0, so that grading again finds the same.
        """
        now, first = random_states(), not self._random
        sent = first_states(now) if first else now
        changed = {
            name: Codec(codec.buffers).encode(value)
            for name, (mark, value) in sent.items()
            if first or self._random.get(name, (None,))[0] != mark
        }
        self._random = now
        return changed
