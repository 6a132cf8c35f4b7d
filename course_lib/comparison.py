"""What the chapters have settled, from the committed records of their lessons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path

from course_lib import page
from course_lib.claims import OUTCOMES, Claim, Evidence, averaged, ledger, told, voices


class NotSettled(LookupError):
    """A chapter stands, and its record lacks a claim's verdict or what a reader was promised."""


@dataclass(frozen=True)
class Settled:
    """A claim and what its chapter found, seed by seed.

    Attributes:
        claim: the ledger's row.
        place: the chapter, path below ``book/`` without suffix.
        record: the chapter's record, made by ``course lessons``.
    """

    claim: Claim
    place: str
    record: page.Record

    @cached_property
    def outcomes(self) -> Counter[str]:
        """How many seeds gave each outcome."""
        return Counter(self.record.verdicts[self.claim.id]["outcomes"])

    @property
    def outcome(self) -> str:
        """What most seeds gave; of a tie the more cautious one."""
        caution = sorted(OUTCOMES, key=lambda outcome: outcome != "depends")
        return max(caution, key=lambda outcome: self.outcomes[outcome])

    def evidence(self, what: str | int = 0) -> Evidence:
        """Return one effect as its mean over the seeds, with the 95 % interval of that mean.

        Each seed cuts and draws its data and first weights afresh. The interval says how sure
        the mean is; how far one run may stray is what the chapter shows.

        Args:
            what: the evidence's words, or its position in the verdict, counted from 0.

        Raises:
            LookupError: the record has no such evidence.
        """
        kept = self.record.evidence(self.claim.id, what)
        return averaged(kept.what, kept.values, kept.unit)


def settled() -> dict[str, Settled]:
    """Return every claim whose chapter stands, by id, in the ledger's order.

    Raises:
        NotSettled: such a chapter has no record, or its record has no verdict on the claim;
            or no chapter is near: the notebook lies outside a checkout of the course.
    """
    places = _standing()
    found = {}
    for claim in ledger():
        if claim.chapter not in places:
            continue
        record = page.record(claim.chapter)
        if record is None or claim.id not in record.verdicts:
            raise NotSettled(
                f"{places[claim.chapter]} has no verdict on {claim.id} in its record: "
                f"run `course lessons {claim.chapter}`"
            )
        found[claim.id] = Settled(claim, places[claim.chapter], record)
    return found


def _standing() -> dict[str, str]:
    """Return the chapters that stand, by slug; the one that compares the others is left out."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "book" / "records").is_dir():
            chapters = {row.chapter for row in ledger()}
            found = {path.stem: path for path in (folder / "book").glob("*/*.md")}
            return {
                slug: path.relative_to(folder / "book").with_suffix("").as_posix()
                for slug, path in found.items()
                if slug in chapters and slug != "choosing"
            }
    raise NotSettled("there are no records here: open this notebook in a checkout of the course")


def verdicts(rows: Iterable[Settled]) -> None:
    """Show settled claims: verdict, the first effect, and a link to the experiment."""
    head = ("claim", "voices", "verdict", "seeds", "first piece of its evidence", "experiment")
    table(
        head,
        (
            (
                row.claim.says,
                str(voices(row.claim)),
                Badge(row.outcome),
                f"{row.outcomes[row.outcome]} of {row.outcomes.total()}",
                f"{row.evidence().what}: {in_words(row.evidence())}",
                Link(row.place),
            )
            for row in rows
        ),
    )


def contradictions(found: Mapping[str, str]) -> None:
    """Show the claims that something contradicts, with what was found on both sides.

    Args:
        found: by claim an outcome, or what else to say of it; a claim that is missing is open.
    """
    rows = {row.id: row for row in ledger()}
    lines = []
    for row in rows.values():
        if row.contradicts is None:
            continue
        if row.contradicts in rows:
            other = rows[row.contradicts].says, _outcome(found.get(row.contradicts))
        else:
            other = row.contradicts, "–"  # no claim, a sentence
        lines.append((row.says, _outcome(found.get(row.id)), *other))
    table(("claim", "found", "contradicted by", "found there"), lines)


def _outcome(found: str | None) -> str:
    return Badge(found) if found in OUTCOMES else found or "open"


def guide(
    settled: Mapping[str, Settled], branches: Iterable[tuple[str, str, str, str, str, str, int]]
) -> list[Evidence]:
    """Show what to try first, each line with the measured effect behind it.

    Args:
        settled: the claims, by id.
        branches: data, task, budget, what to try first; the claim and the words of its evidence;
            and the sign that the effect has, 1 or -1, as long as the advice holds.

    Returns:
        The effects, one for each branch.

    Raises:
        LookupError: a claim is not settled, or has no such evidence.
    """
    head = ("data", "task", "what you have", "try first", "since", "measured in")
    rows, effects = [], []
    for *case, claim, what, _ in branches:
        effects.append(settled[claim].evidence(what))
        since = f"{what}: {in_words(effects[-1])}"
        rows.append((*case, since, Link(settled[claim].place)))
    table(head, rows)
    return effects


def in_words(effect: Evidence) -> str:
    """Return an effect's size with its interval, such as ``3.1 points (2.4 to 3.8 points)``."""
    size, interval, _ = told(effect)
    return size if interval == "exact" else f"{size} ({interval})"


class Badge(str):
    """An outcome, which a table shows in its colour."""

    __slots__ = ()

    @property
    def html(self) -> str:
        """The outcome as HTML."""
        return f'<span class="course-badge course-badge-{self}">{self}</span>'


class Link(str):
    """A chapter, path below ``book/``, which a table shows as a link to its page."""

    __slots__ = ()

    @property
    def html(self) -> str:
        """The link as HTML, from a page in another part of the book."""
        return f'<a href="../{self}.html">{self.rpartition("/")[2]}</a>'


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Show a table; its cells repeat their column's name, for narrow screens.

    Args:
        head: the columns' names.
        rows: a text for each column; the first names its row.
    """
    rows = list(rows)
    top = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    lines = []
    for first, *rest in rows:
        cells = "".join(
            f'<td data-label="{escape(name)}">{_html(cell)}</td>'
            for name, cell in zip(head[1:], rest, strict=True)
        )
        lines.append(f'<tr><th scope="row">{_html(first)}</th>{cells}</tr>')
    html = (
        f'<table class="course-claims course-compared"><thead><tr>{top}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table>"
    )
    page.emit({"text/html": html, "text/plain": "\n".join(" | ".join(row) for row in rows)}, {})


def _html(cell: str) -> str:
    return cell.html if isinstance(cell, Badge | Link) else escape(cell)
