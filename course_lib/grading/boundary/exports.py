"""How the grader's side puts values on the wire, and reads the student's."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from course_lib.grading.boundary.codec import Codec
from course_lib.grading.boundary.mirrors import MANY, Mirrors, is_mutable, is_value
from course_lib.grading.boundary.models import is_module, is_tensor
from course_lib.grading.boundary.models import state as state_of
from course_lib.grading.boundary.remote import Asks, Remote, stand_in
from course_lib.grading.boundary.wire import Node, WireError

_LIBRARIES = ("builtins", "math", "numpy", "operator", "scipy", "sklearn", "torch")
_VALUES = 20_000


class Numbers(Asks, Protocol):
    """A session, as far as its codec uses it."""

    mirrors: Mirrors

    def new(self) -> int:
        """Return a number not used before."""

    def call_number(self, function: Callable[..., Any]) -> int:
        """Return the number by which the guest calls a function."""


class GraderCodec(Codec):
    """Gives numbers to what can change, and to functions; makes remote objects of the student's.

    Attributes:
        added: numbers that came up while encoding or decoding.
    """

    def __init__(self, session: Numbers, buffers: list[Any] | None = None) -> None:
        super().__init__(buffers)
        self.session = session
        self.added: list[int] = []

    def known(self, value: Any) -> Node:
        """Return the node of an object that has a number or gets one, else None."""
        session = self.session
        if isinstance(value, Remote):
            if value._asks is not session:
                raise TypeError("an object of a process that was started anew")
            return ["H", value._number]
        if not is_mutable(value):
            return None
        if (number := session.mirrors.number(value)) is not None:
            return ["#", number]
        number = session.new()
        session.mirrors.add(number, value)
        self.added.append(number)
        return ["@", number, self._definition(value)]

    def _definition(self, value: Any) -> Node:
        if is_value(value):
            return ["V", self.encode(value.data), self.encode(value.gradient)]
        if is_module(value):
            kinds = [(path, type(part)) for path, part in value.named_modules()]
            parts = [[path, kind.__module__, kind.__qualname__] for path, kind in kinds]
            entries = [
                [key, self.plain(part) if is_tensor(part) else self.encode(part)]
                for key, part in state_of(value).items()
            ]
            return ["M", parts, entries]
        return self.plain(value)

    def other(self, value: Any) -> Node:
        """Return the node of what is not plain: a library's own, or a function to call back.

        Raises:
            TypeError: it is something else.
        """
        if found := _library_name(value):
            return ["I", *found]
        if callable(value) and not isinstance(value, type):
            name = getattr(value, "__name__", "function")
            return ["C", self.session.call_number(value), name]
        if isinstance(value, np.random.Generator):
            bits = value.bit_generator
            return ["G", type(bits).__name__, Codec.plain(self, bits.state)]
        raise TypeError(f"a {type(value).__name__} cannot be given to a student's function")

    def special(self, tag: str, args: list[Any]) -> Any:
        """Return what a node of the student's stands for."""
        if tag == "#" and len(args) == 1 and type(args[0]) is int:
            if args[0] not in self.session.mirrors.objects:
                raise WireError("a value that was never given")
            return self.session.mirrors.objects[args[0]]
        if tag == "h" and len(args) == 3 and type(args[0]) is int:
            if not isinstance(args[1], str) or not isinstance(args[2], str):
                raise WireError("an object without a class")
            return stand_in(self.session, args[0], args[1], args[2])
        if tag == "@" and len(args) == 2 and type(args[0]) is int:
            return self._changeable(args[0], args[1])
        if tag == "V" and len(args) == 1:
            return self._value(args[0])
        return super().special(tag, args)

    def _changeable(self, number: int, node: Node) -> Any:
        """Return a copy of what the student's side can still change; changes follow."""
        mirrors = self.session.mirrors
        if number >= 0 or number in mirrors.objects or len(mirrors.objects) > 3 * MANY:
            raise WireError("an object with a number that is not its own")
        value = mirrors.begin(number, node[0] if isinstance(node, list) and node else None)
        self.added.append(number)
        found = self.decode(node)
        if value is None:
            value = found
            if not isinstance(found, np.ndarray | list) and not is_tensor(found):
                raise WireError("an object with a number that cannot change")
            mirrors.add(number, value)
        elif isinstance(value, list):
            value.extend(found)
        else:
            value.update(found)
        return value

    def _value(self, nodes: Any) -> Any:
        """Return a value of the course's engine, computed from others and by pullbacks."""
        kind = importlib.import_module("course_lib.autograd").Value
        if not isinstance(nodes, list) or not 0 < len(nodes) <= _VALUES:
            raise WireError("a value of the engine that is none")
        made: list[Any] = []
        for node in nodes:
            if not isinstance(node, list) or len(node) != 2 or not isinstance(node[1], list):
                raise WireError("a value of the engine without parents")
            parents = []
            for pair in node[1]:
                if not isinstance(pair, list) or len(pair) != 2:
                    raise WireError("a parent of the engine that is none")
                parents.append((self._parent(made, pair[0]), self.decode(pair[1])))
            data = self.decode(node[0])
            if not isinstance(data, np.ndarray):
                raise WireError("a value of the engine whose data are no array")
            made.append(kind(data, parents))
        return made[-1]

    def _parent(self, made: list[Any], node: Any) -> Any:
        if isinstance(node, list) and len(node) == 2 and node[0] == "n" and type(node[1]) is int:
            if not 0 <= node[1] < len(made):
                raise WireError("a parent of the engine that is not there")
            return made[node[1]]
        found = self.decode(node)
        if not is_value(found):
            raise WireError("a parent of the engine that is no value")
        return found


def _library_name(value: Any) -> tuple[str, str] | None:
    """Return module and name of what a student can import as well, None for all else."""
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
    module = getattr(value, "__module__", None) or "numpy"
    if not isinstance(name, str) or not isinstance(module, str):
        return None
    if module.partition(".")[0] not in _LIBRARIES and module != "course_lib.autograd":
        return None
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return (module, name) if found is value else None
