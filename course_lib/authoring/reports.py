"""What ran on a device, and how two such reports compare."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course_lib.authoring.findings import TIMES
from course_lib.project import ProjectError

REPORT = "report.json"


@dataclass(frozen=True)
class Entry:
    """What one notebook did on a device.

    Attributes:
        page: slug of the page; for an exercise its notebook's, ``exercises/<slug>``.
        kind: ``page``, ``solution`` or ``student``.
        status: ``passed`` or ``failed``.
        seconds: what the run took; None where it failed.
        verdicts: what :func:`course_lib.claims.verdict` left, by claim.
        error: page, cell and traceback of what failed.
    """

    page: str
    kind: str
    status: str
    seconds: float | None = None
    verdicts: dict[str, Any] = field(default_factory=dict)
    error: str = ""


@dataclass(frozen=True)
class Report:
    """Everything run on one device."""

    device: str
    hardware: dict[str, Any]
    versions: dict[str, str]
    date: str
    entries: list[Entry]

    @property
    def passed(self) -> bool:
        """Whether there was something to run and all of it passed."""
        return bool(self.entries) and all(entry.status == "passed" for entry in self.entries)


@dataclass(frozen=True)
class Comparison:
    """Two reports side by side; ``differences`` is empty where they agree."""

    table: str
    differences: list[str]

    def __str__(self) -> str:
        """Return the table and what differs below it."""
        return "\n".join([self.table, *self.differences])


def read_report(folder: Path) -> Report:
    """Return the report that :func:`run_everything` wrote into ``folder``.

    Raises:
        ProjectError: there is none, or it cannot be read.
    """
    path = folder / REPORT
    try:
        told = json.loads(path.read_text("utf-8"))
        return Report(**told | {"entries": [Entry(**entry) for entry in told["entries"]]})
    except FileNotFoundError:
        raise ProjectError(f"no report in {folder}: make one with `course run --report`") from None
    except (ValueError, TypeError, KeyError) as error:
        raise ProjectError(f"{path} is not a report of `course run`: {error}") from None


def render_report(report: Report) -> str:
    """Return a report as a table, and below it what failed."""
    rows = [[entry.page, entry.kind, entry.status, _seconds(entry)] for entry in report.entries]
    table = _table(["notebook", "kind", "status", "seconds"], rows)
    failed = [entry for entry in report.entries if entry.status != "passed"]
    where = report.hardware.get("gpu") or report.hardware.get("processor")
    count = f"{len(report.entries) - len(failed)} of {len(report.entries)} passed"
    total = f"{count} on {report.device} ({where}), {report.date}"
    return "\n\n".join([table, *(entry.error for entry in failed), total])


def compare(first: Report | Path, second: Report | Path) -> Comparison:
    """Compare two reports, given as such or by the folder each lies in.

    They differ where a notebook is in one alone or failed, where a verdict comes out otherwise,
    and where a piece of evidence leaves the other run's interval. Times are shown, not compared.
    """
    one, other = (read_report(r) if isinstance(r, Path) else r for r in (first, second))
    left = {entry.page: entry for entry in one.entries}
    right = {entry.page: entry for entry in other.entries}
    names = (one.device, other.device)
    rows, differences = [], []
    for page in [*left, *(page for page in right if page not in left)]:
        pair = (left.get(page), right.get(page))
        rows.append([page, *map(_seconds, pair), *map(_outcomes, pair)])
        differences += _differences(page, pair, names)
    headers = ["notebook", *(f"{n}, s" for n in names), *(f"verdicts, {n}" for n in names)]
    return Comparison(_table(headers, rows), differences)


def _differences(
    page: str, pair: tuple[Entry | None, Entry | None], names: tuple[str, str]
) -> list[str]:
    differences = []
    for entry, name in zip(pair, names, strict=True):
        if entry is None:
            differences.append(f"{page}: did not run on {name}")
        elif entry.status != "passed":
            differences.append(f"{page}: failed on {name}")
    one, other = pair
    if differences or one is None or other is None:
        return differences
    for claim in sorted(one.verdicts.keys() | other.verdicts.keys()):
        a, b = one.verdicts.get(claim), other.verdicts.get(claim)
        if a is None or b is None:
            differences.append(f"{page}: {claim} is settled on {names[a is None]} alone")
            continue
        if a["holds"] != b["holds"]:
            differences.append(
                f"{page}: {claim} comes out as {a['holds']} on {names[0]}, "
                f"{b['holds']} on {names[1]}"
            )
        differences += [
            f"{page}: {claim}: {text}"
            for text in (*_outside(a, b, names), *_outside(b, a, names[::-1]))
        ]
    return differences


def _outside(verdict: dict[str, Any], other: dict[str, Any], names: tuple[str, str]) -> list[str]:
    """Return which evidence of ``verdict`` is missing from, or outside, the other's intervals."""
    intervals = {row["what"]: row for row in other["evidence"]}
    outside = []
    for row in verdict["evidence"]:
        interval = intervals.get(row["what"])
        if interval is None:
            outside.append(f"{row['what']} is told on {names[0]} alone")
        elif row.get("unit") in TIMES:
            continue
        elif not interval["low"] <= row["value"] <= interval["high"]:
            outside.append(
                f"{row['what']} is {row['value']:.6g} on {names[0]}, outside "
                f"{interval['low']:.6g} to {interval['high']:.6g} on {names[1]}"
            )
    return outside


def _table(headers: list[str], rows: list[list[str]]) -> str:
    """Return rows of text below their headers, columns aligned."""
    widths = [max(map(len, column)) for column in zip(headers, *rows, strict=True)]
    lines = [headers, ["─" * width for width in widths], *rows]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _seconds(entry: Entry | None) -> str:
    return "–" if entry is None or entry.seconds is None else f"{entry.seconds:.1f}"


def _outcomes(entry: Entry | None) -> str:
    if entry is None or entry.status != "passed":
        return entry.status if entry else "did not run"
    return ", ".join(f"{claim}: {told['holds']}" for claim, told in sorted(entry.verdicts.items()))
