"""A worker process: takes submissions, answers with records, writes nothing.

    python -m course_lib.grading.scoring.worker OUT

A message is its length in eight bytes, then JSON: ``[function, argument]`` from the coordinator on
stdin, the answer on the descriptor OUT. No part of nbgrader is imported here.
"""

from __future__ import annotations

import atexit
import base64
import contextlib
import ctypes
import importlib
import json
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import asdict
from functools import lru_cache
from typing import IO

from course_lib.grading.boundary.session import Guests
from course_lib.grading.scoring import record, submission
from course_lib.grading.scoring.bundle import Bundle, Isolation
from course_lib.grading.scoring.handed import Handed
from course_lib.grading.scoring.record import Record


def task_text(handed: Handed, bundle: Bundle) -> str:
    """Return what :func:`grade_task` is told of a submission."""
    content = None if handed.content is None else base64.b64encode(handed.content).decode()
    return json.dumps([asdict(handed) | {"content": content}, json.dumps(asdict(bundle))])


def grade_task(task: str) -> str:
    """Grade one submission in this process; what runs it stays warm for the next.

    Args:
        task: from :func:`task_text`.

    Returns:
        a JSON list of two texts: the record, and the graded notebook.
    """
    fields, told = json.loads(task)
    if fields["content"] is not None:
        fields["content"] = base64.b64decode(fields["content"])
    handed = Handed(**fields | {"notes": tuple(fields["notes"])})
    bundle = _bundle(told)
    with _term(bundle.term):
        found = _graded(handed, bundle, guests(bundle.isolation))
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")  # an exercise's own cells may draw
    text = record.dumps(found)
    return json.dumps([text, notebook_text(handed, bundle, record.loads(text))])


def _graded(handed: Handed, bundle: Bundle, place: Guests) -> Record:
    """Grade; again, where a process was killed from outside: that must not look like the student's.

    Where that happens twice, a person must look, and the next grading tries again.
    """
    for _ in range(2):
        found = submission.grade_handed(handed, bundle, place)
        if not getattr(place, "lost", bool)():
            return found
    return submission.failed(handed, bundle, "its process was killed from outside, twice", place)


def notebook_text(handed: Handed, bundle: Bundle, found: Record) -> str:
    """Return the graded notebook as JSON, the same for the same record as it is kept."""
    notebook = submission.graded_notebook(handed, bundle, found)
    return json.dumps(notebook, indent=1, sort_keys=True)


def prepare(isolation: Isolation) -> str:
    """Begin what the first submission would wait for: the warm process, and imports."""
    guests(isolation)
    for name in ("nbformat", "torch"):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    return ""


@lru_cache(maxsize=8)
def _bundle(told: str) -> Bundle:
    return Bundle(**json.loads(told))


@lru_cache(maxsize=3)
def guests(isolation: Isolation) -> Guests:
    """Return what starts students' processes, one for this process."""
    if isolation == "none":
        from course_lib.grading.isolation.plain import PlainGuests

        return PlainGuests()
    from course_lib.grading.isolation.sandbox import Sandbox

    sandbox = Sandbox(warm=isolation == "bubblewrap")
    atexit.register(sandbox.close)
    return sandbox.__enter__()


@contextlib.contextmanager
def _term(secret: str) -> Iterator[None]:
    """Have the term's secret where hidden checks look for it; no student's process has it."""
    held = os.environ.get("COURSE_TERM")
    os.environ["COURSE_TERM"] = secret
    try:
        yield
    finally:
        os.environ.pop("COURSE_TERM")
        if held is not None:
            os.environ["COURSE_TERM"] = held


def write(file: IO[bytes], text: str) -> None:
    """Write a message."""
    data = text.encode()
    file.write(len(data).to_bytes(8, "big") + data)
    file.flush()


def read(file: IO[bytes]) -> str | None:
    """Return a message, None where the other side has hung up."""
    head = file.read(8)
    size = int.from_bytes(head, "big")
    data = file.read(size) if len(head) == 8 else b""
    return data.decode() if len(head) == 8 and len(data) == size else None


def main(out: str) -> None:
    """Answer until the coordinator hangs up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it decides
    # jsonschema, which nbformat imports, compiles a grammar of addresses with it for 0.6 s.
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # and where it is killed, so are we
    with open(int(out), "wb") as answers:  # noqa: PTH123
        while (message := read(sys.stdin.buffer)) is not None:
            function, argument = json.loads(message)
            module, _, name = function.partition(":")
            write(answers, getattr(importlib.import_module(module), name)(argument))


if __name__ == "__main__":
    main(*sys.argv[1:])
