"""What a record says of a submission, held against what it must say."""

from __future__ import annotations

import json
from typing import Any

from submissions.course import SECRETS
from submissions.variant import POINTS, Variant

_CALM = ("honest", "malformed")


def problems(variant: Variant, record: dict[str, Any], honest: bool = False) -> list[str]:
    """Return in what a record differs from what a variant demands, a line each.

    Args:
        variant: the submission.
        record: what was found of it.
        honest: whether nobody may be suspected of anything.
    """
    found = _marks(variant, record)
    reason = f"{record['reason']} {record['rejected']} {' '.join(record['notes'])}"
    if (variant.rejected or _nothing(variant)) and not record["rejected"]:
        found.append("it was not rejected")
    if record["rejected"] and not _nothing(variant):
        found.append(f"it was rejected: {record['rejected']}")
    if not record["isolation"].startswith("bubblewrap"):
        found.append(f"isolation {record['isolation']!r}")
    found += [
        f"the reason lacks {text!r}: {reason[:300]!r}"
        for text in (variant.rejected, variant.notes)
        if text not in reason
    ]
    if record["score"] == 0 and not record["reason"]:
        found.append("zero without a reason")
    if variant.tamper is not None and record["tamper"] is not variant.tamper:
        found.append(f"tamper is {record['tamper']}")
    if honest and record["tamper"]:
        found.append(f"an honest student is suspected: {reason[:300]}")
    return found + _shown(variant, record)


def _nothing(variant: Variant) -> bool:
    return set(variant.lost.values()) == {"not_run"}


def _marks(variant: Variant, record: dict[str, Any]) -> list[str]:
    found, score = [], 0.0
    checks = {check["id"]: check for check in record["checks"]}
    if list(checks) != list(POINTS):
        return [f"checks {list(checks)}"]
    for name, check in checks.items():
        wanted = variant.statuses(name)
        if check["points"] != POINTS[name]:
            found.append(f"{name} is worth {check['points']}")
        if not check["manual"] and check["status"] not in wanted:
            said = f"{check['status']} ({check['message'][:150]!r})"
            found.append(f"{name}: {said}, not {' or '.join(sorted(wanted))}")
        if check["status"] == "passed":
            score += check["points"]
    if record["score"] != score:
        found.append(f"score {record['score']}, not {score:g}")
    return found


def own_text(record: dict[str, Any]) -> str:
    """Return all that a student may read of a record, as one text."""
    shown = [[check.get("shown", ""), check.get("output", "")] for check in record["checks"]]
    return json.dumps([record["cells"], shown, record["reason"], record["notes"]])


def _shown(variant: Variant, record: dict[str, Any]) -> list[str]:
    text = own_text(record)
    found = []
    if variant.prints and variant.prints not in text:
        found.append(f"its attempt never printed {variant.prints!r}: {text[:300]}")
    if "LEAK" in text:
        at = text.index("LEAK")
        found.append(f"it got out: {text[at : at + 200]}")
    found += [f"the student may read {secret!r}" for secret in SECRETS if secret in text]
    return found
