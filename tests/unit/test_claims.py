"""The ledger is sound, and a verdict is a card that carries its values."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from importlib.resources import files

import numpy as np
import pytest
import yaml
from scipy import stats

from course_lib import claims
from course_lib.claims import Evidence, verdict

ARTICLES = {"aws", "shiksha", "pure", "applications", "swifterm"}


def test_the_ledger_holds_every_claim_once() -> None:
    ids = [claim.id for claim in claims.ledger()]
    assert len(ids) == len(set(ids)) >= 58
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in ids)


def test_the_articles_are_described() -> None:
    assert set(claims.sources()) == ARTICLES
    assert all(len(text) > 20 for text in claims.sources().values())


@pytest.mark.parametrize("claim", claims.ledger(), ids=lambda claim: claim.id)
def test_a_row_of_the_ledger_is_whole(claim: claims.Claim) -> None:
    syllabus = yaml.safe_load(files("course_lib").joinpath("syllabus.yml").read_text("utf-8"))
    groups = [syllabus["preface"], *syllabus["parts"], syllabus["back"]]
    chapters = {chapter["slug"] for group in groups for chapter in group["chapters"]}
    assert claim.sources
    assert len(set(claim.sources)) == len(claim.sources)
    assert set(claim.sources) <= ARTICLES
    assert claim.chapter in chapters
    assert claim.expected in claims.OUTCOMES
    for text in (claim.says, claim.test):
        assert text.strip().endswith(".")
        assert len(text.split()) >= 3
    if claim.contradicts is not None and " " not in claim.contradicts:
        assert claim.contradicts != claim.id
        claims.claim(claim.contradicts)  # a row, unless it is said in words


def test_an_unknown_claim_is_answered_with_near_ones() -> None:
    with pytest.raises(KeyError) as raised:
        claims.claim("simple-enough")
    assert str(raised.value).startswith("no claim 'simple-enough' in the ledger: did you mean")
    assert "simple-is-enough" in str(raised.value)
    with pytest.raises(KeyError, match=r"see course_lib/claims\.yml"):
        claims.claim("zzzz")


@pytest.mark.parametrize(
    ("name", "voices"), [("one-hidden-layer", 4), ("two-main-types", 1), ("more-parameters", 2)]
)
def test_an_article_that_repeats_another_is_no_second_voice(name: str, voices: int) -> None:
    assert claims.voices(claims.claim(name)) == voices


def evidence(**changes: object) -> Evidence:
    fields = {"what": "accuracy", "value": 0.5, "low": 0.25, "high": 0.75, "n": 10, "unit": ""}
    return Evidence(**(fields | changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"what": " "}, "evidence without words"),
        ({"value": float("nan")}, "value is nan, no finite number"),
        ({"high": float("inf")}, "high is inf, no finite number"),
        ({"low": 0.6}, "the value 0.5 lies outside its interval 0.6 to 0.75"),
        ({"high": 0.4}, "the value 0.5 lies outside its interval 0.25 to 0.4"),
        ({"n": 0}, "n=0, give how many repeats"),
        ({"n": 2.5}, "n=2.5, give how many repeats"),
        ({"n": True}, "n=True, give how many repeats"),
    ],
)
def test_evidence_that_says_nothing_is_refused(changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message) as raised:
        evidence(**changes)
    assert "\n" not in str(raised.value)


def test_the_mean_of_repeats_has_the_interval_of_students_t() -> None:
    values = np.array([3.0, 4.5, 1.0, 2.5])
    found = claims.averaged("gain", values, "points")
    low, high = stats.t.interval(0.95, 3, loc=values.mean(), scale=stats.sem(values))
    assert (found.what, found.n, found.unit) == ("gain", 4, "points")
    assert (found.value, found.low, found.high) == pytest.approx((values.mean(), low, high))


@pytest.mark.parametrize("values", [[], [1.0]])
def test_one_repeat_has_no_interval(values: list[float]) -> None:
    with pytest.raises(ValueError, match=f"two repeats or more, not {len(values)}"):
        claims.averaged("gain", values)


def settle(**changes: object) -> None:
    fields = {
        "id": "simple-is-enough",
        "holds": "depends",
        "right": "On small tables a linear model is hard to beat.",
        "because": "It depends on <how many> rows there are.",
        "evidence": [evidence(what="accuracy, MLP − logistic", unit="points")],
    }
    fields |= changes
    verdict(fields.pop("id"), **fields)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"id": "simple"}, KeyError, "no claim 'simple'"),
        ({"holds": "true"}, ValueError, "holds='true', give one of supported, depends, refuted"),
        ({"right": ""}, ValueError, "`right` is empty"),
        ({"because": " "}, ValueError, "`because` is empty"),
        ({"evidence": []}, ValueError, "no evidence, give what was measured"),
        ({"evidence": [evidence(), evidence()]}, ValueError, "two pieces .* called 'accuracy'"),
    ],
)
def test_a_verdict_with_a_gap_is_refused(shown, changes: dict, error, message: str) -> None:
    with pytest.raises(error, match=message):
        settle(**changes)
    assert shown.outputs == []


def test_a_verdict_carries_its_values(shown) -> None:
    piece = evidence(value=np.float32(0.5), low=np.float64(0.25), n=np.int64(10))
    settle(evidence=[piece])
    told = json.loads(json.dumps(shown.metadata["course"]["verdict"]))
    assert told == {
        "id": "simple-is-enough",
        "holds": "depends",
        "right": "On small tables a linear model is hard to beat.",
        "because": "It depends on <how many> rows there are.",
        "evidence": [
            {"what": "accuracy", "value": 0.5, "low": 0.25, "high": 0.75, "n": 10, "unit": ""}
        ],
    }


class Words(HTMLParser):
    """Reads a card as a reader does, and checks that its tags close."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_card_says_all_of_it_in_words(shown) -> None:
    settle()
    html, plain = shown.data["text/html"], shown.data["text/plain"]
    card = Words(html)
    assert card.open == []
    claim = claims.claim("simple-is-enough").says
    for text in (" ".join(card.words), plain):
        for words in (
            claim,
            "On small tables a linear model is hard to beat.",
            "depends",
            "It depends on <how many> rows there are.",
            "accuracy, MLP − logistic",
            "0.50 points",
            "0.25 to 0.75 points",
            "10",
        ):
            assert words in text
        assert text.index("What it gets right") < text.index("Verdict:")
    assert 'class="course-verdict course-verdict-depends"' in html
    assert 'aria-label="Verdict on simple-is-enough"' in html
    assert 'scope="row"' in html
    assert 'scope="col"' in html


