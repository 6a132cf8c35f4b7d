"""How the student's side puts values on the wire, and reads the grader's."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from course_lib.grading.boundary.codec import Codec
from course_lib.grading.boundary.mirrors import MANY, is_mutable, is_value
from course_lib.grading.boundary.models import is_module
from course_lib.grading.boundary.wire import Node

if TYPE_CHECKING:
    from course_lib.grading.boundary.guest import Guest


class GuestCodec(Codec):
    """Numbers objects that are not plain, and finds those that the grader numbered."""

    def __init__(
        self, guest: Guest, buffers: list[Any] | None = None, numbered: bool = True
    ) -> None:
        super().__init__(buffers)
        self.guest, self._numbered = guest, numbered
        self.added: list[int] = []

    def known(self, value: Any) -> Node:
        """Return the node of an object that has a number, else None."""
        if (number := self.guest.mirrors.number(value)) is not None:
            return ["#", number]
        if is_value(value):
            return self._value(value)
        mirrors = self.guest.mirrors
        if is_module(value) or not is_mutable(value) or not self._numbered:
            return None
        if len(mirrors.objects) >= MANY:
            return None
        number = -self.guest.new()
        mirrors.add(number, value)
        self.added.append(number)
        return ["@", number, self.plain(value)]

    def other(self, value: Any) -> Node:
        """Return the node of what is not plain: a number, and what it says it is."""
        number = self.guest.new()
        self.guest.handles[number] = value
        kind = type(value)
        return ["h", number, kind.__name__, str(kind.__module__)]

    def _value(self, last: Any) -> Node:
        """Return a value of the engine with all that it was computed from, parents first."""
        order, places = [], {}
        for value in reversed(sys.modules["course_lib.autograd"].in_order(last)):
            if (number := self.guest.mirrors.number(value)) is not None:
                places[id(value)] = ["#", number]
                continue
            parents = [[places[id(p)], self.encode(pull)] for p, pull in value.parents]
            order.append([self.encode(value.data), parents])
            places[id(value)] = ["n", len(order) - 1]
        return ["V", order]

    def special(self, tag: str, args: list[Any]) -> Any:
        """Return what a node stands for that the grader numbered."""
        guest = self.guest
        if tag == "@":
            return self._define(*args)
        if tag == "#":
            return guest.mirrors.objects[args[0]]
        if tag == "H":
            return guest.handles[args[0]]
        if tag == "I":
            found = importlib.import_module(args[0])
            for part in args[1].split("."):
                found = getattr(found, part)
            return found
        if tag == "C":
            return _function(guest, *args)
        if tag == "G":
            generator = np.random.Generator(getattr(np.random, args[0])())
            generator.bit_generator.state = self.decode(args[1])
            return generator
        return super().special(tag, args)

    def _define(self, number: int, node: Node) -> Any:
        mirrors = self.guest.mirrors
        value = mirrors.begin(number, node[0])
        if value is not None:
            found = self.decode(node)
            value.extend(found) if isinstance(value, list) else value.update(found)
        elif node[0] == "V":
            value = importlib.import_module("course_lib.autograd").Value(0.0)
            value.data, value.gradient = self.decode(node[1]), self.decode(node[2])
        elif node[0] == "M":
            value = self._module(node[1], node[2])
        else:
            value = self.decode(node)
        if mirrors.number(value) is None:
            mirrors.add(number, value)
        mirrors.note(number)
        return value

    def _module(self, parts: list[Any], entries: list[Any]) -> Any:
        import torch

        made: dict[str, Any] = {}
        for path, module, name in parts:
            kind: Any = self.guest.shell.ip.user_ns.get(name.rpartition(".")[2])
            if module.partition(".")[0] == "torch":
                kind = importlib.import_module(module)
                for part in name.split("."):
                    kind = getattr(kind, part)
            made[path] = kind.__new__(kind)
            torch.nn.Module.__init__(made[path])
            if path:
                parent, _, own = path.rpartition(".")
                made[parent]._modules[own] = made[path]
        for key, node in entries:
            path, kind, name = key.split("|", 2)
            found = self.decode(node)
            if kind == "p":
                grad = found is not None and found.requires_grad
                found = None if found is None else torch.nn.Parameter(found.detach(), grad)
                made[path]._parameters[name] = found
            elif kind == "b":
                made[path]._buffers[name] = found
            else:
                vars(made[path])[name] = found
        return made[""]


def _function(guest: Guest, number: int, name: str) -> Callable[..., Any]:
    def function(*args: Any, **kwargs: Any) -> Any:
        return guest.callback(number, args, kwargs)

    function.__name__ = function.__qualname__ = name
    return function
