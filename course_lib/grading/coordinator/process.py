"""The coordinator's side of worker processes: an executor of ``concurrent.futures``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from course_lib.grading.scoring.worker import read, write

SECONDS = 900.0
"""What one submission may take before its worker counts as lost; budgets end it long before."""
_ATTEMPTS = 2
_SETTINGS = {
    "PYTHONHASHSEED": "0",  # what a message lists must come in one order
    "MPLBACKEND": "agg",
    "MALLOC_ARENA_MAX": "2",
    **{f"{name}_NUM_THREADS": "1" for name in ("OMP", "MKL", "OPENBLAS", "NUMEXPR")},
}


class WorkerLostError(Exception):
    """The process that graded a submission died or hung, twice; the message says how."""


class Worker:
    """One process that answers requests one after another."""

    def __init__(self) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 -- closed in close()
        reader, writer = os.pipe()
        command = [sys.executable, "-m", "course_lib.grading.scoring.worker", str(writer)]
        library = str(Path(__file__).parents[3])
        path = os.pathsep.join(filter(None, [library, os.environ.get("PYTHONPATH", "")]))
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=self._log,
            pass_fds=[writer],
            env=os.environ | _SETTINGS | {"PYTHONPATH": path},
        )
        os.close(writer)
        self._answers = os.fdopen(reader, "rb")

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def ask(self, function: str, argument: str, seconds: float) -> str:
        """Have a function called there, "module:name", and return what it returns.

        Raises:
            WorkerLostError: the process died, or took longer.
        """
        late = threading.Timer(seconds, self.kill)
        late.daemon = True
        late.start()
        answer = None
        try:
            if self._process.stdin is not None:
                write(self._process.stdin, json.dumps([function, argument]))
            answer = read(self._answers)
        except OSError:
            pass
        finally:
            late.cancel()
        if answer is None:
            raise WorkerLostError(self._last_words())
        return answer

    def kill(self) -> None:
        """End it in the middle of what it does; :meth:`ask` then fails."""
        self._process.kill()

    def close(self) -> None:
        """End it."""
        self.kill()
        self._process.communicate()
        self._answers.close()
        self._log.close()

    def _last_words(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(2)  # it hung up, and may be about to say why
        self.kill()
        code = self._process.wait()
        self._log.seek(0)
        text = self._log.read().decode("utf-8", "replace").strip()
        last = (text.splitlines() or ["it said nothing"])[-1]
        return f"the process that graded it ended with {code}: {last[:300]}"


class Workers(Executor):
    """Worker processes, each replaced when it is lost; what it was doing is tried once more.

    ``submit`` takes a function of a module, from text to text, and its argument.
    """

    def __init__(self, count: int, seconds: float = SECONDS, *, begun: bool = True) -> None:
        """Prepare; a worker is started when there is something for it.

        Args:
            count: how many there may be.
            seconds: what a call may take before its worker counts as lost.
            begun: whether they may start at once; else :meth:`begin` says how many may.
        """
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="grading")
        self._count, self._seconds, self._over = count, seconds, False
        self._free: SimpleQueue[Worker | None] = SimpleQueue()
        self._known: set[Worker] = set()
        self._open = count if begun else 0
        for _ in range(self._open):
            self._free.put(None)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have ``fn(text)`` called in a worker."""
        if kwargs or len(args) != 1:
            raise TypeError("a worker's function takes one argument, a text")
        name = f"{fn.__module__}:{fn.__qualname__}"
        return self._threads.submit(self._run, name, args[0])

    def begin(self, fn: Callable[..., Any], argument: str, number: int) -> None:
        """Let there be up to ``number`` workers, call ``fn`` for each new one; waits for none."""
        while self._open < min(number, self._count):
            self._open += 1
            self._free.put(None)
            self.submit(fn, argument)

    def _run(self, function: str, argument: str) -> str:
        worker = self._free.get()
        lost: WorkerLostError | None = None
        try:
            for _ in range(_ATTEMPTS if not self._over else 0):
                if worker is None:
                    worker = Worker()
                    self._known.add(worker)
                try:
                    return worker.ask(function, argument, self._seconds)
                except WorkerLostError as problem:
                    lost = problem
                    self._known.discard(worker)
                    worker.close()
                    worker = None
        finally:
            self._free.put(worker)
        raise lost or WorkerLostError("the workers were stopped")

    def pids(self) -> list[int]:
        """Return the processes' numbers."""
        return [worker.pid for worker in self._known]

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End all workers; without ``wait``, in the middle of what they do."""
        self._over = not wait
        for worker in [] if wait else list(self._known):
            worker.kill()
        self._threads.shutdown(wait=True, cancel_futures=cancel_futures)
        while self._known:
            self._known.pop().close()
