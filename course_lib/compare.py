"""Where two results first differ, in words that never give away the expected value."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence, Set
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
"""Any NumPy array; what tensors, numbers and lists of numbers are compared as."""

# Relative tolerance by precision. Two right routes (a loop, a matrix product) sum in another
# order; float32 sums over some thousand terms stay within 1e-4 of each other.
_RTOL = {"float64": 1e-7, "float32": 1e-4, "float16": 5e-3, "bfloat16": 2e-2}
_Numbers = Callable[[Any, Any], str | None]


class UnreadableError(Exception):
    """A value that cannot be compared; the message says what it is instead."""


def first_difference(
    got: Any, expected: Any, *, exact: bool, rtol: float | None = None, atol: float | None = None
) -> str | None:
    """Say where ``got`` first differs from ``expected``, or return None where it does not.

    Args:
        got: numbers, strings, arrays, tensors, sequences, sets or mappings of these.
        expected: the same, in the structure that is right.
        exact: compare numbers for equality instead of closeness.
        rtol: relative tolerance; by default that of the lower of the two precisions.
        atol: absolute tolerance; by default ``rtol / 100`` of the largest expected magnitude.
    """
    try:
        return _compare(got, expected, "", lambda g, e: _numbers(g, e, exact, rtol, atol))
    except UnreadableError as problem:
        return str(problem)


def _compare(got: Any, expected: Any, path: str, numbers: _Numbers) -> str | None:
    where = f"at {path}: " if path else ""
    if got is None and expected is not None:
        return f"{where}it returned nothing: is there a `return`?"
    if isinstance(expected, Mapping):
        return _mappings(got, expected, path, numbers)
    if isinstance(expected, Set):
        return where + text if (text := _sets(got, expected)) else None
    if isinstance(expected, list | tuple) and not _is_numeric(expected):
        if not isinstance(got, list | tuple | range | np.ndarray):
            return f"{where}expected a list or tuple, got {describe(got)}"
        if len(got) != len(expected):
            return f"{where}expected {_count(len(expected), 'item')}, got {len(got)}"
        pairs = zip(got, expected, strict=True)
        found = (_compare(g, e, f"{path}[{i}]", numbers) for i, (g, e) in enumerate(pairs))
        return next((text for text in found if text), None)
    if expected is None or isinstance(expected, str | bytes | type):
        got = got.item() if isinstance(got, np.generic) else got
        if type(got) is type(expected) and got == expected:
            return None
        return f"{where}got {describe(got)}, which is not what is expected"
    return where + text if (text := numbers(got, expected)) else None


def _mappings(got: Any, expected: Mapping[Any, Any], path: str, numbers: _Numbers) -> str | None:
    where = f"at {path}: " if path else ""
    if not isinstance(got, dict):
        return f"{where}expected a dictionary, got {describe(got)}"
    for key in expected:
        if key not in got:
            return f"{where}there is no entry {key!r}"
    for key in got:
        if key not in expected:
            return f"{where}the entry {key!r} does not belong there"
    found = (_compare(got[key], expected[key], f"{path}[{key!r}]", numbers) for key in expected)
    return next((text for text in found if text), None)


def _sets(got: Any, expected: Set[Any]) -> str | None:
    if not isinstance(got, set | frozenset):
        return f"expected a set, got {describe(got)}"
    missing, extra = len(expected - got), sorted(map(repr, got - expected))
    if extra:
        return f"{extra[0]} does not belong in the set"
    return f"{_count(missing, 'element')} missing from the set" if missing else None


def _numbers(
    got: Any, expected: Any, exact: bool, rtol: float | None, atol: float | None
) -> str | None:
    """Compare two numbers or arrays; text where they differ."""
    x, kind = as_array(got)
    y, expected_kind = as_array(expected)
    exact = exact or y.dtype.kind in "US"
    if (x.dtype.kind in "US") != (y.dtype.kind in "US"):
        return f"expected {'text' if y.dtype.kind in 'US' else 'numbers'}, got {describe(got)}"
    if x.shape != y.shape:
        return _shapes(x.shape, y.shape)
    if exact:
        wrong = x != y
        if x.dtype.kind == y.dtype.kind == "f":
            wrong &= ~(np.isnan(x) & np.isnan(y))
    else:
        x, y = x.astype(np.float64), y.astype(np.float64)
        # A half-precision result loosens the check only where half precision is expected.
        finest = max(_RTOL[expected_kind], min(_RTOL[kind], _RTOL["float32"]))
        rtol = finest if rtol is None else rtol
        if atol is None:
            largest = float(np.max(np.abs(y[np.isfinite(y)]), initial=0.0))
            atol = rtol / 100 * (largest or 1.0)
        wrong = ~np.isclose(x, y, rtol=rtol, atol=atol, equal_nan=True)
    return _where(x, y, np.asarray(wrong), exact, rtol, atol) if np.any(wrong) else None


def _where(
    x: Array, y: Array, wrong: Array, exact: bool, rtol: float | None, atol: float | None
) -> str:
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    value = x[index].item()
    spot = f" at [{', '.join(map(str, index))}]" if index else ""
    text = f"first wrong{spot}: got {_show(value)}" if index else f"got {_show(value)}"
    if x.dtype.kind == "f" and np.isnan(value):
        text += " (not a number: a division by zero, or a logarithm of zero or less?)"
    elif not exact and np.isfinite(value):
        text += f", which is too {'large' if value > y[index] else 'small'}"
    elif not index:
        text += ", which is not what is expected"
    if index:
        text += f"; {int(wrong.sum())} of {wrong.size} entries are wrong"
    if x.ndim == 2 and x.shape[0] == x.shape[1]:
        swapped = y == x.T if exact else np.isclose(x.T, y, rtol=rtol or 0.0, atol=atol or 0.0)
        if np.all(swapped):
            text += "; rows and columns are swapped"
    return text


def _shapes(got: tuple[int, ...], expected: tuple[int, ...]) -> str:
    def name(shape: tuple[int, ...]) -> str:
        return f"an array of shape {shape}" if shape else "a single number"

    text = f"expected {name(expected)}, got {name(got)}"
    if len(got) > 1 and got != expected and got[::-1] == expected:
        text += ": the axes are swapped"
    return text


def as_array(value: Any) -> tuple[Array, str]:
    """Return ``value`` as a NumPy array, and the name of the precision it was computed in.

    Raises:
        UnreadableError: it is neither number, text, array nor tensor, nor a nested list of these.
    """
    torch = sys.modules.get("torch")  # not imported for a check's sake: it takes seconds
    if torch is not None and isinstance(value, torch.Tensor):
        tensor = value.detach().cpu()
        kind = str(tensor.dtype).removeprefix("torch.")
        tensor = tensor.to_dense() if tensor.layout is not torch.strided else tensor
        tensor = tensor.float() if kind == "bfloat16" else tensor
        return np.asarray(tensor.resolve_conj().numpy()), kind if kind in _RTOL else "float64"
    module = type(value).__module__.partition(".")[0]
    if module == "pandas":
        value = value.to_numpy()
    elif module == "scipy" and hasattr(value, "toarray"):
        value = value.toarray()
    if isinstance(value, list | tuple | range):
        if set(map(type, value)) <= {bool, int, float}:  # quick, of however many
            return np.asarray(value, dtype=None if len(value) else float), "float64"
        if not all(_is_plain(item) for item in value):
            raise UnreadableError(f"expected numbers, got {describe(value)}")
        parts = [as_array(item) for item in value]
        shapes = {part.shape for part, _ in parts}
        if len(shapes) > 1:
            raise UnreadableError("the rows of the list have different lengths")
        kinds = [kind for _, kind in parts] or ["float64"]
        return np.asarray([part for part, _ in parts]), max(kinds, key=lambda k: _RTOL[k])
    # Exact types: an object whose own __eq__ or __float__ always agrees proves nothing.
    if type(value) in (bool, int, float, str) or isinstance(value, np.ndarray | np.generic):
        array = np.asarray(value)
        if array.dtype.kind == "O":
            return as_array(array.tolist())
        if array.dtype.kind in "biufUS":
            kind = array.dtype.name
            return array, kind if kind in _RTOL else "float64"
    raise UnreadableError(f"expected numbers, got {describe(value)}")


def _is_plain(value: Any) -> bool:
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        return True
    return isinstance(
        value, list | tuple | range | str | bool | int | float | np.ndarray | np.generic
    )


def _is_numeric(value: Sequence[Any]) -> bool:
    """Tell whether a sequence reads as one array of numbers, so that it compares as one."""
    try:
        return len(value) > 0 and as_array(value)[0].dtype.kind in "biuf"
    except UnreadableError:
        return False


def describe(value: Any) -> str:
    """Return what ``value`` is, short enough for a message; it is the student's own."""
    if value is None:
        return "nothing (None)"
    if isinstance(value, str):
        return f"the text {value[:40]!r}" + ("…" if len(value) > 40 else "")
    if type(value) in (bool, int, float) or isinstance(value, np.generic):
        return _show(value)
    shape = getattr(value, "shape", None)
    kind = type(value).__name__
    article = "an" if kind[:1].lower() in "aeiou" else "a"
    size = ""
    if isinstance(shape, tuple):
        size = f" of shape {tuple(int(n) for n in shape)}"
    elif isinstance(value, list | tuple | dict | set | frozenset):
        size = f" of {_count(len(value), 'item')}"
    return f"{article} {kind}{size}"


def _show(value: Any) -> str:
    value = value.item() if isinstance(value, np.generic) else value
    return f"{value:.6g}" if type(value) is float else repr(value)[:60]


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
