"""The acceptance table with what was found: as lines to print, and as the book's record."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from course_lib.authoring.submissions_page import read_stock
from course_lib.project import Project
from submissions.course import ROOT
from submissions.variant import Variant

PATH = Path(__file__).parents[1] / "submissions.yml"
TABLE: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(PATH.read_text("utf-8"))
KINDS = {row: kind for kind, rows in TABLE.items() for row in rows}
"""The kind of each row."""
ROWS = {row: told for rows in TABLE.values() for row, told in rows.items()}
"""What the table says of each row: does, expect, and stock where it was measured."""


def entry(variant: Variant, record: dict[str, Any], wrong: Sequence[str]) -> dict[str, Any]:
    """Return what was found of one submission, as plain data."""
    return {
        "row": variant.row,
        "student": variant.student,
        "extra": variant.extra,
        "got": said(record),
        "settled": not any("passed" in told.split() for told in variant.lost.values()),
        "wrong": list(wrong),
    }


def said(record: dict[str, Any]) -> str:
    """Return a record in a few words: points, how the checks that did not pass ended, flags."""
    if record["rejected"]:
        return f"0/{record['max_score']:g}, not graded: {record['rejected']}"
    ended = Counter(check["status"] for check in record["checks"] if not check["manual"])
    ended.pop("passed", None)
    parts = [f"{number} {status.replace('_', ' ')}" for status, number in sorted(ended.items())]
    flag = ["flagged"] if record["tamper"] else []
    return ", ".join([f"{record['score']:g}/{record['max_score']:g}", *parts, *flag])


def for_the_book(entries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the record that the book shows: each row of the table with what came of it."""
    found: dict[str, dict[str, str]] = {row: {} for row in ROWS}
    for one in entries:
        if not one["extra"]:
            found[one["row"]][one["student"]] = one["got"]
    rows = [{"kind": KINDS[row], "row": row, **ROWS[row], "found": found[row]} for row in ROWS]
    return {"date": datetime.now(UTC).date().isoformat(), "rows": rows}


def lines(entries: Sequence[dict[str, Any]]) -> list[str]:
    """Return the table as text, row by row; what does not hold stands out.

    What stock nbgrader gave for the same bytes stands beside it, as far as it was run on them.
    """
    measured = read_stock(Project(ROOT))["found"]
    rows: dict[str, list[dict[str, Any]]] = {row: [] for row in ROWS}
    for one in entries:
        rows.setdefault(one["row"], []).append(one)
    found, broken = [], 0
    for row, those in rows.items():
        if not those:
            continue
        wrong = [f"    {one['student']}: {text[:200]}" for one in those for text in one["wrong"]]
        broken += bool(wrong)
        got = {one["student"]: one["got"] for one in those}
        stock = _short(measured[student] for student in got if student in measured)
        number = "" if len(those) == 1 else f" [{len(those)}]"
        told = f"{'✗' if wrong else '✓'} {KINDS.get(row, 'extra'):<9} {row}{number}: "
        told += _short(got.values())
        found += [told + (f"   (stock: {stock})" if stock else ""), *wrong]
    whole = sum(bool(those) for those in rows.values())
    holds = sum(not one["wrong"] for one in entries)
    found.append(
        f"{whole - broken} of {whole} rows hold, {holds} of {len(entries)} submissions; "
        "after each row what its submissions got, 2 of 20 points being a person's to give"
    )
    return found


def _short(outcomes: Iterable[str]) -> str:
    """Return different outcomes, but not why a file could not be graded."""
    return "; ".join(dict.fromkeys(outcome.partition(":")[0] for outcome in outcomes))


def stale(entries: Sequence[dict[str, Any]], record: dict[str, Any]) -> list[str]:
    """Return in what the book's record differs from what was found, a line each."""
    kept = {row["row"]: row for row in record["rows"]}
    fresh = {row["row"]: row for row in for_the_book(entries)["rows"]}
    settled = {one["student"] for one in entries if one["settled"]}
    found = [
        f"{row}: other words in the table" for row in ROWS if _words(kept.get(row)) != ROWS[row]
    ]
    for row, one in fresh.items():
        before = kept.get(row, {"found": {}})["found"]
        if set(before) != set(one["found"]):
            found.append(f"{row}: other submissions")
        found += [
            f"{student}: {got}, not {before[student]}"
            for student, got in one["found"].items()
            if student in before and student in settled and _score(got) != _score(before[student])
        ]
    return found


def _words(row: dict[str, Any] | None) -> dict[str, str]:
    return {name: row[name] for name in ("does", "expect", "stock") if row and name in row}


def _score(got: str) -> tuple[str, bool]:
    """Return points and flag: how a check that lost ended may differ from machine to machine."""
    return got.partition(",")[0], got.endswith("flagged")


def write(path: Path, record: dict[str, Any]) -> None:
    """Write a record as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", "utf-8")
