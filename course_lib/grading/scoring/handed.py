"""One submission's files: read without following anything that leads out of their folder."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from course_lib.grading.scoring.notebook import MAX_BYTES, missing, too_big

_KINDS = (
    (stat.S_ISLNK, "a link"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISCHR, "a device"),
)
_SLIPS = ("timestamp.txt", "submission_secret.txt")


@dataclass(frozen=True)
class Handed:
    """One submission.

    Attributes:
        content: the notebook's bytes, None where there is nothing to grade.
        problem: then why, with the cure.
        notes: files that were left out.
        timestamp: when it was handed in, as nbgrader wrote it; may be empty.
    """

    content: bytes | None
    problem: str = ""
    notes: tuple[str, ...] = ()
    timestamp: str = ""

    def key(self, bundle: str) -> str:
        """Return a hash of it and of a bundle's."""
        parts = (bundle, self.problem, *self.notes)
        total = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape"))
        total.update(b"\0" + hashlib.sha256(self.content or b"").digest())
        return total.hexdigest()


def read(folder: Path, slug: str) -> Handed:
    """Return a submission, given its folder."""
    try:
        return _read(folder, slug)
    except PermissionError as error:
        name = os.path.basename(error.filename)  # noqa: PTH119
        return Handed(None, f"{_text(name)} can't be read: give yourself the right to, grade again")


def _read(folder: Path, slug: str) -> Handed:
    if kind := fault(folder, wanted=stat.S_ISDIR):
        return Handed(None, f"{slug} is {kind}: hand in a folder with your notebook in it")
    name = f"{slug}.ipynb"
    notes, others = [], []
    for found in names(folder):
        path = folder / found
        if found != name and not stat.S_ISDIR(path.lstat().st_mode):
            if kind := fault(path):
                notes.append(f"{_text(found)} is {kind}: it was left out")
            elif path.suffix == ".ipynb":
                others.append(_text(found))
    content, problem = _bytes(folder / name)
    if content is None and problem == missing(name) and others:
        problem += f"; what is there is {', '.join(others)}"
    timestamp = slips(folder).get("timestamp.txt", "")
    if timestamp and not _is_time(timestamp):
        notes.append("timestamp.txt says no time: it counts as on time")
        timestamp = ""
    return Handed(content, problem, tuple(notes), timestamp)


def slips(folder: Path) -> dict[str, str]:
    """Return what the files say that the exchange puts beside a notebook, by name.

    ``nbgrader release_feedback`` finds by them whose page it is.
    """
    try:
        found = {name: _bytes(folder / name, 1000)[0] for name in _SLIPS}
    except PermissionError:  # its notebook's record says so
        return {}
    return {name: text.decode("utf-8", "replace").strip() for name, text in found.items() if text}


def _is_time(text: str) -> bool:
    from dateutil.parser import ParserError, parse  # type: ignore[import-untyped]  # as nbgrader

    try:
        parse(text)
    except (ParserError, OverflowError, ValueError):
        return False
    return True


def _text(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "replace")


def names(folder: Path) -> list[str]:
    """Return what a folder holds, but for hidden files; nothing where it is none."""
    try:
        return sorted(name for name in os.listdir(folder) if not name.startswith("."))  # noqa: PTH208
    except (NotADirectoryError, FileNotFoundError):
        return []


def fault(path: Path, wanted: Callable[[int], bool] = stat.S_ISREG) -> str:
    """Return what a path is, where it is not what is wanted."""
    found = path.lstat()
    if wanted(found.st_mode):
        return "a hard link" if wanted is stat.S_ISREG and found.st_nlink > 1 else ""
    return next((words for test, words in _KINDS if test(found.st_mode)), "a file")


def _bytes(path: Path, most: int = MAX_BYTES) -> tuple[bytes | None, str]:
    """Return a file's bytes, or None and why not."""
    try:
        kind = fault(path)
    except FileNotFoundError:
        return None, missing(path.name)
    if kind:
        return None, f"{path.name} is {kind}: hand in the file itself"
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    flags |= getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        found = os.fstat(file.fileno())  # it may have been changed since
        if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
            return None, f"{path.name} changed while it was read: hand it in again"
        content = file.read(most + 1)
    return (None, too_big(path.name)) if len(content) > most else (content, "")
