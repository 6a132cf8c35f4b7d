"""What a check's end means, in the words that a student's own notebook has for it."""

from __future__ import annotations

import builtins
from typing import Literal

from course_lib.checks import CheckFailed, NotAttempted
from course_lib.grading.boundary.session import Interrupted, UnsendableError

Status = Literal[
    "passed",
    "failed",
    "error",
    "timeout",
    "memory",
    "not_attempted",
    "not_run",
    "grader_error",
    "manual",
]

WORDS: dict[Status, tuple[str, str]] = {
    "passed": ("✓", "passed"),
    "failed": ("✗", "failed"),
    "error": ("✗", "error"),
    "timeout": ("✗", "ran out of time"),
    "memory": ("✗", "ran out of memory"),
    "not_attempted": ("○", "not attempted"),
    "not_run": ("○", "not run"),
    "grader_error": ("?", "the grader failed"),
    "manual": ("·", "read by a person"),
}
"""A sign and words for each end, the same in the terminal and on the feedback page."""
FAILED = "the grader failed here: a person will look"
"""What a student reads of a grader_error."""
_FULL = ("MemoryError", "_ArrayMemoryError", "OutOfMemoryError")
# What Python, NumPy, PyTorch and the C++ library say, in small letters.
_NO_ROOM = (
    *("allocate memory", "out of memory", "enough memory", "unable to allocate", "bad_alloc"),
    *("array is too big", "maximum allowed dimension exceeded", "storage size calculation"),
)


def line(error: BaseException) -> str:
    """Return an exception as one line: its class and what it says first."""
    return (f"{type(error).__name__}: {error}".strip().splitlines() or [""])[0]


def ended(error: BaseException | None, name: str, *, theirs: bool) -> tuple[Status, str]:
    """Return how a check ended and what to say of it.

    Args:
        error: what its cell raised.
        name: the check's, which its own message repeats.
        theirs: whether the student's code can have caused it.
    """
    if error is None:
        return "passed", ""
    if isinstance(error, Interrupted):
        return stopped(error)
    if isinstance(error, CheckFailed):
        lines = [part.strip() for part in str(error).removeprefix(name).strip().splitlines()]
        return "failed", "\n".join(lines)
    if isinstance(error, NotAttempted):
        return "not_attempted", ""
    if isinstance(error, UnsendableError) or not theirs:
        return "grader_error", f"the check itself fails: {line(error)}"
    if is_memory(type(error).__name__, str(error)):
        return "memory", "it ran out of memory"
    return "error", line(error)


def stopped(end: Interrupted) -> tuple[Status, str]:
    """Return what it means that the student's process had to be ended."""
    status: Status = "error"
    if end.reason == "timeout" or end.reason == "memory":
        status = end.reason
    return status, end.text


def is_memory(name: str, message: str) -> bool:
    """Tell whether an error says that there was no room."""
    small = message[:10_000].lower()
    return name in _FULL or any(text in small for text in _NO_ROOM)


def known_kind(name: str) -> str:
    """Return the name of an error's class where it is Python's own, which tells nothing else."""
    return name if isinstance(getattr(builtins, name, None), type) else ""


def shown(status: Status, message: str, error: BaseException | None = None, *, theirs: bool) -> str:
    """Return what a student may read of a check that could repeat what a hidden one holds.

    What such a check compares, and what student code raised in it, is not for the student: of
    these remain the hint and the kind of error. A name that is not defined is the instructor's.

    Args:
        status: how the check ended.
        message: all there is to say.
        error: what its cell raised.
        theirs: whether that stands for an error of the student's code.
    """
    if status == "failed":
        return "" if theirs or not isinstance(error, CheckFailed) else error.hint
    if status != "error" or error is None or isinstance(error, Interrupted):
        return message
    if theirs:
        kind = known_kind(type(error).__name__)
        return f"it raises {kind}" if kind else "it raises an error"
    if isinstance(error, NameError):
        return message
    return f"its result stops the check with {type(error).__name__}"
