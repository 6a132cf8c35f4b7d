"""Machines that grade: an executor that has a Dask cluster do what worker processes do here.

    with Cluster(Scheduler("tls://10.0.0.1:8786"), "bubblewrap", print) as cluster:
        grade(project, executor=cluster, workers=cluster.ahead)

A submission and what decides its score go out as JSON, a record comes back as JSON. Dask carries
them and knows who is alive. Who is given what is decided here, for Dask would also send work to a
machine whose grader is another.
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future, wait
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, Protocol

from course_lib.grading.coordinator.process import WorkerLostError
from course_lib.grading.coordinator.scheduler import ClusterError, Then, words
from course_lib.grading.scoring.bundle import Isolation, grader
from course_lib.grading.scoring.member import fault
from course_lib.grading.scoring.worker import grade_task
from course_lib.project import ProjectError

PATIENCE = 120.0
"""Seconds without any machine that can grade, after which a run ends."""
_LOOK = 1.0  # seconds between two looks at who is there
_LOSSES = 3  # machines that may be lost with a submission before it is the suspect
_AHEAD = 64


class Links(Protocol):
    """What a cluster needs of a scheduler; see :class:`scheduler.Scheduler`."""

    address: str

    def there(self) -> dict[str, dict[str, Any]]: ...  # noqa: D102
    def ask(self, address: str, verb: str, text: str, then: Then) -> object: ...  # noqa: D102
    def drop(self, sent: Iterable[object]) -> None: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102


@dataclass(eq=False)
class _Job:
    """A submission that waits, or is on its way."""

    task: str
    future: Future[str] = field(default_factory=Future)
    losses: int = 0


@dataclass(eq=False)
class _Member:
    """A Dask worker: how many it grades at a time, and what it was sent.

    Attributes:
        fault: why it is given nothing, None while it has not introduced itself.
    """

    label: str
    address: str
    slots: int
    awake: bool = True
    fault: str | None = None
    going: dict[_Job, object] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Whether it can be sent one more; one beyond its slots lies ready there."""
        return self.fault == "" and self.awake and len(self.going) <= self.slots


