"""What a run of the benchmark leaves behind: the record as a dictionary, and as a table."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from datetime import date
from statistics import quantiles
from typing import Any

import numpy as np

from benchmarks.cases import CASES
from benchmarks.goals import GOALS, ratio
from benchmarks.training import BASE, OPPONENTS
from course_lib.authoring.machine import hardware

Runs = Mapping[str, list[dict[str, float]]]  # by opponent, a round each


def summary(values: list[float]) -> dict[str, Any]:
    """Return the median, the quartiles and all values, rounded to what a clock is good for."""
    low, middle, high = (
        quantiles(values, n=4, method="inclusive") if len(values) > 1 else values * 3
    )
    rounds = [round(value, 1) for value in values]
    return {"median": round(middle, 1), "low": round(low, 1), "high": round(high, 1),
            "rounds": rounds}  # fmt: skip


def case_record(
    name: str, runs: Runs, failed: Mapping[str, str], curve: Mapping[str, float] | None
) -> dict[str, Any]:
    """Return all that was measured in one case.

    Args:
        name: of the case.
        runs: the numbers of each round, by opponent.
        failed: what went wrong, by opponent.
        curve: the largest relative difference of fit's loss curve, by precision.
    """
    case = CASES[name]
    opponents = {}
    for opponent in OPPONENTS:  # the table's order
        rows = runs.get(opponent)
        if not rows or opponent in failed:
            continue
        told: dict[str, Any] = {
            clock: summary([row[clock] for row in rows]) for clock in ("cpu", "wall")
        }
        for clock in ("cpu", "wall"):
            if runs.get(BASE) and BASE not in failed:
                base = [row[clock] for row in runs[BASE]]
                told[clock]["ratio"] = ratio([row[clock] for row in rows], base)
        told["loss"], told["metric"] = (float(f"{rows[-1][key]:.4g}") for key in ("loss", "metric"))
        opponents[opponent] = told
    return {
        "title": case.title,
        "about": case.about,
        "rows": len(case.data()[0]),
        "batch_size": case.batch_size,
        "epochs": case.epochs,
        "steps": case.steps,
        "metric": case.metric,
        "curve": dict(curve) if curve else None,
        "opponents": opponents,
        "failed": dict(failed),
    }


def assemble(
    cases: Mapping[str, Any],
    names: Iterable[str],
    rounds: int,
    load: float | None,
    versions: Mapping[str, str],
    missing: Mapping[str, str],
    accuracy: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Return the whole record: what was measured, by what, on what, and the goals.

    Args:
        cases: by name, as :func:`case_record` makes them.
        names: of the opponents that were asked for.
        rounds: how many counted.
        load: how many programs ran on this machine before, on average; None if it does not tell.
        versions: of the opponents' libraries.
        missing: why an opponent could not take part, by name.
        accuracy: the time to accuracy, if it was measured.
    """
    return {
        "date": date.today().isoformat(),
        "rounds": rounds,
        "threads": 1,
        "load": load,
        "hardware": hardware(),
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            **versions,
        },
        "base": BASE,
        "opponents": {name: OPPONENTS[name].label for name in names},
        "missing": dict(missing),
        "cases": dict(cases),
        "goals": [goal.judged(cases) for goal in GOALS],
        "accuracy": dict(accuracy) if accuracy else None,
    }


def render(record: Mapping[str, Any]) -> str:
    """Return the record as text for a terminal."""
    hardware, labels = record["hardware"], record["opponents"]
    versions = ", ".join(f"{name} {number}" for name, number in record["versions"].items())
    lines = [
        f"{record['date']}, {hardware['processor']}, {hardware['cores']} cores, "
        f"one thread, {record['rounds']} rounds",
        versions,
    ]
    for name, why in record["missing"].items():
        lines.append(f"missing: {labels[name]} ({why})")
    for case in record["cases"].values():
        lines += ["", *_case(case, labels)]
    lines += ["", *(_goal(goal, labels) for goal in record["goals"])]
    if record["accuracy"]:
        lines += ["", *_accuracy(record["accuracy"])]
    return "\n".join(lines)


def _case(case: Mapping[str, Any], labels: Mapping[str, str]) -> list[str]:
    head = f"{case['title']}: {case['about']}, {case['steps']} steps"
    clocks = f"{'µs CPU':>9} {'quartiles':>17} {'µs wall':>9} {'ratio':>6}"
    lines = [head, f"  {'':<26}{clocks} {case['metric']:>9}"]
    for name, told in case["opponents"].items():
        cpu = told["cpu"]
        quartiles = f"{cpu['low']:.0f} to {cpu['high']:.0f}"
        times = f"{cpu['median']:9.0f} {quartiles:>17} {told['wall']['median']:9.0f}"
        over = f"{cpu['ratio']:6.2f}" if "ratio" in cpu else f"{'':6}"
        lines.append(f"  {labels[name]:<26}{times} {over} {told['metric']:9.4f}")
    lines += [f"  {labels[name]:<26} failed: {why}" for name, why in case["failed"].items()]
    if case["curve"]:
        gaps = ", ".join(f"{gap:.1e} in {dtype}" for dtype, gap in case["curve"].items())
        lines.append(f"  fit's loss curve differs from the hand-written one's by {gaps} at most")
    return lines


def _goal(goal: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    verdict = {True: "met   ", False: "missed", None: "open  "}[goal["met"]]
    found = "not measured" if goal["measured"] is None else f"{goal['measured']:.2f}"
    of, over = (labels.get(goal[side], goal[side]) for side in ("of", "over"))
    return (
        f"{verdict}  {goal['case']}: {of} over {over} {goal['kind']} {goal['bound']:.2f}: {found}"
    )


def _accuracy(accuracy: Mapping[str, Any]) -> list[str]:
    count = len(accuracy["seeds"])
    lines = [f"digits: seconds to a validation accuracy, median (range) of {count} seeds"]
    for told in accuracy["contenders"].values():
        setting = told["setting"]
        cells = [
            f"{100 * float(level):g} %: {times(spread, count)}"
            for level, spread in told["seconds"].items()
        ]
        lines.append(
            f"  {told['label']:<20} {setting['width']} {setting['unit']}, rate "
            f"{setting['learning_rate']:g}: {'; '.join(cells)}"
        )
    return lines


def times(spread: Mapping[str, Any], count: int) -> str:
    """Return a median with its range in words, or how many seeds got there at all."""
    if not spread["reached"]:
        return "never"
    if spread["reached"] == count:
        return f"{spread['median']:.2f} s ({spread['low']:.2f} to {spread['high']:.2f})"
    middle = f"{spread['median']:.2f} s" if spread["median"] is not None else "no median"
    return f"{middle} (from {spread['low']:.2f}; {spread['reached']} of {count} got there)"
