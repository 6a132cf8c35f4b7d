"""Where the time of ``course grade`` goes: the same code in one process, a clock at each stage.

    python -m benchmarks.stages BEGAN        in a checkout with a class handed in

A stage's time is without that of stages inside it. Between processes nothing overlaps here, which
it does when workers grade.
"""

from __future__ import annotations

import functools
import importlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.classes import environment
from course_lib.project import Project, ProjectError

_SCORING, _BOOKS = "course_lib.grading.scoring", "course_lib.grading.coordinator"
EACH = {
    "read and rebuild": (
        f"{_SCORING}.handed:read",
        f"{_SCORING}.submission:loads",
        f"{_SCORING}.submission:rebuild",
        f"{_SCORING}.submission:untouched_answers",
    ),
    "open a guest": (f"{_SCORING}.students:Students._open",),
    "its cells": (f"{_SCORING}.students:Students.run",),
    "the checks": (f"{_SCORING}.run:Run._run_check",),
    "end the guest": (f"{_SCORING}.students:Students.close",),
    "record": (
        f"{_SCORING}.submission:_record",
        f"{_SCORING}.submission:graded_notebook",
        f"{_SCORING}.record:dumps",
        f"{_SCORING}.record:loads",
        f"{_SCORING}.record:keep",
    ),
    "gradebook": (f"{_BOOKS}.gradebook:patiently", f"{_BOOKS}.gradebook:standings"),
    "feedback": (f"{_BOOKS}.feedback:page",),
    "other files": (f"{_BOOKS}.ledger:write_whole",),
}
"""The functions of each stage, as they are called: module:name."""
START = "start Python, import the grader"
WARM = "start the warm process"
TEST = "test the sandbox"
OPEN = "open the gradebook"
REST = "all else"


class Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._inside: list[float] = []

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Charge a stage with what the block takes, less what stages within it take."""
        began = time.perf_counter()
        self._inside.append(0.0)
        try:
            yield
        finally:
            took = time.perf_counter() - began
            self.seconds[name] = self.seconds.get(name, 0.0) + took - self._inside.pop()
            if self._inside:
                self._inside[-1] += took

    def at(self, place: str, name: str) -> None:
        """Have every call of a function charged to a stage.

        Args:
            place: module:function or module:class.method.
            name: of the stage.

        Raises:
            AttributeError: there is no such function.
        """
        holder, last = holder_of(place)
        setattr(holder, last, self._charged(getattr(holder, last), name))

    def _charged(self, function: Callable[..., Any], name: str) -> Callable[..., Any]:
        @functools.wraps(function)
        def charged(*args: Any, **kwargs: Any) -> Any:
            with self.stage(name):
                return function(*args, **kwargs)

        return charged


def holder_of(place: str) -> tuple[Any, str]:
    """Return the module or class that holds a function, and the function's name there."""
    module, _, path = place.partition(":")
    *outer, last = path.split(".")
    return functools.reduce(getattr, outer, importlib.import_module(module)), last


class Here(Executor):
    """Grades in this process, at once."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Return a future that is done."""
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def measure(folder: Path) -> dict[str, Any]:
    """Grade what was handed in; return seconds by stage.

    Returns:
        ``once``, seconds by stage; ``each``, seconds a submission by stage.

    Raises:
        ProjectError: grading failed.
    """
    command = [sys.executable, "-m", "benchmarks.stages", str(folder), repr(time.monotonic())]
    library = Path(__file__).parents[1]
    done = subprocess.run(
        command, cwd=library, env=environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ProjectError(f"the stages could not be measured: {done.stderr[-300:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main(folder: str, began: str) -> None:
    """Grade in this process and print the seconds by stage.

    Args:
        folder: a checkout.
        began: when this process was started, by the monotonic clock.
    """
    from course_lib.grading.coordinator import batch, ledger  # noqa: F401 -- clocks go in
    from course_lib.grading.isolation.selftest import require_sandbox
    from course_lib.grading.scoring import worker

    clock = Clock()
    clock.seconds[START] = time.monotonic() - float(began)
    with clock.stage(TEST):
        require_sandbox([])
    with clock.stage(WARM):
        worker.prepare("bubblewrap")
        worker.guests("bubblewrap").open().kill()
    clock.at(f"{_BOOKS}.ledger:_enter_exercises", OPEN)
    for name, places in EACH.items():
        for place in places:
            clock.at(place, name)
    with clock.stage(REST):
        graded = batch.grade(Project(Path(folder)), executor=Here()).graded
    taken = clock.seconds
    each = {name: round(taken.get(name, 0.0) / graded, 5) for name in (*EACH, REST)}
    once = {name: round(taken.get(name, 0.0), 3) for name in (START, TEST, WARM, OPEN)}
    sys.stdout.write(json.dumps({"once": once, "each": each}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
