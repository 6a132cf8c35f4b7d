"""The ledger of claims, and the verdicts that chapters reach on them."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from html import escape
from importlib.resources import files
from statistics import fmean, stdev
from types import MappingProxyType
from typing import Any

import yaml

from course_lib.page import emit, power_of_ten

OUTCOMES = ("supported", "depends", "refuted", "ill-posed")

# Articles that repeat another one's text: they are read, but they are no second voice.
_REPEATS = {"swifterm": "aws"}

_MOST_DECIMALS = 6  # on a card; smaller numbers are written with a power of ten


@dataclass(frozen=True)
class Claim:
    """One row of the ledger.

    Attributes:
        id: what chapters and records call it.
        says: the claim in our own words, at its strongest.
        sources: which articles make it, keys of ``sources()``.
        chapter: slug of the chapter that settles it.
        test: the experiment that does.
        expected: the verdict that the field's literature suggests, a hypothesis.
        contradicts: the row that says the opposite, or a sentence on what does.
    """

    id: str
    says: str
    sources: tuple[str, ...]
    chapter: str
    test: str
    expected: str
    contradicts: str | None = None


@dataclass(frozen=True)
class Evidence:
    """One measured effect behind a verdict.

    Attributes:
        what: the effect in words, with what is compared to what.
        value: its estimate.
        low: lower end of its 95 % interval; equal to ``value`` where it was counted, not estimated.
        high: upper end of its 95 % interval; likewise.
        n: how many repeats the interval rests on, or how many things were counted.
        unit: unit of the three numbers; empty for a plain ratio.

    Raises:
        ValueError: a number is missing, or the interval does not hold the value.
    """

    what: str
    value: float
    low: float
    high: float
    n: int
    unit: str = ""

    def __post_init__(self) -> None:
        if not self.what.strip():
            raise ValueError("evidence without words: say what was measured, in `what`")
        for field in ("value", "low", "high"):
            number = float(getattr(self, field))
            if not math.isfinite(number):
                raise ValueError(f"evidence {self.what!r}: {field} is {number}, no finite number")
            object.__setattr__(self, field, number)  # NumPy's numbers do not go into JSON
        if not self.low <= self.value <= self.high:
            raise ValueError(
                f"evidence {self.what!r}: the value {self.value:.6g} lies outside its interval "
                f"{self.low:.6g} to {self.high:.6g}"
            )
        if isinstance(self.n, bool) or int(self.n) != self.n or self.n < 1:
            raise ValueError(f"evidence {self.what!r}: n={self.n!r}, give how many repeats it had")
        object.__setattr__(self, "n", int(self.n))


def averaged(what: str, values: Sequence[float], unit: str = "") -> Evidence:
    """Return the mean of repeats with its 95 % interval, by Student's t.

    Args:
        what: the effect in words.
        values: one from each repeat (n,), n at least 2, independent of one another.
        unit: of the values.

    Raises:
        ValueError: there are fewer than two values, or one is missing.
    """
    from scipy.stats import t

    n = len(values)
    if n < 2:
        raise ValueError(f"evidence {what!r}: an interval takes two repeats or more, not {n}")
    mean = fmean(values)
    half = float(t.ppf(0.975, n - 1)) * stdev(values) / math.sqrt(n)
    return Evidence(what, mean, mean - half, mean + half, n, unit)


@cache
def _file() -> Mapping[str, Any]:
    text = files("course_lib").joinpath("claims.yml").read_text(encoding="utf-8")
    return MappingProxyType(yaml.safe_load(text))


@cache
def sources() -> Mapping[str, str]:
    """Return the articles, by the short name that claims give them."""
    return MappingProxyType(_file()["sources"])


@cache
def ledger() -> tuple[Claim, ...]:
    """Return all claims in the order of the file."""
    rows = _file()["claims"]
    return tuple(Claim(**{**row, "sources": tuple(row["sources"])}) for row in rows)


def claim(id: str) -> Claim:  # noqa: A002  the ledger's own word for it
    """Return the claim of that id.

    Raises:
        KeyError: the ledger has none.
    """
    by_id = {row.id: row for row in ledger()}
    if id not in by_id:
        raise UnknownClaim(id, difflib.get_close_matches(id, by_id, n=3, cutoff=0.4))
    return by_id[id]


class UnknownClaim(KeyError):
    """The ledger has no claim of that id."""

    def __init__(self, id: str, near: Sequence[str]) -> None:  # noqa: A002
        meant = f"did you mean {', '.join(near)}?" if near else "see course_lib/claims.yml"
        super().__init__(f"no claim {id!r} in the ledger: {meant}")

    def __str__(self) -> str:
        return str(self.args[0])  # KeyError would quote it


def voices(claim: Claim) -> int:
    """Return how many articles make the claim independently of one another."""
    return len({_REPEATS.get(source, source) for source in claim.sources})


def verdict(
    id: str,  # noqa: A002
    *,
    holds: str,
    right: str,
    because: str,
    evidence: Sequence[Evidence],
) -> None:
    """Settle a claim: show its card, and leave its values where the build finds them.

    Args:
        id: the claim, as the ledger calls it.
        holds: ``supported``, ``depends``, ``refuted`` or ``ill-posed``.
        right: what the claim gets right.
        because: the reason for the verdict, one sentence.
        evidence: the measured effects, one or more.

    Raises:
        KeyError: the ledger has no such claim.
        ValueError: the outcome is not one of the four, or words or evidence are missing.
    """
    row = claim(id)
    if holds not in OUTCOMES:
        raise ValueError(f"verdict on {id}: holds={holds!r}, give one of {', '.join(OUTCOMES)}")
    for name, text in (("right", right), ("because", because)):
        if not text.strip():
            raise ValueError(f"verdict on {id}: `{name}` is empty, give it one sentence")
    if not evidence:
        raise ValueError(f"verdict on {id}: no evidence, give what was measured")
    repeated = {e.what for e in evidence if [o.what for o in evidence].count(e.what) > 1}
    if repeated:
        raise ValueError(f"verdict on {id}: two pieces of evidence are called {min(repeated)!r}")
    values = {
        "id": id,
        "holds": holds,
        "right": right,
        "because": because,
        "evidence": [asdict(e) for e in evidence],
    }
    emit(
        {
            "text/html": _card(row, holds, right, because, evidence),
            "text/plain": _text(row, holds, right, because, evidence),
        },
        {"course": {"verdict": values}},
    )


def _number(value: float, evidence: Evidence) -> str:
    """Round to the interval: two significant digits of its width, and the value no finer."""
    width = evidence.high - evidence.low
    if width == 0 and value.is_integer():
        return f"{value:.0f}".replace("-", "−")
    scale = width if width > 0 else abs(evidence.value)
    decimals = max(0, 1 - math.floor(math.log10(scale))) if scale > 0 else 0
    if decimals > _MOST_DECIMALS:
        return power_of_ten(value).replace("-", "−")
    text = f"{value:.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text.replace("-", "−")


def told(evidence: Evidence) -> tuple[str, str, str]:
    """Return size, 95 % interval (or that it is exact) and n of one piece of evidence as text."""
    value, low, high = (
        _number(number, evidence) for number in (evidence.value, evidence.low, evidence.high)
    )
    unit = f" {evidence.unit}" if evidence.unit else ""
    interval = "exact" if evidence.low == evidence.high else f"{low} to {high}{unit}"
    return f"{value}{unit}", interval, f"{evidence.n:,}"


def _text(row: Claim, holds: str, right: str, because: str, evidence: Sequence[Evidence]) -> str:
    lines = [
        f"Claim: {row.says}",
        f"What it gets right: {right}",
        f"Verdict: {holds}. {because}",
    ]
    for piece in evidence:
        effect, interval, n = told(piece)
        spread = interval if interval == "exact" else f"95 % interval {interval}"
        lines.append(f"  {piece.what}: {effect} ({spread}, n = {n})")
    return "\n".join(lines)


def _card(row: Claim, holds: str, right: str, because: str, evidence: Sequence[Evidence]) -> str:
    """Return the card: the book's CSS styles it, and it reads well without."""
    line = "var(--course-verdict-line, currentColor)"
    cell = (
        'style="text-align:left;font-weight:normal;padding:.25em .8em .25em 0;'
        f'border-top:1px solid {line}"'
    )
    body = "".join(
        f'<tr><th scope="row" {cell}>{escape(piece.what)}</th>'
        + "".join(f"<td {cell}>{escape(text)}</td>" for text in told(piece))
        + "</tr>"
        for piece in evidence
    )
    head = "".join(
        f'<th scope="col" {cell}>{text}</th>' for text in ("effect", "size", "95 % interval", "n")
    )
    return (
        f'<div class="course-verdict course-verdict-{holds}" '
        f'role="group" aria-label="Verdict on {row.id}" '
        f'style="border:1px solid {line};border-left-width:.4em;padding:.8em 1em;margin:1em 0">'
        f'<p class="course-verdict-claim" style="margin:0 0 .5em"><em>{escape(row.says)}</em></p>'
        f'<p style="margin:0 0 .5em"><b>What it gets right.</b> {escape(right)}</p>'
        '<p class="course-verdict-outcome" style="margin:0 0 .5em"><b>Verdict:</b> '
        f'<strong class="course-verdict-badge">{holds}</strong>. {escape(because)}</p>'
        '<table class="course-verdict-evidence" '
        'style="border-collapse:collapse;margin:0">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
