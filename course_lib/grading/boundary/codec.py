"""Plain values as JSON with raw buffers, and back: numbers, text, containers, arrays, tensors.

A value is null, true, a number or text as in JSON, or a list whose first entry is a tag. What is
none of these is left to the two ends (:meth:`Codec.known`, :meth:`Codec.other` and
:meth:`Codec.special`), which give such objects numbers to be called by. Decoding trusts nothing:
every size, type and shape is checked, and whatever does not fit is a WireError.
"""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np

from course_lib.grading.boundary.decoders import DECODERS, KINDS, TENSORS, TYPES
from course_lib.grading.boundary.wire import LIMITS, Buffer, Limits, Node, WireError

_BITS = 4096  # of a whole number: below the digits at which Python refuses to read one
_PACKED = 16  # lists of so many numbers of one kind travel as a buffer


class NotPlainError(Exception):
    """A value that this codec has no form for."""


class Codec:
    """Encodes into ``buffers`` and decodes from them; one instance a message."""

    def __init__(self, buffers: list[Any] | None = None, limits: Limits = LIMITS) -> None:
        self.buffers: list[Any] = [] if buffers is None else buffers
        self.limits = limits
        self._nodes = 0
        self._level = 0

    def known(self, _value: Any) -> Node:
        """Return the node of an object that has a number, else None."""
        return None

    def other(self, value: Any) -> Node:
        """Return the node of what is not plain."""
        raise NotPlainError(f"a {type(value).__name__} is no plain value")

    def special(self, _tag: str, _args: list[Any]) -> Any:
        """Return what a node stands for whose tag is none of the plain ones."""
        raise WireError("a value of unknown kind")

    def _enter(self) -> None:
        self._nodes += 1
        self._level += 1
        if self._nodes > self.limits.nodes:
            raise WireError("a value of too many parts")
        if self._level > self.limits.depth:
            raise WireError("a value that is nested too deeply")

    def encode(self, value: Any) -> Node:
        """Return the node of a value; raw data goes to ``buffers``.

        Raises:
            WireError: it is too large, too deep or has too many parts.
        """
        if value is None or value is True or value is False or type(value) is str:
            return value
        self._enter()
        try:
            if type(value) is int and value.bit_length() <= _BITS:
                return value
            if type(value) is float:
                return value if math.isfinite(value) else ["f", str(value)]
            node = self.known(value)
            return self.plain(value) if node is None else node
        finally:
            self._level -= 1

    def plain(self, value: Any) -> Node:
        """Return the node of a value by its content, whether or not it has a number."""
        if isinstance(value, list | tuple):
            tag = "l" if isinstance(value, list) else "t"
            return self._packed(tag, value) or [tag, [self.encode(item) for item in value]]
        if isinstance(value, dict):
            return ["d", [self.encode(part) for pair in value.items() for part in pair]]
        if isinstance(value, set | frozenset):
            tag = "s" if isinstance(value, set) else "z"
            return [tag, [self.encode(item) for item in value]]
        if isinstance(value, np.ndarray | np.generic):
            return self._array(value)
        torch = sys.modules.get("torch")
        if torch is not None and isinstance(value, torch.Tensor):
            return self._tensor(torch, value)
        kind = type(value)
        if kind is bytes or kind is bytearray:
            return ["b" if kind is bytes else "B", self.add(bytes(value))]
        if kind is complex:
            return ["c", self.encode(value.real), self.encode(value.imag)]
        if kind is range or kind is slice:
            parts = (value.start, value.stop, value.step)
            return ["r" if kind is range else "S", *map(self.encode, parts)]
        if value is ...:
            return ["e"]
        if isinstance(value, np.dtype) and value.kind in KINDS:
            return ["y", "dtype", value.str]
        if torch is not None and kind is torch.dtype:
            return ["y", "torch", str(value).removeprefix("torch.")]
        if isinstance(value, type) and (found := _type_name(value)):
            return ["y", *found]
        return self.other(value)

    def add(self, data: Buffer) -> int:
        """Take a buffer along; return its number."""
        self.buffers.append(data)
        return len(self.buffers) - 1

    def _packed(self, tag: str, value: Any) -> Node:
        kind = type(value[0]) if len(value) >= _PACKED else None
        if kind not in (int, float) or not all(type(item) is kind for item in value):
            return None
        try:
            data = np.array(value, dtype="<f8" if kind is float else "<i8")
        except OverflowError:
            return None
        return ["p", tag, "f" if kind is float else "i", self.add(data.tobytes())]

    def _array(self, value: Any) -> Node:
        x = np.asarray(value)
        if x.dtype.kind == "O" and isinstance(value, np.ndarray):
            items = x.ravel().tolist()
            if all(type(item) in (type(None), bool, int, float, str) for item in items):
                return ["o", list(x.shape), [self.encode(item) for item in items]]
            return self.other(value)
        if x.dtype.kind not in KINDS or not 0 < x.dtype.itemsize <= 4096:
            return self.other(value)
        if x.dtype.kind in "fc" and x.dtype.char in "gG":  # more digits than any check looks at
            x = x.astype(np.float64 if x.dtype.kind == "f" else np.complex128)
        x = x.astype(x.dtype.newbyteorder("<"), copy=False)
        if isinstance(value, np.generic):
            return ["g", x.dtype.str, self.add(x.tobytes())]
        flags = x.flags
        # How it lies in memory decides what is a view of it and what a copy.
        order = "C" if flags.c_contiguous else "F" if flags.f_contiguous else "S"
        data = x.tobytes("F" if order == "F" else "C")
        return ["a", x.dtype.str, list(x.shape), self.add(data), order, bool(flags.writeable)]

    def _tensor(self, torch: Any, value: Any) -> Node:
        name = str(value.dtype).removeprefix("torch.")
        if name not in TENSORS or value.is_meta or value.is_quantized:
            return self.other(value)
        x = value.detach().cpu()
        x = (x if x.layout is torch.strided else x.to_dense()).resolve_conj().resolve_neg()
        data = x.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes() if x.numel() else b""
        kind = "N" if not value.requires_grad else "L" if value.is_leaf else "G"
        kind = "P" if isinstance(value, torch.nn.Parameter) else kind
        return ["T", name, list(x.shape), self.add(data), kind, bool(value.requires_grad)]

    def decode(self, node: Node) -> Any:
        """Return the value of a node.

        Raises:
            WireError: it is malformed, too large or too deep.
        """
        if node is None or isinstance(node, str | bool | int | float):
            return node
        self._enter()
        try:
            if not isinstance(node, list) or not node or not isinstance(node[0], str):
                raise WireError("a value without a kind")
            tag, args = node[0], node[1:]
            decode = DECODERS.get(tag)
            return decode(self, *args) if decode else self.special(tag, args)
        except (
            TypeError,
            ValueError,
            OverflowError,
            IndexError,
            MemoryError,
            RuntimeError,
        ) as problem:
            # What the student's side wrote is in no message: a student reads what became of it.
            raise WireError(f"a malformed value: {type(problem).__name__}") from None
        finally:
            self._level -= 1

    def items(self, nodes: Any) -> list[Any]:
        """Return the values of a list of nodes."""
        if not isinstance(nodes, list):
            raise WireError("a container without a list of its parts")
        return [self.decode(node) for node in nodes]

    def buffer(self, number: Any) -> memoryview:
        """Return the buffer with this number."""
        if type(number) is not int or not 0 <= number < len(self.buffers):
            raise WireError("a value refers to a buffer that is not there")
        return memoryview(self.buffers[number])

    def shape(self, shape: Any, itemsize: int, size: int) -> tuple[int, ...]:
        """Return a shape as a tuple, once it is known to fit so many bytes."""
        if not isinstance(shape, list) or len(shape) > 32:
            raise WireError("a shape that is none")
        if not all(type(n) is int and 0 <= n <= 1 << 40 for n in shape):
            raise WireError("a shape with entries that are no sizes")
        if math.prod(shape) * itemsize != size:
            raise WireError("a shape that does not fit its data")
        if not size and any(n > self.limits.length for n in shape):
            raise WireError("an empty array that claims to be long")
        return tuple(shape)


def _type_name(value: type) -> tuple[str, str] | None:
    if TYPES.get(value.__name__) is value:
        return "builtin", value.__name__
    name = value.__name__
    if issubclass(value, np.generic) and getattr(np, name, None) is value:
        return "numpy", name
    return None