@pytest.mark.parametrize(
    ("value", "low", "high", "texts"),
    [
        (0.12345, 0.1, 0.15, ("0.123", "0.100", "0.150")),
        (-1.26, -2, 0.1, ("−1.3", "−2.0", "0.1")),
        (41.26, 30.2, 61, ("41", "30", "61")),
        (-0.001, -0.2, 0.2, ("0.00", "−0.20", "0.20")),
        (2e-9, 1e-9, 3e-9, ("2.0 × 10⁻⁹", "1.0 × 10⁻⁹", "3.0 × 10⁻⁹")),
    ],
)
def test_numbers_are_as_fine_as_their_interval(shown, value, low, high, texts) -> None:
    settle(evidence=[evidence(value=value, low=low, high=high)])
    effect, lower, upper = texts
    assert f"{effect} (95 % interval {lower} to {upper}, n = 10)" in shown.data["text/plain"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.97, "0.97"), (0, "0"), (-3, "−3"), (2048, "2048"), (4e-16, "4.0 × 10⁻¹⁶")],
)
def test_what_was_counted_has_no_interval(shown, value: float, text: str) -> None:
    settle(evidence=[evidence(value=value, low=value, high=value)])
    assert f"accuracy: {text} (exact, n = 10)" in shown.data["text/plain"]
    assert ">exact</td>" in shown.data["text/html"]
