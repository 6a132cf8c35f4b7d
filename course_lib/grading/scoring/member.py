"""What a grading process of a cluster says of itself before it is trusted with a submission."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from course_lib.grading.isolation.sandbox import SandboxError
from course_lib.grading.isolation.selftest import require_sandbox
from course_lib.grading.scoring.bundle import Isolation, grader, versions
from course_lib.grading.scoring.worker import grade_task, prepare

_CHANGED = "its course_lib was changed while it ran: start it again"


def introduce(isolation: Isolation) -> str:
    """Return, as JSON, all that makes two machines give one record, and try the sandbox.

    What the first submission would wait for is begun.
    """
    problem = ""
    try:
        if isolation != "none":
            require_sandbox()
        prepare(isolation)
    except SandboxError as error:
        problem = str(error)
    return json.dumps({"grader": grader(), "versions": versions(), "problem": problem})


def fault(told: Mapping[str, Any]) -> str:
    """Return why a process that introduced itself so cannot grade for this one; else nothing."""
    theirs = told["versions"]
    apart = [
        f"{name} {theirs.get(name) or 'missing'}, here {mine or 'missing'}"
        for name, mine in versions().items()
        if theirs.get(name) != mine
    ]
    if apart:
        return f"it has {'; '.join(apart)}: install the same there and start it again"
    if told["grader"] != grader():
        return "its course_lib is not the one here: install the same there and start it again"
    return str(told["problem"])


def grade_alike(text: str) -> str:
    """Grade a submission, if this process still is the grader that was asked for.

    Args:
        text: a JSON list: the hash of that grader, and what ``grade_task`` is told.

    Returns:
        a JSON list: what ``grade_task`` returns, and why there is nothing of it, else nothing.
    """
    wanted, task = json.loads(text)
    return json.dumps([grade_task(task), ""] if wanted == grader() else ["", _CHANGED])