class Cluster(Executor):
    """The machines that a scheduler knows, as many as come and go.

    One thread owns members and jobs; the others leave it a note.
    """

    def __init__(
        self,
        links: Links,
        isolation: Isolation,
        say: Callable[[str], None],
        *,
        patience: float = PATIENCE,
    ) -> None:
        """Wait for the first machine that can grade.

        Args:
            links: to the scheduler; closed with the cluster.
            isolation: what each machine must be able to run submissions in.
            say: told, a line at a time, who is refused or lost.
            patience: seconds without such a machine, after which a run ends.

        Raises:
            ClusterError: no machine can grade.
        """
        self._links, self._isolation, self._say = links, isolation, say
        self._patience, self._seen, self._looked = patience, time.monotonic(), float("-inf")
        self._members: dict[str, _Member] = {}
        self._waiting: deque[_Job] = deque()
        self._notes: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._unfinished: set[Future[str]] = set()
        self._lock, self._over = threading.Lock(), ""
        try:
            while not self.slots:
                self._step()
                if self._members and all(one.fault for one in self._members.values()):
                    raise ClusterError(f"none of the machines of {links.address} can grade this")
        except BaseException:
            links.close()
            raise
        self._thread = threading.Thread(target=self._work, name="cluster", daemon=True)
        self._thread.start()

    @property
    def slots(self) -> int:
        """How many submissions are graded at a time by the machines that are known now."""
        return sum(one.slots for one in list(self._members.values()) if one.fault == "")

    @property
    def ahead(self) -> int:
        """How many submissions to have at hand, for machines that are yet to come as well."""
        return max(_AHEAD, self.slots)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a submission graded: ``submit(grade_task, text)``, and nothing else.

        Raises:
            ClusterError: the run has ended.
        """
        if fn is not grade_task or kwargs or len(args) != 1:
            raise TypeError("a cluster takes grade_task and its text")
        job = _Job(*args)
        job.future.set_running_or_notify_cancel()
        with self._lock:
            if self._over:
                raise ClusterError(self._over)
            self._unfinished.add(job.future)
        job.future.add_done_callback(self._unfinished.discard)
        self._notes.put(partial(self._waiting.append, job))
        return job.future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster; with ``wait``, once all that was submitted is graded."""
        if wait and not cancel_futures:
            _finish(self._unfinished)
        self._end(ClusterError("the run was stopped"))
        self._thread.join()
        for member in self._members.values():
            self._forget(member)
        self._links.close()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.shutdown(wait=kind is None)

    def _work(self) -> None:
        try:
            while not self._over:
                self._step()
        except ProjectError as problem:
            self._end(problem)
        except Exception as problem:
            self._end(ClusterError(f"{self._links.address}: {words(problem)}"))

    def _end(self, problem: ProjectError) -> None:
        """Let nothing more in, and whoever waits know why."""
        with self._lock:
            self._over = self._over or str(problem)
        for future in list(self._unfinished):
            with suppress(Exception):  # it has just got its result
                future.set_exception(problem)
        self._notes.put(lambda: None)

    def _step(self) -> None:
        with suppress(Empty):
            self._notes.get(timeout=_LOOK)()
        if time.monotonic() - self._looked >= _LOOK:
            self._look()
            self._looked = time.monotonic()
        while self._waiting and (able := [one for one in self._members.values() if one.open]):
            member = min(able, key=lambda one: len(one.going) / one.slots)
            self._send(member, self._waiting.popleft())

    def _look(self) -> None:
        """See who came and who left.

        Raises:
            ClusterError: the scheduler is gone, or nobody has been there for long.
        """
        there = self._links.there()
        for address in self._members.keys() - there.keys():
            self._lose(self._members.pop(address))
        for address, told in there.items():
            if (member := self._members.get(address)) is None:
                name = str(told["name"])
                label = address if name == address else f"{name} at {address}"
                member = self._members[address] = _Member(label, address, told["nthreads"])
                self._ask(member, "introduce", self._isolation, partial(self._meet, member))
            member.slots, member.awake = told["nthreads"], told["status"] == "running"
        if self.slots:
            self._seen = time.monotonic()
        elif time.monotonic() - self._seen > self._patience:
            raise ClusterError(
                f"for {self._patience:.0f} s no machine that can grade was at "
                f"{self._links.address}: start one, then run again; what was graded is kept"
            )

    def _ask(self, member: _Member, verb: str, text: str, then: Then) -> object:
        """Send a question to a machine; what comes of it is left as a note."""
        return self._links.ask(
            member.address, verb, text, lambda *came: self._notes.put(partial(then, *came))
        )

    def _meet(self, member: _Member, kind: str, text: str) -> None:
        """Take in how a machine introduced itself."""
        if kind == "done":
            member.fault = fault(json.loads(text))
        else:
            member.fault = f"the grader fails there ({text})"
        if member.fault:
            self._say(f"{member.label} is not used: {member.fault}")

    def _send(self, member: _Member, job: _Job) -> None:
        text = json.dumps([grader(), job.task])
        member.going[job] = self._ask(member, "grade", text, partial(self._take, member, job))

    def _take(self, member: _Member, job: _Job, kind: str, text: str) -> None:
        """Take in what came of a submission."""
        if member.going.pop(job, None) is None:
            return  # the machine counted as lost before
        if kind == "lost":
            job.future.set_exception(WorkerLostError(text))
        elif kind == "gone":
            self._again(job, f"{member.label}: {text}")
        else:
            result, changed = json.loads(text)
            if changed:
                member.fault = changed
                self._say(f"{member.label} is used no longer: {changed}")
                self._waiting.appendleft(job)
            else:
                job.future.set_result(result)

    def _lose(self, member: _Member) -> None:
        if member.going:
            number = len(member.going)
            self._say(f"{member.label} was lost: {number} submissions it had are graded elsewhere")
        for job in self._forget(member):
            self._again(job, f"{member.label} was lost")

    def _forget(self, member: _Member) -> list[_Job]:
        """Have nothing more come of what a machine was sent; return it."""
        jobs, sent = list(member.going), list(member.going.values())
        member.going.clear()
        self._links.drop(sent)
        return jobs

    def _again(self, job: _Job, why: str) -> None:
        job.losses += 1
        if job.losses < _LOSSES:
            self._waiting.appendleft(job)
        else:
            said = f"{job.losses} machines were lost that graded it, the last: {why}"
            job.future.set_exception(WorkerLostError(said))


def _finish(futures: set[Future[str]]) -> None:
    while left := set(futures):
        wait(left)
