"""Fetching a data set from OpenML, once, and keeping it.

``sklearn.datasets.fetch_openml`` is the usual tool for this. It is not used here because it waits
for a silent server without end, knows no server but openml.org, so that no test can show what it
does when things go wrong, and reads this set with pandas or, slowly, without.
"""

from __future__ import annotations

import gzip
import hashlib
import http.client
import json
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any, TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import numpy as np
from numpy.typing import NDArray

from course_lib.files import whole
from course_lib.page import watched

_BLOCK = 1 << 18  # bytes
# What urllib raises where a connection can't be made, breaks, falls silent or speaks nonsense.
_NETWORK = (OSError, EOFError, zlib.error, http.client.HTTPException)

Answer = TypeVar("Answer")


class DownloadError(OSError):
    """A data set could not be fetched or kept; the message says why, and what to do.

    Attributes:
        passing: whether the next try may go better.
    """

    def __init__(self, message: str, *, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing


@dataclass(frozen=True)
class Remote:
    """A data set on OpenML: a table of ``columns`` numbers from 0 to 255 and a class number."""

    number: int
    name: str
    rows: int
    test_rows: int  # at the end, as its authors cut it; each class equally often
    columns: int
    classes: int
    timeout: float = 30.0  # seconds of silence
    tries: int = 3
    pause: float = 2.0  # seconds between them


def table(
    remote: Remote, folder: str | Path | None, server: str
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return pixels (rows, columns) and class numbers (rows,): the copy kept, or a new one."""
    from sklearn.datasets import get_data_home

    try:
        folder = Path(folder).expanduser() if folder else Path(get_data_home(), "shallow-to-deep")
        path = folder / f"{remote.name.lower()}.npz"
        kept = _kept(remote, path)
        if kept is None:
            folder.mkdir(parents=True, exist_ok=True)
            kept = _fetched(remote, folder, server)
            with whole(path) as part, part.open("wb") as file:
                np.savez(file, X=kept[0], y=kept[1])
    except DownloadError:
        raise
    except OSError as error:
        raise DownloadError(
            f"{remote.name} can't be kept in {folder or 'the data home'} "
            f"({error.strerror or error}): make room there, or name another folder to keep it in, "
            "as in folder='data'"
        ) from error
    return kept


def _kept(remote: Remote, path: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8]] | None:
    """Return what an earlier call kept, or None if there is nothing or it was damaged."""
    try:
        with path.open("rb") as file, np.load(file) as arrays:
            X, y = arrays["X"], arrays["y"]  # compared with the archive's checksums
    except Exception:  # a damaged archive raises almost anything, NotImplementedError too
        return None
    return (X, y) if _fault(remote, X, y) is None else None


def _fault(remote: Remote, X: NDArray[Any], y: NDArray[Any]) -> str | None:
    """Return what sets a table apart from the one expected, or None."""
    if X.shape != (remote.rows, remote.columns) or y.shape != (remote.rows,):
        return f"its pixels have shape {X.shape}, not {(remote.rows, remote.columns)}"
    if X.dtype != np.uint8 or y.dtype != np.uint8:
        return f"its numbers are {X.dtype} and {y.dtype}, not uint8"
    for rows, part in ((slice(None), "set"), (slice(-remote.test_rows, None), "test part")):
        counts = np.bincount(y[rows], minlength=remote.classes)
        if len(counts) != remote.classes or counts.min() != counts.max():
            return f"its {part} does not hold {remote.classes} classes equally often"
    return None


def _fetched(
    remote: Remote, folder: Path, server: str
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Fetch the table; ``folder`` holds it meanwhile, in a file without a name."""
    url, checksum = _retried(remote, lambda: _description(remote, server))

    def fetch() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        digest = hashlib.md5(usedforsecurity=False)  # the checksum that OpenML publishes
        with tempfile.TemporaryFile(dir=folder) as file, closing(_blocks(remote, url)) as blocks:
            for block in blocks:
                digest.update(block)
                file.write(block)
            if digest.hexdigest() != checksum:
                raise _failure(
                    remote, url, f"what arrived has MD5 {digest.hexdigest()}, not {checksum}"
                )
            file.seek(0)
            return _parsed(remote, url, file)

    return _retried(remote, fetch)


def _retried(remote: Remote, attempt: Callable[[], Answer]) -> Answer:
    """Return what an attempt returns, after as many tries as the set allows."""
    for _ in range(remote.tries - 1):
        try:
            return attempt()
        except DownloadError as error:
            if not error.passing:
                raise
        time.sleep(remote.pause)
    return attempt()


def _failure(remote: Remote, url: str, what: str, *, passing: bool = True) -> DownloadError:
    cure = (
        "check the network and try again" if passing else "look for a newer version of course_lib"
    )
    one_line = " ".join(what.split())  # the reason may quote what a server sent
    return DownloadError(
        f"{remote.name} could not be fetched from {url}: {one_line}; {cure} "
        "(data.digits() needs no network)",
        passing=passing,
    )


def _description(remote: Remote, server: str) -> tuple[str, str]:
    """Return where OpenML keeps the set, and the MD5 of the file there."""
    url = f"{server.rstrip('/')}/api/v1/json/data/{remote.number}"
    with closing(_blocks(remote, url)) as blocks:
        body = b"".join(blocks)
    try:
        description = json.loads(body)["data_set_description"]
        return str(description["url"]), str(description["md5_checksum"]).lower()
    except (ValueError, KeyError, TypeError) as error:
        what = f"the answer is no description of a data set, but begins {body[:40]!r}"
        raise _failure(remote, url, what, passing=False) from error


def _blocks(remote: Remote, url: str) -> Generator[bytes, None, None]:
    """Yield what is at a web address, unpacked; a failure of the network is a DownloadError."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise _failure(remote, url, "this is no web address", passing=False)
    headers = {"User-Agent": "shallow-to-deep", "Accept-Encoding": "gzip"}
    done = "there is no connection"
    try:
        # The scheme was checked above: no file of this machine is read.
        with urlopen(Request(url, headers=headers), timeout=remote.timeout) as response:  # noqa: S310
            packed = response.headers.get("Content-Encoding") == "gzip"
            length = None if packed else response.length
            stream = gzip.GzipFile(fileobj=response) if packed else response
            received = 0
            with _bar(remote.name, length) as advance:
                done = "the connection broke"
                while block := stream.read(_BLOCK):
                    received += len(block)
                    advance(len(block))
                    yield block
        if length is not None and received < length:
            raise EOFError(f"{received:,} of {length:,} bytes came")
    except HTTPError as error:
        error.close()
        passing = error.code >= 500 or error.code in (408, 429)
        what = f"the server answered {error.code} {error.reason}"
        raise _failure(remote, url, what, passing=passing) from error
    except _NETWORK as error:
        reason = error.reason if isinstance(error, URLError) else error
        if isinstance(reason, TimeoutError):
            reason = f"silent for {remote.timeout:g} s"
        raise _failure(remote, url, f"{done} ({reason or type(reason).__name__})") from error


@contextmanager
def _bar(name: str, length: int | None) -> Iterator[Callable[[int], object]]:
    """Yield what to tell how many bytes came: a progress bar, where a person watches."""
    if not watched():
        yield lambda _: None
        return
    from tqdm import tqdm

    about = {"desc": name, "total": length, "unit": "B", "unit_scale": True}
    with tqdm(**about, leave=False, delay=1, file=sys.stdout) as bar:
        yield bar.update


def _parsed(
    remote: Remote, url: str, file: IO[bytes]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Read an ARFF file: a header, a line @DATA, and lines of numbers, the class number last."""
    parts = []
    try:
        if not any(line.strip().lower() == b"@data" for line in file):
            raise ValueError("it has no line @DATA")
        while lines := list(islice(file, 2000)):
            text = [line.decode("latin-1") for line in lines if line.strip()]
            if text:
                part = np.loadtxt(
                    text, np.float32, comments="%", delimiter=",", quotechar="'", ndmin=2
                )
                if not ((part >= 0) & (part <= 255) & (part == np.floor(part))).all():
                    raise ValueError("it holds other numbers than 0 to 255")
                parts.append(part.astype(np.uint8))
        table = np.concatenate(parts)
    except ValueError as error:
        what = f"the file is no ARFF of bytes ({error})"
        raise _failure(remote, url, what, passing=False) from error
    X, y = np.ascontiguousarray(table[:, :-1]), np.ascontiguousarray(table[:, -1])
    fault = _fault(remote, X, y)
    if fault is not None:
        raise _failure(remote, url, f"the file is another data set: {fault}", passing=False)
    return X, y
