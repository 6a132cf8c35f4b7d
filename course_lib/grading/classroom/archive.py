"""What is in a download, a zip or a folder: listed and read, never unpacked, never trusted."""

from __future__ import annotations

import io
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import IO

from course_lib.grading.scoring.notebook import MAX_BYTES
from course_lib.project import ProjectError

ENTRIES = 50_000
INNER_ENTRIES = 1_000
INNER_BYTES = 60_000_000
"""What a zip within the download may hold, and how large it may be itself."""
DEPTH = 2
_KINDS = (
    (stat.S_ISLNK, "a link"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISCHR, "a device"),
)
_JUNK = re.compile(
    r"(^|/)(__MACOSX|\.ipynb_checkpoints|\.git)(/|$)|(^|/)(\._|\.DS_Store|\.~)[^/]*$"
)
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError,
               RuntimeError)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A file that may be read.

    Attributes:
        parts: folders and zips on the way to it, and its name; safe to print.
        time: when it was last changed, as far as the download says.
        read: returns its bytes, until the next file is asked for; raises :class:`ProjectError`.
    """

    parts: tuple[str, ...]
    time: datetime | None
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Refusal:
    """A file that was not read, and why."""

    name: str
    why: str


@dataclass(frozen=True)
class Other:
    """A file that is neither a notebook nor a zip."""

    name: str


Listed = Entry | Refusal | Other


def entries(download: Path) -> Iterator[Listed]:
    """Yield the notebooks of a download, those in zips within it too, and what else is there.

    Raises:
        ProjectError: there is no such download, or it is no zip.
    """
    if download.is_dir():
        yield from _folder(download)
        return
    if not download.is_file():
        raise ProjectError(f"{download} does not exist: give the downloaded zip, or a folder")
    with download.open("rb") as file:
        if not zipfile.is_zipfile(file):
            raise ProjectError(f"{download} is no zip: give what you downloaded, or a folder")
        try:
            archive = zipfile.ZipFile(file)
        except _ZIP_ERRORS as problem:
            raise ProjectError(f"{download} is damaged ({problem}): download it again") from None
        with archive:
            if len(archive.infolist()) > ENTRIES:
                raise ProjectError(f"{download} has over {ENTRIES:,} files: download fewer at once")
            yield from _zip(archive, (), 1)


def _folder(root: Path) -> Iterator[Listed]:
    for folder, folders, files in os.walk(root):  # follows no links
        folders.sort()
        for name in [*folders]:
            if (path := Path(folder) / name).is_symlink():
                yield Refusal(_shown(path.relative_to(root).parts), "a link: nothing is followed")
        for name in sorted(files):
            path = Path(folder) / name
            parts = path.relative_to(root).parts
            if _JUNK.search("/".join(parts)):
                continue
            mode = path.lstat().st_mode
            if fault := _fault("/".join(parts), mode):
                yield Refusal(_shown(parts), fault)
            elif path.suffix.lower() not in (".ipynb", ".zip"):
                yield Other(_shown(parts))
            else:
                time = datetime.fromtimestamp(path.lstat().st_mtime, timezone.utc)  # noqa: UP017
                yield from _file(parts, path.lstat().st_size, time, _reader(path), 0)


def _zip(archive: zipfile.ZipFile, outer: tuple[str, ...], depth: int) -> Iterator[Listed]:
    total = 0
    for info in archive.infolist():
        if info.is_dir() or _JUNK.search(info.filename):
            continue
        parts = (*outer, *(part for part in info.filename.split("/") if part))
        fault = _fault(info.orig_filename, info.external_attr >> 16)
        if info.flag_bits & 1:
            fault = "locked with a password"
        if fault:
            yield Refusal(_shown((*outer, info.orig_filename)), fault)
            continue
        if not info.filename.lower().endswith((".ipynb", ".zip")):
            yield Other(_shown(parts))
            continue
        total += info.file_size
        if outer and total > INNER_BYTES:
            yield Refusal(_shown(parts), f"its zip holds over {INNER_BYTES // 10**6} MB")
            continue
        yield from _file(parts, info.file_size, _zip_time(info), _unzipper(archive, info), depth)


def _file(
    parts: tuple[str, ...], size: int, time: datetime | None, read: Callable[[], bytes], depth: int
) -> Iterator[Listed]:
    """Yield a notebook, or what is in a zip."""
    inner = parts[-1].lower().endswith(".zip")
    if size > (most := INNER_BYTES if inner else MAX_BYTES):
        yield Refusal(_shown(parts), f"over {most // 10**6} MB")
    elif not inner:
        yield Entry(tuple(_text(part) for part in parts), time, read)
    elif depth >= DEPTH:
        yield Refusal(_shown(parts), "a zip within a zip within a zip")
    else:
        try:
            archive = zipfile.ZipFile(io.BytesIO(read()))
        except (*_ZIP_ERRORS, ProjectError) as problem:
            yield Refusal(_shown(parts), f"a damaged zip ({problem})")
            return
        with archive:
            if len(archive.infolist()) > INNER_ENTRIES:
                yield Refusal(_shown(parts), f"a zip of over {INNER_ENTRIES:,} files")
            else:
                yield from _zip(archive, parts, depth + 1)


def _fault(name: str, mode: int) -> str:
    """Return what is wrong with a file's name or kind, which only a hostile one has."""
    if not name or len(name) > 1000 or any(ord(letter) < 32 for letter in name):
        return "its name has characters that no name has"
    if name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name):
        return "its name begins at the root of a disk"
    if ".." in re.split(r"[/\\]", name):
        return "its name leads out of the folder"
    kind = stat.S_IFMT(mode)
    if kind in (0, stat.S_IFREG, stat.S_IFDIR):
        return ""
    return next((words for test, words in _KINDS if test(mode)), "no file")


def _reader(path: Path) -> Callable[[], bytes]:
    def read() -> bytes:
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        try:
            with os.fdopen(os.open(path, flags | getattr(os, "O_BINARY", 0)), "rb") as file:
                return _bounded(file, INNER_BYTES)
        except OSError as problem:
            raise ProjectError(f"it cannot be read: {problem.strerror}") from None

    return read


def _unzipper(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            with archive.open(info) as file:
                return _bounded(file, INNER_BYTES)
        except _ZIP_ERRORS as problem:
            raise ProjectError(f"it is damaged: {problem}") from None

    return read


def _bounded(file: IO[bytes], most: int) -> bytes:
    content = file.read(most + 1)
    if len(content) > most:
        raise ProjectError(f"it is over {most // 10**6} MB")
    return content


def _zip_time(info: zipfile.ZipInfo) -> datetime | None:
    try:
        return datetime(*info.date_time).astimezone(timezone.utc)  # noqa: UP017
    except (ValueError, OverflowError, OSError):
        return None


def _text(name: str) -> str:
    """Return a name that can be printed and encoded."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _shown(parts: tuple[str, ...]) -> str:
    return _text("/".join(parts))[:200]
