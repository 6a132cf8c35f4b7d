"""What stands, on the grader's side, for objects and errors of the student's process."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Protocol

from course_lib.checks import CheckFailed, NotAttempted

MANY = 100_000
"""Values that are taken of one iterator of the student's; a list of them takes room here."""


class Asks(Protocol):
    """A connection to the student's process, as far as a remote object uses it."""

    def ask(self, op: str, *args: Any) -> Any:
        """Send a request and return the decoded answer."""

    def let_go(self, number: int) -> None:
        """Forget a number with the next request."""


class RemoteError(Exception):
    """An error of the student's whose class this side does not know."""


class RemoteExit(BaseException):
    """The student's code wanted to end Python; no ``except Exception`` stops it, as at home."""


class Remote:
    """An object in the student's process.

    It can be called, indexed, counted, looped over and tested for truth; its attributes and the
    results of its methods are plain values or remote objects in turn; it can be given back as
    an argument. It has no arithmetic and no comparison but identity: what its class claims of
    itself proves nothing.
    """

    __slots__ = ("_asks", "_number")

    def __init__(self, asks: Asks, number: int) -> None:
        object.__setattr__(self, "_asks", asks)
        object.__setattr__(self, "_number", number)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it."""
        return self._asks.ask("call", self, list(args), kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # NumPy, copy and others look for many, on anything
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return self._asks.ask("attr", self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        raise TypeError("an object of the student's process cannot be changed from outside")

    def __getitem__(self, key: Any) -> Any:
        return self._asks.ask("item", self, key)

    def __len__(self) -> int:
        found = self._asks.ask("len", self)
        if type(found) is not int or found < 0:
            raise TypeError(f"{type(self).__name__!r} object has no length")
        return found

    def __bool__(self) -> bool:
        return self._asks.ask("bool", self) is True

    def __iter__(self) -> Iterator[Any]:
        rest = self._asks.ask("iter", self)
        for count in range(MANY + 1):
            if type(found := self._asks.ask("next", rest)) is not tuple or not found:
                return
            if count < MANY:
                yield found[0]
        raise RemoteError(f"it yields more than {MANY:,} values: does it ever end?")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of the student's>"

    def __del__(self) -> None:
        self._asks.let_go(self._number)


def stand_in(asks: Asks, number: int, kind: str, module: str) -> Remote:
    """Return a remote object whose class is called what the student's is called."""
    if not (kind.isidentifier() and len(kind) <= 100):
        kind = "object"
    return _class(kind, module if len(module) <= 200 else "")(asks, number)


@lru_cache(maxsize=256)
def _class(kind: str, module: str) -> type[Remote]:
    return type(kind, (Remote,), {"__slots__": (), "__module__": module})


_OWN = {"NotAttempted": NotAttempted, "CheckFailed": CheckFailed}
_EXITS = ("SystemExit", "KeyboardInterrupt", "GeneratorExit", "CancelledError")
_UNFIT = ("ExceptionGroup", "BaseExceptionGroup", "StopIteration", "StopAsyncIteration")


def error_of(names: tuple[str, ...], message: str) -> BaseException:
    """Return the exception that stands for a student's.

    Args:
        names: of its class and of the classes that this derives from, nearest first.
        message: what it said.
    """
    return _error_class(names)(message)


@lru_cache(maxsize=256)
def _error_class(names: tuple[str, ...]) -> type[BaseException]:
    first = names[0] if names and names[0].isidentifier() and len(names[0]) <= 100 else "Error"
    bases: list[type[BaseException]] = []
    for name in names:
        kind = _known(name)
        if kind and not any(issubclass(base, kind) for base in bases):
            bases.append(kind)
    if first in _EXITS or (not bases and "Exception" not in names):
        bases = [RemoteExit]
    members = {"__init__": _say, "__str__": lambda self: str(self.args[0]), "__module__": "student"}
    try:
        return type(first, tuple(bases) or (RemoteError,), members)
    except TypeError:  # two whose memory differs
        return type(first, (bases[0],), members)


def _say(self: BaseException, message: str) -> None:
    self.args = (message,)


def _known(name: str) -> type[BaseException] | None:
    if name in _OWN:
        return _OWN[name]
    kind = getattr(builtins, name, None) if name not in (*_UNFIT, "Exception") else None
    return kind if isinstance(kind, type) and issubclass(kind, Exception) else None
