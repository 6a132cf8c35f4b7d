"""What a page's outputs say of its claims and lessons, and the record made from ten seeds.

``book/records/<name>.json``; every list runs in the order of ``seeds``::

    {"page": "networks/scikit-learn-mlp", "hash": "...", "seeds": [1, ..., 10],
     "device": "cpu", "hardware": {...}, "versions": {...}, "date": "...", "seconds": 31.2,
     "verdicts": {"<claim>": {"outcomes": [...], "evidence": [
         {"what": "...", "unit": "", "values": [...], "mean": ., "sd": ., "low": ., "high": .}]}},
     "lessons": [{"statement": "...", "margins": [...], "least": ., "worst_seed": .}]}

``low`` and ``high`` bound one more run with 99.9 % probability (:func:`band`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from course_lib.authoring.execute import Execution, read
from course_lib.authoring.experiment import experiment_hash
from course_lib.authoring.pages import Page, code_cells
from course_lib.project import ProjectError

CONFIDENCE = 0.999
# A value that never moved over the seeds may move by this much of itself: other library versions
# and devices round differently.
LEAST_BAND = 1e-3
# Seconds belong to the machine that took them: recorded, but no other machine is held to them.
TIMES = frozenset({"s", "ms", "µs", "us", "ns", "min", "h"})
_DIGITS = 6  # significant, in a record


@dataclass(frozen=True)
class Findings:
    """What a page's outputs say: verdicts by claim, and the margin of each lesson."""

    verdicts: dict[str, dict[str, Any]]
    lessons: dict[str, float]


def findings(execution: Execution) -> Findings:
    """Return the verdicts and lessons that an executed page carries in its outputs' metadata.

    Raises:
        ProjectError: a claim is settled twice on the page.
    """
    verdicts: dict[str, dict[str, Any]] = {}
    lessons: dict[str, float] = {}
    for cell in code_cells(read(execution.notebook)):
        for output in cell.outputs:
            told = output.get("metadata", {}).get("course", {})
            if verdict := told.get("verdict"):
                if verdict["id"] in verdicts:
                    raise ProjectError(f"{execution.page.slug} settles {verdict['id']} twice")
                verdicts[verdict["id"]] = verdict
            if lesson := told.get("lesson"):
                margin = float(lesson["margin"])
                lessons[lesson["statement"]] = min(
                    margin, lessons.get(lesson["statement"], math.inf)
                )
    return Findings(verdicts, lessons)


def band(values: Sequence[float]) -> tuple[float, float]:
    """Return the interval that holds one more run with probability 0.999, by Student's t.

    Args:
        values: one value a seed, two or more.
    """
    from scipy.stats import t

    n = len(values)
    mean = math.fsum(values) / n
    half = float(t.ppf(0.5 + CONFIDENCE / 2, n - 1)) * _sd(values) * math.sqrt(1 + 1 / n)
    half = max(half, LEAST_BAND * abs(mean), 1e-9)
    return mean - half, mean + half


def make_record(page: Page, executions: Sequence[Execution]) -> dict[str, Any]:
    """Return the record of ``page`` from its runs, one a seed.

    Raises:
        ProjectError: the runs do not tell the same things, or tell a number that is none.
    """
    seeds = [execution.seed for execution in executions]
    told = [findings(execution) for execution in executions]
    for what in ("verdicts", "lessons"):
        _same(page, seeds, [set(getattr(one, what)) for one in told], what)
    course = [read(execution.notebook).metadata["course"] for execution in executions]
    return {
        "page": page.slug,
        "hash": experiment_hash(page),
        "seeds": seeds,
        "device": course[0]["device"],
        "hardware": course[0]["hardware"],
        "versions": course[0]["versions"],
        "date": max(one["date"] for one in course),
        "seconds": _rounded(median(one["seconds"] for one in course)),
        "verdicts": {
            claim: _verdict(page, seeds, [one.verdicts[claim] for one in told])
            for claim in told[0].verdicts
        },
        "lessons": [
            _lesson(statement, seeds, [one.lessons[statement] for one in told])
            for statement in told[0].lessons
        ],
    }


def _verdict(page: Page, seeds: list[int], verdicts: list[dict[str, Any]]) -> dict[str, Any]:
    rows = [{row["what"]: row for row in verdict["evidence"]} for verdict in verdicts]
    _same(page, seeds, [set(one) for one in rows], "evidence")
    evidence = []
    for what, first in rows[0].items():
        values = [_rounded(one[what]["value"]) for one in rows]
        if not all(map(math.isfinite, values)):
            seed = next(s for s, v in zip(seeds, values, strict=True) if not math.isfinite(v))
            raise ProjectError(f"{page.slug}, seed {seed}: {what} is not a finite number")
        low, high = band(values)
        evidence.append(
            {
                "what": what,
                "unit": first.get("unit", ""),
                "values": values,
                "mean": _rounded(math.fsum(values) / len(values)),
                "sd": _rounded(_sd(values)),
                "low": _rounded(low),
                "high": _rounded(high),
            }
        )
    return {"outcomes": [verdict["holds"] for verdict in verdicts], "evidence": evidence}


def _lesson(statement: str, seeds: list[int], margins: list[float]) -> dict[str, Any]:
    least = min(margins)
    return {
        "statement": statement,
        "margins": [_rounded(margin) for margin in margins],
        "least": _rounded(least),
        "worst_seed": seeds[margins.index(least)],
    }


def _same(page: Page, seeds: list[int], told: list[set[str]], what: str) -> None:
    """Refuse names that are not the same for every seed: nothing could be compared."""
    for seed, names in zip(seeds, told, strict=True):
        if differing := names ^ told[0]:
            raise ProjectError(
                f"{page.slug}: {what} {min(differing)!r} is not told for both seeds {seeds[0]} "
                f"and {seed}: keep numbers out of its name"
            )


def _sd(values: Sequence[float]) -> float:
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
