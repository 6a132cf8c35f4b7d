"""What the chapters settled, read back from their records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from course_lib import comparison
from course_lib.claims import ledger

KEPT = {
    "what": "deep − wide", "unit": "points", "values": [1.0, 2.0, 3.0],
    "mean": 2.0, "sd": 1.0, "low": -9.0, "high": 13.0,
}  # fmt: skip


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A book in which one chapter stands, seen from a folder inside it."""
    chapter = tmp_path / "book" / "depth"
    (tmp_path / "book" / "records").mkdir(parents=True)
    chapter.mkdir()
    (chapter / "depth.md").write_text("# What depth buys\n")
    (tmp_path / "book" / "practice").mkdir()
    (tmp_path / "book" / "practice" / "choosing.md").write_text("# Choosing\n")
    monkeypatch.chdir(chapter)
    return tmp_path / "book"


def write(book: Path, verdicts: dict[str, Any]) -> None:
    record = {"page": "depth/depth", "device": "cpu", "date": "2026-01-31", "seeds": [1, 2, 3]}
    (book / "records" / "depth.json").write_text(json.dumps(record | {"verdicts": verdicts}))


def both(*outcomes: str) -> dict[str, Any]:
    one = {"outcomes": list(outcomes), "evidence": [KEPT]}
    return {row.id: one for row in ledger() if row.chapter == "depth"}


def test_claims_of_the_chapters_that_stand_are_settled(book: Path) -> None:
    write(book, both("depends", "supported", "supported"))
    found = comparison.settled()
    assert list(found) == [row.id for row in ledger() if row.chapter == "depth"]
    one = found["depth-trains"]
    assert (one.place, one.outcome) == ("depth/depth", "supported")
    assert one.outcomes == {"supported": 2, "depends": 1}


def test_an_effect_is_the_mean_over_seeds_with_the_interval_of_that_mean(book: Path) -> None:
    write(book, both("depends", "depends", "depends"))
    effect = comparison.settled()["depth-trains"].evidence("deep − wide")
    half = 4.302653 / 3**0.5  # Student's t with two degrees of freedom; the deviation is 1
    assert (effect.value, effect.n, effect.unit) == (2.0, 3, "points")
    assert (effect.low, effect.high) == pytest.approx((2 - half, 2 + half), abs=1e-6)
    assert comparison.in_words(effect) == "2.0 points (−0.5 to 4.5 points)"


@pytest.mark.parametrize(
    "outcomes", [("depends", "supported"), ("supported", "depends"), ("refuted", "depends")]
)
def test_of_a_tie_the_cautious_outcome_counts(book: Path, outcomes: tuple[str, ...]) -> None:
    write(book, both(*outcomes))
    assert comparison.settled()["depth-trains"].outcome == "depends"


def test_a_chapter_without_a_record_is_named_with_the_cure(book: Path) -> None:
    with pytest.raises(comparison.NotSettled, match=r"depth/depth has no verdict on .* `course"):
        comparison.settled()
    verdicts = both("depends", "depends")
    del verdicts["depth-trains"]
    write(book, verdicts)
    with pytest.raises(comparison.NotSettled, match=r"no verdict on depth-trains .*lessons depth`"):
        comparison.settled()


def test_evidence_that_is_gone_is_named(book: Path) -> None:
    write(book, both("depends", "depends"))
    with pytest.raises(LookupError, match="no evidence 'wide − deep' on depth-trains"):
        comparison.settled()["depth-trains"].evidence("wide − deep")


def test_outside_a_checkout_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(comparison.NotSettled, match="open this notebook in a checkout"):
        comparison.settled()


def test_the_table_has_verdict_effect_and_link(book: Path, shown: Any) -> None:
    write(book, both("depends", "depends", "refuted"))
    comparison.verdicts(comparison.settled().values())
    html, plain = shown.outputs[0][0]["text/html"], shown.outputs[0][0]["text/plain"]
    assert html.count("<tr>") == 1 + 2
    assert '<span class="course-badge course-badge-depends">depends</span>' in html
    assert '<a href="../depth/depth.html">depth</a>' in html
    assert '<td data-label="seeds">2 of 3</td>' in html
    assert "deep − wide: 2.0 points (−0.5 to 4.5 points)" in plain


def test_what_a_cell_says_is_text_and_no_markup(shown: Any) -> None:
    comparison.table(("a", "b"), [("<b>", "x & y")])
    assert "<b>" not in shown.outputs[0][0]["text/html"]
    assert "&lt;b&gt;" in shown.outputs[0][0]["text/html"]
    assert "x &amp; y" in shown.outputs[0][0]["text/html"]


def test_of_claims_that_contradict_one_another_both_findings_are_told(shown: Any) -> None:
    by_id = {row.id: row for row in ledger()}
    rows = [row for row in ledger() if row.contradicts]
    pairs = [row for row in rows if row.contradicts in by_id]
    sentences = [row for row in rows if row.contradicts not in by_id]
    assert pairs, "no claim contradicts another of the ledger"
    assert sentences, "none contradicts what is no claim"
    one, other = pairs[0].id, str(pairs[0].contradicts)
    comparison.contradictions({one: "refuted", other: "see below"})
    lines = shown.outputs[0][0]["text/plain"].splitlines()
    assert len(lines) == len(rows)
    told = f"{by_id[one].says} | refuted | {by_id[other].says} | see below"
    assert told in lines
    first = sentences[0]
    assert f"{first.says} | open | {first.contradicts} | –" in lines
    badge = '<span class="course-badge course-badge-refuted">refuted</span>'
    assert badge in shown.outputs[0][0]["text/html"]


def test_the_guide_shows_what_backs_it_and_returns_it(book: Path, shown: Any) -> None:
    write(book, both("depends", "depends", "depends"))
    found = comparison.settled()
    branch = ("images", "name it", "minutes", "a deep network", "depth-trains", "deep − wide", 1)
    (effect,) = comparison.guide(found, [branch])
    assert effect == found["depth-trains"].evidence("deep − wide")
    html = shown.outputs[0][0]["text/html"]
    assert "deep − wide: 2.0 points (−0.5 to 4.5 points)" in html
    assert 'href="../depth/depth.html"' in html
    for gone in ((*branch[:4], "no-claim", *branch[5:]), (*branch[:5], "no words", 1)):
        with pytest.raises(LookupError):
            comparison.guide(found, [gone])
