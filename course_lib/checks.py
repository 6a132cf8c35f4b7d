"""The checks of an exercise, as a student meets them.

    check("an averaging kernel keeps the mean").close(conv2d(x, k).mean(), x.mean(), hint="…")

A check that passes prints one line and returns nothing (nbgrader reads a returned number as
partial credit). One that fails raises :class:`CheckFailed`, since only an error costs marks: it
says what was expected of what, where the result first differs and the likely cause, and never
the expected value.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import numpy as np

from course_lib.compare import UnreadableError, as_array, describe, first_difference

_GREEN, _RED, _GREY, _PLAIN = "\x1b[32m", "\x1b[31m", "\x1b[90m", "\x1b[0m"


class CheckFailed(AssertionError):
    """A check that did not pass; its message is all that a notebook shows of it.

    Attributes:
        hint: the message's last part, the only one that no answer can have written.
    """

    hint = ""

    def _render_traceback_(self) -> list[str]:
        first, _, rest = str(self).partition("\n")
        return [f"{_RED}✗ {first}{_PLAIN}", *rest.splitlines()]


class NotAttempted(NotImplementedError):
    """What an answer raises until it is written."""

    def __init__(self, message: str = "") -> None:
        super().__init__(
            message or "not attempted yet: replace the line `raise NotAttempted` with your answer"
        )

    def _render_traceback_(self) -> list[str]:
        return [f"{_GREY}○ {self}{_PLAIN}"]


def check(name: str) -> Check:
    """Return the check called ``name``: a sentence that says what holds of a right answer."""
    return Check(name)


def passing(name: str) -> str:
    """Return the line that a check prints when it passes."""
    return f"{_GREEN}✓ {name}{_PLAIN}"


def term_seed(name: str) -> int:
    """Return the seed, 0 to 2³¹ - 1, of what ``name`` stands for in a hidden check.

    It follows from the term's secret, the environment variable ``COURSE_TERM``: the same for every
    student, so that a regrade is identical, and another one next term.
    """
    secret = os.environ.get("COURSE_TERM", "")
    digest = hashlib.sha256(f"{secret}/{name}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1


class Check:
    """One named check; each method either prints a line and returns None, or raises.

    Every method raises :class:`NotAttempted` for ``...`` and :class:`CheckFailed` otherwise.
    ``hint`` says where to look, for a person to read; it must not contain the answer.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def close(
        self,
        got: Any,
        expected: Any,
        *,
        rtol: float | None = None,
        atol: float | None = None,
        hint: str = "",
        mistakes: Mapping[str, Any] | None = None,
    ) -> None:
        """Demand numbers close to ``expected``, in the same structure and shapes.

        Args:
            got: a number, array, tensor, or lists, tuples, dictionaries of these.
            expected: what a right answer returns.
            rtol: relative tolerance; by default it follows the lower precision of the two
                (1e-7 for float64 and Python numbers, 1e-4 for float32).
            atol: absolute tolerance; by default ``rtol / 100`` of the largest expected magnitude.
            hint: where to look when no mistake matches.
            mistakes: what to say for a known wrong result: ``{message: that result}``.
        """
        self._compare(got, expected, hint, mistakes, exact=False, rtol=rtol, atol=atol)

    def equal(
        self, got: Any, expected: Any, *, hint: str = "", mistakes: Mapping[str, Any] | None = None
    ) -> None:
        """Demand exactly ``expected``: counts, labels, text, sets, dictionaries, whole arrays."""
        self._compare(got, expected, hint, mistakes, exact=True)

    def true(self, condition: Any, *, hint: str = "") -> None:
        """Demand that ``condition`` is True; the check's name says what it is about."""
        self._attempted(condition)
        if not (type(condition) is bool or isinstance(condition, np.bool_)):
            self._fail(f"expected True or False, got {describe(condition)}", hint)
        if not condition:
            self._fail("this does not hold", hint)
        self._pass()

    def raises(
        self,
        error: type[Exception] | tuple[type[Exception], ...],
        function: Callable[..., Any],
        *args: Any,
        hint: str = "",
    ) -> None:
        """Demand that ``function(*args)`` raises ``error``."""
        self._attempted(function)
        kinds = error if isinstance(error, tuple) else (error,)
        wanted = " or ".join(kind.__name__ for kind in kinds)
        try:
            returned = function(*args)
        except NotAttempted:
            raise
        except kinds:
            self._pass()
            return
        except Exception as other:
            text = f"expected {wanted}, but it raised {type(other).__name__}: {other}"
            self._fail(text, hint)
        else:
            self._attempted(returned)
            self._fail(f"expected {wanted}, but it returned {describe(returned)}", hint)

    def at_least(self, value: Any, bar: float, *, hint: str = "", unit: str = "") -> None:
        """Demand a number that reaches ``bar``, which is no secret: the statement names it."""
        number = self._array(value, hint)
        if number.shape != () or number.dtype.kind not in "biuf":
            self._fail(f"expected one number, got {describe(value)}", hint)
        if not float(number) >= bar:  # also true of nan
            unit = f" {unit}" if unit else ""
            self._fail(f"expected at least {bar:g}{unit}, got {float(number):.4g}{unit}", hint)
        self._pass()

    def shape(self, got: Any, shape: tuple[int, ...], *, hint: str = "") -> None:
        """Demand an array, tensor or nested list of this shape, whatever its entries."""
        found = self._array(got, hint).shape
        if found != tuple(shape):
            self._fail(f"expected shape {tuple(shape)}, got {found}", hint)
        self._pass()

    def _array(self, value: Any, hint: str) -> np.ndarray[Any, Any]:
        self._attempted(value)
        if value is None:
            self._fail("it returned nothing: is there a `return`?", hint)
        try:
            return as_array(value)[0]
        except UnreadableError as problem:
            self._fail(str(problem), hint)

    def _compare(
        self,
        got: Any,
        expected: Any,
        hint: str,
        mistakes: Mapping[str, Any] | None,
        **how: Any,
    ) -> None:
        self._attempted(got)
        difference = first_difference(got, expected, **how)
        if difference is None:
            self._pass()
            return
        for cause, wrong in (mistakes or {}).items():
            if first_difference(got, wrong, **how) is None:
                self._fail(difference, cause, "Likely cause")
        self._fail(difference, hint)

    def _attempted(self, got: Any) -> None:
        if got is ...:
            raise NotAttempted(f"{self.name}: not attempted yet: replace the `...` above")

    def _pass(self) -> None:
        sys.stdout.write(f"{passing(self.name)}\n")

    def _fail(self, difference: str, hint: str, kind: str = "Hint") -> NoReturn:
        hint = f"{kind}: {hint}" if hint else ""
        failed = CheckFailed("\n  ".join(filter(None, [self.name, difference, hint])))
        failed.hint = hint
        raise failed from None
