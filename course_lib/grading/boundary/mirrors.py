"""Objects that can change, held on both sides of the boundary under one number.

What crosses and can still change (a list, an array, a model) gets a number, above 0 from the
grader's side and below 0 from the student's. Before a message leaves, its sender looks which of
these changed since the last one and sends their content along; the receiver brings its own up to
date *in place*. So a check sees that a function changed its argument, that a network shares its
memory with an array that it was given, or that two calls returned one and the same list, as it
would in one process.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from course_lib.grading.boundary.codec import Codec
from course_lib.grading.boundary.models import digest, fill, is_module, is_tensor, put, state
from course_lib.grading.boundary.wire import Node, WireError

MANY = 5_000
"""Objects that one side gives numbers to at most."""


class _Same:
    """Holds objects, to be compared by identity."""

    def __init__(self, *items: Any) -> None:
        self.items = items

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Same)
            and len(self.items) == len(other.items)
            and all(a is b for a, b in zip(self.items, other.items, strict=True))
        )

    __hash__ = None  # type: ignore[assignment]


class Mirrors:
    """The numbered objects of one side, each with what it was when both sides last agreed."""

    def __init__(self) -> None:
        self.objects: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}
        self._agreed: dict[int, Any] = {}

    def number(self, value: Any) -> int | None:
        """Return the number of an object, None where it has none."""
        return self._numbers.get(id(value))

    def add(self, number: int, value: Any) -> None:
        """Hold an object under a number; both sides agree on what it is when it is noted."""
        self.objects[number] = value
        self._numbers[id(value)] = number

    def note(self, number: int) -> None:
        """Take what an object is now as agreed."""
        self._agreed[number] = _fingerprint(self.objects[number])

    def drop(self, number: int) -> None:
        """Forget an object."""
        value = self.objects.pop(number, None)
        self._agreed.pop(number, None)
        if self._numbers.get(id(value)) == number:
            del self._numbers[id(value)]

    def clear(self) -> None:
        """Forget all objects."""
        for number in list(self.objects):
            self.drop(number)

    def changes(self, codec: Codec) -> list[Node]:
        """Return [number, content] of what changed, and take it as agreed."""
        found = []
        for number, value in list(self.objects.items()):
            now, agreed = _fingerprint(value), self._agreed.get(number)
            if now == agreed:
                continue
            self._agreed[number] = now
            found.append([number, _content(codec, value, now, agreed)])
        return found

    def begin(self, number: int, tag: Any) -> Any:
        """Hold a new, empty container under a number, before its parts are known.

        A list may hold itself. Of anything else that has a number, this returns None.
        """
        kind = {"l": list, "d": dict, "s": set}.get(tag) if isinstance(tag, str) else None
        if kind is None:
            return None
        value = kind()
        self.add(number, value)
        return value

    def apply(self, codec: Codec, changes: Any) -> bool:
        """Bring objects up to date.

        Returns:
            whether data of the grader's changed; a model is there to be changed.

        Raises:
            WireError: a change does not fit its object.
        """
        if not isinstance(changes, list):
            raise WireError("changes that are no list")
        data = False
        for change in changes:
            if not isinstance(change, list) or len(change) != 2:
                raise WireError("a change that is no pair")
            number, node = change
            if type(number) is not int or number not in self.objects:
                raise WireError("a change of an object that is not there")
            try:
                _apply(codec, self.objects[number], node)
            except (TypeError, ValueError, AttributeError, RuntimeError):
                raise WireError("a change that cannot be made") from None
            self.note(number)
            data |= number > 0 and not is_module(self.objects[number])
        return data

    def release(self) -> list[int]:
        """Forget objects that nothing but this table holds; return their numbers."""
        released = []
        for number in list(self.objects):  # a container stands before its parts
            value = self.objects[number]
            if sys.getrefcount(value) <= _IDLE and not is_module(value) and not is_value(value):
                del value
                self.drop(number)
                released.append(number)
        return released


def _idle() -> int:
    """Return what the interpreter counts for an object in a table and a local variable."""
    table = {0: object()}
    for number in list(table):
        value = table[number]
        found = sys.getrefcount(value)
    return found


_IDLE = _idle()


def is_mutable(value: Any) -> bool:
    """Tell whether an object gets a number when it crosses."""
    if type(value) in (list, dict, set):
        return True
    if isinstance(value, np.ndarray):
        return bool(value.flags.writeable) and value.dtype.kind in "biufc"
    return is_tensor(value) or is_value(value) or is_module(value)


def is_value(value: Any) -> bool:
    """Tell whether this is a value of the course's engine for derivatives."""
    autograd = sys.modules.get("course_lib.autograd")
    return autograd is not None and type(value) is autograd.Value


def _fingerprint(value: Any) -> Any:
    if isinstance(value, list):
        return _Same(*value)
    if isinstance(value, dict):
        return _Same(*(part for pair in value.items() for part in pair))
    if isinstance(value, set):
        return frozenset(value)
    if is_value(value):
        return _Same(value.data)
    if is_module(value):
        return {key: digest(part) for key, part in state(value).items()}
    return digest(value)


def _content(codec: Codec, value: Any, now: Any, agreed: Any) -> Node:
    if is_value(value):
        return ["v", codec.encode(value.data)]
    if is_module(value):
        was = agreed or {}
        parts = state(value)
        changed = [key for key in now if key in was and was[key] != now[key] and now[key]]
        return [
            "m",
            [
                [
                    key,
                    codec.plain(parts[key]) if is_tensor(parts[key]) else codec.encode(parts[key]),
                ]
                for key in changed
            ],
        ]
    return codec.plain(value)


def _apply(codec: Codec, value: Any, node: Node) -> None:
    tag = node[0] if isinstance(node, list) and node else None
    if is_module(value):
        if tag != "m" or len(node) != 2 or not isinstance(node[1], list):
            raise WireError("a change that fits no module")
        for pair in node[1]:
            if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], str):
                raise WireError("a change that fits no module")
            put(value, pair[0], codec.decode(pair[1]))
        return
    if is_value(value):
        if tag != "v" or len(node) != 2:
            raise WireError("a change that fits no value of the engine")
        data = codec.decode(node[1])
        if not isinstance(data, np.ndarray):
            raise WireError("a value of the engine whose data are no array")
        value.data = data
        return
    found = codec.decode(node)
    if is_tensor(value):
        fill(value, found)
    elif type(found) is not type(value) or isinstance(found, np.ndarray):
        _fill_array(value, found)
    elif isinstance(value, list):
        value[:] = found
    else:
        value.clear()
        value.update(found)


def _fill_array(x: Any, found: Any) -> None:
    if not isinstance(x, np.ndarray) or not isinstance(found, np.ndarray):
        raise WireError("a change of another type")
    if found.dtype != x.dtype or found.size != x.size:
        raise WireError("a change of another type or size")
    if found.shape != x.shape:
        try:
            x.shape = found.shape
        except AttributeError:
            raise WireError("a change of shape that its memory forbids") from None
    x[...] = found
