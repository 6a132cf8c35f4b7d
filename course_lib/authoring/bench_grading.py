"""The part of the benchmarks' page that is about graders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median, quantiles
from typing import Any

from docutils import nodes

from course_lib.authoring.status import describe

Table = Callable[[Sequence[str], Sequence[Sequence[Any]], str, str], nodes.Node]
CLASS = 40
"""The size of the class that the page reckons for."""
GROUPS = {
    "making and unmaking its sandbox": ("open a guest", "end the guest"),
    "running its cells and the checks": ("its cells", "the checks"),
    "reading it and rebuilding it": ("read and rebuild",),
    "writing record, gradebook and feedback": (
        *("record", "gradebook", "feedback", "other files"),
    ),
}
"""What the stages of a submission are for."""


def grading(record: dict[str, Any], table: Table, css: str) -> list[nodes.Node]:
    """Return what ``course bench grading`` measured.

    Args:
        record: as ``benchmarks.grading`` writes it.
        table: makes a table of a head, rows, a CSS class and a caption.
        css: the tables' class.
    """
    versions = ", ".join(f"{name} {number}" for name, number in record["versions"].items())
    told = (
        f"Measured on {record['date']}: {describe(record['hardware'])}; "
        f"{record['submissions']} submissions. Versions: {versions}.{_disturbed(record)}"
    )
    goal = record["goal"]
    verdict = (
        f"{record['opponents'][goal['of']]} was to be at least {goal['bound']:g} times as fast as "
        "the fastest of the others"
    )
    if goal["met"] is None:
        verdict += "; not all were measured."
    else:
        outcome = "met" if goal["met"] else "missed"
        verdict += f". It was {goal['measured']:.1f} times as fast: {outcome}."
    return [
        nodes.paragraph("", told),
        table(("grader", "submissions a second", "quartiles", "seconds each"),
              _rates(record), css, "How many notebooks are graded in a second"),
        nodes.paragraph("", f"{verdict} {two_workers(record)}".strip()),
        table(("stage", "once, seconds", "each submission, ms"), _stages(record), css,
              "Where the time goes when one process grades them one after another"),
        nodes.paragraph("", where_the_time_goes(record)),
        table(("workers", "a worker with its sandbox", "coordinator", "all"), _memory(record), css,
              "Memory at its peak, MB"),
    ]  # fmt: skip


def where_the_time_goes(record: dict[str, Any]) -> str:
    """Return what the stages add up to: before the first submission, each one, a class."""
    once, each = record["stages"]["once"], record["stages"]["each"]
    start, one = sum(once.values()), sum(each.values())
    longest = max(once, key=lambda name: once[name])
    parts = {name: sum(each.get(stage, 0.0) for stage in GROUPS[name]) for name in GROUPS}
    largest = max(parts, key=lambda name: parts[name])
    share = parts[largest] / one
    weight = "most of it" if share > 0.5 else "its largest part"
    return (
        f"Before the first submission pass {start:.1f} seconds, {once[longest]:.1f} of them to "
        f"{longest}; a small class waits mostly for that. Then each takes {one:.2f} seconds, and "
        f"{weight}, {share:.0%}, goes into {largest}. At this pace one process is done with a "
        f"class of {CLASS} after {start + CLASS * one:.0f} seconds, if nobody's code runs into a "
        "limit of time."
    )


def two_workers(record: dict[str, Any]) -> str:
    """Return what a second worker brought, or nothing where it was not measured."""
    one, two = (_median(record["runs"].get(f"course-{n}", ())) for n in (1, 2))
    if not (one and two):
        return ""
    found = f"Two workers graded {two / one:.1f} times as many a second as one"
    if two > 1.1 * one:
        return f"{found}."
    return (
        f"{found}, so here a second one did not pay: each worker loads the libraries first, and "
        "all share the machine's cores with what else runs on it."
    )


def _disturbed(record: dict[str, Any]) -> str:
    """Return a sentence where other programs kept the machine busy as the run began."""
    cores, load = record["hardware"].get("cores"), record["load"]
    if not cores or load < 0.5 * cores:
        return ""
    return (
        f" Other programs kept the machine busy (a load of {load:.1f} on {cores} cores), which "
        "makes every time longer and less sure."
    )


def _median(runs: Sequence[dict[str, float]]) -> float:
    return median(_per_second(runs)) if runs else 0.0


def _per_second(runs: Sequence[dict[str, float]]) -> list[float]:
    return [run["submissions"] / run["seconds"] for run in runs]


def _rates(record: dict[str, Any]) -> Sequence[Sequence[str]]:
    rows = []
    for name, runs in record["runs"].items():
        rates = _per_second(runs)
        low, middle, high = quantiles(rates, n=4, method="inclusive") if rates[1:] else rates * 3
        ends = f"{low:.2f}", f"{high:.2f}"
        spread = " to ".join(ends) if ends[0] != ends[1] else "–"
        rows.append((record["opponents"][name], f"{middle:.2f}", spread, f"{1 / middle:.2f}"))
    return rows


def _stages(record: dict[str, Any]) -> Sequence[Sequence[str]]:
    once, each = record["stages"]["once"], record["stages"]["each"]
    rows = [(name, f"{seconds:.2f}", "–") for name, seconds in once.items()]
    return rows + [(name, "–", f"{1e3 * seconds:.1f}") for name, seconds in each.items()]


def _memory(record: dict[str, Any]) -> Sequence[Sequence[str]]:
    parts = ("worker", "coordinator", "all")
    return [
        (workers, *(f"{peak[part]:,.0f}" for part in parts))
        for workers, peak in record["memory"].items()
    ]
