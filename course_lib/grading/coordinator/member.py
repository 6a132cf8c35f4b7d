"""What runs in a Dask worker: it passes requests on to worker processes of its own machine."""

from __future__ import annotations

import json
import threading
from functools import cache

from course_lib.grading.coordinator.process import WorkerLostError, Workers
from course_lib.grading.scoring.member import grade_alike, introduce

_VERBS = {"introduce": introduce, "grade": grade_alike}
_lock = threading.Lock()


def answer(request: bytes) -> bytes:
    """Grade, or introduce this machine, in a process apart; nothing is raised.

    Dask runs this in a thread. The process has the settings that it has on the machine of
    ``course grade``, a thread for itself, and takes nobody along when it dies.

    Args:
        request: a JSON list: ``introduce`` or ``grade``, and a text.

    Returns:
        a JSON list: ``done`` and a text, or ``lost`` and how the process ended.
    """
    verb, text = json.loads(request)
    try:
        found = ["done", _workers().submit(_VERBS[verb], text).result()]
    except WorkerLostError as problem:
        found = ["lost", str(problem)]
    return json.dumps(found).encode()


def _workers() -> Workers:
    from distributed import get_worker

    with _lock:
        return _pool(get_worker().state.nthreads)


@cache
def _pool(count: int) -> Workers:
    return Workers(count)
