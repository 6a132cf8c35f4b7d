"""Spreading submissions over what grades them: processes of this machine, or another executor."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import Self

from course_lib.grading.coordinator.process import WorkerLostError, Workers
from course_lib.grading.isolation.selftest import require_sandbox
from course_lib.grading.scoring import handed, record
from course_lib.grading.scoring.bundle import Bundle, Isolation
from course_lib.grading.scoring.handed import Handed
from course_lib.grading.scoring.record import Record
from course_lib.grading.scoring.submission import failed
from course_lib.grading.scoring.worker import grade_task, notebook_text, prepare, task_text
from course_lib.project import Project


@dataclass(frozen=True)
class Result:
    """One submission that came back: its record, and the graded notebook as JSON."""

    student: str
    given: Handed
    record: Record
    notebook: str


class Crew:
    """Worker processes of this machine and the sandbox's self-test, begun while others work.

    Starting them takes seconds, which pass while the exercises are entered in the gradebook.
    """

    def __init__(self, project: Project, isolation: Isolation, count: int) -> None:
        self._secret = [project.solutions, project.build]
        self._isolation: Isolation = isolation
        self._workers = Workers(count, begun=False)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="self-test")
        self._test: Future[object] | None = None

    def begin(self, number: int) -> None:
        """Start as many workers as so many submissions need; waits for nothing."""
        if number and self._test is None and self._isolation != "none":
            self._test = self._thread.submit(require_sandbox, self._secret)
        self._workers.begin(prepare, self._isolation, number)

    def executor(self, number: int) -> Executor:
        """Return what grades so many submissions.

        Raises:
            SandboxError: this machine cannot isolate a submission.
        """
        self.begin(number)
        if self._test is not None:
            self._test.result()
        return self._workers

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._workers.shutdown(wait=kind is None, cancel_futures=True)
        self._thread.shutdown()


def graded(
    project: Project,
    bundles: Mapping[str, Bundle],
    waiting: Iterable[tuple[str, str]],
    executor: Executor,
    window: int,
) -> Iterator[Result]:
    """Yield submissions' results as they come back, in any order.

    Args:
        project: whose ``submitted/`` is read.
        bundles: by exercise.
        waiting: (exercise, student) of what is to be graded.
        executor: its ``submit`` is given a function of a module, and a text.
        window: how many are on their way at a time.
    """
    left = iter(waiting)
    going: dict[Future[str], tuple[str, str, Handed]] = {}
    while True:
        while len(going) < window and (pair := next(left, None)):
            slug, student = pair
            given = handed.read(project.root / "submitted" / student / slug, slug)
            future = executor.submit(grade_task, task_text(given, bundles[slug]))
            going[future] = (slug, student, given)
        if not going:
            return
        for future in wait(going, return_when=FIRST_COMPLETED).done:
            slug, student, given = going.pop(future)
            yield Result(student, given, *_result(future, given, bundles[slug]))


def _result(future: Future[str], given: Handed, bundle: Bundle) -> tuple[Record, str]:
    """Return a record and the graded notebook; a lost worker's ask a person."""
    try:
        text, notebook = json.loads(future.result())
        return record.loads(text), notebook
    except WorkerLostError as problem:
        found = failed(given, bundle, str(problem))
        unread = replace(given, content=None)  # it may have been what killed its worker
        return found, notebook_text(unread, bundle, found)
