"""Grading everything in ``submitted/``: workers grade, this process alone writes."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor

from course_lib.grading.coordinator import submitted
from course_lib.grading.coordinator.grades import Summary, render, write_table
from course_lib.grading.coordinator.spread import Crew
from course_lib.grading.isolation.sandbox import require
from course_lib.grading.scoring import record
from course_lib.grading.scoring.bundle import Isolation
from course_lib.project import Project, ProjectError

__all__ = ["grade", "render"]

Progress = Callable[[int, int], None]


def grade(
    project: Project,
    slugs: Sequence[str] = (),
    *,
    students: Sequence[str] = (),
    again: bool = False,
    isolation: Isolation = "bubblewrap",
    workers: int | None = None,
    progress: Progress | None = None,
    budgets: Mapping[str, float] | None = None,
    executor: Executor | None = None,
) -> Summary:
    """Grade ``submitted/<student>/<slug>/<slug>.ipynb``.

    Writes a record of each, ``gradebook.db``, ``autograded/``, ``feedback/`` and ``grades.csv``.
    A submission whose record is of the same bytes, exercise, grader and isolation is not run
    again, unless asked for. Everybody who is in the gradebook or was graded gets a row for each
    exercise that somebody handed in. The source notebooks must be there, as ``course grade`` makes
    them.

    Args:
        project: the checkout.
        slugs: only these exercises; by default all that were handed in.
        students: only these students' submissions; by default everybody's.
        again: grade also what has not changed since it was graded.
        isolation: what to run submissions in.
        workers: how many at a time; by default one a core.
        progress: called with how many were graded, and of how many.
        budgets: seconds, by the names of :class:`course_lib.grading.scoring.results.Budgets`.
        executor: what grades instead of processes on this machine; its ``submit`` is given a
            function of a module, and a text.

    Raises:
        ProjectError: an exercise or a student is unknown; an exercise changed its cells after its
            first submission was graded; there is no isolation here; the gradebook is held by
            another program.
    """
    if os.name != "posix":
        raise ProjectError("grading runs on Linux: on Windows, in WSL; `course check` runs here")
    found = submitted.find(project, slugs, students)
    if not found.pairs:
        return Summary((), None, strays=found.strays)
    if isolation != "none" and executor is None:
        require()
    exercises = sorted({slug for slug, _ in found.pairs})
    count = max(1, min(workers or os.cpu_count() or 1, len(found.pairs)))
    with alone(project), Crew(project, isolation, count) as crew:
        if executor is None:
            missing = [p for p in found.pairs if again or not record.place(project, *p).exists()]
            crew.begin(len(missing))
        # nbgrader takes seconds to import, while the workers start.
        from course_lib.grading.coordinator.ledger import opened

        with opened(project, exercises, isolation, budgets) as ledger:
            waiting = ledger.waiting(found.pairs, again)
            if waiting:
                grader = executor or crew.executor(len(waiting))
                ledger.grade(waiting, grader, 2 * count, progress)
            rows = ledger.close(found.others)
        table = project.root / "grades.csv"
        aside = write_table(table, rows)
        return Summary(rows, table, aside, len(waiting), found.strays)


@contextlib.contextmanager
def alone(project: Project) -> Iterator[None]:
    """Be the only one who grades here; the lock goes with the process, however it ends."""
    import fcntl  # which Windows lacks

    path = project.build / "grading" / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ProjectError("another `course grade` is at work here: wait for it") from None
        yield
