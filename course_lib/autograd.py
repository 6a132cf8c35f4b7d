"""Reverse-mode automatic differentiation over NumPy arrays, in about sixty lines of code.

A :class:`Value` remembers which values it was computed from and, for each, how a gradient travels
back to it. Any further operation is a function written outside of this file:

    def sin(a):
        return Value(np.sin(a.data), [(a, lambda gradient: gradient * np.cos(a.data))])

The method goes back to S. Linnainmaa (1970); its textbook is A. Griewank and A. Walther,
"Evaluating Derivatives" (2nd edition, SIAM 2008). How little code it needs was shown, for single
numbers, by A. Karpathy's micrograd.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Pullback = Callable[[Array], ArrayLike]
Parents = Sequence[tuple["Value", Pullback]]


class Value:
    """An array of numbers that knows where it came from.

    The operators ``+ - *`` take values, arrays and numbers on either side and broadcast as NumPy
    does; ``@`` takes two matrices.

    Attributes:
        data: the numbers, float64 of any shape; a copy of what was given.
        parents: the values that it was computed from, each with its pullback.
        depth: the number of values on the longest way to it, itself included.
        gradient: the derivative of the loss by ``data``, of its shape; None before a ``backward``.

    Args:
        data: real numbers, of any shape.
        parents: a pair (value, pullback) for each value that ``data`` was computed from. Given the
            gradient of the loss by ``data``, in its shape, the pullback returns the gradient by
            that parent, in the parent's shape or in one that broadcasting had made of it.

    Raises:
        TypeError: the data are no real numbers, or `parents` holds no pairs.
    """

    __array_ufunc__ = None  # so that `array + value` is left to the value

    def __init__(self, data: ArrayLike, parents: Parents = ()) -> None:
        x = np.asarray(data)
        if x.dtype.kind not in "biuf":
            kind = f"{type(data).__name__} of {x.dtype}"
            raise TypeError(f"data is {kind}: give real numbers")
        self.data = x.astype(np.float64)  # booleans and whole numbers too
        self.parents = tuple((lift(value), pull) for value, pull in parents)
        depths = [value.depth for value, _ in self.parents]
        self.depth: int = 1 + max(depths, default=0)
        self.gradient: Array | None = None

    def __repr__(self) -> str:
        return f"Value({np.array2string(self.data, prefix='Value(', separator=', ')})"

    def __add__(self, other: Value | ArrayLike) -> Value:
        other = lift(other)
        total = self.data + other.data
        return Value(total, [(self, lambda g: g), (other, lambda g: g)])

    def __mul__(self, other: Value | ArrayLike) -> Value:
        other = lift(other)
        a, b = self.data, other.data
        return Value(a * b, [(self, lambda g: g * b), (other, lambda g: g * a)])

    def __matmul__(self, other: Value | ArrayLike) -> Value:
        other = lift(other)
        a, b = self.data, other.data
        if not (a.ndim == b.ndim == 2 and a.shape[1] == b.shape[0]):
            shapes = f"{a.shape} and {b.shape}"
            raise ValueError(f"@ takes (n, d) and (d, h), got {shapes}")
        back: Parents = [(self, lambda g: g @ b.T), (other, lambda g: a.T @ g)]
        return Value(a @ b, back)

    def relu(self) -> Value:
        """Return max(0, data), entry by entry; at 0 itself the slope counts as 0."""
        a = self.data
        return Value(np.maximum(a, 0), [(self, lambda g: np.where(a > 0, g, 0))])

    def sum(self) -> Value:
        """Return the sum of all entries, of shape ()."""
        shape = self.data.shape
        return Value(self.data.sum(), [(self, lambda g: np.broadcast_to(g, shape))])

    def __neg__(self) -> Value:
        return self * -1

    def __sub__(self, other: Value | ArrayLike) -> Value:
        return self + -lift(other)

    def __rsub__(self, other: ArrayLike) -> Value:
        return -self + other

    def __rmatmul__(self, other: ArrayLike) -> Value:
        return lift(other) @ self

    __radd__, __rmul__ = __add__, __mul__

    def backward(self) -> None:
        """Add the derivative of this number by each value that it depends on to their ``gradient``.

        A second call adds once more; to start afresh, set ``gradient`` to None.

        Raises:
            ValueError: this is not a single number, or a pullback returned a wrong shape.
        """
        if (shape := self.data.shape) != ():
            problem = f"backward() needs one number, got shape {shape}"
            raise ValueError(f"{problem}: sum() first")
        arrived = {self: np.ones(())}
        for value in in_order(self):
            g = arrived.pop(value)  # complete: all its users came before
            old = value.gradient
            value.gradient = g if old is None else np.asarray(old + g)
            for parent, pullback in value.parents:
                share = unbroadcast(pullback(g), parent.data.shape)
                arrived[parent] = np.asarray(arrived.get(parent, 0) + share)


def in_order(last: Value) -> list[Value]:
    """Return ``last`` and all that it depends on, each once and before its parents."""
    found, seen = [last], {last}
    for value in found:  # which grows as we walk along it
        parents = dict.fromkeys(parent for parent, _ in value.parents)
        new = [parent for parent in parents if parent not in seen]
        seen.update(new)
        found.extend(new)
    return sorted(found, key=lambda value: -value.depth)


def unbroadcast(gradient: ArrayLike, shape: tuple[int, ...]) -> Array:
    """Sum a gradient over the axes along which an array of ``shape`` was repeated.

    Raises:
        ValueError: broadcasting makes no array of the gradient's shape from one of ``shape``.
    """
    g = np.asarray(gradient, dtype=np.float64)
    padded = (1,) * (g.ndim - len(shape)) + shape
    repeated = tuple(axis for axis in range(g.ndim) if padded[axis] == 1)
    summed: Array = g.sum(axis=repeated, keepdims=True)
    if summed.shape != padded:
        problem = f"a pullback returned shape {g.shape}"
        raise ValueError(f"{problem} for a parent of shape {shape}")
    return summed.reshape(shape)


def lift(data: Value | ArrayLike) -> Value:
    """Return a value as it is, and numbers or an array as a value without parents.

    Raises:
        TypeError: the data are no real numbers.
    """
    return data if isinstance(data, Value) else Value(data)
