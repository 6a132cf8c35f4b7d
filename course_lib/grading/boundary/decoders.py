"""How each kind of plain value is read off the wire; see ``codec``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from course_lib.grading.boundary.wire import Node, WireError

if TYPE_CHECKING:
    from course_lib.grading.boundary.codec import Codec

KINDS = "biufcUS"
"""Of the NumPy types that cross, by their letter."""
TENSORS = {
    *("bool", "uint8", "int8", "int16", "int32", "int64"),
    *("float16", "bfloat16", "float32", "float64", "complex64", "complex128"),
}
TYPES = {"bool": bool, "int": int, "float": float, "complex": complex, "str": str}


def _float(_codec: Codec, text: str) -> float:
    if text not in ("nan", "inf", "-inf"):
        raise WireError("a number that is none")
    return float(text)


def _complex(codec: Codec, real: Node, imag: Node) -> complex:
    return complex(float(codec.decode(real)), float(codec.decode(imag)))


def _dict(codec: Codec, nodes: Any) -> dict[Any, Any]:
    if not isinstance(nodes, list) or len(nodes) % 2 or len(nodes) > 2 * codec.limits.keys:
        raise WireError("a dictionary that is none, or of too many entries")
    found = codec.items(nodes)
    return dict(zip(found[::2], found[1::2], strict=True))


def _set(codec: Codec, nodes: Any) -> set[Any]:
    if not isinstance(nodes, list) or len(nodes) > codec.limits.keys:
        raise WireError("a set that is none, or of too many elements")
    return set(codec.items(nodes))


def _packed(codec: Codec, tag: str, kind: str, number: Any) -> Any:
    dtype = {"f": "<f8", "i": "<i8"}.get(kind)
    if dtype is None or tag not in ("l", "t"):
        raise WireError("a list of no known kind")
    numbers = np.frombuffer(codec.buffer(number), dtype)
    if len(numbers) > codec.limits.length:
        raise WireError("a list of too many numbers")
    found = numbers.tolist()
    return found if tag == "l" else tuple(found)


def _range(codec: Codec, *nodes: Node) -> range:
    found = range(*codec.items(list(nodes)))
    if len(found) > codec.limits.length:
        raise WireError("a range that is too long")
    return found


def _dtype(text: Any) -> np.dtype[Any]:
    if not isinstance(text, str) or len(text) > 12:
        raise WireError("an array of no known type")
    dtype = np.dtype(text)
    if dtype.kind not in KINDS or not 0 < dtype.itemsize <= 4096 or dtype.str != text:
        raise WireError("an array of a type that does not cross")
    return dtype


def _read(codec: Codec, dtype_name: Any, shape: Any, number: Any, order: Any) -> Any:
    dtype, data = _dtype(dtype_name), codec.buffer(number)
    found = codec.shape(shape, dtype.itemsize, len(data))
    if order not in ("C", "F", "S"):
        raise WireError("an array in no known order")
    if not len(data):
        return np.zeros(found, dtype)
    x = np.frombuffer(data, dtype).reshape(found, order="F" if order == "F" else "C")
    if dtype.kind == "b" and np.any(x.view(np.uint8) > 1):
        raise WireError("an array of truth values with others in it")
    if dtype.kind == "U" and np.any(np.frombuffer(data, "<u4") > sys.maxunicode):
        raise WireError("an array of text with characters that are none")
    if order != "S" or not found:
        return x.copy("F" if order == "F" else "C")
    spread = np.zeros((*found[:-1], 2 * found[-1]), dtype)[..., ::2]
    spread[...] = x
    return spread


def _ndarray(
    codec: Codec, dtype: Any, shape: Any, number: Any, order: Any = "C", writable: Any = True
) -> Any:
    x = _read(codec, dtype, shape, number, order)
    x.flags.writeable = writable is not False
    return x


def _scalar(codec: Codec, dtype: Any, number: Any) -> Any:
    return _read(codec, dtype, [], number, "C")[()]


def _objects(codec: Codec, shape: Any, nodes: Any) -> Any:
    items = codec.items(nodes)
    x = np.empty(len(items), dtype=object)
    for i, item in enumerate(items):
        x[i] = item
    return x.reshape(codec.shape(shape, 1, len(items)))


def _tensor(
    codec: Codec, name: Any, shape: Any, number: Any, kind: Any = "N", requires_grad: Any = False
) -> Any:
    import torch

    if name not in TENSORS:
        raise WireError("a tensor of no known type")
    dtype, data = getattr(torch, name), codec.buffer(number)
    found = codec.shape(shape, torch.empty((), dtype=dtype).element_size(), len(data))
    if name == "bool" and bytes(data).strip(b"\0\1"):
        raise WireError("a tensor of truth values with others in it")
    x = torch.frombuffer(bytearray(data), dtype=dtype) if len(data) else torch.empty(0, dtype=dtype)
    x = x.reshape(found)
    if kind == "P":
        return torch.nn.Parameter(x, requires_grad is True)
    if requires_grad is not True:
        return x
    x.requires_grad_(True)
    return _edge().apply(x) if kind == "G" else x


def _edge() -> Any:
    """Return an operation that says, on the way back, that there is no way back."""
    import torch

    class Edge(torch.autograd.Function):
        """Where a student's graph of derivatives was cut."""

        @staticmethod
        def forward(_ctx: Any, x: Any) -> Any:
            return x.view_as(x)

        @staticmethod
        def backward(_ctx: Any, *_: Any) -> Any:
            raise TypeError("gradients do not cross to the student's process: call detach()")

    return Edge


def _kind(_codec: Codec, family: Any, name: Any) -> Any:
    if family == "dtype":
        return _dtype(name)
    if family == "builtin" and name in TYPES:
        return TYPES[name]
    if family == "torch" and name in TENSORS:
        import torch

        return getattr(torch, name)
    found = getattr(np, name, None) if family == "numpy" and isinstance(name, str) else None
    if isinstance(found, type) and issubclass(found, np.generic):
        return found
    raise WireError("a type that does not cross")


DECODERS: dict[str, Callable[..., Any]] = {
    "f": _float,
    "c": _complex,
    "l": lambda codec, nodes: codec.items(nodes),
    "t": lambda codec, nodes: tuple(codec.items(nodes)),
    "p": _packed,
    "d": _dict,
    "s": _set,
    "z": lambda codec, nodes: frozenset(_set(codec, nodes)),
    "b": lambda codec, number: bytes(codec.buffer(number)),
    "B": lambda codec, number: bytearray(codec.buffer(number)),
    "r": _range,
    "S": lambda codec, *nodes: slice(*codec.items(list(nodes))),
    "e": lambda _codec: ...,
    "a": _ndarray,
    "g": _scalar,
    "o": _objects,
    "T": _tensor,
    "y": _kind,
}
