"""What grading again changed: who gained, who lost, how much, and by which check."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from typing import Any

from course_lib.project import Project

Records = Mapping[tuple[str, str], Any]
"""Records by (exercise, student): a ``Record`` of ``record.py``, or what its JSON holds."""


@dataclass(frozen=True)
class CheckChange:
    """One check that now earns something else, or ends otherwise."""

    id: str
    name: str
    before: str
    after: str
    gained: float


@dataclass(frozen=True)
class Change:
    """One student's change in one exercise; ``gained`` is negative for who lost."""

    exercise: str
    student: str
    before: float
    after: float
    checks: tuple[CheckChange, ...]
    reason: str = ""

    @property
    def gained(self) -> float:
        """Points more than before."""
        return round(self.after - self.before, 6)


@dataclass(frozen=True)
class Changes:
    """What grading again changed; those who lost most come first.

    Attributes:
        changed: whose score, or a check's points, changed.
        same: how many submissions were graded before and now, with the same outcome.
        new: how many were not graded before.
        max_scores: exercises whose maximum changed: before and after.
    """

    changed: tuple[Change, ...]
    same: int
    new: int
    max_scores: tuple[tuple[str, float, float], ...] = ()

    @property
    def worth_showing(self) -> bool:
        """Whether anything that was graded before is different now."""
        return bool(self.changed or self.max_scores)


def snapshot(project: Project, slugs: Sequence[str] = ()) -> dict[tuple[str, str], Any]:
    """Return the records that are kept, of some exercises or of all; unreadable ones are not.

    Call it before grading and after.
    """
    found = {}
    for path in sorted((project.build / "grading" / "records").glob("*/*.json")):
        if not slugs or path.parent.name in slugs:
            try:
                found[path.parent.name, path.stem] = json.loads(path.read_text("utf-8"))
            except (OSError, ValueError):
                continue
    return found


def changes(old: Records, new: Records) -> Changes:
    """Compare two gradings of the same submissions.

    A record that was ``rejected``, before or after, counts with its score. Checks that a person
    decides are left out: their points are not the grader's.
    """
    changed, same, fresh = [], 0, 0
    most: dict[str, tuple[float, float]] = {}
    for (slug, student), record in sorted(new.items()):
        if (slug, student) not in old:
            fresh += 1
            continue
        before, after = _plain(old[slug, student]), _plain(record)
        if before["max_score"] != after["max_score"] and not before["rejected"]:
            most.setdefault(slug, (before["max_score"], after["max_score"]))
        change = _change(slug, student, before, after)
        if change.gained or any(check.gained for check in change.checks):
            changed.append(change)
        else:
            same += 1
    changed.sort(key=lambda one: (one.exercise, one.gained, one.student))
    maxima = tuple((slug, *pair) for slug, pair in sorted(most.items()))
    return Changes(tuple(changed), same, fresh, maxima)


def render(found: Changes) -> str:
    """Return changes as a table for the terminal: by exercise, then by check."""
    lines = []
    for slug, before, after in found.max_scores:
        lines.append(f"{slug}: now out of {after:g}, before out of {before:g}")
    for slug in sorted({one.exercise for one in found.changed}):
        rows = [one for one in found.changed if one.exercise == slug]
        gained = sum(one.gained > 0 for one in rows)
        lost = sum(one.gained < 0 for one in rows)
        lines.append(f"{slug}: {gained} gained, {lost} lost")
        width = max(len(one.student) for one in rows)
        for one in rows:
            why = "; ".join(_told(check) for check in one.checks) or one.reason
            score = f"{one.before:g} → {one.after:g}"
            lines.append(f"  {one.student:<{width}}  {score:>11}  {one.gained:+g}  {why}")
        lines += _by_check(rows)
    lines.append(
        f"{found.same} as before" + (f", {found.new} for the first time" * bool(found.new))
    )
    return "\n".join(lines)


def _by_check(rows: Sequence[Change]) -> list[str]:
    counts: Counter[tuple[str, str]] = Counter()
    points: Counter[tuple[str, str]] = Counter()
    names = {}
    for row in rows:
        for check in row.checks:
            if check.gained:
                key = check.id, "gained" if check.gained > 0 else "lost"
                counts[key] += 1
                points[key] += check.gained  # type: ignore[assignment]
                names[check.id] = check.name
    return [
        f"  by {name} ({names[name]}): {count} {how} {points[name, how]:+g} in all"
        for (name, how), count in sorted(counts.items())
    ]


def _told(check: CheckChange) -> str:
    words = f"{check.before} → {check.after}" if check.before != check.after else check.after
    return f"{check.id} {words.replace('_', ' ')} ({check.gained:+g})"


def _change(slug: str, student: str, before: dict[str, Any], after: dict[str, Any]) -> Change:
    old = {check["id"]: check for check in before["checks"]}
    new = {check["id"]: check for check in after["checks"]}
    checks = []
    for name in dict.fromkeys([*new, *old]):
        then, now = old.get(name), new.get(name)
        shown = now or then or {}
        gained = _earned(now) - _earned(then)
        ended = [check["status"] if check else "no such check" for check in (then, now)]
        if not shown["manual"] and (gained or ended[0] != ended[1]):
            checks.append(CheckChange(name, shown["name"], ended[0], ended[1], gained))
    reason = ""
    if before["rejected"] != after["rejected"]:
        reason = after["rejected"] or f"could be graded now; before: {before['rejected']}"
    return Change(slug, student, before["score"], after["score"], tuple(checks), reason)


def _earned(check: dict[str, Any] | None) -> float:
    return float(check["earned"] or 0) if check else 0.0


def _plain(record: Any) -> dict[str, Any]:
    if is_dataclass(record) and not isinstance(record, type):
        return asdict(record)
    return dict(record)
